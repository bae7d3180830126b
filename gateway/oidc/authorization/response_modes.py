"""How an answer travels back: the response modes there are, and which of them a request may have.

OAuth 2.0 Multiple Response Types 1.0 §2.1, OAuth 2.0 Form Post Response Mode 1.0, JARM §2.3.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlsplit

from gateway.tenants.model import Client
from gateway.tenants.protocol import ResponseType

HYBRID: ResponseType = "code id_token"
_HYBRID = {"code", "id_token"}
JWT = "jwt"
"""The default of the response type, signed."""


@dataclass(frozen=True, slots=True)
class ResponseMode:
    carrier: Literal["query", "fragment", "form_post"]
    signed: bool = False
    """In one JWT (JARM)."""


QUERY = ResponseMode("query")
_NAMED = {
    "query": QUERY,
    "fragment": ResponseMode("fragment"),
    "form_post": ResponseMode("form_post"),
    "query.jwt": ResponseMode("query", signed=True),
    "fragment.jwt": ResponseMode("fragment", signed=True),
    "form_post.jwt": ResponseMode("form_post", signed=True),
}
NAMES = (*_NAMED, JWT)


def response_type_of(unverified_type: str) -> ResponseType | None:
    """The order of its words does not matter (Multiple Response Types §3); None for one that there
    is not."""
    if unverified_type == "code":
        return "code"
    words = unverified_type.split(" ")
    return HYBRID if len(words) == len(_HYBRID) and set(words) == _HYBRID else None


def default_mode(client: Client, parameters: Mapping[str, str]) -> ResponseMode:
    """Of the response type; signed where the client takes nothing else."""
    kind = response_type_of(parameters.get("response_type", ""))
    return ResponseMode("fragment" if kind == HYBRID else "query", client.signs_messages)


def asked_mode(
    client: Client, redirect_uri: str, parameters: Mapping[str, str]
) -> ResponseMode | None:
    """None for one that this request cannot have."""
    default, name = default_mode(client, parameters), parameters.get("response_mode")
    if name is None:
        # Whoever signs messages says so with every request (FAPI 2.0 Message Signing §5.4.2).
        return None if client.signs_messages else default
    mode = ResponseMode(default.carrier, signed=True) if name == JWT else _NAMED.get(name)
    if mode is None or (client.signs_messages and not mode.signed):
        return None
    if mode.carrier == "query" and default.carrier == "fragment":
        return None  # Multiple Response Types §5: no token in a query
    if mode.carrier == "form_post" and urlsplit(redirect_uri).scheme not in ("https", "http"):
        return None  # a browser can post to web addresses only
    return mode
