"""Services that end their sign-in in the resident's own browser (OpenID Connect Front-Channel
Logout): each in a frame of the page that says it is over."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from urllib.parse import urlencode, urlsplit

from gateway.keys.hashing import KeyedHash
from gateway.login.session import Session
from gateway.oidc.logout.sid import sid_of
from gateway.tenants.model import Client


@dataclass(frozen=True, slots=True)
class Frame:
    address: str = field(repr=False)
    origin: str
    """All that this frame of the page may show."""


def frames_of(
    issuer: str, keyed_hash: KeyedHash, session: Session, services: Sequence[Client]
) -> tuple[Frame, ...]:
    """`iss` and `sid` always stand in them (§2), so that no other site's frame signs anybody out
    at a service that looks."""
    return tuple(
        _frame(uri, issuer, sid_of(keyed_hash, session.visit_id, service.client_id))
        for service in services
        if (uri := service.metadata.frontchannel_logout_uri) is not None
    )


def _frame(uri: str, issuer: str, sid: str) -> Frame:
    parts = urlsplit(uri)
    told = urlencode({"iss": issuer, "sid": sid})
    address = f"{uri}{'&' if '?' in uri else '?'}{told}"
    return Frame(address, f"{parts.scheme}://{parts.netloc}")
