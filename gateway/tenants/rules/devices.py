"""Services whose residents sign in elsewhere: at a kiosk (RFC 8628), or asked by a counter
(CIBA Core 1.0 §4)."""

from urllib.parse import urlsplit

from gateway.tenants.jwks import can_sign
from gateway.tenants.metadata import ClientMetadata, MetadataError
from gateway.tenants.protocol import CIBA, DEVICE_CODE
from gateway.tenants.redirect_uris import problem_of

SIGN_IN_GRANTS = ("authorization_code", DEVICE_CODE, CIBA)
"""By which a resident signs in at a service."""
_FIELDS = (
    "backchannel_token_delivery_mode",
    "backchannel_client_notification_endpoint",
    "backchannel_authentication_request_signing_alg",
    "backchannel_user_code_parameter",
)


def signs_residents_in(metadata: ClientMetadata) -> bool:
    return any(grant in metadata.grant_types for grant in SIGN_IN_GRANTS)


def check_counter(metadata: ClientMetadata) -> None:
    if CIBA not in metadata.grant_types:
        check_asks_nobody(metadata)
        return
    if metadata.token_endpoint_auth_method == "none":
        raise MetadataError("grant_types", f"a public client may not use {CIBA}")
    if metadata.backchannel_token_delivery_mode is None:
        raise MetadataError("backchannel_token_delivery_mode", f"{CIBA} needs it: poll or ping")
    if metadata.backchannel_user_code_parameter:
        raise MetadataError("backchannel_user_code_parameter", "residents have no user code here")
    _check_notification(metadata)
    _check_signing(metadata)


def check_asks_nobody(metadata: ClientMetadata) -> None:
    for name in _FIELDS:
        if getattr(metadata, name):
            raise MetadataError(name, f"for services that use {CIBA}")


def _check_notification(metadata: ClientMetadata) -> None:
    name = "backchannel_client_notification_endpoint"
    uri = metadata.backchannel_client_notification_endpoint
    if (uri is not None) != (metadata.backchannel_token_delivery_mode == "ping"):
        raise MetadataError(name, "it and the delivery mode ping need each other")
    if uri is None:
        return
    problem = problem_of(uri)
    if problem is not None:
        raise MetadataError(name, problem)
    if urlsplit(uri).scheme != "https":
        raise MetadataError(name, "https")


def _check_signing(metadata: ClientMetadata) -> None:
    if metadata.backchannel_authentication_request_signing_alg is None:
        return
    if not any(map(can_sign, (metadata.jwks or {}).get("keys", ()))):
        raise MetadataError("jwks", "signed requests need a key that can sign")
