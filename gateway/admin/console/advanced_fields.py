"""What most services leave as it is: how the form asks for it, group by group, and both ways
between the form and the metadata. Pure.

How a member is asked for follows from its type; only what stands together is written down here.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin

import msgspec

from gateway.tenants.metadata import ClientMetadata, Datatype, MetadataError
from gateway.tenants.protocol import CIBA, DATA_FLOW, DEVICE_CODE, JWT_BEARER, TOKEN_EXCHANGE

Kind = Literal["tick", "choice", "text", "number", "lines"]

LIST_TICKS: Mapping[str, tuple[str, str]] = {
    "response_code_id_token": ("response_types", "code id_token"),
    "grant_device_code": ("grant_types", DEVICE_CODE),
    "grant_ciba": ("grant_types", CIBA),
    "grant_token_exchange": ("grant_types", TOKEN_EXCHANGE),
    "grant_jwt_bearer": ("grant_types", JWT_BEARER),
    "detail_data_flow": ("authorization_details_types", DATA_FLOW),
}
"""Ticks that put one value into a list: the form's name → the member and the value."""
GROUPS: Mapping[str, tuple[str, ...]] = {
    "sign_out": (
        "backchannel_logout_uri",
        "backchannel_logout_session_required",
        "frontchannel_logout_uri",
        "frontchannel_logout_session_required",
    ),
    "security": (
        "security_profile",
        "require_pushed_authorization_requests",
        "require_signed_request_object",
        "request_object_signing_alg",
        "dpop_bound_access_tokens",
        "tls_client_certificate_bound_access_tokens",
        "token_endpoint_auth_signing_alg",
    ),
    "certificate": (
        "tls_client_auth_subject_dn",
        "tls_client_auth_san_dns",
        "tls_client_auth_san_uri",
        "tls_client_auth_san_ip",
        "tls_client_auth_san_email",
    ),
    "sign_in": ("default_max_age", "default_acr_values", "response_code_id_token"),
    "elsewhere": (
        "grant_device_code",
        "grant_ciba",
        "backchannel_token_delivery_mode",
        "backchannel_client_notification_endpoint",
        "backchannel_authentication_request_signing_alg",
    ),
    "apis": (
        "resources",
        "datatypes",
        "allowed_resources",
        "detail_data_flow",
        "grant_token_exchange",
        "grant_jwt_bearer",
    ),
    "answers": (
        "authorization_signed_response_alg",
        "userinfo_signed_response_alg",
        "introspection_signed_response_alg",
        *(
            f"{answer}_encrypted_response_{part}"
            for answer in ("id_token", "userinfo", "authorization", "introspection")
            for part in ("alg", "enc")
        ),
    ),
}
_TYPES: Mapping[str, Any] = {
    field.name: field.type for field in msgspec.structs.fields(ClientMetadata)
}
_DEFAULTS: Mapping[str, Any] = {
    field.name: field.default for field in msgspec.structs.fields(ClientMetadata)
}
_BETWEEN = "|"
"""In a line that tells a kind of data: name | Japanese | English."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One field of the form; `client_` + name is its label, with `_hint` its hint."""

    name: str
    kind: Kind
    options: tuple[str, ...] = ()
    """Of a choice; the empty one leaves it open."""


def _without_none(kind: Any) -> tuple[Any, bool]:
    if get_origin(kind) not in (Union, UnionType):
        return kind, False
    rest = [one for one in get_args(kind) if one is not NoneType]
    return rest[0], True


def asked(name: str) -> Asked:
    if name in LIST_TICKS:
        return Asked(name, "tick")
    kind, optional = _without_none(_TYPES[name])
    if kind is bool:
        return Asked(name, "tick")
    if get_origin(kind) is Literal:
        return Asked(name, "choice", (*([""] if optional else []), *get_args(kind)))
    if kind is int:
        return Asked(name, "number")
    return Asked(name, "lines" if get_origin(kind) is tuple else "text")


FORM: Mapping[str, tuple[Asked, ...]] = {
    group: tuple(map(asked, names)) for group, names in GROUPS.items()
}
MEMBERS = frozenset(name for names in GROUPS.values() for name in names if name not in LIST_TICKS)
"""Those with a field of their own."""


def read_advanced(form: Mapping[str, str]) -> dict[str, Any]:
    """All members that have a field of their own. Raises MetadataError."""
    fields = (one for group in FORM.values() for one in group if one.name in MEMBERS)
    return {one.name: _value(one, form) for one in fields}


def ticked(form: Mapping[str, str], member: str) -> tuple[str, ...]:
    """The values of this list that have a tick."""
    return tuple(value for name, (of, value) in LIST_TICKS.items() if of == member and name in form)


def write_advanced(metadata: ClientMetadata) -> dict[str, str | None]:
    """As a browser would send it; None for what it would not."""
    written = {name: _written(getattr(metadata, name)) for name in MEMBERS}
    for name, (member, value) in LIST_TICKS.items():
        written[name] = "1" if value in getattr(metadata, member) else None
    return written


def used_groups(form: Mapping[str, str]) -> frozenset[str]:
    """Where something is not as it is by itself."""
    return frozenset(
        group
        for group, fields in FORM.items()
        if any(form.get(one.name, "") not in ("", _by_itself(one.name)) for one in fields)
    )


def facts(metadata: ClientMetadata) -> list[tuple[str, tuple[str, ...]]]:
    """What is not as it is by itself: the label's name, and values; none for a plain yes."""
    form = write_advanced(metadata)
    told = []
    for one in (one for group in FORM.values() for one in group):
        written = form.get(one.name) or ""
        if written not in ("", _by_itself(one.name)):
            values = () if one.kind == "tick" else tuple(written.splitlines())
            told.append((one.name, values))
    return told


def _by_itself(name: str) -> str:
    default = _DEFAULTS.get(name)
    return default if isinstance(default, str) else ""


def _value(one: Asked, form: Mapping[str, str]) -> object:
    text = form.get(one.name, "").strip()
    if one.kind == "tick":
        return one.name in form
    if one.name == "datatypes":
        return tuple(_datatypes(text.splitlines()))
    if one.kind == "lines":
        return tuple(line.strip() for line in text.splitlines() if line.strip())
    return text or _DEFAULTS[one.name]


def _datatypes(lines: Iterable[str]) -> Iterable[Datatype]:
    for line in lines:
        parts = [part.strip() for part in line.split(_BETWEEN)]
        if parts == [""]:
            continue
        if len(parts) != len(Datatype.__struct_fields__):
            raise MetadataError("datatypes", "each line: name | Japanese | English")
        yield Datatype(*parts)


def _written(value: object) -> str | None:
    if isinstance(value, tuple):
        return "\n".join(_line(one) for one in value) or None
    if isinstance(value, bool):
        return "1" if value else None
    return None if value is None else str(value)


def _line(one: object) -> str:
    if isinstance(one, Datatype):
        return f" {_BETWEEN} ".join((one.name, one.label_ja, one.label_en))
    return str(one)
