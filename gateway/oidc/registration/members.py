"""What a client says of itself in JSON (RFC 7591 §2, OpenID Connect Dynamic Registration §2) as our
metadata, and back. Pure.

A member of `ClientMetadata` goes by its own name, unless it stands in a list here. What nobody here
knows is ignored and not told back (RFC 7591 §2).
"""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import msgspec

from gateway.errors import InvalidClientMetadata, InvalidField, InvalidRedirectUri, OAuthError
from gateway.oidc.registration.forms import WrongFormError, typed
from gateway.tenants.metadata import ClientMetadata, sector_host
from gateway.tenants.protocol import DEVICE_CODE

OPERATORS_ONLY = frozenset(
    {
        "may_see_common_id",
        "decision_document_number",
        "allowed_networks",
        "sector_identifier",
        "resources",
        "datatypes",
        "allowed_resources",
        "authorization_details_types",
    }
)
"""What an operator alone decides: a sector that anybody could name would let services compare
residents, and an API's address that anybody could claim would bring them its tokens."""
GRANTS = frozenset({"authorization_code", "refresh_token", "client_credentials", DEVICE_CODE})
"""To call other services for residents, or ask residents on their phones, an operator allows."""
REFUSED: Mapping[str, str] = {
    "jwks_uri": "keys are registered in jwks; none are fetched",
    "logo_uri": "none is fetched; an operator uploads the logo",
    "sector_identifier_uri": "none is fetched; an operator names the sector",
}
"""What would be dangerous to ignore, or was surely meant to have an effect."""
_DEMANDS = (
    "security_profile",
    "require_pushed_authorization_requests",
    "require_signed_request_object",
    "dpop_bound_access_tokens",
    "tls_client_certificate_bound_access_tokens",
)
_NAMES = {"client_name_ja": "client_name#ja", "client_name_en": "client_name#en"}
_RENAMED = {**_NAMES, "contact": "contacts"}
OWN_NAMES = tuple(
    field.name
    for field in msgspec.structs.fields(ClientMetadata)
    if field.name not in OPERATORS_ONLY and field.name not in _RENAMED
)
_NEEDED = {
    "purpose_ja": "needed: residents read what their data is used for",
    "purpose_en": "needed: residents read what their data is used for",
}
_BETWEEN_CONTACTS = ", "


def to_metadata(
    members: Mapping[str, Any],
    default_scopes: frozenset[str],
    allowed_scopes: frozenset[str],
    before: ClientMetadata | None = None,
) -> ClientMetadata:
    """All of it anew but for what operators decide. Raises InvalidClientMetadata or
    InvalidRedirectUri."""
    # RFC 7592 §2.2: null is as if it were not there.
    said = {name: value for name, value in members.items() if value is not None}
    _check_refused(said)
    _check_subject_type(said)
    fields = _defaults(said, default_scopes)
    fields |= {name: _typed(name, said[name]) for name in OWN_NAMES if name in said}
    fields |= _names(said)
    if "contacts" in said:
        fields["contact"] = _contact(said["contacts"])
    for name, rule in _NEEDED.items():
        if name not in fields:
            raise InvalidClientMetadata(f"{name}: {rule}")
    if not allowed_scopes.issuperset(fields["scope"].split(" ")):
        least = "the initial access token allows" if before is None else "it is registered with"
        raise InvalidClientMetadata(f"scope: more than {least}")
    _check_grants(fields["grant_types"], before)
    if before is not None:
        fields |= {name: getattr(before, name) for name in OPERATORS_ONLY}
        _keep_demands(fields, before)
    metadata = ClientMetadata(**fields)
    _check_application_type(said, metadata)
    _check_sector(metadata, before)
    _check_address(metadata, before)
    return metadata


def to_members(metadata: ClientMetadata) -> dict[str, object]:
    """All that is registered, with what was decided here (RFC 7591 §3.2.1)."""
    told: dict[str, object] = {
        "client_name": metadata.client_name_ja,
        **{told_as: getattr(metadata, name) for name, told_as in _NAMES.items()},
        **{name: msgspec.to_builtins(getattr(metadata, name)) for name in OWN_NAMES},
        "contacts": metadata.contact and metadata.contact.split(_BETWEEN_CONTACTS),
        "application_type": _application_type(metadata),
        "subject_type": "pairwise",
    }
    return {name: value for name, value in told.items() if value not in (None, [], ())}


