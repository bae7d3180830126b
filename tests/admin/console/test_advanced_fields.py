"""What most services leave as it is: asked for by type, sent back the same, told at its field."""

from typing import Any

import pytest

from gateway.admin.console.advanced_fields import FORM, MEMBERS, facts, used_groups
from gateway.admin.console.client_fields import new_form, to_form, to_metadata
from gateway.operators.model import Role
from gateway.tenants.metadata_rules import check_metadata
from gateway.tenants.model import ClientKind
from tests.admin.console.client_forms import SERVICE_FORM, SERVICES, client
from tests.support.operators import Office
from tests.tenants.town import SERVICE, metadata, new_jwk

KIND = ClientKind.SERVICE
SIGNING = {**new_jwk(), "use": "sig", "alg": "ES256"}
KEYS = {"jwks": {"keys": [SIGNING, {**new_jwk(), "use": "enc"}]}}
DEVICE = "urn:ietf:params:oauth:grant-type:device_code"
CIBA = "urn:openid:params:grant-type:ciba"
EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange"
FAPI = {
    **KEYS,
    "security_profile": "fapi2_message_signing",
    "token_endpoint_auth_method": "private_key_jwt",
    "require_pushed_authorization_requests": True,
    "require_signed_request_object": True,
    "dpop_bound_access_tokens": True,
    "introspection_signed_response_alg": "ES256",
}
CHANGES: list[dict[str, Any]] = [
    FAPI,
    {"response_types": ["code", "code id_token"]},
    {"response_types": ["code id_token"]},
    {"response_types": ["code id_token", "code"]},
    {"default_max_age": 0, "default_acr_values": ["urn:a", "urn:b"]},
    {"default_max_age": 3600},
    {
        "backchannel_logout_uri": "https://health.example/out",
        "backchannel_logout_session_required": True,
        "frontchannel_logout_uri": "https://health.example/front",
    },
    {"token_endpoint_auth_method": "client_secret_jwt", "token_endpoint_auth_signing_alg": "HS256"},
    {"token_endpoint_auth_method": "tls_client_auth", "tls_client_auth_san_dns": "a.example"},
    {"token_endpoint_auth_method": "self_signed_tls_client_auth", **KEYS},
    {"grant_types": [DEVICE, "refresh_token"], "redirect_uris": None},
    {"grant_types": ["authorization_code", DEVICE]},
    {
        "grant_types": [CIBA],
        "redirect_uris": None,
        "backchannel_token_delivery_mode": "ping",
        "backchannel_client_notification_endpoint": "https://health.example/ping",
    },
    {
        "resources": ["https://api.health.example/v1"],
        "datatypes": [{"name": "checkups", "label_ja": "健診の結果", "label_en": "Check-ups"}],
    },
    {
        "allowed_resources": ["https://api.other.example/"],
        "authorization_details_types": ["urn:genkan:data-flow"],
        "grant_types": ["authorization_code", EXCHANGE],
    },
    {
        **KEYS,
        "userinfo_signed_response_alg": "EdDSA",
        "userinfo_encrypted_response_alg": "ECDH-ES",
        "userinfo_encrypted_response_enc": "A256GCM",
        "id_token_encrypted_response_alg": "ECDH-ES+A128KW",
        "authorization_signed_response_alg": "PS256",
    },
]


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: next(reversed(change)))
def test_what_is_sent_back_as_it_was_shown_is_the_same(change: dict[str, Any]) -> None:
    before = metadata(SERVICE, **change)
    check_metadata(KIND, "health", before)
    form = to_form(before)
    assert to_metadata(KIND, form, before) == before
    told = {name for name, _ in facts(before)}
    assert told or before.token_endpoint_auth_method == "self_signed_tls_client_auth"
    assert bool(used_groups(form)) == bool(told)


def test_a_new_service_uses_none_of_it() -> None:
    assert used_groups(new_form(KIND)) == frozenset()
    plain = metadata(SERVICE)
    assert facts(plain) == []
    assert used_groups(to_form(plain)) == frozenset()


def test_what_was_emptied_is_as_it_is_by_itself() -> None:
    before = metadata(SERVICE, **FAPI)
    form = {name: value for name, value in to_form(before).items() if name not in MEMBERS}
    after = to_metadata(KIND, form, before)
    assert after == metadata(SERVICE, token_endpoint_auth_method="private_key_jwt", **KEYS)


@pytest.mark.anyio
async def test_the_page_asks_for_each_and_keeps_what_was_typed(office: Office) -> None:
    manager = await office.operator(Role.SERVICE_MANAGER, "hanasaki")
    async with office.at_desk(manager) as desk:
        page = (await desk.get(f"{SERVICES}/new")).text
        for group in FORM.values():
            for one in group:
                assert f'name="{one.name}"' in page, one.name
        refused = await desk.post(
            SERVICES,
            data={**SERVICE_FORM, "backchannel_logout_uri": "http://health.example/<b>"},
        )
        assert refused.status_code == 422
        assert 'value="http://health.example/&lt;b&gt;"' in refused.text
        assert 'id="backchannel_logout_uri-error"' in refused.text
        made = await desk.post(
            SERVICES, data={**SERVICE_FORM, "backchannel_logout_uri": "https://health.example/out"}
        )
        assert made.status_code == 200
        shown = (await desk.get(f"{SERVICES}/health")).text
        assert "https://health.example/out" in shown
    found = await client(office)
    assert found.metadata.backchannel_logout_uri == "https://health.example/out"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("security_profile", "fapi3"),
        ("default_max_age", "soon"),
        ("default_max_age", "-1"),
        ("datatypes", "checkups"),
        ("datatypes", "A | b | c | d"),
        ("resources", "https://api.example/?q=1"),
        ("userinfo_signed_response_alg", "none"),
        ("security_profile", "fapi2_security"),
        ("tls_client_auth_san_dns", "health.example"),
    ],
)
@pytest.mark.anyio
async def test_a_wrong_value_is_told_at_a_field(office: Office, name: str, value: str) -> None:
    manager = await office.operator(Role.SERVICE_MANAGER, "hanasaki")
    async with office.at_desk(manager) as desk:
        refused = await desk.post(SERVICES, data={**SERVICE_FORM, name: value})
        assert refused.status_code == 422
        assert "field-error" in refused.text
        listed = await desk.get(f"/admin/api/v1{SERVICES.removeprefix('/admin')}")
        assert listed.json()["items"] == []
