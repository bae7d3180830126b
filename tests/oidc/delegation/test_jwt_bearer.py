"""A service's backend may act for a resident who gave it offline access, and for nobody else."""

import json
import secrets
from datetime import timedelta
from typing import Any

import anyio
import httpx2
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from jwt.algorithms import ECAlgorithm

from gateway.audit.model import LogKind
from gateway.consent.records import consents
from gateway.oidc.ending import revoke_of_residents
from gateway.tenants.protocol import JWT_BEARER
from tests.oidc.delegation.flows import CODE_GRANTS, HEALTH_API, Party, body_of, error_of, seen
from tests.support.gateway import ALL_SCOPES, ISSUER, Gateway
from tests.support.log import log_text, logged
from tests.support.relying_party import RelyingParty, payload

pytestmark = pytest.mark.anyio
KEY, OTHER_KEY = generate_private_key(SECP256R1()), generate_private_key(SECP256R1())
JWK = ECAlgorithm.to_jwk(KEY.public_key(), as_dict=True)
LOCAL_ID = "K-0042"


@pytest.fixture
async def kiosk(gateway: Gateway, party: Party) -> RelyingParty:
    """A service that the resident is linked at, and gave offline access."""
    client = await gateway.service(
        "kiosk", grant_types=(*CODE_GRANTS, JWT_BEARER), jwks={"keys": [JWK]}
    )
    service = RelyingParty(gateway, client)
    await gateway.consent(client, party.resident)
    await gateway.provider.links.put("kiosk", party.resident.resident_id, LOCAL_ID, gateway.clock())
    await service.tokens(party.browser)
    gateway.clock.forward(days=2)
    return service


def assertion(gateway: Gateway, key: Any = KEY, **changes: Any) -> str:
    now = int(gateway.clock().timestamp())
    good = {
        "iss": "kiosk",
        "sub": LOCAL_ID,
        "aud": ISSUER,
        "iat": now,
        "exp": now + 60,
        "jti": secrets.token_urlsafe(8),
    }
    claims = {name: value for name, value in {**good, **changes}.items() if value is not None}
    return jwt.PyJWS().encode(json.dumps(claims).encode(), key, "ES256")


async def ask(service: RelyingParty, signed: str | None, **more: str) -> httpx2.Response:
    form = {"grant_type": JWT_BEARER, **more}
    return await service.token(form if signed is None else {**form, "assertion": signed})


async def test_it_gets_an_access_token_and_nothing_that_lasts(
    gateway: Gateway, party: Party, kiosk: RelyingParty
) -> None:
    tokens = body_of(await ask(kiosk, assertion(gateway)))
    assert tokens.keys() == {"access_token", "token_type", "expires_in", "scope"}
    told = payload(tokens["access_token"])
    assert (told["sub"], told["local_id"]) == (party.sub_at(kiosk), LOCAL_ID)
    assert (await kiosk.call("GET", "/userinfo", tokens["access_token"])).status_code == 200
    (entry,) = await logged(gateway, "token.asserted")
    assert (entry.kind, entry.client_id) == (LogKind.EVENT, "kiosk")
    assert entry.resident == gateway.provider.audit.pseudonym(party.resident.resident_id)
    assert LOCAL_ID not in await log_text(gateway)


async def test_an_assertion_is_good_once(gateway: Gateway, kiosk: RelyingParty) -> None:
    signed = assertion(gateway)
    assert (await ask(kiosk, signed)).status_code == 200
    assert error_of(await ask(kiosk, signed)) == (400, "invalid_grant")


async def test_of_many_who_show_it_at_once_one_gets_a_token(
    gateway: Gateway, kiosk: RelyingParty
) -> None:
    signed, found = assertion(gateway), list[int]()

    async def one() -> None:
        found.append((await ask(kiosk, signed)).status_code)

    async with anyio.create_task_group() as group:
        for _ in range(6):
            group.start_soon(one)
    assert sorted(found) == [200, *[400] * 5]


async def test_less_may_be_asked_for_and_no_more(gateway: Gateway, kiosk: RelyingParty) -> None:
    assert body_of(await ask(kiosk, assertion(gateway), scope="openid profile"))["scope"] == (
        "openid profile"
    )
    for more in ("openid common_id", "profile"):
        refused = await ask(kiosk, assertion(gateway), scope=more)
        assert error_of(refused) == (400, "invalid_scope")
    refused = await ask(kiosk, assertion(gateway), resource=HEALTH_API)
    assert error_of(refused) == (400, "invalid_target")


