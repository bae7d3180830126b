"""The key that others encrypt for: published while it is active, good for a while after."""

import base64
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePrivateKey

from gateway.errors import InvalidToken
from gateway.keys.master import MasterKey
from gateway.keys.model import ALGORITHMS, KEY_AGREEMENT, OPENS_FOR, KeyState, generate, public_jwk
from gateway.keys.records import signing_keys
from gateway.keys.signing import SigningKeys
from gateway.store.api import Records
from gateway.store.migrate import migrate
from gateway.store.records import open_records

pytestmark = pytest.mark.anyio

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
MASTER = MasterKey(b"m" * 32)
RELOAD = timedelta(seconds=60)


@pytest.fixture
async def records(tmp_path: Path) -> AsyncIterator[Records]:
    url = f"sqlite:///{tmp_path}/genkan.db"
    await migrate(url)
    records = open_records(url)
    yield records
    await records.close()


@pytest.fixture
async def keys(records: Records) -> SigningKeys:
    keys = SigningKeys(records, MASTER, RELOAD)
    await keys.ensure(NOW)
    return keys


async def published(keys: SigningKeys, now: datetime = NOW) -> list[dict[str, Any]]:
    found = (await keys.jwks(now))["keys"]
    assert isinstance(found, list)
    return found


async def kid_to_encrypt_for(keys: SigningKeys, now: datetime = NOW) -> str:
    [jwk] = [jwk for jwk in await published(keys, now) if jwk["use"] == "enc"]
    assert (jwk["kty"], jwk["crv"]) == ("EC", "P-256")
    assert not jwk.keys() & {"d", "alg"}
    return str(jwk["kid"])


async def test_one_key_to_encrypt_for_is_published_and_it_is_the_active_one(
    keys: SigningKeys,
) -> None:
    kid = await kid_to_encrypt_for(keys)
    own = {info.kid: info.state for info in await keys.list() if info.alg == KEY_AGREEMENT}
    assert sorted(own.values()) == [KeyState.ACTIVE, KeyState.NEXT]
    assert own[kid] is KeyState.ACTIVE
    for asked in (kid, None):
        found = await keys.opening_key(asked, NOW)
        assert found is not None
        assert found.info.kid == kid
        assert isinstance(found.private_key, EllipticCurvePrivateKey)
        assert isinstance(found.private_key.curve, SECP256R1)


async def test_another_workers_new_key_opens_here_at_once(
    records: Records, keys: SigningKeys
) -> None:
    other = SigningKeys(records, MASTER, RELOAD)
    await other.ensure(NOW)
    active = await other.rotate(NOW, KEY_AGREEMENT)
    assert await kid_to_encrypt_for(keys) != active, "not read again yet"
    found = await keys.opening_key(active, NOW)
    assert found is not None
    assert found.info.kid == active
    assert await kid_to_encrypt_for(keys, NOW + RELOAD) == active


async def test_a_retired_key_opens_for_a_while_and_then_no_more(keys: SigningKeys) -> None:
    former = await kid_to_encrypt_for(keys)
    active = await keys.rotate(NOW, KEY_AGREEMENT)
    assert await kid_to_encrypt_for(keys) == active
    last = NOW + OPENS_FOR
    assert await keys.opening_key(former, last - timedelta(seconds=1)) is not None
    assert await keys.opening_key(former, last) is None


async def test_no_key_that_signs_opens_and_none_that_opens_signs(keys: SigningKeys) -> None:
    for info in await keys.list():
        opens = await keys.opening_key(info.kid, NOW) is not None
        assert opens is (info.alg == KEY_AGREEMENT)
    for jwk in await published(keys):
        assert (jwk["use"] == "sig") is (jwk.get("alg") in ALGORITHMS)
    signed = await keys.sign({"exp": 2**32}, alg="ES256", typ="at+jwt", now=NOW)
    kid = await kid_to_encrypt_for(keys)
    header, payload, signature = signed.split(".")
    with pytest.raises(InvalidToken):
        await keys.verify(f"{_named(header, kid)}.{payload}.{signature}", typ="at+jwt", now=NOW)
    assert await keys.opening_key("unknown", NOW) is None


async def test_a_store_from_before_gets_what_is_missing(records: Records) -> None:
    keys = SigningKeys(records, MASTER, RELOAD)
    await keys.ensure(NOW)
    async with records.writing() as connection:
        new = signing_keys.c.alg.not_in(["ES256", "RS256"])
        await connection.execute(signing_keys.delete().where(new))
    before = {info.kid for info in await keys.list()}
    again = SigningKeys(records, MASTER, RELOAD)
    await again.ensure(NOW)
    made = {info.kid for info in await again.list()}
    assert before < made
    assert {info.alg for info in await again.list()} == {*ALGORITHMS, KEY_AGREEMENT}
    await again.ensure(NOW)
    assert {info.kid for info in await again.list()} == made


def test_each_algorithm_has_a_key_of_its_kind_named_by_its_thumbprint() -> None:
    kinds = {"ES256": "EC", "RS256": "RSA", "PS256": "RSA", "EdDSA": "OKP", "ECDH-ES": "EC"}
    for alg, kty in kinds.items():
        key = generate(alg)
        jwk = public_jwk(alg, key)
        assert jwk["kty"] == kty
        assert jwk["kid"] == public_jwk(alg, key)["kid"] != public_jwk(alg, generate(alg))["kid"]
    with pytest.raises(ValueError, match="unknown"):
        generate("HS256")


def _named(header: str, kid: str) -> str:
    old = json.loads(base64.urlsafe_b64decode(header + "=="))
    return base64.urlsafe_b64encode(json.dumps({**old, "kid": kid}).encode()).rstrip(b"=").decode()
