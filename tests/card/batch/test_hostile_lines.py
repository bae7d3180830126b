"""Whatever a line is: one answer, in one line, and never a yes."""

import json
from base64 import b64decode
from collections.abc import Mapping

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.card.batch.desk import ACCEPTED, Line, answer_bytes, base64, card_line, verdict
from tests.card.conftest import keys
from tests.card.world import Keys, World
from tests.support.cpu_time import within

__all__ = ["keys"]

pytestmark = pytest.mark.anyio

QUICK = 0.1
DEEP = 100_000
MANY = settings(
    max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)

NOT_JSON: Mapping[str, bytes] = {
    "nothing": b"",
    "a blank line": b"\n",
    "blanks": b" \t \r\n",
    "rubbish": b"hello\n",
    "NUL": b"\x00",
    "NULs": b"\x00" * 1_000,
    "not UTF-8": b'{"id":"\xff"}',
    "UTF-16": '{"id":"x"}'.encode("utf-16"),
    "a byte order mark": '\ufeff{"id":"x"}'.encode(),
    "cut short": b'{"id":"x","profile":',
    "two values": b"{} {}",
    "a comma too many": b'{"id":"x",}',
    "a comment": b'{"id":"x"} // y',
    "single quotes": b"{'id':'x'}",
    "a raw control character": b'{"id":"\x01"}',
    "NaN": b'{"id":NaN}',
    "Infinity": b'{"at":-Infinity}',
    "deep arrays": b"[" * DEEP,
    "deep objects": b'{"a":' * DEEP,
    "deep within a request": b'{"id":"x","pool":' + b"[" * DEEP + b"]" * DEEP + b"}",
    "an endless number": b'{"id":' + b"9" * 1_000_000 + b"}",
    "an id twice": b'{"id":"x","id":"y"}',
}
OTHER_VALUES = [b"null", b"true", b"5", b'"x"', b"[]", b"{}", b"[{}]", b"-0", b"1e999"]

WRONG: Mapping[str, tuple[str, object]] = {
    "a number as the profile": ("profile", 5),
    "null as the profile": ("profile", None),
    "a number as the certificate": ("certificate", 5),
    "null as the certificate": ("certificate", None),
    "a list as the certificate": ("certificate", ["AA=="]),
    "the certificate in base64url": ("certificate", "__8="),
    "base64 without its padding": ("certificate", "AA"),
    "base64 with bits to spare": ("certificate", "AB=="),
    "base64 with a line end": ("certificate", "AA==\n"),
    "base64 with a NUL": ("certificate", "AA==\x00"),
    "half a surrogate": ("certificate", "\ud800"),
    "a text as the pool": ("pool", "AA=="),
    "null in the pool": ("pool", [None]),
    "null as the anchors": ("anchors", None),
    "an anchor that is no base64": ("anchors", ["?"]),
    "a number among the CRLs": ("crls", [5]),
    "an object as the CRLs": ("crls", {}),
    "a CRL that is no base64": ("crls", ["****"]),
    "true as the OCSP responses": ("ocsp", True),
    "another word for revocation": ("revocation", "on"),
    "false as revocation": ("revocation", False),
    "no time": ("at", ""),
    "a number as the time": ("at", 1_790_000_000),
    "a time without its zone": ("at", "2026-11-20T03:00:00"),
    "a day": ("at", "2026-11-20"),
    "a day that does not exist": ("at", "2026-02-30T00:00:00Z"),
    "an hour that does not exist": ("at", "2026-11-20T24:00:00Z"),
    "a time before all times": ("at", "0001-01-01T00:00:00+09:00"),
    "a time in other digits": ("at", "２０２６-11-20T03:00:00Z"),
    "a NUL behind the time": ("at", "2026-11-20T03:00:00Z\x00"),
    "a text as the policies": ("policies", "1.2.3"),
    "a policy that is no OID": ("policies", ["jpki"]),
    "a policy of the arc 3": ("policies", ["3.1"]),
    "a policy with a leading zero": ("policies", ["1.2.03"]),
    "a number as a flag": ("explicit_policy", 1),
    "a text as a flag": ("inhibit_any_policy", "true"),
    "null as a flag": ("inhibit_policy_mapping", None),
    "a text as the signature": ("signature", "AA=="),
    "an empty signature": ("signature", {}),
    "a member of another name": ("signatur", None),
    "true as the id": ("id", True),
    "a list as the id": ("id", ["x"]),
    "an object as the id": ("id", {"id": "x"}),
    "a fraction as the id": ("id", 1.5),
}


async def refused(line: bytes) -> tuple[object, object]:
    answer = await answer_bytes(line)
    assert answer["outcome"] == "refused"
    assert answer["attributes"] is None
    return answer["id"], answer["reason"]


@pytest.mark.parametrize("name", NOT_JSON)
async def test_what_is_not_json_is_answered(name: str) -> None:
    with within(QUICK):
        assert await refused(NOT_JSON[name]) == (None, "malformed_request")


