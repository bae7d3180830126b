"""What residents may be asked about besides scopes: authorization details (RFC 9396 §2).

The registry maps a type to its form. Here they are read and compared; whether what they name is
there, and who provides it, their reader's room knows.
"""

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import msgspec

from gateway.errors import BadRequest
from gateway.tenants.protocol import DATA_FLOW, DetailType
from gateway.web.json import strict_json

MAX_LENGTH = 8_192
MAX_DETAILS = 8
MAX_DATATYPES = 32
_WORD = re.compile(r"[a-z][a-z0-9_.-]{0,63}\Z")

Action = Literal["read", "write"]


class BadDetailsError(Exception):
    """The end of a sentence that begins with the parameter's name."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


class DataFlow(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Data of the resident's goes from one service to another: the one that asks reads it at, or
    writes it to, one API of the other's."""

    type: Literal["urn:genkan:data-flow"]
    locations: tuple[str, ...]
    actions: tuple[Action, ...]
    datatypes: tuple[str, ...]

    @property
    def resource(self) -> str:
        return self.locations[0]

    def check(self) -> None:
        """Raises BadDetailsError."""
        if len(self.locations) != 1:
            raise BadDetailsError("needs one location in each data flow")
        if not self.actions or len(set(self.actions)) < len(self.actions):
            raise BadDetailsError("needs the actions of a data flow, each once")
        words = self.datatypes
        if not 1 <= len(words) <= MAX_DATATYPES or len(set(words)) < len(words):
            raise BadDetailsError("needs the datatypes of a data flow, each once")
        if not all(map(_WORD.match, words)):
            raise BadDetailsError("has a malformed datatype")

    def in_order(self) -> "DataFlow":
        """The same however it was written."""
        actions, datatypes = tuple(sorted(self.actions)), tuple(sorted(self.datatypes))
        return msgspec.structs.replace(self, actions=actions, datatypes=datatypes)

    def covers(self, other: "DataFlow") -> bool:
        """Whoever agreed to this one agreed to the other: it is the same, or less."""
        same = self.locations == other.locations
        less = set(other.actions) <= set(self.actions)
        return same and less and set(other.datatypes) <= set(self.datatypes)


Detail = DataFlow
TYPES: Mapping[DetailType, type[Detail]] = {DATA_FLOW: DataFlow}


@dataclass(frozen=True, slots=True)
class AgreedDetail:
    """A detail, and the service that provides what it is about: of another service that has the
    address later, nothing was agreed."""

    detail: Detail
    provider_id: str

    def covers(self, other: "AgreedDetail") -> bool:
        return self.provider_id == other.provider_id and self.detail.covers(other.detail)


def parse_details(unverified: str, allowed: Collection[str]) -> tuple[Detail, ...]:
    """The parameter's value, for a client that may ask for `allowed` types. Strict: what is not
    known is refused (RFC 9396 §5). Raises BadDetailsError."""
    if len(unverified) > MAX_LENGTH:
        raise BadDetailsError("is too long")
    try:
        told = strict_json(unverified)
    except BadRequest as cause:
        raise BadDetailsError("is not JSON, or says a name twice") from cause
    if not isinstance(told, list) or not 1 <= len(told) <= MAX_DETAILS:
        raise BadDetailsError(f"must be a list of 1 to {MAX_DETAILS} objects")
    details = tuple(_parse(one, allowed) for one in told)
    if len(set(details)) < len(details):
        raise BadDetailsError("says the same twice")
    return details


def to_plain(details: Iterable[Detail]) -> tuple[Mapping[str, Any], ...]:
    """As they stand in requests and answers."""
    return tuple(msgspec.to_builtins(detail) for detail in details)


def from_plain(known: Iterable[Mapping[str, Any]]) -> tuple[Detail, ...]:
    """Of what `to_plain` made."""
    return tuple(msgspec.convert(one, TYPES[one["type"]]) for one in known)


def _parse(told: object, allowed: Collection[str]) -> Detail:
    named = told.get("type") if isinstance(told, dict) else None
    form = next((form for name, form in TYPES.items() if name == named), None)
    if form is None:
        raise BadDetailsError("has an object of an unknown type")
    if named not in allowed:
        raise BadDetailsError("has a type that this client may not ask for")
    try:
        detail = msgspec.convert(told, form)
    except msgspec.ValidationError as cause:
        raise BadDetailsError("has an object that is not of its type's form") from cause
    detail.check()
    return detail.in_order()
