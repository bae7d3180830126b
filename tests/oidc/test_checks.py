"""One good authorization request, and one wrong thing at a time (RFC 6749 §4.1.1, RFC 7636)."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from gateway.errors import OAuthError
from gateway.oidc.authorization.checks import check_authorization_request
from gateway.oidc.authorization.hints import Hints
from gateway.oidc.authorization.response import ResponseTarget, is_same_target
from gateway.tenants.model import Client, ClientKind
from tests.support.gateway import service_metadata

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
CLIENT = Client(
    client_id="health",
    tenant_id="hanasaki",
    kind=ClientKind.SERVICE,
    client_name_ja="健康アプリ",
    client_name_en="Health",
    purpose_ja="健診のご案内",
    purpose_en="Check-ups",
    redirect_uris=("https://health.example.test/callback",),
    post_logout_redirect_uris=(),
    token_endpoint_auth_method="client_secret_basic",
    grant_types=("authorization_code",),
    scope=frozenset({"openid", "profile", "offline_access"}),
    sector_identifier="hanasaki/health.example.test",
    id_token_signed_response_alg="ES256",
    jwks=None,
    client_secret_hash=None,
    metadata=service_metadata("health"),
)
TARGET = ResponseTarget(CLIENT, CLIENT.redirect_uris[0], "af0ifjsldkj")
GOOD = {
    "response_type": "code",
    "scope": "openid profile",
    "code_challenge": "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
    "code_challenge_method": "S256",
    "nonce": "n-0S6_WzA2Mj",
}


def test_a_good_request_is_understood() -> None:
    request = check_authorization_request(GOOD, TARGET, Hints(), NOW)
    assert request.scopes == ("openid", "profile")
    assert request.nonce == "n-0S6_WzA2Mj"
    assert request.state == "af0ifjsldkj"
    assert request.received_at == NOW


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"response_type": None}, "invalid_request"),
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"response_type": "none"}, "unsupported_response_type"),
        ({"response_type": "id_token"}, "unsupported_response_type"),
        ({"response_type": "id_token token"}, "unsupported_response_type"),
        ({"response_type": "code token"}, "unsupported_response_type"),
        ({"response_type": "code id_token token"}, "unsupported_response_type"),
        ({"response_type": "code code"}, "unsupported_response_type"),
        ({"response_type": "code  id_token"}, "unsupported_response_type"),
        ({"response_type": "code id_token"}, "unauthorized_client"),
        ({"response_type": "id_token code"}, "unauthorized_client"),
        ({"response_type": "Code"}, "unsupported_response_type"),
        ({"response_mode": "web_message"}, "invalid_request"),
        ({"response_mode": "Query"}, "invalid_request"),
        ({"response_mode": "query jwt"}, "invalid_request"),
        ({"registration": "{}"}, "registration_not_supported"),
        ({"scope": None}, "invalid_scope"),
        ({"scope": "profile"}, "invalid_scope"),
        ({"scope": "openid  profile"}, "invalid_scope"),
        ({"scope": 'openid "'}, "invalid_scope"),
        ({"scope": "OPENID"}, "invalid_scope"),
        ({"code_challenge": None}, "invalid_request"),
        ({"code_challenge": "short"}, "invalid_request"),
        ({"code_challenge": "E" * 42 + "="}, "invalid_request"),
        ({"code_challenge": "E" * 44}, "invalid_request"),
        ({"code_challenge_method": None}, "invalid_request"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"code_challenge_method": "s256"}, "invalid_request"),
        ({"prompt": "none login"}, "invalid_request"),
        ({"prompt": "create"}, "invalid_request"),
        ({"max_age": "-1"}, "invalid_request"),
        ({"max_age": "1.5"}, "invalid_request"),
        ({"max_age": "１０"}, "invalid_request"),
        ({"nonce": "n" * 513}, "invalid_request"),
        ({"acr_values": "a" * 513}, "invalid_request"),
    ],
)
def test_one_wrong_thing_is_refused(change: dict[str, str | None], error: str) -> None:
    parameters = {name: v for name, v in {**GOOD, **change}.items() if v is not None}
    with pytest.raises(OAuthError) as refused:
        check_authorization_request(parameters, TARGET, Hints(), NOW)
    assert refused.value.error == error


def test_unknown_parameters_and_scopes_are_left_out() -> None:
    request = check_authorization_request(
        {**GOOD, "foo": "bar", "scope": "openid profile payments"}, TARGET, Hints(), NOW
    )
    assert request.scopes == ("openid", "profile")


def test_a_scope_the_service_may_not_have_is_left_out() -> None:
    client = replace(CLIENT, scope=frozenset({"openid"}))
    target = ResponseTarget(client, client.redirect_uris[0], None)
    assert check_authorization_request(GOOD, target, Hints(), NOW).scopes == ("openid",)


@pytest.mark.parametrize(
    "unverified_uri",
    [
        "https://health.example.test/callback/",
        "https://health.example.test/callback?x=1",
        "https://health.example.test:443/callback",
        "https://HEALTH.example.test/callback",
        "http://health.example.test/callback",
        "https://health.example.test/callback#f",
        "https://health.example.test@evil.example/callback",
        "https://evil.example/https://health.example.test/callback",
        "https://health.example.test/callback/../callback",
        "https://health.example.test/%63allback",
    ],
)
def test_a_redirect_uri_is_compared_exactly(unverified_uri: str) -> None:
    registered = "https://health.example.test/callback"
    assert is_same_target(registered, registered)
    assert not is_same_target(unverified_uri, registered)


def test_a_native_apps_loopback_address_may_differ_in_its_port_only() -> None:
    registered = "http://127.0.0.1/callback"
    assert is_same_target("http://127.0.0.1:51004/callback", registered)
    for other in (
        "http://127.0.0.1:51004/other",
        "http://localhost:51004/callback",
        "http://127.0.0.1:51004@evil.example/callback",
        "http://127.0.0.1:x/callback",
        "http://127.0.0.1.evil.example/callback",
        "https://127.0.0.1:51004/callback",
    ):
        assert not is_same_target(other, registered)
