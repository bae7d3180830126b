"""Values that mean harm, through the API: refused as problems, with nothing written and nothing
said back."""

import json
from collections.abc import AsyncIterator
from typing import Any

import httpx2
import pytest

from tests.support.operators import API, Office
from tests.support.untouched import check_refused, check_unheard, nothing_changes
from tests.tenants.town import READER, SERVICE, new_jwk

pytestmark = pytest.mark.anyio
TENANT = f"{API}/tenants/hanasaki"
JSON = {"Content-Type": "application/json"}
MARK = "zzqx"
"""In whatever can carry a word: it must not come back."""
JWK = new_jwk()

NO_NETWORKS = [
    "",
    " ",
    "*",
    "localhost",
    f"{MARK}.example/24",
    "203.0.113.0/33",
    "203.0.113.0/-1",
    "203.0.113.0/+24",
    "203.0.113.0/024",
    "203.0.113.0/24/24",
    "203.0.113.0/",
    "/24",
    " 203.0.113.0/24",
    "203.0.113.0/24 ",
    "203.0.113.0 /24",
    "203.0.113.0\n/24",
    "203.0.113.0/24\x00",
    "203.0.113.0\\24",
    "203.0.113.1/24",
    "203.0.113/24",
    "203.0.113.256",
    "203.0.113.0.0/24",
    "203.0.113.*",
    "203.0.113.0-203.0.113.9",
    "203.0.113.0,198.51.100.0",
    "203.0.113.0/255.255.255.0",
    "203.0.113.0/0.0.0.255",
    "0.0.0.0/0",
    "::/0",
    "::ffff:0:0/96",
    "0177.0.0.1",
    "0x7f.0.0.1",
    "2130706433",
    "２０３.0.113.0/24",
    "203.0.113.0/２４",
    "2001:db8::/129",
    "2001:db8::1/32",
    "2001:db8:::/32",
    "1::2::3",
    "[2001:db8::]/32",
    "fe80::1%eth0",
    "<script>",
    f"'; DROP TABLE {MARK}; --",
]
NO_TEXTS = [
    f"{MARK}\x00",
    f"{MARK}\r\nX: y",
    f"{MARK}\x1b[2J",
    f"町\u202e{MARK}",
    f"町\u2066{MARK}",
    f"{MARK}\u200b",
    f"{MARK}\u2028",
    "",
    " ",
    MARK * 200,
]
FROM_THE_RIGHT = f"{MARK} \u0627\u0644"
"""Residents read a service's texts from left to right; a colleague's name is as it is."""


@pytest.fixture
async def desk(office: Office) -> AsyncIterator[httpx2.AsyncClient]:
    """The platform's administrator's, who may do all of it."""
    async with office.at_desk(await office.operator()) as desk:
        yield desk


async def refused(
    office: Office, desk: httpx2.AsyncClient, path: str, new: object, *statuses: int
) -> Any:
    """The problem that tells so."""
    async with nothing_changes(office.gateway):
        answer = await desk.post(path, json=new)
    assert answer.status_code in statuses, (new, answer.text)
    check_refused(answer, answer.status_code, MARK)
    return answer.json()


def fields(problem: Any) -> list[str]:
    return [one["field"] for one in problem["errors"]]


@pytest.mark.parametrize("above", [API, TENANT], ids=["platform", "tenant"])
async def test_what_is_no_network_is_on_no_list(
    office: Office, desk: httpx2.AsyncClient, caplog: pytest.LogCaptureFixture, above: str
) -> None:
    for network in NO_NETWORKS:
        problem = await refused(office, desk, f"{above}/networks", {"network": network}, 422)
        assert fields(problem) == ["network"], network
    assert await office.log("network.added") == []
    await check_unheard(office.gateway, caplog, MARK)


async def test_what_is_one_is(desk: httpx2.AsyncClient) -> None:
    for network in ("192.0.2.0/24", "2001:db8::/32", "::ffff:198.51.100.0/120"):
        answer = await desk.post(f"{TENANT}/networks", json={"network": network})
        assert answer.status_code == 201, network


