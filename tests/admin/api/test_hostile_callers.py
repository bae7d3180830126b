"""Callers who are not who or where they say: refused as problems, and nothing is changed."""

import re

import httpx2
import pytest

from gateway.admin.api.catalogue import ENDPOINTS
from gateway.admin.api.examples import example_of
from gateway.admin.endpoint import Endpoint
from gateway.operators.model import Operator
from tests.support.gateway import ISSUER
from tests.support.operators import API, HALL, Office
from tests.support.untouched import check_refused, nothing_changes

pytestmark = pytest.mark.anyio
HEALTH = f"{API}/tenants/hanasaki/services/health"
STRANGER = "198.51.100.7"
CHANGING = [endpoint for endpoint in ENDPOINTS.values() if endpoint.method != "GET"]
DANGEROUS = [endpoint for endpoint in ENDPOINTS.values() if endpoint.dangerous]
PARTS = {"tenant_id": "hanasaki", "client_id": "health"}


async def ask(
    desk: httpx2.AsyncClient, endpoint: Endpoint, headers: dict[str, str]
) -> httpx2.Response:
    """As it would be good, about the service, or about what is not there."""
    path = re.sub(r"{(\w+)}", lambda part: PARTS.get(part[1], "0" * 32), endpoint.path)
    return await desk.request(
        endpoint.method,
        API + path,
        json=None if endpoint.body is None else example_of(endpoint),
        headers={**({"If-Match": '"1"'} if endpoint.conditional else {}), **headers},
    )


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": ""},
        {"Origin": "https://id.example.test.evil.example"},
        {"Origin": "https://id.example.test:8443"},
        {"Origin": "https://["},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": ""},
    ],
    ids=str,
)
async def test_another_sites_page_changes_nothing_with_the_sessions_cookie(
    office: Office, desk: httpx2.AsyncClient, headers: dict[str, str]
) -> None:
    async with nothing_changes(office.gateway):
        for endpoint in CHANGING:
            answer = await ask(desk, endpoint, headers)
            assert answer.status_code == 403, (endpoint.name, answer.text)
            check_refused(answer, 403)
            assert answer.json()["type"] == "urn:genkan:problem:bad_request"


async def test_a_cookie_of_another_name_or_value_signs_nobody_in(
    office: Office, desk: httpx2.AsyncClient
) -> None:
    (cookie,) = list(desk.cookies.jar)
    assert cookie.value is not None
    for sent in (
        f"{cookie.name}={cookie.value[:-1]}",
        f"{cookie.name}={cookie.value}x",
        f"{cookie.name}=",
        f"{cookie.name.removeprefix('__Host-')}={cookie.value}",
        f"{cookie.name}={'x' * 10_000}",
    ):
        async with office.browser() as browser:
            check_refused(await browser.get(f"{API}/me", headers={"Cookie": sent}), 401)


async def token_of(desk: httpx2.AsyncClient, days: int = 30) -> str:
    made = await desk.post(f"{API}/me/tokens", json={"name": "nightly", "days": days})
    token: str = made.json()["token"]
    return token


async def test_a_token_is_nobodys_presence(office: Office, desk: httpx2.AsyncClient) -> None:
    bearer = {"Authorization": f"Bearer {await token_of(desk)}"}
    async with office.browser() as program:
        assert (await program.get(HEALTH, headers=bearer)).status_code == 200
        async with nothing_changes(office.gateway):
            for endpoint in DANGEROUS:
                answer = await ask(program, endpoint, bearer)
                check_refused(answer, 403)
                assert answer.json()["type"] == "urn:genkan:problem:reauthentication_needed"


async def test_a_token_beside_a_session_is_what_counts(desk: httpx2.AsyncClient) -> None:
    for sent in ("Bearer gkn_" + "x" * 43, "Bearer", "Bearer ", "Basic eDp5", "bearer x", "x"):
        answer = await desk.get(f"{API}/me", headers={"Authorization": sent})
        check_refused(answer, 401, sent.partition(" ")[2] or "Basic")


async def test_a_suspended_operators_token_is_good_for_nothing_and_never_again(
    office: Office, desk: httpx2.AsyncClient
) -> None:
    colleague = await office.operator(login_name="colleague")
    async with office.at_desk(colleague) as theirs:
        bearer = {"Authorization": f"Bearer {await token_of(theirs)}"}
    one = f"{API}/operators/{colleague.operator_id}"
    version = (await desk.get(one)).headers["etag"]
    stopped = await desk.put(f"{one}/suspension", headers={"If-Match": version})
    assert stopped.status_code == 200
    async with office.browser() as program, nothing_changes(office.gateway):
        check_refused(await program.get(f"{API}/me", headers=bearer), 401)
        check_refused(await program.delete(f"{API}/me/sessions", headers=bearer), 401)
    seen = {"If-Match": stopped.headers["etag"]}
    assert (await desk.delete(f"{one}/suspension", headers=seen)).status_code == 200
    async with office.browser() as program:
        check_refused(await program.get(f"{API}/me", headers=bearer), 401)


async def test_a_token_ends_with_its_time(office: Office, desk: httpx2.AsyncClient) -> None:
    bearer = {"Authorization": f"Bearer {await token_of(desk, days=1)}"}
    async with office.browser() as program:
        office.gateway.clock.forward(hours=23)
        assert (await program.get(f"{API}/me", headers=bearer)).status_code == 200
        office.gateway.clock.forward(hours=1)
        async with nothing_changes(office.gateway):
            check_refused(await program.get(f"{API}/me", headers=bearer), 401)


FORWARDED = [
    ("X-Forwarded-For", HALL),
    ("X-Forwarded-For", f"{HALL}, {HALL}"),
    ("X-Forwarded-For", f"{HALL}, 127.0.0.1"),
    ("Forwarded", f"for={HALL}"),
    ("Forwarded", f'for="{HALL}:443";proto=https'),
    ("X-Real-IP", HALL),
    ("X-Client-IP", HALL),
    ("X-Originating-IP", HALL),
    ("True-Client-IP", HALL),
    ("CF-Connecting-IP", HALL),
    ("X-Cluster-Client-IP", HALL),
    ("X-Original-URL", "/healthz"),
    ("X-Rewrite-URL", "/healthz"),
]


@pytest.mark.parametrize(("name", "value"), FORWARDED)
async def test_nobody_is_where_they_only_say_they_are(
    office: Office, administrator: Operator, name: str, value: str
) -> None:
    async with office.at_desk(administrator, STRANGER) as stranger:
        answer = await stranger.get(f"{API}/me", headers={name: value})
    assert (answer.status_code, answer.content) == (403, b"")
    (entry,) = await office.log("gate.refused")
    assert entry.origin.address == STRANGER


async def test_nor_does_what_they_say_move_whoever_is_there(
    office: Office, desk: httpx2.AsyncClient
) -> None:
    said = {"X-Forwarded-For": STRANGER, "Forwarded": f"for={STRANGER}"}
    changed = await desk.put(f"{HEALTH}/suspension", headers={"If-Match": '"1"', **said})
    assert changed.status_code == 200
    (entry,) = await office.log("service.suspended")
    assert entry.origin.address == HALL


async def test_a_host_of_ones_own_makes_no_origin_of_ones_own(
    office: Office, desk: httpx2.AsyncClient
) -> None:
    """A page of another name, which was made to point here, has neither cookie nor session."""
    said = {"Host": "evil.example", "Origin": "https://evil.example"}
    async with office.browser() as browser, nothing_changes(office.gateway):
        answer = await browser.put(f"{ISSUER}{HEALTH}/suspension", headers=said)
    check_refused(answer, 401, "evil")
