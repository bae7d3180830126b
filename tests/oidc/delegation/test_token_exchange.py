"""A service that was called may call on for the resident: as they agreed, no wider, no longer."""

import json
from typing import Any

import pytest

from gateway.audit.model import LogKind, Outcome
from gateway.consent.records import consents
from gateway.errors import InvalidToken
from gateway.oidc.records import refresh_tokens
from gateway.oidc.tokens.bearer import check_access_token
from tests.oidc.delegation.flows import (
    ACCESS_TOKEN_TYPE,
    ARCHIVE_API,
    CODE_GRANTS,
    DATA,
    HEALTH_API,
    MAY_CALL,
    TAX_API,
    WELFARE_API,
    Party,
    body_of,
    error_of,
    flow,
    seen,
    withdraw,
)
from tests.support.gateway import Gateway
from tests.support.log import break_log, count, log_text, logged
from tests.support.relying_party import RelyingParty

pytestmark = pytest.mark.anyio
DEAD = {"active": False}


@pytest.fixture
async def called(party: Party) -> str:
    """The token that health calls welfare with; welfare may read at tax, the resident agrees."""
    tokens = await party.called()
    await party.agree(party.welfare, party.tax.client, flow(TAX_API, "allowance", "household"))
    token: str = tokens["access_token"]
    return token


async def test_the_next_service_sees_who_acts_for_whom_and_nobody_elses_half(
    party: Party, called: str
) -> None:
    tokens = body_of(await party.exchange(party.welfare, called, TAX_API))
    assert tokens["issued_token_type"] == ACCESS_TOKEN_TYPE
    assert (tokens["token_type"], tokens["expires_in"]) == ("Bearer", 600)
    assert tokens.keys().isdisjoint({"refresh_token", "id_token"})
    by_tax, by_welfare = (
        await seen(party.tax, tokens["access_token"]),
        await seen(party.welfare, tokens["access_token"]),
    )
    assert by_tax["act"] == by_welfare["act"] == {"sub": "welfare", "act": {"sub": "health"}}
    assert (by_tax["aud"], by_tax["client_id"]) == (TAX_API, "welfare")
    assert by_tax["authorization_details"] == [flow(TAX_API, "allowance", "household")]
    assert by_tax["sub"] == party.sub_at(party.tax)
    assert by_welfare["sub"] == party.sub_at(party.welfare)
    assert party.sub_at(party.health) not in json.dumps([by_tax, by_welfare, tokens])
    assert party.sub_at(party.welfare) not in json.dumps(by_tax)
    assert party.sub_at(party.tax) not in json.dumps([by_welfare, tokens])
    # Health, whose call began it, is no party to the next one.
    assert await seen(party.health, tokens["access_token"]) == DEAD


async def test_a_service_exchanges_its_own_token(party: Party) -> None:
    await party.agree(party.health, party.welfare.client, flow(WELFARE_API))
    own = body_of(await party.health.redeem(await party.granted(party.health)))["access_token"]
    tokens = body_of(await party.exchange(party.health, own, WELFARE_API))
    told = await seen(party.welfare, tokens["access_token"])
    assert (told["act"], told["client_id"]) == ({"sub": "health"}, "health")


async def test_an_exchange_is_one_entry_without_a_token(
    gateway: Gateway, party: Party, called: str
) -> None:
    token = body_of(await party.exchange(party.welfare, called, TAX_API))["access_token"]
    (entry,) = await logged(gateway, "token.exchanged")
    assert (entry.kind, entry.outcome) == (LogKind.EVENT, Outcome.DONE)
    assert (entry.tenant_id, entry.client_id) == ("hanasaki", "welfare")
    assert entry.resident == gateway.provider.audit.pseudonym(party.resident.resident_id)
    assert entry.detail == {"actors": "welfare health", "providers": "tax"}
    text = await log_text(gateway)
    assert called not in text
    assert token not in text


async def test_without_the_log_nothing_is_exchanged(
    gateway: Gateway, party: Party, called: str
) -> None:
    await break_log(gateway)
    assert (await party.exchange(party.welfare, called, TAX_API)).status_code == 500


