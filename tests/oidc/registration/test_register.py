"""A service registers itself: only with an operator's token, and with no more than it allows."""

from typing import Any

import pytest

from gateway.audit.model import LogKind, Outcome
from gateway.tenants.initial_tokens import list_initial_tokens, revoke_initial_token
from gateway.tenants.registry import suspend_tenant
from tests.oidc.registration.shelf import clients_of
from tests.support.developer import Developer, developer, members
from tests.support.gateway import Gateway
from tests.support.log import log_text, logged
from tests.support.relying_party import RelyingParty, payload

pytestmark = pytest.mark.anyio


async def test_what_is_registered_is_told_with_its_secret_and_its_token(gateway: Gateway) -> None:
    by = await developer(gateway)
    contacts = ["dev@example.test", "0857-00-0000"]
    answer = await by.register(contacts=contacts, software_id="booking", software_version="1.2")
    assert answer.status_code == 201
    assert answer.headers["cache-control"] == "no-store"
    told = answer.json()
    client = await gateway.provider.clients.find(told["client_id"])
    assert client is not None
    assert (client.tenant_id, client.kind) == ("hanasaki", "service")
    assert (client.client_name_ja, client.client_name_en) == ("健診予約", "Booking")
    assert client.metadata.contact == "dev@example.test, 0857-00-0000"
    assert told["contacts"] == contacts
    assert (told["software_id"], told["software_version"]) == ("booking", "1.2")
    assert (told["client_name#ja"], told["client_name#en"]) == ("健診予約", "Booking")
    assert told["grant_types"] == ["authorization_code"]
    assert told["token_endpoint_auth_method"] == "client_secret_basic"
    assert told["scope"] == "openid profile"
    assert (told["subject_type"], told["application_type"]) == ("pairwise", "web")
    assert told["client_secret_expires_at"] == 0
    assert len(told["client_secret"]) == 43
    assert told["client_id_issued_at"] == int(gateway.clock().timestamp())
    assert told["registration_client_uri"].endswith(f"/register/{told['client_id']}")


async def test_what_was_registered_signs_a_resident_in_at_once(gateway: Gateway) -> None:
    told = await (await developer(gateway)).registered()
    client = await gateway.provider.clients.find(told["client_id"])
    assert client is not None
    gateway.secrets[client.client_id] = told["client_secret"]
    party, resident = RelyingParty(gateway, client), await gateway.resident()
    await gateway.consent(client, resident, "openid profile")
    async with gateway.browser() as browser:
        await gateway.sign_in(browser, resident)
        tokens = await party.tokens(browser, scope="openid profile")
        assert payload(tokens["id_token"])["aud"] == client.client_id


async def test_without_a_token_nothing_of_the_body_is_read_and_nothing_is_made(
    gateway: Gateway,
) -> None:
    by = await developer(gateway)
    for token in (None, "x", f"gkr_{'A' * 43}", by.token[:-1], by.token + "A", by.token.upper()):
        answer = await by.call("POST", "/register", token, content=b"no json")
        assert answer.status_code == 401, token
        assert answer.json()["error"] == "invalid_token"
        assert answer.headers["www-authenticate"].startswith("Bearer")
    basic = {"Authorization": f"Basic {by.token}"}
    async with gateway.browser() as http:
        assert (await http.post("/register", headers=basic, json=members())).status_code == 401
        query = await http.post("/register", params={"access_token": by.token}, json=members())
        assert query.status_code == 401
    assert await clients_of(gateway) == []


async def test_a_token_that_is_expired_revoked_or_of_a_stopped_tenant_lets_nobody_in(
    gateway: Gateway,
) -> None:
    expired = await developer(gateway, days=1)
    gateway.clock.forward(days=1)
    revoked, stopped = await developer(gateway), await developer(gateway, tenant_id="minato")
    now, records = gateway.clock(), gateway.provider.records
    async with records.writing() as connection:
        tokens = await list_initial_tokens(connection, "hanasaki")
        await revoke_initial_token(connection, "hanasaki", tokens[0].token_id, now)
        await suspend_tenant(connection, "minato", 1, now)
    for by in (expired, revoked, stopped):
        assert (await by.register()).status_code == 401
    assert await clients_of(gateway) == []


async def test_a_token_is_good_as_often_as_it_was_made_for(gateway: Gateway) -> None:
    by = await developer(gateway, uses=2)
    refused = await by.register(redirect_uris=["http://evil.example.test/cb"])
    assert refused.status_code == 400
    assert [(await by.register()).status_code for _ in range(3)] == [201, 201, 401]
    assert len(await clients_of(gateway)) == 2
    async with gateway.provider.records.reading() as connection:
        (token,) = await list_initial_tokens(connection, "hanasaki")
    assert token.uses_left == 0