async def test_a_readers_networks_are_read_as_strictly(
    office: Office, desk: httpx2.AsyncClient
) -> None:
    for network in NO_NETWORKS:
        metadata = {**READER, "allowed_networks": ["192.0.2.0/24", network]}
        new = {"client_id": "counter", "metadata": metadata}
        problem = await refused(office, desk, f"{TENANT}/readers", new, 422)
        assert fields(problem) == ["allowed_networks"], network


@pytest.mark.parametrize(
    "field", ["client_name_ja", "client_name_en", "purpose_ja", "purpose_en", "contact"]
)
async def test_a_text_that_would_deceive_is_registered_nowhere(
    office: Office, desk: httpx2.AsyncClient, caplog: pytest.LogCaptureFixture, field: str
) -> None:
    for text in (*NO_TEXTS, FROM_THE_RIGHT):
        new = {"client_id": "health", "metadata": {**SERVICE, field: text}}
        problem = await refused(office, desk, f"{TENANT}/services", new, 422)
        assert fields(problem) == [field], text
    await check_unheard(office.gateway, caplog, MARK)


NAMED: list[tuple[str, dict[str, Any]]] = [
    ("/tenants", {"tenant_id": "sakura", "name_ja": "桜町", "name_en": "Sakura"}),
    ("/operators", {"login_name": "a", "name": "b", "department": "c"}),
    ("/me/tokens", {"name": "a"}),
    ("/exports", {"document_number": "1", "reason": "a"}),
]
BESIDE: dict[str, dict[str, Any]] = {
    "/operators": {"role": "auditor"},
    "/me/tokens": {"days": 1},
    "/exports": {"filter": {}},
}


@pytest.mark.parametrize(("path", "names"), NAMED)
async def test_nor_is_any_other_name(
    office: Office,
    desk: httpx2.AsyncClient,
    caplog: pytest.LogCaptureFixture,
    path: str,
    names: dict[str, Any],
) -> None:
    good = {**BESIDE.get(path, {}), **names}
    for field in names:
        for text in NO_TEXTS:
            problem = await refused(office, desk, API + path, {**good, field: text}, 400, 422)
            assert field in (fields(problem) if "errors" in problem else problem["detail"])
    await check_unheard(office.gateway, caplog, MARK)
    assert (await desk.post(API + path, json=good)).status_code == 201


NO_JWKS: list[Any] = [
    None,
    {},
    {"keys": []},
    {"keys": [JWK] * 17},
    {"keys": [{**JWK, "d": MARK}]},
    {"keys": [{"kty": "oct", "k": MARK}]},
    {"keys": [{**JWK, "note": {"deep": {"deep": MARK}}}]},
    {"keys": [{**JWK, "x": 2**80}]},
    {"keys": {"0": JWK}},
]
HOSTILE_METADATA: list[tuple[dict[str, Any], str]] = [
    ({"redirect_uris": ["javascript:alert(1)"]}, "redirect_uris"),
    ({"redirect_uris": [f"https://{MARK}.example/cb#x"]}, "redirect_uris"),
    ({"redirect_uris": [f"https://{MARK}@health.example/cb"]}, "redirect_uris"),
    ({"redirect_uris": ["https://health.example/cb"] * 2}, "redirect_uris"),
    ({"redirect_uris": [f"https://health.example/{MARK * 1000}"]}, "redirect_uris"),
    ({"post_logout_redirect_uris": ["data:text/html,x"]}, "post_logout_redirect_uris"),
    ({"scope": f"openid {MARK}"}, "scope"),
    ({"grant_types": ["password"]}, "grant_types"),
    ({"sector_identifier": f"https://{MARK}/"}, "sector_identifier"),
    ({"may_see_common_id": True}, "decision_document_number"),
    ({"allowed_networks": ["192.0.2.0/24"]}, "allowed_networks"),
    *(
        ({"token_endpoint_auth_method": "private_key_jwt", "jwks": jwks}, "jwks")
        for jwks in NO_JWKS
    ),
]


async def test_hostile_metadata_is_named_by_its_member_and_not_registered(
    office: Office, desk: httpx2.AsyncClient, caplog: pytest.LogCaptureFixture
) -> None:
    for change, field in HOSTILE_METADATA:
        new = {"client_id": "health", "metadata": {**SERVICE, **change}}
        problem = await refused(office, desk, f"{TENANT}/services", new, 422)
        assert fields(problem) == [field], change
    assert await office.log("service.created") == []
    await check_unheard(office.gateway, caplog, MARK)


