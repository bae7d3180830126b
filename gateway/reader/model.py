"""What a gateway asks the card to sign, and what goes back to it: the rules of the protocol."""

import base64
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from gateway.card.challenge import Purpose
from gateway.virtual.pins import Pin

_CHALLENGE_ID = re.compile(r"[A-Za-z0-9_-]{1,128}")
_CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}")  # 32 bytes in base64url
_ADDRESS_REST = re.compile(r"/[!-\"$-~]*")  # printable ASCII without "#"
_LONGEST_ADDRESS = 2048

PINS: Mapping[Purpose, tuple[Pin, ...]] = {
    Purpose.SIGN_IN: (Pin.AUTHENTICATION,),
    Purpose.REGISTRATION: (Pin.SIGNATURE, Pin.AUTHENTICATION),
}
"""Which PINs each purpose needs, in the order they are asked for."""


class RefusedError(Exception):
    """The agent does nothing with this request. `why` names the text of the page that says so."""

    def __init__(self, why: str, status: int) -> None:
        super().__init__(why)
        self.why = why
        self.status = status


@dataclass(frozen=True, slots=True)
class SigningRequest:
    challenge_id: str
    challenge: bytes = field(repr=False)
    purpose: Purpose
    origin: str
    """The site that asks, as the browser names it: this is what gets signed."""
    return_to: str


def check_site(origins_sent: list[str], gateway_origins: tuple[str, ...]) -> str:
    """The Origin header (RFC 6454 §7) is there once and names a gateway of the settings."""
    if len(origins_sent) != 1 or origins_sent[0] not in gateway_origins:
        raise RefusedError("unknown_site", 403)
    return origins_sent[0]


def parse_signing_request(parameters: Mapping[str, str], origin: str) -> SigningRequest:
    challenge_id = parameters.get("challenge_id", "")
    if not _CHALLENGE_ID.fullmatch(challenge_id):
        raise RefusedError("malformed", 400)
    purpose = next((known for known in PINS if known == parameters.get("purpose")), None)
    if purpose is None:
        raise RefusedError("malformed", 400)
    return SigningRequest(
        challenge_id=challenge_id,
        challenge=_parse_challenge(parameters.get("challenge", "")),
        purpose=purpose,
        origin=origin,
        return_to=_check_return_to(parameters.get("return_to", ""), origin),
    )


def _parse_challenge(text: str) -> bytes:
    if not _CHALLENGE.fullmatch(text):
        raise RefusedError("malformed", 400)
    value = base64.urlsafe_b64decode(f"{text}=")
    # 43 characters hold two bits more than 32 bytes do; RFC 4648 §3.5 wants them zero.
    if base64.urlsafe_b64encode(value).rstrip(b"=").decode() != text:
        raise RefusedError("malformed", 400)
    return value


def _check_return_to(address: str, origin: str) -> str:
    """The answer goes to the asking site and nowhere else. A prefix and a slash are enough: with
    the whole origin in front, nothing can turn what follows into another host."""
    rest = address.removeprefix(origin)
    if len(address) > _LONGEST_ADDRESS or rest == address or not _ADDRESS_REST.fullmatch(rest):
        raise RefusedError("foreign_return", 403)
    return address


class AgentOutcome(StrEnum):
    """The `outcome` the gateway is told."""

    SIGNED = "signed"
    CANCELLED = "cancelled"
    LOCKED = "locked"
    NO_SIGNATURE_CERTIFICATE = "no_signature_certificate"


@dataclass(frozen=True, slots=True)
class Answer:
    """What the resident's browser carries back."""

    outcome: AgentOutcome
    tries_remaining: int | None = None
    signatures: Mapping[str, str] = field(default_factory=dict, repr=False)

    def fields(self, request: SigningRequest) -> dict[str, str]:
        fields = {"challenge_id": request.challenge_id, "outcome": self.outcome.value}
        if self.tries_remaining is not None:
            fields["tries_remaining"] = str(self.tries_remaining)
        return {**fields, **self.signatures}
