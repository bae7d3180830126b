"""How a client proves itself and what its tokens are bound to: what may be registered together."""

from typing import Any

import pytest

from gateway.tenants.jwks import can_sign
from gateway.tenants.metadata import MetadataError, as_stored
from gateway.tenants.metadata_rules import check_metadata
from gateway.tenants.model import ClientKind
from tests.tenants.town import READER, SERVICE, metadata, new_jwk

JWK = new_jwk()
KEYS = {"jwks": {"keys": [JWK]}}
ENCRYPTING = {**JWK, "use": "enc", "alg": "ECDH-ES"}
X25519 = {
    "kty": "OKP",
    "crv": "X25519",
    "use": "enc",
    "x": "3p7bfXt9wbTTW2HC7OQ1Nz-DQ8hbeGdNrfx-FG-IK08",
}
TLS = {"token_endpoint_auth_method": "tls_client_auth"}
SELF_SIGNED = {"token_endpoint_auth_method": "self_signed_tls_client_auth"}
BY_KEY = {"token_endpoint_auth_method": "private_key_jwt", **KEYS}
DN = {"tls_client_auth_subject_dn": "CN=health,O=Hanasaki\\, Town,C=JP"}


@pytest.mark.parametrize(
    "change",
    [
        KEYS,
        {"token_endpoint_auth_method": "none", **KEYS},
        {"jwks": {"keys": [ENCRYPTING]}},
        {"jwks": {"keys": [X25519]}},
        {**BY_KEY, "jwks": {"keys": [ENCRYPTING, JWK]}},
        {"token_endpoint_auth_method": "client_secret_jwt"},
        {
            "token_endpoint_auth_method": "client_secret_jwt",
            "token_endpoint_auth_signing_alg": "HS256",
        },
        {**BY_KEY, "token_endpoint_auth_signing_alg": "ES256"},
        {**TLS, **DN},
        {**TLS, "tls_client_auth_subject_dn": "cn=health+serialNumber=1,2.5.4.97=X"},
        {**TLS, "tls_client_auth_san_dns": "health.example"},
        {**TLS, "tls_client_auth_san_uri": "spiffe://hanasaki/health"},
        {**TLS, "tls_client_auth_san_uri": "urn:example:health"},
        {**TLS, "tls_client_auth_san_ip": "2001:db8::1"},
        {**TLS, "tls_client_auth_san_email": "health@hanasaki.example"},
        {**SELF_SIGNED, **KEYS},
        {"dpop_bound_access_tokens": True, "tls_client_certificate_bound_access_tokens": True},
    ],
)
def test_what_goes_together_is_accepted(change: dict[str, Any]) -> None:
    check_metadata(ClientKind.SERVICE, "health", metadata(SERVICE, **change))
    if change.get("token_endpoint_auth_method") != "none":
        check_metadata(ClientKind.READER, "counter", metadata(READER, **change))


@pytest.mark.parametrize(
    ("change", "names"),
    [
        ({"token_endpoint_auth_method": "private_key_jwt"}, "jwks"),
        ({**BY_KEY, "jwks": {"keys": [ENCRYPTING]}}, "jwks"),
        ({**BY_KEY, "jwks": {"keys": [X25519]}}, "jwks"),
        ({**BY_KEY, "jwks": {"keys": [{**X25519, "use": "sig"}]}}, "jwks"),
        ({"jwks": {"keys": [{**X25519, "x": "eHg"}]}}, "jwks"),
        ({"jwks": {"keys": [{**JWK, "alg": "HS256"}]}}, "jwks"),
        (SELF_SIGNED, "jwks"),
        ({**SELF_SIGNED, "jwks": {"keys": [ENCRYPTING]}}, "jwks"),
        ({"token_endpoint_auth_signing_alg": "HS256"}, "token_endpoint_auth_signing_alg"),
        ({**BY_KEY, "token_endpoint_auth_signing_alg": "HS256"}, "token_endpoint_auth_signing_alg"),
        (
            {
                "token_endpoint_auth_method": "client_secret_jwt",
                "token_endpoint_auth_signing_alg": "ES256",
            },
            "token_endpoint_auth_signing_alg",
        ),
        (TLS, "tls_client_auth_subject_dn"),
        (DN, "tls_client_auth_subject_dn"),
        ({**TLS, **DN, "tls_client_auth_san_dns": "a.example"}, "tls_client_auth_san_dns"),
        ({**TLS, "tls_client_auth_subject_dn": ""}, "tls_client_auth_subject_dn"),
        ({**TLS, "tls_client_auth_subject_dn": "health"}, "tls_client_auth_subject_dn"),
        ({**TLS, "tls_client_auth_subject_dn": "CN=" + "x" * 2_000}, "tls_client_auth_subject_dn"),
        ({**TLS, "tls_client_auth_san_dns": "*.example"}, "tls_client_auth_san_dns"),
        ({**TLS, "tls_client_auth_san_dns": "Health.example"}, "tls_client_auth_san_dns"),
        ({**TLS, "tls_client_auth_san_uri": "health"}, "tls_client_auth_san_uri"),
        ({**TLS, "tls_client_auth_san_uri": "urn:"}, "tls_client_auth_san_uri"),
        ({**TLS, "tls_client_auth_san_ip": "192.0.2.0/24"}, "tls_client_auth_san_ip"),
        ({**TLS, "tls_client_auth_san_ip": "localhost"}, "tls_client_auth_san_ip"),
        ({**TLS, "tls_client_auth_san_email": "health"}, "tls_client_auth_san_email"),
        ({**TLS, "tls_client_auth_san_email": "@example.jp"}, "tls_client_auth_san_email"),
    ],
)
def test_one_wrong_member_is_refused_and_named(change: dict[str, Any], names: str) -> None:
    with pytest.raises(MetadataError) as refused:
        check_metadata(ClientKind.SERVICE, "health", metadata(SERVICE, **change))
    assert refused.value.field == names


def test_which_keys_can_sign() -> None:
    for good in (JWK, {**JWK, "use": "sig"}, {**JWK, "alg": "ES256"}):
        assert can_sign(good)
    for bad in (ENCRYPTING, X25519, {**JWK, "alg": "ES512"}, {**JWK, "crv": "P-521"}):
        assert not can_sign(bad)


def test_what_was_registered_before_is_stored_as_it_was() -> None:
    stored = as_stored(metadata(SERVICE))
    assert not [name for name in stored if "tls" in name or "dpop" in name or "signing" in name]
