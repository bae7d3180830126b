"""What the reader agent's form brings back, read strictly. Nothing of it is believed yet."""

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass, field

from gateway.card.challenge import Purpose
from gateway.card.model import SignatureEncoding
from gateway.errors import InvalidRequest

# What an agent may say instead of bringing signatures.
DECLINED = ("cancelled", "locked", "no_signature_certificate")
_CARRIED = (
    "challenge_id",
    "outcome",
    "tries_remaining",
    "authentication_certificate",
    "authentication_signature",
    "signature_certificate",
    "signature_signature",
    "signature_encoding",
)


@dataclass(frozen=True, slots=True)
class Signed:
    """One certificate of the card and the signature made with its key."""

    unverified_certificate: bytes = field(repr=False)
    signature: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class CardAnswer:
    challenge_id: str
    encoding: SignatureEncoding
    authentication: Signed
    signature: Signed | None
    """At registration only."""


@dataclass(frozen=True, slots=True)
class Declined:
    """Nothing was signed, and why."""

    outcome: str
    tries_remaining: int | None


def carried(parameters: Mapping[str, str]) -> dict[str, str]:
    """The fields of an answer, and no others."""
    return {name: parameters[name] for name in _CARRIED if name in parameters}


def parse_purpose(text: str | None) -> Purpose:
    for purpose in (Purpose.SIGN_IN, Purpose.REGISTRATION):
        if text == purpose:
            return purpose
    raise InvalidRequest("purpose is missing or unknown")


def parse_answer(parameters: Mapping[str, str], purpose: Purpose) -> CardAnswer | Declined:
    """Raises InvalidRequest."""
    outcome = parameters.get("outcome")
    if outcome in DECLINED:
        return Declined(outcome, _tries(parameters))
    if outcome != "signed":
        raise InvalidRequest("outcome is missing or unknown")
    registers = purpose is Purpose.REGISTRATION
    return CardAnswer(
        challenge_id=_needed(parameters, "challenge_id"),
        encoding=_encoding(parameters),
        authentication=_signed(parameters, "authentication"),
        signature=_signed(parameters, "signature") if registers else None,
    )


def _signed(parameters: Mapping[str, str], key: str) -> Signed:
    return Signed(
        _base64(parameters, f"{key}_certificate"), _base64(parameters, f"{key}_signature")
    )


def _encoding(parameters: Mapping[str, str]) -> SignatureEncoding:
    text = _needed(parameters, "signature_encoding")
    if text not in (SignatureEncoding.PKCS1, SignatureEncoding.ECDSA_DER):
        raise InvalidRequest("signature_encoding is unknown")
    return SignatureEncoding(text)


def _base64(parameters: Mapping[str, str], name: str) -> bytes:
    try:
        return base64.b64decode(_needed(parameters, name), validate=True)
    except (binascii.Error, ValueError) as cause:
        raise InvalidRequest(f"{name} is not base64") from cause


def _tries(parameters: Mapping[str, str]) -> int | None:
    text = parameters.get("tries_remaining")
    if text is None:
        return None
    if text not in tuple("0123456789"):
        raise InvalidRequest("tries_remaining is not a digit")
    return int(text)


def _needed(parameters: Mapping[str, str], name: str) -> str:
    if name not in parameters:
        raise InvalidRequest(f"{name} is missing")
    return parameters[name]