@pytest.mark.parametrize(
    "change",
    [
        {"scope": "openid address"},
        {"scope": "openid profile common_id"},
        {"scope": "openid profile offline_access"},
        {"may_see_common_id": True},
        {"decision_document_number": "花総発第12号"},
        {"allowed_networks": ["0.0.0.0/0"]},
        {"allowed_resources": ["https://other.example.test/api"]},
        {"resources": ["https://other.example.test/api"]},
        {"sector_identifier": "other.example.test"},
        {"sector_identifier_uri": "https://other.example.test/sector.json"},
        {"subject_type": "public"},
        {"grant_types": ["authorization_code", "urn:openid:params:grant-type:ciba"]},
        {"grant_types": ["urn:ietf:params:oauth:grant-type:token-exchange"]},
        {"grant_types": ["authorization_code", "password"]},
        {"grant_types": ["authorization_code", "implicit"]},
        {"response_types": ["token"]},
        {"jwks_uri": "https://booking.example.test/jwks"},
        {"logo_uri": "https://booking.example.test/logo.png"},
    ],
    ids=str,
)
async def test_more_than_the_operator_allowed_is_refused(
    gateway: Gateway, change: dict[str, Any]
) -> None:
    answer = await (await developer(gateway)).register(**change)
    assert answer.status_code == 400
    assert answer.json()["error"] == "invalid_client_metadata"
    assert await clients_of(gateway) == []


async def test_members_that_nobody_knows_are_ignored_and_not_told_back(gateway: Gateway) -> None:
    told = await (await developer(gateway)).registered(
        client_id="admin",
        client_secret="chosen",
        registration_access_token="chosen",
        state="active",
        tenant_id="minato",
        kind="reader",
        client_name_ja="別の名前",
        client_uri="https://booking.example.test/",
        x_custom={"a": [1]},
    )
    assert told["client_id"] != "admin"
    assert told["client_secret"] != "chosen"
    assert not {"state", "tenant_id", "kind", "client_uri", "x_custom", "client_name_ja"} & set(
        told
    )
    client = await gateway.provider.clients.find(told["client_id"])
    assert client is not None
    assert (client.tenant_id, client.kind, client.client_name_ja) == (
        "hanasaki",
        "service",
        "健診予約",
    )


async def test_one_name_stands_for_both_languages_and_null_for_nothing(gateway: Gateway) -> None:
    by = await developer(gateway)
    told = await by.registered(**{"client_name#ja": None, "contacts": None, "scope": None})
    assert (told["client_name#ja"], told["client_name#en"]) == ("Booking", "Booking")
    tagged = {"client_name": ..., "client_name#ja": ..., "client_name#ja-Jpan-JP": "予約"}
    told = await by.registered(**tagged, **{"client_name#EN-us": "Book"})
    assert (told["client_name#ja"], told["client_name#en"]) == ("予約", "Book")
    refused = await by.register(**{"client_name": ...})
    assert refused.json()["error_description"].startswith("client_name#en: needed")


async def test_a_native_application_is_told_to_be_one(gateway: Gateway) -> None:
    by = await developer(gateway)
    native = {"redirect_uris": ["com.example.booking:/cb"], "token_endpoint_auth_method": "none"}
    told = await by.registered(**native, application_type="native")
    assert told["application_type"] == "native"
    assert "client_secret" not in told
    assert "client_secret_expires_at" not in told
    refused = await by.register(**native, application_type="web")
    assert refused.json()["error"] == "invalid_redirect_uri"


async def test_the_log_tells_who_registered_and_never_a_secret(gateway: Gateway) -> None:
    by = await developer(gateway)
    told = await by.registered()
    (entry,) = await logged(gateway, "service.registered")
    assert (entry.kind, entry.outcome) == (LogKind.OPERATION, Outcome.DONE)
    assert (entry.tenant_id, entry.client_id) == ("hanasaki", told["client_id"])
    assert entry.origin.actor == f"client:{told['client_id']}"
    await by.register(redirect_uris=["https://evil.example.test/#x"])
    await by.call("POST", "/register", "wrong-token-of-somebody", json={})
    refused = await logged(gateway, "registration.refused")
    assert [one.tenant_id for one in refused] == ["hanasaki", None]
    assert refused[0].detail["reason"].startswith("redirect_uris")
    text = await log_text(gateway)
    for secret in (
        by.token,
        told["client_secret"],
        told["registration_access_token"],
        "wrong-token-of-somebody",
        "evil.example.test",
    ):
        assert secret not in text


async def test_a_flood_of_wrong_tokens_leaves_one_line_a_minute(gateway: Gateway) -> None:
    by = Developer(gateway, "wrong")
    for _ in range(5):
        await by.register()
    assert len(await logged(gateway, "registration.refused")) == 1
    gateway.clock.forward(minutes=2)
    await by.register()
    assert len(await logged(gateway, "registration.refused")) == 2
