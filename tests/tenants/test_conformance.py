"""That a service passed is kept with the registration that passed, and tells when it changed."""

from datetime import timedelta

import msgspec
import pytest

from gateway.tenants.administration import change_client
from gateway.tenants.client_records import ClientRecord, find_client_record
from gateway.tenants.conformance import (
    Conformance,
    is_still_so,
    metadata_digest,
    record_conformance,
)
from gateway.tenants.ending import end_tenant
from tests.support.gateway import Gateway, service_metadata

pytestmark = pytest.mark.anyio


async def found(gateway: Gateway) -> ClientRecord:
    async with gateway.provider.records.reading() as connection:
        return await find_client_record(connection, "hanasaki", "health")


async def passed(gateway: Gateway) -> Conformance:
    client = await gateway.service("health")
    done = Conformance(1, "0.1.0", 40, 2, 5, metadata_digest(client.metadata))
    async with gateway.provider.records.writing() as connection:
        await record_conformance(connection, "health", done, gateway.clock())
    return done


async def test_it_is_kept_and_makes_no_new_version(gateway: Gateway) -> None:
    await gateway.service("health")
    before = await found(gateway)
    assert (before.conformed_at, before.conformance) == (None, None)
    gateway.clock.forward(hours=1)
    done = await passed(gateway)
    after = await found(gateway)
    assert (after.conformed_at, after.conformance) == (gateway.clock(), done)
    assert (after.version, after.updated_at) == (before.version, before.updated_at)


async def test_another_registration_is_told_from_the_one_that_passed(gateway: Gateway) -> None:
    done = await passed(gateway)
    assert is_still_so(done, (await found(gateway)).metadata)
    changed = service_metadata("health", redirect_uris=("https://health.example.test/other",))
    async with gateway.provider.records.writing() as connection:
        await change_client(
            connection,
            gateway.provider.keyed_hash,
            "hanasaki",
            "health",
            changed,
            1,
            gateway.clock() + timedelta(minutes=1),
        )
    after = await found(gateway)
    assert after.conformance == done
    assert not is_still_so(done, after.metadata)


def test_what_is_as_it_is_by_itself_changes_no_digest() -> None:
    plain = service_metadata("health")
    said = msgspec.structs.replace(plain, response_types=("code",))
    assert metadata_digest(plain) == metadata_digest(said)


async def test_it_ends_with_the_tenant(gateway: Gateway) -> None:
    await passed(gateway)
    async with gateway.provider.records.writing() as connection:
        await end_tenant(connection, "hanasaki", gateway.clock())
    after = await found(gateway)
    assert (after.conformed_at, after.conformance) == (None, None)