def refusal(cause: InvalidField) -> OAuthError:
    """A rule of the registry, told as RFC 7591 §3.2.2 has it."""
    name = _RENAMED.get(cause.field, cause.field)
    if name in OPERATORS_ONLY:
        return InvalidClientMetadata(f"{name}: an operator decides this; {cause.description}")
    told = f"{name}: {cause.description}"
    return InvalidRedirectUri(told) if name == "redirect_uris" else InvalidClientMetadata(told)


def _defaults(said: Mapping[str, Any], scopes: frozenset[str]) -> dict[str, Any]:
    """RFC 7591 §2; and all scopes that the operator let it have."""
    return {
        "grant_types": ("authorization_code",),
        "token_endpoint_auth_method": "client_secret_basic",
        "scope": " ".join(sorted(scopes)),
    }


def _check_refused(said: Mapping[str, Any]) -> None:
    for name, rule in REFUSED.items():
        if name in said:
            raise InvalidClientMetadata(f"{name}: {rule}")
    for name in sorted(OPERATORS_ONLY):
        if name in said:
            raise InvalidClientMetadata(f"{name}: an operator decides this")


def _check_subject_type(said: Mapping[str, Any]) -> None:
    if said.get("subject_type", "pairwise") != "pairwise":
        raise InvalidClientMetadata("subject_type: pairwise only; no two services may compare")


def _check_grants(grants: tuple[str, ...], before: ClientMetadata | None) -> None:
    if not GRANTS.union(() if before is None else before.grant_types).issuperset(grants):
        raise InvalidClientMetadata(
            f"grant_types: some of {', '.join(sorted(GRANTS))}; an operator allows others"
        )


def _check_sector(metadata: ClientMetadata, before: ClientMetadata | None) -> None:
    """Residents come back to a host by its own pages only. At a kiosk their `sub` is told without
    any: who named another service's host would know them by that service's `sub`."""
    host = sector_host(metadata)
    if host is None or DEVICE_CODE not in metadata.grant_types:
        return
    if before is None or DEVICE_CODE not in before.grant_types or sector_host(before) != host:
        raise InvalidClientMetadata(
            "grant_types: device_code beside redirect_uris of a host, an operator allows"
        )


def _check_address(metadata: ClientMetadata, before: ClientMetadata | None) -> None:
    """What listens on the gateway's own machine is no developer's."""
    uri = metadata.backchannel_logout_uri
    if uri is None or uri.startswith("https://"):
        return
    if before is None or before.backchannel_logout_uri != uri:
        raise InvalidClientMetadata("backchannel_logout_uri: https; an operator allows http")


def _keep_demands(fields: dict[str, Any], before: ClientMetadata) -> None:
    """What is demanded of a service is lowered by an operator."""
    for name in _DEMANDS:
        demanded = getattr(before, name)
        if demanded in (False, "standard"):
            continue
        if fields.setdefault(name, demanded) != demanded:
            raise InvalidClientMetadata(f"{name}: an operator changes it")


def _typed(name: str, value: object) -> Any:
    try:
        return typed(name, value)
    except WrongFormError as cause:
        raise refusal(InvalidField(name, cause.form)) from cause


def _names(said: Mapping[str, Any]) -> dict[str, str]:
    """By language (RFC 7591 §2.2); without a tag it stands for the one that is missing."""
    found = {}
    for name, language in (("client_name_ja", "ja"), ("client_name_en", "en")):
        tagged = next((key for key in said if _is_name_in(key, language)), "client_name")
        if tagged not in said:
            raise InvalidClientMetadata(f"client_name#{language}: needed, or client_name")
        found[name] = _typed(name, said[tagged])
    return found


def _is_name_in(key: str, language: str) -> bool:
    name, _, tag = key.partition("#")
    return name == "client_name" and tag.lower().partition("-")[0] == language


def _contact(contacts: object) -> str | None:
    if not isinstance(contacts, list) or not all(isinstance(one, str) for one in contacts):
        raise InvalidClientMetadata("contacts: a list, each a text")
    return _BETWEEN_CONTACTS.join(contacts) or None


def _check_application_type(said: Mapping[str, Any], metadata: ClientMetadata) -> None:
    asked = said.get("application_type")
    if asked not in (None, "web", "native"):
        raise InvalidClientMetadata("application_type: one of web, native")
    if asked == "web" and _application_type(metadata) == "native":
        # OpenID Connect Dynamic Registration §2
        raise InvalidRedirectUri("redirect_uris: https, as this is a web application")


def _application_type(metadata: ClientMetadata) -> str:
    """It follows from where residents are sent back to."""
    schemes = {urlsplit(uri).scheme for uri in metadata.redirect_uris}
    return "native" if schemes - {"https"} else "web"