@pytest.mark.parametrize(
    "change",
    [
        {"iss": None},
        {"iss": "health"},
        {"sub": None},
        {"sub": "kiosk"},
        {"sub": "K-0043"},
        {"sub": ""},
        {"sub": 42},
        {"sub": ["K-0042"]},
        {"aud": None},
        {"aud": "https://other.example.test"},
        {"aud": [ISSUER, "https://other.example.test"]},
        {"exp": None},
        {"exp": 1},
        {"exp": "soon"},
        {"exp": 2**32},
        {"iat": 2**32},
        {"nbf": 2**32},
        {"jti": None},
        {"jti": ""},
        {"jti": "j" * 257},
    ],
)
async def test_one_wrong_claim_is_refused(
    gateway: Gateway, kiosk: RelyingParty, change: dict[str, Any]
) -> None:
    refused = await ask(kiosk, assertion(gateway, **change))
    assert error_of(refused) == (400, "invalid_grant")
    assert not await logged(gateway, "token.asserted")


async def test_what_lives_long_or_is_signed_by_another_is_refused(
    gateway: Gateway, kiosk: RelyingParty
) -> None:
    later = int((gateway.clock() + timedelta(hours=1)).timestamp())
    for signed in (assertion(gateway, exp=later), assertion(gateway, OTHER_KEY), "x", "a.b.c"):
        assert error_of(await ask(kiosk, signed)) == (400, "invalid_grant")
    assert error_of(await ask(kiosk, None)) == (400, "invalid_request")


async def test_the_sub_of_a_resident_names_nobody(
    gateway: Gateway, party: Party, kiosk: RelyingParty
) -> None:
    for sub in (party.sub_at(kiosk), party.resident.resident_id, party.resident.common_id):
        refused = await ask(kiosk, assertion(gateway, sub=sub))
        assert error_of(refused) == (400, "invalid_grant")


async def test_without_offline_access_in_force_nothing_is_given(
    gateway: Gateway, party: Party, kiosk: RelyingParty
) -> None:
    other = await gateway.resident("邊見　三郎")
    await gateway.provider.links.put("kiosk", other.resident_id, "K-0043", gateway.clock())
    refused = await ask(kiosk, assertion(gateway, sub="K-0043"))
    assert error_of(refused) == (400, "invalid_grant")
    async with gateway.browser() as browser:
        await gateway.sign_in(browser, other)
        await gateway.consent(kiosk.client, other, "profile link")
        await kiosk.tokens(browser, scope="openid profile link")
    refused = await ask(kiosk, assertion(gateway, sub="K-0043"))
    assert error_of(refused) == (400, "invalid_grant")
    gateway.clock.forward(days=29)
    assert error_of(await ask(kiosk, assertion(gateway))) == (400, "invalid_grant")


@pytest.mark.parametrize("end", ["grant", "link", "consent"])
async def test_what_it_rests_on_may_end(
    gateway: Gateway, party: Party, kiosk: RelyingParty, end: str
) -> None:
    token = body_of(await ask(kiosk, assertion(gateway)))["access_token"]
    who, now = party.resident.resident_id, gateway.clock()
    async with gateway.provider.records.writing() as connection:
        if end == "grant":
            await revoke_of_residents(connection, [who], now)
        if end == "consent":
            await connection.execute(consents.delete())
    if end == "link":
        await gateway.provider.links.end("kiosk", who, now)
    assert error_of(await ask(kiosk, assertion(gateway))) == (400, "invalid_grant")
    if end == "grant":
        assert await seen(kiosk, token) == {"active": False}


async def test_a_scope_that_is_withdrawn_is_not_given(
    gateway: Gateway, party: Party, kiosk: RelyingParty
) -> None:
    kept = ["link", "offline_access"]
    async with gateway.provider.records.writing() as connection:
        change = consents.update().where(consents.c.client_id == "kiosk")
        await connection.execute(change.values(scopes=kept))
    assert body_of(await ask(kiosk, assertion(gateway)))["scope"] == "openid offline_access link"


async def test_another_service_cannot_use_its_assertion(
    gateway: Gateway, party: Party, kiosk: RelyingParty
) -> None:
    client = await gateway.service(
        "second", grant_types=(*CODE_GRANTS, JWT_BEARER), jwks={"keys": [JWK]}, scope=ALL_SCOPES
    )
    refused = await ask(RelyingParty(gateway, client), assertion(gateway))
    assert error_of(refused) == (400, "invalid_grant")
    assert (await ask(party.health, assertion(gateway))).json()["error"] == "unauthorized_client"