@pytest.mark.parametrize(
    ("error", "changes"),
    [
        ("invalid_request", {"subject_token": None}),
        ("invalid_request", {"subject_token": "x"}),
        ("invalid_request", {"subject_token": "a.b.c"}),
        ("invalid_request", {"subject_token_type": None}),
        (
            "invalid_request",
            {"subject_token_type": "urn:ietf:params:oauth:token-type:refresh_token"},
        ),
        ("invalid_request", {"subject_token_type": "urn:ietf:params:oauth:token-type:jwt"}),
        (
            "invalid_request",
            {"requested_token_type": "urn:ietf:params:oauth:token-type:refresh_token"},
        ),
        ("invalid_request", {"actor_token": "x", "actor_token_type": ACCESS_TOKEN_TYPE}),
        ("invalid_request", {"actor_token_type": ACCESS_TOKEN_TYPE}),
        ("invalid_target", {"resource": None}),
        ("invalid_target", {"resource": WELFARE_API}),
        ("invalid_target", {"resource": HEALTH_API}),
        ("invalid_target", {"resource": "https://nobody.example.test/api"}),
        ("invalid_target", {"audience": "tax"}),
        ("invalid_target", {"audience": WELFARE_API}),
        ("invalid_scope", {"scope": "openid common_id"}),
        ("invalid_scope", {"scope": "everything"}),
        ("invalid_authorization_details", {"authorization_details": "[]"}),
        (
            "invalid_authorization_details",
            {"authorization_details": json.dumps([flow(TAX_API, actions=("write",))])},
        ),
        (
            "invalid_authorization_details",
            {"authorization_details": json.dumps([flow(WELFARE_API)])},
        ),
    ],
)
async def test_what_is_not_of_its_form_is_refused(
    gateway: Gateway, party: Party, called: str, error: str, changes: dict[str, str | None]
) -> None:
    known = await count(gateway, refresh_tokens)
    asked: dict[str, Any] = {"resource": TAX_API, **changes}
    answer = await party.exchange(party.welfare, called, **asked)
    assert error_of(answer) == (400, error)
    assert "access_token" not in answer.json()
    assert await count(gateway, refresh_tokens) == known
    assert not [
        one for one in await logged(gateway, "token.exchanged") if one.outcome is Outcome.DONE
    ]


async def test_the_audience_may_name_the_api(party: Party, called: str) -> None:
    tokens = body_of(await party.exchange(party.welfare, called, None, audience=TAX_API))
    assert (await seen(party.tax, tokens["access_token"]))["active"]


async def test_less_may_be_asked_for(party: Party, called: str) -> None:
    less = flow(TAX_API, "household")
    tokens = body_of(
        await party.exchange(
            party.welfare,
            called,
            TAX_API,
            scope="openid",
            authorization_details=json.dumps([less]),
        )
    )
    assert (tokens["scope"], tokens["authorization_details"]) == ("openid", [less])
    told = await seen(party.tax, tokens["access_token"])
    assert (told["scope"], told["authorization_details"]) == ("openid", [less])


async def test_without_the_residents_consent_nothing_flows_and_it_is_told_once(
    gateway: Gateway, party: Party
) -> None:
    token = (await party.called())["access_token"]
    for _ in range(3):
        refused = await party.exchange(party.welfare, token, TAX_API)
        assert error_of(refused) == (400, "invalid_target")
    (entry,) = await logged(gateway, "token.exchanged")
    assert (entry.outcome, entry.detail) == (Outcome.REFUSED, {"actors": "welfare health"})


async def test_a_consent_that_is_withdrawn_ends_what_was_exchanged(
    gateway: Gateway, party: Party, called: str
) -> None:
    token = body_of(await party.exchange(party.welfare, called, TAX_API))["access_token"]
    await withdraw(gateway, "welfare")
    assert await seen(party.tax, token) == DEAD
    assert error_of(await party.exchange(party.welfare, called, TAX_API))[1] == "invalid_target"
    assert (await seen(party.welfare, called))["active"]


async def test_the_first_consent_withdrawn_ends_all_that_follows(
    gateway: Gateway, party: Party, called: str
) -> None:
    token = body_of(await party.exchange(party.welfare, called, TAX_API))["access_token"]
    await withdraw(gateway, "health")
    assert await seen(party.tax, token) == DEAD
    assert error_of(await party.exchange(party.welfare, called, TAX_API))[1] == "invalid_request"


