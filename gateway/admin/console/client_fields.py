"""What a form says of a service or a reader, as its metadata; and back. Pure."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any

import msgspec

from gateway.admin.console import advanced_fields
from gateway.admin.console.visit import to_body
from gateway.tenants.metadata import COMMON_ID, ClientMetadata, MetadataError
from gateway.tenants.model import ClientKind
from gateway.web.networks import parse_network

DATA = ("profile", "address", "birthdate", "gender", "link", "offline_access", COMMON_ID)
"""The scopes a person decides on, in the order of the form; openid is always there."""
FIELDS = frozenset(
    {
        "client_id",
        "client_name_ja",
        "client_name_en",
        "purpose_ja",
        "purpose_en",
        "decision_document_number",
        "contact",
        "token_endpoint_auth_method",
        "jwks",
        "redirect_uris",
        "post_logout_redirect_uris",
        "scope",
        "sector_identifier",
        "id_token_signed_response_alg",
        "allowed_networks",
        *advanced_fields.MEMBERS,
    }
)
"""At which of them the form can show an error; `error_` + name is its text."""
_TEXTS = (
    "client_name_ja",
    "client_name_en",
    "purpose_ja",
    "purpose_en",
    "decision_document_number",
    "contact",
)
_LINES = ("redirect_uris", "post_logout_redirect_uris", "allowed_networks")
_BASIC, _POST, _SIGNS = "client_secret_basic", "client_secret_post", "client_secret_jwt"
_ISSUED, _OWN = "tls_client_auth", "self_signed_tls_client_auth"
_GROUPED = {_POST: _BASIC, _SIGNS: _BASIC, _OWN: _ISSUED}
"""Methods that are a kind of client with one tick more."""


def to_metadata(
    kind: ClientKind, form: Mapping[str, str], before: ClientMetadata | None = None
) -> ClientMetadata:
    """What the form does not ask for stays as it was. Raises InvalidField."""
    fields: dict[str, Any] = {} if before is None else msgspec.structs.asdict(before)
    fields |= {name: _one_line(form, name) for name in _TEXTS}
    fields["jwks"] = json_object("jwks", form.get("jwks"))
    fields["token_endpoint_auth_method"] = _method(form)
    if kind is ClientKind.READER:
        fields["grant_types"], fields["scope"] = ("client_credentials",), "card:verify"
        fields["allowed_networks"] = tuple(map(_network, _lines(form, "allowed_networks")))
    else:
        fields |= _of_service(form, before)
    # Only a name that was left empty is None and has to be something.
    known = {name: value for name, value in fields.items() if value is not None}
    metadata: ClientMetadata = to_body(known, ClientMetadata)
    return metadata


def to_form(metadata: ClientMetadata) -> Mapping[str, str]:
    """As a browser would send it: what is not ticked and what is empty is absent."""
    method = metadata.token_endpoint_auth_method
    fields = {name: getattr(metadata, name) for name in _TEXTS}
    fields |= {name: "\n".join(getattr(metadata, name)) for name in _LINES}
    fields |= {
        "token_endpoint_auth_method": _GROUPED.get(method, method),
        "secret_in_body": "1" if method == _POST else None,
        "secret_signs": "1" if method == _SIGNS else None,
        "own_certificate": "1" if method == _OWN else None,
        "jwks": None if metadata.jwks is None else _pretty(metadata.jwks),
        "refresh_token": "1" if "refresh_token" in metadata.grant_types else None,
        "sector_identifier": metadata.sector_identifier,
        "id_token_signed_response_alg": metadata.id_token_signed_response_alg,
    }
    scopes = metadata.scope.split(" ")
    fields |= {f"scope_{scope}": "1" for scope in DATA if scope in scopes}
    fields |= advanced_fields.write_advanced(metadata)
    return {name: value for name, value in fields.items() if value}


def new_form(kind: ClientKind) -> Mapping[str, str]:
    """What most services are."""
    proposed = {"token_endpoint_auth_method": _BASIC}
    if kind is ClientKind.SERVICE:
        proposed |= {"scope_profile": "1", "refresh_token": "1"}
    return proposed


def _of_service(form: Mapping[str, str], before: ClientMetadata | None) -> dict[str, Any]:
    scopes = ["openid", *(scope for scope in DATA if f"scope_{scope}" in form)]
    uris = _lines(form, "redirect_uris")
    grants = [grant for grant in ("refresh_token",) if grant in form]
    grants += advanced_fields.ticked(form, "grant_types")
    own_behalf = before is not None and "client_credentials" in before.grant_types
    if own_behalf and form.get("token_endpoint_auth_method") != "none":
        grants.append("client_credentials")
    if uris or not (own_behalf or set(grants) - {"refresh_token"}):
        grants.insert(0, "authorization_code")
    return {
        **advanced_fields.read_advanced(form),
        "response_types": _response_types(form, before),
        "authorization_details_types": advanced_fields.ticked(form, "authorization_details_types"),
        "scope": " ".join(_in_order(scopes, () if before is None else before.scope.split(" "))),
        "grant_types": _in_order(grants, () if before is None else before.grant_types),
        "may_see_common_id": COMMON_ID in scopes,
        "redirect_uris": uris,
        "post_logout_redirect_uris": _lines(form, "post_logout_redirect_uris"),
        "sector_identifier": form.get("sector_identifier", "").strip() or None,
        "id_token_signed_response_alg": form.get("id_token_signed_response_alg", "ES256"),
    }


def _response_types(form: Mapping[str, str], before: ClientMetadata | None) -> tuple[str, ...]:
    others = advanced_fields.ticked(form, "response_types")
    registered = ("code",) if before is None else before.response_types
    wanted = ("code", *others) if "code" in registered or not others else others
    return _in_order(wanted, registered)


def _one_line(form: Mapping[str, str], name: str) -> str | None:
    """Where a person broke a line for the eye, a space stands."""
    return " ".join(_lines(form, name)) or None


def _method(form: Mapping[str, str]) -> str | None:
    method = form.get("token_endpoint_auth_method")
    if method == _BASIC and "secret_signs" in form:
        return _SIGNS
    if method == _BASIC and "secret_in_body" in form:
        return _POST
    return _OWN if method == _ISSUED and "own_certificate" in form else method


def _lines(form: Mapping[str, str], name: str) -> tuple[str, ...]:
    lines = (line.strip() for line in form.get(name, "").splitlines())
    return tuple(line for line in lines if line)


def _network(written: str) -> str:
    """In its shortest form, which the rules want; what is none, the rules refuse."""
    try:
        return str(parse_network(written))
    except ValueError:
        return written


def _in_order(wanted: Collection[str], before: Iterable[str]) -> tuple[str, ...]:
    """As it was written, and what is new behind it: a form that changes nothing is no change."""
    kept = [one for one in before if one in wanted]
    return (*kept, *(one for one in wanted if one not in kept))


def json_object(name: str, pasted: str | None) -> Mapping[str, Any] | None:
    """Raises MetadataError."""
    if pasted is None or not pasted.strip():
        return None
    try:
        decoded: Mapping[str, Any] = msgspec.json.decode(pasted, type=dict[str, Any])
    except (msgspec.DecodeError, RecursionError) as cause:
        raise MetadataError(name, "not a JSON object") from cause
    return decoded


def _pretty(jwks: Mapping[str, Any]) -> str:
    return msgspec.json.format(msgspec.json.encode(jwks), indent=2).decode()