@pytest.mark.parametrize("value", OTHER_VALUES)
async def test_what_is_no_request_is_answered(value: bytes) -> None:
    assert await refused(value) == (None, "malformed_request")


@pytest.mark.parametrize("name", WRONG)
async def test_one_wrong_member_is_answered_under_the_lines_id(world: World, name: str) -> None:
    good = card_line(world, world.issue().certificate)
    assert await verdict(good) == ACCEPTED

    member, value = WRONG[name]
    found = await refused(json.dumps(good | {member: value}).encode())

    assert found == (None if member == "id" else "a line", "malformed_request")


@pytest.mark.parametrize("member", ["profile", "certificate", "at"])
async def test_a_member_that_is_needed_is_not_guessed(world: World, member: str) -> None:
    line = card_line(world, world.issue().certificate)
    del line[member]

    assert await refused(json.dumps(line).encode()) == ("a line", "malformed_request")


@pytest.mark.parametrize("member", ["id", "certificate", "at", "crls", "revocation"])
async def test_a_member_that_stands_there_twice_is_refused(world: World, member: str) -> None:
    """Its readers would not agree which of them holds."""
    line = json.dumps(card_line(world, world.issue().certificate, revocation="require"))

    doubled = line[:-1] + f', "{member}": "off"}}'

    assert await refused(doubled.encode()) == (None, "malformed_request")


@pytest.mark.parametrize("profile", ["", "jpki", "JPKI-SIGN", "jpki-sign ", "general\x00"])
async def test_an_unknown_profile_is_told_as_such(world: World, profile: str) -> None:
    line = card_line(world, world.issue().certificate) | {"profile": profile}

    assert await refused(json.dumps(line).encode()) == ("a line", "unknown_profile")


@pytest.mark.parametrize(
    "known",
    ["", "x", "五", "a\nb", "a\u2028b", "\x00", "\ud800", "x" * 100_000, 0, -5, 10**30, None],
)
async def test_the_id_comes_back_as_it_is(world: World, known: object) -> None:
    line: Line = card_line(world, world.issue().certificate) | {"id": known}

    answer = await answer_bytes(json.dumps(line).encode())

    assert (answer["id"], answer["outcome"]) == (known, "accepted")


@pytest.mark.parametrize("profile", ["jpki-auth", "general"])
async def test_certificates_of_a_megabyte_are_answered_quickly(world: World, profile: str) -> None:
    good = card_line(world, world.issue().certificate) | {"profile": profile}
    for rubbish in ("A" * 1_000_000, "MIQ" + "A" * 999_997, "MII/" * 250_000):
        for member, value in (
            ("certificate", rubbish),
            ("anchors", [rubbish]),
            ("pool", [rubbish]),
            ("crls", [rubbish]),
            ("ocsp", [rubbish]),
            ("pool", ["AAAA"] * 200_000),
            ("anchors", ["AAAA"] * 200_000),
        ):
            with within(1):
                await answer_bytes(json.dumps(good | {member: value}).encode())


@MANY
@given(line=st.binary(max_size=300))
async def test_any_bytes_are_answered(line: bytes) -> None:
    assert (await answer_bytes(line))["outcome"] == "refused"


@pytest.fixture(scope="module")
def good_lines(tmp_path_factory: pytest.TempPathFactory, keys: Keys) -> list[bytes]:
    town = World(tmp_path_factory.mktemp("lines"), keys)
    made: list[bytes] = []
    for kind, profile in (("auth", "jpki-auth"), ("sign", "jpki-sign"), ("auth", "general")):
        line = card_line(town, town.issue(kind).certificate, kind)
        made.append(json.dumps(line | {"profile": profile}).encode())
    return made


@MANY
@given(data=st.data())
async def test_a_line_with_a_byte_changed_is_answered(
    good_lines: list[bytes], data: st.DataObject
) -> None:
    line = data.draw(st.sampled_from(good_lines))
    at = data.draw(st.integers(0, len(line) - 1))
    byte = data.draw(st.integers(0, 255))

    await answer_bytes(line[:at] + bytes([byte]) + line[at + 1 :])


@MANY
@given(data=st.data())
async def test_a_certificate_with_a_byte_changed_is_not_accepted(
    good_lines: list[bytes], data: st.DataObject
) -> None:
    line = json.loads(data.draw(st.sampled_from(good_lines)))
    good = b64decode(line["certificate"])
    at = data.draw(st.integers(0, len(good) - 1))
    changed = bytearray(good)
    changed[at] ^= data.draw(st.integers(1, 255))
    forged = card_certificate(line, bytes(changed))

    assert (await answer_bytes(forged))["outcome"] == "refused"


def card_certificate(line: Line, certificate: bytes) -> bytes:
    return json.dumps(line | {"certificate": base64(certificate)}).encode()
