"""What a service registers that is held to FAPI 2.0 (Security Profile §5.3.2, Message Signing §5).

What a request has to look like then is checked where it comes in.
"""

from collections.abc import Callable

from gateway.tenants import jwks
from gateway.tenants.metadata import ClientMetadata, MetadataError
from gateway.tenants.protocol import CIBA, DEVICE_CODE, FAPI_ALGORITHMS

METHODS = ("private_key_jwt", "tls_client_auth", "self_signed_tls_client_auth")
_SIGNED = (
    "id_token_signed_response_alg",
    "userinfo_signed_response_alg",
    "authorization_signed_response_alg",
    "introspection_signed_response_alg",
    "request_object_signing_alg",
    "token_endpoint_auth_signing_alg",
)
_ELSEWHERE = (DEVICE_CODE, CIBA)
"""Grants that the profile says nothing of: whoever begins them is in another browser."""


def check_fapi(metadata: ClientMetadata) -> None:
    if metadata.security_profile == "standard":
        return
    for check in _CHECKS:
        check(metadata)
    if metadata.security_profile == "fapi2_message_signing":
        _check_messages(metadata)


def _check_method(metadata: ClientMetadata) -> None:
    if metadata.token_endpoint_auth_method not in METHODS:
        raise MetadataError("token_endpoint_auth_method", f"FAPI 2.0: one of {', '.join(METHODS)}")


def _check_binding(metadata: ClientMetadata) -> None:
    if not (
        metadata.dpop_bound_access_tokens or metadata.tls_client_certificate_bound_access_tokens
    ):
        raise MetadataError(
            "dpop_bound_access_tokens",
            "FAPI 2.0: this or tls_client_certificate_bound_access_tokens",
        )


def _check_ways(metadata: ClientMetadata) -> None:
    if set(metadata.grant_types) & set(_ELSEWHERE):
        raise MetadataError("grant_types", "FAPI 2.0: none that begins in another browser")
    if metadata.response_types != ("code",):
        raise MetadataError("response_types", "FAPI 2.0: code only")
    if not metadata.require_pushed_authorization_requests:
        raise MetadataError("require_pushed_authorization_requests", "FAPI 2.0 needs it")


def _check_algorithms(metadata: ClientMetadata) -> None:
    for name in _SIGNED:
        if getattr(metadata, name) not in (None, *FAPI_ALGORITHMS):
            raise MetadataError(name, f"FAPI 2.0: one of {', '.join(FAPI_ALGORITHMS)}")


def _check_redirect_uris(metadata: ClientMetadata) -> None:
    if not all(uri.startswith("https://") for uri in metadata.redirect_uris):
        raise MetadataError("redirect_uris", "FAPI 2.0: https only")


def _check_messages(metadata: ClientMetadata) -> None:
    if not metadata.require_signed_request_object:
        raise MetadataError("require_signed_request_object", "FAPI 2.0 Message Signing needs it")
    if metadata.introspection_signed_response_alg is None:
        raise MetadataError(
            "introspection_signed_response_alg", "FAPI 2.0 Message Signing needs one"
        )
    keys = (metadata.jwks or {}).get("keys", ())
    algorithms = (jwks.usual_name(key.get("alg", "ES256")) for key in keys if jwks.can_sign(key))
    if not any(alg in FAPI_ALGORITHMS for alg in algorithms):
        raise MetadataError("jwks", "FAPI 2.0 Message Signing needs a key that can sign so")


_CHECKS: tuple[Callable[[ClientMetadata], None], ...] = (
    _check_method,
    _check_binding,
    _check_ways,
    _check_algorithms,
    _check_redirect_uris,
)
