"""One-time codes: RFC 6238's own examples, the window, and each step once."""

import asyncio
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pyotp
import pytest
import sqlalchemy as sa

from gateway.errors import SettingsError
from gateway.keys.master import MasterKey
from gateway.operators.model import Operator
from gateway.operators.records import operators
from gateway.operators.totp import (
    matching_step,
    new_secret,
    provisioning_uri,
    qr_svg,
    unwrap_secret,
    use_step,
    wrap_secret,
)
from gateway.store.api import Records
from tests.operators.people import NOW, invited

# RFC 6238, appendix B: "12345678901234567890" in base32.
SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
STEP = timedelta(seconds=30)
PRESENT = int(NOW.timestamp()) // 30


@pytest.mark.parametrize(
    ("seconds", "code"),
    [
        (59, "287082"),
        (1_111_111_109, "081804"),
        (1_111_111_111, "050471"),
        (1_234_567_890, "005924"),
        (2_000_000_000, "279037"),
        (20_000_000_000, "353130"),
    ],
)
def test_the_codes_are_those_of_rfc_6238(seconds: int, code: str) -> None:
    now = datetime.fromtimestamp(seconds, UTC)
    assert matching_step(SECRET, code, now) == seconds // 30
    assert matching_step(SECRET, "000000", now) is None


@pytest.mark.parametrize(
    ("steps", "counts"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)]
)
def test_a_code_counts_one_step_before_and_after_its_own(steps: int, *, counts: bool) -> None:
    code = pyotp.TOTP(SECRET).at(NOW + steps * STEP)
    assert matching_step(SECRET, code, NOW) == (PRESENT + steps if counts else None)


@pytest.mark.parametrize("typed", ["{0}", " {0}\n", "{1} {2}", "{1}\u3000{2}"])
def test_a_code_is_read_as_it_was_meant(typed: str) -> None:
    code = pyotp.TOTP(SECRET).at(NOW)
    assert matching_step(SECRET, typed.format(code, code[:3], code[3:]), NOW) == PRESENT
    wide = code.translate({ord(digit): ord(digit) + 0xFEE0 for digit in "0123456789"})
    assert matching_step(SECRET, wide, NOW) == PRESENT


@pytest.mark.parametrize("typed", ["", "x", "12345", "{0}0", "{0}x", "-{0}", " " * 1000 + "{0}"])
def test_what_is_no_code_counts_for_none(typed: str) -> None:
    assert matching_step(SECRET, typed.format(pyotp.TOTP(SECRET).at(NOW)), NOW) is None


def test_a_secret_is_160_bits_of_its_own() -> None:
    assert len(pyotp.TOTP(new_secret()).byte_secret()) == 20
    assert len({new_secret() for _ in range(50)}) == 50


def test_a_wrapped_secret_opens_for_its_operator_only() -> None:
    master = MasterKey(b"m" * 32)
    wrapped = wrap_secret(master, "a" * 32, SECRET)
    assert SECRET.encode() not in wrapped
    assert unwrap_secret(master, "a" * 32, wrapped) == SECRET
    with pytest.raises(SettingsError):
        unwrap_secret(master, "b" * 32, wrapped)
    with pytest.raises(SettingsError):
        unwrap_secret(MasterKey(b"n" * 32), "a" * 32, wrapped)


def test_an_app_learns_the_secret_and_whose_it_is() -> None:
    parts = urlsplit(provisioning_uri(SECRET, "hanako@hanasaki.example", "Genkan 花咲"))
    assert (parts.scheme, parts.netloc) == ("otpauth", "totp")
    assert parts.path.endswith(":hanako%40hanasaki.example")
    assert parse_qs(parts.query)["secret"] == [SECRET]
    assert parse_qs(parts.query)["issuer"] == ["Genkan 花咲"]


def test_the_picture_stands_alone_and_does_nothing() -> None:
    picture = qr_svg(provisioning_uri(SECRET, "hanako@hanasaki.example", "Genkan"))
    assert picture.startswith(b"<svg ")
    assert b'xmlns="http://www.w3.org/2000/svg"' in picture
    for word in (b"<script", b"style=", b"<style", b"href", b"<?xml", SECRET.encode()):
        assert word not in picture


@pytest.mark.anyio
async def test_a_step_is_used_once_and_none_before_it_after(records: Records) -> None:
    operator = await invited(records)
    assert await used(records, operator, PRESENT)
    assert not await used(records, operator, PRESENT)
    assert not await used(records, operator, PRESENT - 1)
    assert await used(records, operator, PRESENT + 1)
    async with records.reading() as connection:
        kept = await connection.execute(sa.select(operators.c.totp_last_step))
        assert kept.scalar_one() == PRESENT + 1


@pytest.mark.anyio
async def test_one_persons_step_is_not_anothers(records: Records) -> None:
    hanako, taro = await invited(records, "hanako"), await invited(records, "taro")
    assert await used(records, hanako, PRESENT)
    assert await used(records, taro, PRESENT)


@pytest.mark.anyio
async def test_of_many_who_use_a_step_at_once_one_does(records: Records) -> None:
    operator = await invited(records)
    results = await asyncio.gather(*(used(records, operator, PRESENT) for _ in range(8)))
    assert sorted(results) == [False] * 7 + [True]


async def used(records: Records, operator: Operator, step: int) -> bool:
    async with records.writing() as connection:
        return await use_step(connection, operator.operator_id, step)