async def test_an_id_is_one_segment_of_a_path(office: Office, desk: httpx2.AsyncClient) -> None:
    for client_id in ("", "..", "A", "a/b", "a b", "a\n", "a\x00", "ａ", "a" * 65):
        new = {"client_id": client_id, "metadata": SERVICE}
        await refused(office, desk, f"{TENANT}/services", new, 400, 422)


def body(**members: str) -> bytes:
    """Members as they are written, of a service that is good without them."""
    metadata = {name: json.dumps(value) for name, value in SERVICE.items()}
    text = ", ".join(f'"{name}": {value}' for name, value in {**metadata, **members}.items())
    return f'{{"client_id": "health", "metadata": {{{text}}}}}'.encode()


GOOD = body()
BODIES = {
    "nothing": b"",
    "no JSON": MARK.encode(),
    "broken off": GOOD[:-1],
    "two values": GOOD + GOOD,
    "a comment": GOOD + b"//" + MARK.encode(),
    "a byte order mark": b"\xef\xbb\xbf" + GOOD,
    "UTF-16": GOOD.decode().encode("utf-16"),
    "no UTF-8": GOOD.replace(b"Health", b"\xff\xfe"),
    "an encoded surrogate": GOOD.replace(b"Health", b"\xed\xa0\x80"),
    "a lone surrogate": body(client_name_en='"\\ud800"'),
    "a raw NUL": GOOD.replace(b"Health", b"\x00"),
    "a list": b"[" + GOOD + b"]",
    "null": b"null",
    "NaN": body(may_see_common_id="NaN"),
    "a number for a truth": body(may_see_common_id="1"),
    "a text for a truth": body(may_see_common_id='"true"'),
    "a number for a text": body(client_name_en="1"),
    "null for a text": body(client_name_en="null"),
    "a text for a list": body(redirect_uris='"https://health.example/callback"'),
    "a large number for a text": body(client_name_en=str(2**64)),
    "a larger one than any": body(jwks='{"keys": 1e999}'),
    "more digits than are read": body(jwks=f'{{"keys": {"9" * 5000}}}'),
    "a member nobody knows": body(client_secret=f'"{MARK * 8}"'),
    "a prototype": body(__proto__="{}"),
    "a member twice": GOOD[:-1] + b', "client_id": "other"}',
    "a member twice within": body(jwks='{"keys": [], "keys": []}'),
    "one escaped": GOOD[:-1] + b', "\\u0063lient_id": "other"}',
    "lists without end": body(jwks='{"keys": ' + "[" * 20_000 + "]" * 20_000 + "}"),
    "objects as deep as a stack": body(jwks='{"k": ' * 500 + "1" + "}" * 500),
    "a state of one's own": GOOD[:-1] + b', "state": "active"}',
    "another tenant": GOOD[:-1] + b', "tenant_id": "minato"}',
}


@pytest.mark.parametrize("raw", BODIES.values(), ids=BODIES)
async def test_a_body_that_is_not_of_its_form_is_refused(
    office: Office, desk: httpx2.AsyncClient, caplog: pytest.LogCaptureFixture, raw: bytes
) -> None:
    async with nothing_changes(office.gateway):
        answer = await desk.post(f"{TENANT}/services", content=raw, headers=JSON)
    check_refused(answer, 400, MARK)
    assert await office.log("service.created") == []
    await check_unheard(office.gateway, caplog, MARK)


async def test_the_same_body_is_good_without_what_was_wrong(desk: httpx2.AsyncClient) -> None:
    answer = await desk.post(f"{TENANT}/services", content=GOOD, headers=JSON)
    assert answer.status_code == 201


async def test_a_number_is_within_its_bounds(office: Office, desk: httpx2.AsyncClient) -> None:
    for days in ("0", "-1", "91", "1.5", '"1"', "true", "null", str(2**63), "1e9"):
        raw = f'{{"name": "a", "days": {days}}}'.encode()
        async with nothing_changes(office.gateway):
            answer = await desk.post(f"{API}/me/tokens", content=raw, headers=JSON)
        check_refused(answer, 400)
        assert "days" in answer.json()["detail"]
