"""Shows the PINs to the card and signs. The agent builds what is signed; it signs nothing given."""

import base64
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from gateway.card.challenge import Purpose
from gateway.card.to_be_signed import to_be_signed
from gateway.reader.model import PINS, AgentOutcome, Answer, SigningRequest
from gateway.virtual.card import CardKey, VirtualCard
from gateway.virtual.pins import (
    MalformedPinError,
    Pin,
    PinLockedError,
    TriesChangedError,
    WrongPinError,
    prepare_pin,
)

Problem = Literal["malformed", "unconfirmed", "changed", "wrong"]
"""The page has a text for each of them and each PIN."""


@dataclass(frozen=True, slots=True)
class TypedPin:
    """One PIN as it came from the page."""

    value: str = field(repr=False)
    tries_seen: int | None
    """How many tries the page showed as left; None where it came back without the number."""
    last_try_confirmed: bool


@dataclass(frozen=True, slots=True)
class PinProblem:
    """Why nothing was signed, and at which field of the page."""

    pin: Pin
    problem: Problem


def hopeless(card: VirtualCard, purpose: Purpose) -> Answer | None:
    """The answer for a card that cannot serve the purpose, whatever is typed."""
    if Pin.SIGNATURE in PINS[purpose] and card.signature is None:
        return Answer(AgentOutcome.NO_SIGNATURE_CERTIFICATE)
    if any(card.tries.remaining(pin) == 0 for pin in PINS[purpose]):
        return Answer(AgentOutcome.LOCKED, tries_remaining=0)
    return None


def sign(
    card: VirtualCard, request: SigningRequest, typed: Mapping[Pin, TypedPin]
) -> Answer | tuple[PinProblem, ...]:
    """One try of each PIN at most; none where any of them cannot be right anyway."""
    answer = hopeless(card, request.purpose)
    if answer is not None:
        return answer
    problems = tuple(
        problem
        for pin in PINS[request.purpose]
        if (problem := _problem_before_a_try(card, pin, typed[pin])) is not None
    )
    if problems:
        return problems
    try:
        return Answer(AgentOutcome.SIGNED, signatures=_signatures(card, request, typed))
    except WrongPinError as wrong:
        return (PinProblem(wrong.pin, "wrong"),)
    except TriesChangedError as changed:
        return (PinProblem(changed.pin, "changed"),)
    except PinLockedError:
        return Answer(AgentOutcome.LOCKED, tries_remaining=0)


def _problem_before_a_try(card: VirtualCard, pin: Pin, typed: TypedPin) -> PinProblem | None:
    try:
        prepare_pin(pin, typed.value)
    except MalformedPinError:
        return PinProblem(pin, "malformed")
    if typed.tries_seen != card.tries.remaining(pin):
        return PinProblem(pin, "changed")
    if typed.tries_seen == 1 and not typed.last_try_confirmed:
        return PinProblem(pin, "unconfirmed")
    return None


def _signatures(
    card: VirtualCard, request: SigningRequest, typed: Mapping[Pin, TypedPin]
) -> dict[str, str]:
    data = to_be_signed(request.origin, request.challenge)
    fields: dict[str, str] = {"signature_encoding": card.signature_encoding}
    if request.purpose is Purpose.REGISTRATION and card.signature is not None:
        shown = typed[Pin.SIGNATURE]
        signature = card.sign_signature(shown.value, data, seen=shown.tries_seen)
        fields |= _pair(Pin.SIGNATURE, card.signature, signature)
    shown = typed[Pin.AUTHENTICATION]
    signature = card.sign_authentication(shown.value, data, seen=shown.tries_seen)
    return fields | _pair(Pin.AUTHENTICATION, card.authentication, signature)


def _pair(pin: Pin, key: CardKey, signature: bytes) -> dict[str, str]:
    return {
        f"{pin}_certificate": base64.b64encode(key.certificate).decode(),
        f"{pin}_signature": base64.b64encode(signature).decode(),
    }
