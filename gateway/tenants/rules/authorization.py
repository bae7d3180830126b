"""How a service may ask for residents: types of answers, signed and pushed requests, defaults.

RFC 9126 §6, RFC 9101 §10.5, OpenID Connect Dynamic Registration §2.
"""

import re
from typing import get_args

from gateway.tenants import jwks
from gateway.tenants.metadata import ClientMetadata, MetadataError, as_stored
from gateway.tenants.protocol import ResponseType

LONGEST_MAX_AGE = 999_999_999
_ACR = re.compile(r"[\x21-\x7e]{1,128}\Z")
_MAX_ACR_VALUES = 8
_FIELDS = (
    "response_types",
    "security_profile",
    "require_pushed_authorization_requests",
    "request_object_signing_alg",
    "require_signed_request_object",
    "authorization_signed_response_alg",
    "default_max_age",
    "default_acr_values",
)


def check_response_types(metadata: ClientMetadata) -> None:
    types = metadata.response_types
    if not types or len(set(types)) < len(types):
        known = ", ".join(get_args(ResponseType))
        raise MetadataError("response_types", f"some of {known}, each once")


def check_signed_requests(metadata: ClientMetadata) -> None:
    keys = (metadata.jwks or {}).get("keys", ())
    if metadata.require_signed_request_object and not any(map(jwks.can_sign, keys)):
        raise MetadataError("jwks", "require_signed_request_object needs a key that can sign")
    if metadata.request_object_signing_alg is not None and not keys:
        raise MetadataError("jwks", "request_object_signing_alg needs a key for it")


def check_request_defaults(metadata: ClientMetadata) -> None:
    seconds, values = metadata.default_max_age, metadata.default_acr_values
    if seconds is not None and not 0 <= seconds <= LONGEST_MAX_AGE:
        raise MetadataError("default_max_age", "a number of seconds, not below 0")
    if len(values) > _MAX_ACR_VALUES or len(set(values)) < len(values):
        raise MetadataError("default_acr_values", f"up to {_MAX_ACR_VALUES}, each once")
    if not all(map(_ACR.match, values)):
        raise MetadataError("default_acr_values", "up to 128 ASCII characters without a space")


def check_reader_asks_for_nobody(metadata: ClientMetadata) -> None:
    told = as_stored(metadata)
    for name in _FIELDS:
        if name in told:
            raise MetadataError(name, "for services only")