async def test_another_residents_consent_does_not_count(
    gateway: Gateway, party: Party, called: str
) -> None:
    other = await gateway.resident("邊見　三郎")
    change = consents.update().where(consents.c.client_id == "welfare")
    async with gateway.provider.records.writing() as connection:
        await connection.execute(change.values(resident_id=other.resident_id))
    assert error_of(await party.exchange(party.welfare, called, TAX_API))[1] == "invalid_target"


async def test_only_who_was_called_or_calls_may_exchange(party: Party, called: str) -> None:
    await party.agree(party.health, party.welfare.client, flow(WELFARE_API))
    own = body_of(await party.health.redeem(await party.granted(party.health)))["access_token"]
    assert error_of(await party.exchange(party.welfare, own, TAX_API)) == (400, "invalid_request")
    refused = await party.exchange(party.tax, called, TAX_API)
    assert error_of(refused) == (400, "unauthorized_client")


async def test_it_never_lasts_longer_than_what_it_was_exchanged_for(
    gateway: Gateway, party: Party, called: str
) -> None:
    gateway.clock.forward(seconds=400)
    tokens = body_of(await party.exchange(party.welfare, called, TAX_API))
    assert tokens["expires_in"] == 200
    gateway.clock.forward(seconds=199)
    assert (await seen(party.tax, tokens["access_token"]))["active"]
    gateway.clock.forward(seconds=1)
    assert await seen(party.tax, tokens["access_token"]) == DEAD
    assert error_of(await party.exchange(party.welfare, called, TAX_API))[1] == "invalid_request"


async def test_it_ends_with_the_token_it_was_exchanged_for(party: Party, called: str) -> None:
    token = body_of(await party.exchange(party.welfare, called, TAX_API))["access_token"]
    await party.welfare.post("/revoke", {"token": called})
    assert (await seen(party.tax, token))["active"]
    await party.health.post("/revoke", {"token": called})
    assert await seen(party.tax, token) == DEAD


async def test_it_ends_with_the_family_and_with_the_service_that_began_it(
    gateway: Gateway, party: Party
) -> None:
    tokens = await party.called()
    await party.agree(party.welfare, party.tax.client, flow(TAX_API))
    ours = body_of(await party.exchange(party.welfare, tokens["access_token"], TAX_API))
    await party.health.post("/revoke", {"token": tokens["refresh_token"]})
    assert await seen(party.tax, ours["access_token"]) == DEAD


async def test_a_chain_is_as_long_as_it_may_be_and_no_longer(
    gateway: Gateway, party: Party, called: str
) -> None:
    archive = RelyingParty(
        gateway,
        await gateway.service(
            "archive",
            resources=(ARCHIVE_API,),
            datatypes=DATA,
            allowed_resources=(HEALTH_API,),
            **MAY_CALL,
        ),
    )
    tax = RelyingParty(
        gateway,
        await gateway.service(
            "tax",
            resources=(TAX_API,),
            datatypes=DATA,
            allowed_resources=(ARCHIVE_API,),
            **MAY_CALL,
        ),
    )
    await party.agree(tax, archive.client, flow(ARCHIVE_API))
    await party.agree(archive, party.health.client, flow(HEALTH_API))
    second = body_of(await party.exchange(party.welfare, called, TAX_API))["access_token"]
    third = body_of(await party.exchange(tax, second, ARCHIVE_API))["access_token"]
    told = await seen(archive, third)
    assert told["act"] == {"sub": "tax", "act": {"sub": "welfare", "act": {"sub": "health"}}}
    refused = await party.exchange(archive, third, HEALTH_API)
    assert error_of(refused) == (400, "invalid_request")
    await party.health.post("/revoke", {"token": called})
    assert await seen(archive, third) == DEAD


async def test_a_public_client_cannot_exchange(gateway: Gateway, party: Party) -> None:
    """Its registration is refused already (tests/tenants); this is what /token says of one that
    has not the grant."""
    await gateway.service("app", token_endpoint_auth_method="none", grant_types=CODE_GRANTS)
    async with gateway.browser() as http:
        answer = await http.post(
            "/token",
            data={"client_id": "app", "grant_type": MAY_CALL["grant_types"][-1]},
        )
    assert error_of(answer) == (400, "unauthorized_client")


async def test_a_reference_is_no_token_of_the_gateways(
    gateway: Gateway, party: Party, called: str
) -> None:
    with pytest.raises(InvalidToken):
        await check_access_token(gateway.provider, called, gateway.clock())
