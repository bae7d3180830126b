"""証明書紐付け・新旧紐付け: which certificates are one person's, as the service tells it."""

import logging
from typing import Any

import pytest

from gateway.card.api import (
    CertificateIdentity,
    CertificateLinking,
    CertificateType,
    HolderAnswer,
    Predecessors,
)
from plugins.verification_service.wire import MAX_PREDECESSORS
from tests.card.world import NOW
from tests.plugins.service_world import ServiceWorld, good
from tests.support.fake_verification_service import http

pytestmark = [pytest.mark.anyio, pytest.mark.servers]

SIGNATURE, AUTHENTICATION = CertificateType.SIGNATURE, CertificateType.AUTHENTICATION
CANNOT_TELL = Predecessors(known=False)
OLDER = tuple(CertificateIdentity("jpki-auth", serial) for serial in (0xABC, 0x12))


async def same_holder(service: ServiceWorld) -> HolderAnswer:
    sign, auth = service.identity("sign"), service.identity("auth")
    return await service.plugin().same_holder(sign, auth, NOW)


async def predecessors(service: ServiceWorld) -> Predecessors:
    return await service.plugin().predecessors(service.identity("auth"), AUTHENTICATION, NOW)


async def test_two_certificates_of_one_person_are(service: ServiceWorld) -> None:
    assert isinstance(service.plugin(), CertificateLinking)
    assert await same_holder(service) is HolderAnswer.SAME


async def test_two_certificates_of_two_persons_are_not(service: ServiceWorld) -> None:
    service.knows(service.identity("sign"), good(), holder="another")

    assert await same_holder(service) is HolderAnswer.OTHER


async def test_a_certificate_nobody_knows_is_nobodys(service: ServiceWorld) -> None:
    del service.fake.certificates[service.identity("sign")]

    assert await same_holder(service) is HolderAnswer.UNKNOWN


async def test_the_older_certificates_come_newest_first(service: ServiceWorld) -> None:
    service.knows(service.identity("auth"), good(), older=OLDER)

    assert await predecessors(service) == Predecessors(known=True, identities=OLDER)


async def test_a_first_certificate_has_none_before_it(service: ServiceWorld) -> None:
    assert await predecessors(service) == Predecessors(known=True)


async def test_of_a_certificate_it_does_not_know_it_cannot_tell(service: ServiceWorld) -> None:
    service.fake.certificates.clear()

    assert await predecessors(service) == CANNOT_TELL


async def test_identities_are_all_that_is_sent(service: ServiceWorld) -> None:
    await same_holder(service)
    await predecessors(service)

    holder, older = (asked.json for asked in service.fake.asked)
    names = {
        kind: {
            "issuer": f"jpki-{kind}",
            "serial_number": f"{service.identity(kind).serial_number:x}",
        }
        for kind in ("sign", "auth")
    }
    assert holder.pop("request_id") != older.pop("request_id")
    assert holder == {"signature": names["sign"], "authentication": names["auth"]}
    assert older == {"certificate": names["auth"], "certificate_type": "authentication"}


WRONG_HOLDER: dict[str, dict[str, Any]] = {
    "another request_id": {"request_id": "AAAAAAAAAAAAAAAAAAAAAA"},
    "another signature certificate": {"signature": {"issuer": "jpki-sign", "serial_number": "1"}},
    "another authentication certificate": {
        "authentication": {"issuer": "jpki-auth", "serial_number": "1"}
    },
    "true": {"value": True},
    "another value": {"value": "yes"},
    "a status": {"value": "good"},
    "no value": {"value": None},
    "a value besides": {"same": True},
}


@pytest.mark.parametrize("which", WRONG_HOLDER)
async def test_one_wrong_field_and_nobody_knows_whose_they_are(
    service: ServiceWorld, which: str, caplog: pytest.LogCaptureFixture
) -> None:
    service.fake.change = lambda answer: {**answer, **WRONG_HOLDER[which]}

    assert await same_holder(service) is HolderAnswer.UNKNOWN
    (told,) = (each for each in caplog.records if each.levelno == logging.WARNING)
    assert told.getMessage().startswith("verification service, v1/same-holder: its answer ")


def name(serial_number: str, issuer: str = "jpki-auth") -> dict[str, str]:
    return {"issuer": issuer, "serial_number": serial_number}


WRONG_PREDECESSORS: dict[str, dict[str, Any]] = {
    "another request_id": {"request_id": "AAAAAAAAAAAAAAAAAAAAAA"},
    "another certificate": {"certificate": name("1")},
    "another type": {"certificate_type": "signature"},
    "no answer whether it knows": {"known": None},
    "a text whether it knows": {"known": "true"},
    "certificates it does not know": {"known": False, "predecessors": [name("abc")]},
    "no list": {"predecessors": None},
    "a certificate twice": {"predecessors": [name("abc"), name("abc")]},
    "a certificate of another type": {"predecessors": [name("abc", "jpki-sign")]},
    "too many": {"predecessors": [name(f"{n:x}") for n in range(1, MAX_PREDECESSORS + 2)]},
    "no serial number": {"predecessors": [{"issuer": "jpki-auth"}]},
    "a negative serial number": {"predecessors": [name("-1")]},
    "the serial number 0": {"predecessors": [name("0")]},
    "a serial number in capitals": {"predecessors": [name("ABC")]},
    "a serial number with leading zeros": {"predecessors": [name("0abc")]},
    "a serial number with an end of line": {"predecessors": [name("abc\n")]},
    "a serial number of 21 octets": {"predecessors": [name("1" * 41)]},
    "a serial number that is a number": {"predecessors": [{**name(""), "serial_number": 1}]},
}


@pytest.mark.parametrize("which", WRONG_PREDECESSORS)
async def test_one_wrong_field_and_nobody_knows_what_was_before(
    service: ServiceWorld, which: str
) -> None:
    service.knows(service.identity("auth"), good(), older=OLDER)
    service.fake.change = lambda answer: {**answer, **WRONG_PREDECESSORS[which]}

    assert await predecessors(service) == CANNOT_TELL


async def test_a_certificate_does_not_come_before_itself(service: ServiceWorld) -> None:
    service.knows(service.identity("auth"), good(), older=(*OLDER, service.identity("auth")))

    assert await predecessors(service) == CANNOT_TELL


async def test_as_many_as_a_long_life_brings_are_read(service: ServiceWorld) -> None:
    older = tuple(CertificateIdentity("jpki-auth", 1_000 + n) for n in range(MAX_PREDECESSORS))
    service.knows(service.identity("auth"), good(), older=older)

    assert (await predecessors(service)).identities == older


async def test_a_service_that_fails_links_nothing(service: ServiceWorld) -> None:
    async def fault(_: object, writer: Any) -> None:
        writer.write(http(b"{}", status="500 Down"))

    service.fake.fault = fault
    assert await same_holder(service) is HolderAnswer.UNKNOWN
    assert await predecessors(service) == CANNOT_TELL


async def test_no_serial_number_reaches_the_log(
    service: ServiceWorld, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    long = CertificateIdentity("jpki-auth", 0x1234_5678_9ABC_DEF0_1234)
    service.knows(long, good(), older=(long,))
    assert await service.plugin().predecessors(long, SIGNATURE, NOW) == CANNOT_TELL

    assert "its answer names a certificate twice" in caplog.text
    assert str(long.serial_number) not in caplog.text
    assert f"{long.serial_number:x}" not in caplog.text
