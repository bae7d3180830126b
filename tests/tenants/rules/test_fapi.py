"""What a service registers that is held to FAPI 2.0, and how its requests and answers come."""

from typing import Any

import pytest

from gateway.tenants.metadata import MetadataError
from gateway.tenants.metadata_rules import check_metadata
from gateway.tenants.model import ClientKind
from gateway.tenants.protocol import CIBA, DEVICE_CODE
from tests.oidc.authorization.asking import KEYS
from tests.oidc.authorization.fapi import MESSAGE_SIGNING, SECURITY
from tests.support.gateway import reader_metadata, service_metadata

LOOPBACK = ("http://127.0.0.1/callback",)
PUBLIC = {"token_endpoint_auth_method": "none"}


def check(**changes: Any) -> None:
    check_metadata(ClientKind.SERVICE, "fapi", service_metadata("fapi", **changes))


@pytest.mark.parametrize(
    "changes",
    [
        SECURITY,
        MESSAGE_SIGNING,
        {**SECURITY, "id_token_signed_response_alg": "PS256"},
        {**SECURITY, "token_endpoint_auth_signing_alg": "EdDSA"},
        {
            **SECURITY,
            "token_endpoint_auth_method": "self_signed_tls_client_auth",
            "dpop_bound_access_tokens": False,
            "tls_client_certificate_bound_access_tokens": True,
        },
    ],
)
def test_what_the_profile_demands_may_be_registered(changes: dict[str, Any]) -> None:
    check(**changes)


@pytest.mark.parametrize(
    ("change", "names"),
    [
        ({"token_endpoint_auth_method": "none"}, "token_endpoint_auth_method"),
        ({"token_endpoint_auth_method": "client_secret_basic"}, "token_endpoint_auth_method"),
        ({"token_endpoint_auth_method": "client_secret_jwt"}, "token_endpoint_auth_method"),
        ({"dpop_bound_access_tokens": False}, "dpop_bound_access_tokens"),
        (
            {"require_pushed_authorization_requests": False},
            "require_pushed_authorization_requests",
        ),
        ({"response_types": ("code", "code id_token")}, "response_types"),
        ({"response_types": ("code id_token",)}, "response_types"),
        ({"id_token_signed_response_alg": "RS256"}, "id_token_signed_response_alg"),
        ({"userinfo_signed_response_alg": "RS256"}, "userinfo_signed_response_alg"),
        ({"authorization_signed_response_alg": "RS256"}, "authorization_signed_response_alg"),
        ({"introspection_signed_response_alg": "RS256"}, "introspection_signed_response_alg"),
        ({"request_object_signing_alg": "RS256"}, "request_object_signing_alg"),
        ({"request_object_signing_alg": "ES384"}, "request_object_signing_alg"),
        ({"token_endpoint_auth_signing_alg": "RS256"}, "token_endpoint_auth_signing_alg"),
        ({"redirect_uris": LOOPBACK, "post_logout_redirect_uris": ()}, "redirect_uris"),
        ({"redirect_uris": ("com.example.app:/callback",)}, "redirect_uris"),
        ({"grant_types": ("authorization_code", DEVICE_CODE)}, "grant_types"),
        (
            {
                "grant_types": ("authorization_code", CIBA),
                "backchannel_token_delivery_mode": "poll",
            },
            "grant_types",
        ),
    ],
)
@pytest.mark.parametrize("profile", [SECURITY, MESSAGE_SIGNING])
def test_the_rest_is_refused(profile: dict[str, Any], change: dict[str, Any], names: str) -> None:
    with pytest.raises(MetadataError) as refused:
        check(**{**profile, **change})
    assert refused.value.field == names


@pytest.mark.parametrize(
    ("change", "names"),
    [
        ({"require_signed_request_object": False}, "require_signed_request_object"),
        ({"introspection_signed_response_alg": None}, "introspection_signed_response_alg"),
        ({"security_profile": "fapi2_security", "jwks": None}, "jwks"),
        ({"jwks": {"keys": [{**KEYS["jwks"]["keys"][0], "use": "enc"}]}}, "jwks"),
    ],
)
def test_signed_messages_need_what_signs_them(change: dict[str, Any], names: str) -> None:
    with pytest.raises(MetadataError) as refused:
        check(**{**MESSAGE_SIGNING, **change})
    assert refused.value.field == names


@pytest.mark.parametrize(
    ("change", "names"),
    [
        ({"response_types": ()}, "response_types"),
        ({"response_types": ("code", "code")}, "response_types"),
        ({"require_signed_request_object": True}, "jwks"),
        ({"request_object_signing_alg": "ES256"}, "jwks"),
        ({"default_max_age": -1}, "default_max_age"),
        ({"default_max_age": 10**9}, "default_max_age"),
        ({"default_acr_values": ("a", "a")}, "default_acr_values"),
        ({"default_acr_values": ("a b",)}, "default_acr_values"),
        ({"default_acr_values": ("",)}, "default_acr_values"),
        ({"default_acr_values": ("a" * 129,)}, "default_acr_values"),
        ({"default_acr_values": tuple("abcdefghi")}, "default_acr_values"),
    ],
)
def test_what_does_not_go_together_is_refused(change: dict[str, Any], names: str) -> None:
    with pytest.raises(MetadataError) as refused:
        check(**change)
    assert refused.value.field == names


@pytest.mark.parametrize(
    "change",
    [
        {"response_types": ("code", "code id_token")},
        {"response_types": ("code id_token",)},
        {**KEYS, "require_signed_request_object": True, "request_object_signing_alg": "ES256"},
        {**KEYS, **PUBLIC, "require_signed_request_object": True},
        {"require_pushed_authorization_requests": True},
        {"default_max_age": 0, "default_acr_values": ("urn:example:strong", "1")},
    ],
)
def test_what_goes_together_may_be_registered(change: dict[str, Any]) -> None:
    check(**change)


@pytest.mark.parametrize(
    "change",
    [
        {"response_types": ("code id_token",)},
        {"security_profile": "fapi2_security"},
        {"require_pushed_authorization_requests": True},
        {"require_signed_request_object": True},
        {"request_object_signing_alg": "ES256"},
        {"authorization_signed_response_alg": "RS256"},
        {"default_max_age": 0},
        {"default_acr_values": ("1",)},
    ],
)
def test_a_reader_asks_for_nobody(change: dict[str, Any]) -> None:
    with pytest.raises(MetadataError) as refused:
        check_metadata(ClientKind.READER, "counter", reader_metadata(**change))
    assert refused.value.field in change
