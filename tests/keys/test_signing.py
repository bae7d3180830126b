"""Tokens outlive a rotation; nothing that is not ours passes."""

import base64
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import anyio
import jwt
import pytest

from gateway.errors import InvalidToken
from gateway.keys.master import MasterKey
from gateway.keys.model import KEY_ALGORITHMS, KeyState
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


def claims(**more: object) -> dict[str, object]:
    return {"sub": "r", "exp": int(NOW.timestamp()) + 600, **more}


async def token(keys: SigningKeys, now: datetime = NOW, alg: str = "ES256") -> str:
    return await keys.sign(claims(), alg=alg, typ="at+jwt", now=now)


def tampered(token: str, **header: object) -> str:
    head, payload, signature = token.split(".")
    old = json.loads(base64.urlsafe_b64decode(head + "=="))
    new = json.dumps({**old, **header}).encode()
    return f"{base64.urlsafe_b64encode(new).rstrip(b'=').decode()}.{payload}.{signature}"


@pytest.mark.parametrize("alg", ["ES256", "RS256", "PS256", "EdDSA"])
async def test_what_is_signed_verifies_with_the_published_key(keys: SigningKeys, alg: str) -> None:
    signed = await token(keys, alg=alg)
    assert (await keys.verify(signed, typ="at+jwt", now=NOW))["sub"] == "r"
    published = await keys.jwks(NOW)
    kid = jwt.get_unverified_header(signed)["kid"]
    [jwk] = [jwk for jwk in _keys(published) if jwk["kid"] == kid]
    assert "d" not in jwk
    options: Any = {"verify_exp": False}
    assert jwt.decode(signed, jwt.PyJWK(jwk), algorithms=[alg], options=options)["sub"] == "r"


async def test_a_token_signed_before_a_rotation_still_verifies(keys: SigningKeys) -> None:
    before = await token(keys)
    active = await keys.rotate(NOW, "ES256")
    assert jwt.get_unverified_header(await token(keys))["kid"] == active
    assert (await keys.verify(before, typ="at+jwt", now=NOW))["sub"] == "r"
    states = sorted(info.state for info in await keys.list() if info.alg == "ES256")
    assert states == [KeyState.ACTIVE, KeyState.NEXT, KeyState.RETIRED]


async def test_the_key_that_signs_after_a_rotation_was_published_before_it(
    keys: SigningKeys,
) -> None:
    before = {jwk["kid"] for jwk in _keys(await keys.jwks(NOW))}
    assert await keys.rotate(NOW, "ES256") in before


async def test_another_workers_rotation_is_seen(records: Records, keys: SigningKeys) -> None:
    other = SigningKeys(records, MASTER, RELOAD)
    await other.ensure(NOW)
    active = await other.rotate(NOW, "ES256")
    await other.rotate(NOW, "ES256")
    newest = await token(other)
    soon = NOW + timedelta(seconds=5)
    assert (await keys.verify(newest, typ="at+jwt", now=soon))["sub"] == "r"
    later = NOW + RELOAD + timedelta(seconds=6)
    assert jwt.get_unverified_header(await token(keys, later))["kid"] != active


async def test_workers_that_start_together_make_one_set_of_keys(records: Records) -> None:
    workers = [SigningKeys(records, MASTER, RELOAD) for _ in range(4)]
    async with anyio.create_task_group() as group:
        for worker in workers:
            group.start_soon(worker.ensure, NOW)
    assert len(await workers[0].list()) == 2 * len(KEY_ALGORITHMS)


async def test_one_wrong_thing_is_refused(keys: SigningKeys, records: Records) -> None:
    good = await token(keys)
    assert await keys.verify(good, typ="at+jwt", now=NOW)
    assert await keys.verify(good, typ="AT+JWT", now=NOW)
    foreign = jwt.encode(claims(), "k" * 32, "HS256", headers={"typ": "at+jwt"})
    unsigned = jwt.encode(claims(), "", "none", headers={"typ": "at+jwt"})
    no_exp = await keys.sign({"sub": "r"}, alg="ES256", typ="at+jwt", now=NOW)
    other_type = await keys.sign(claims(), alg="ES256", typ="JWT", now=NOW)
    head, payload, signature = good.split(".")
    for bad in (
        "",
        "a.b.c",
        good[:-2],
        f"{head}.{payload}.",
        f"{head}.{payload[:-4]}AAAA.{signature}",
        tampered(good, alg="none"),
        tampered(good, alg="HS256"),
        tampered(good, alg="RS256"),
        tampered(good, kid="unknown"),
        tampered(good, kid=7),
        tampered(good, typ="JWT"),
        foreign,
        unsigned,
        no_exp,
        other_type,
        "x" * 9_000,
    ):
        with pytest.raises(InvalidToken):
            await keys.verify(bad, typ="at+jwt", now=NOW)


async def test_a_token_ends_at_its_second(keys: SigningKeys) -> None:
    good = await token(keys)
    assert await keys.verify(good, typ="at+jwt", now=NOW + timedelta(seconds=599))
    with pytest.raises(InvalidToken):
        await keys.verify(good, typ="at+jwt", now=NOW + timedelta(seconds=600))
    late = NOW + timedelta(days=400)
    assert await keys.verify(good, typ="at+jwt", now=late, allow_expired=True)


async def test_no_private_key_lies_in_the_store_in_clear(
    keys: SigningKeys, records: Records, tmp_path: Path
) -> None:
    raw = b"".join(file.read_bytes() for file in tmp_path.iterdir())
    assert b"BEGIN PRIVATE" not in raw
    # The DER of every PKCS#8 P-256 key begins its private part so (RFC 5915).
    assert bytes.fromhex("301306072a8648ce3d020106082a8648ce3d030107") not in raw


def _keys(jwks: dict[str, object]) -> list[dict[str, Any]]:
    keys = jwks["keys"]
    assert isinstance(keys, list)
    return keys


async def test_a_token_that_was_checked_is_still_asked_for_its_type_and_its_time(
    keys: SigningKeys,
) -> None:
    signed = await token(keys)
    found = await keys.verify(signed, typ="at+jwt", now=NOW)
    found["sub"] = "somebody else"
    assert await keys.verify(signed, typ="at+jwt", now=NOW) == claims()
    with pytest.raises(InvalidToken):
        await keys.verify(signed, typ="JWT", now=NOW)
    with pytest.raises(InvalidToken):
        await keys.verify(signed, typ="at+jwt", now=NOW + timedelta(seconds=600))


async def test_a_token_that_was_checked_is_refused_once_its_key_is_gone(
    keys: SigningKeys, records: Records
) -> None:
    signed = await token(keys)
    await keys.verify(signed, typ="at+jwt", now=NOW)
    async with records.writing() as connection:
        await connection.execute(signing_keys.delete())
    with pytest.raises(InvalidToken):
        await keys.verify(signed, typ="at+jwt", now=NOW + RELOAD)


async def test_a_changed_copy_of_a_token_that_was_checked_is_refused(keys: SigningKeys) -> None:
    signed = await token(keys)
    await keys.verify(signed, typ="at+jwt", now=NOW)
    head, payload, signature = signed.split(".")
    changed = f"{head}.{payload}.{signature[:-5]}{signature[-5:][::-1]}"
    assert changed != signed
    for copy in (changed, signed + ".", f"{head}.{payload}."):
        with pytest.raises(InvalidToken):
            await keys.verify(copy, typ="at+jwt", now=NOW)
