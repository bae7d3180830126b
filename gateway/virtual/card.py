"""A software card: it signs for whoever shows its PIN, and counts the tries as a chip does."""

from dataclasses import dataclass, field
from typing import Literal, Protocol

from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa

from gateway.virtual.keys import hash_for, load_private_key
from gateway.virtual.pins import Pin, PinLockedError, StoredPin, WrongPinError, prepare_pin


class Tries(Protocol):
    """The counters of one card. Every method is one atomic step."""

    def remaining(self, pin: Pin) -> int: ...

    def spend(self, pin: Pin, seen: int | None) -> int:
        """Writes down one try less and returns how many remain, by the rule `one_try_less`."""
        ...

    def restore(self, pin: Pin) -> None:
        """Back to the most tries: the right PIN was shown."""
        ...


@dataclass(frozen=True, slots=True)
class CardKey:
    """A certificate, its private key, and the PIN that guards it."""

    certificate: bytes = field(repr=False)
    """DER."""
    private_key: bytes = field(repr=False)
    """PKCS#8 DER."""
    pin: StoredPin = field(repr=False)


@dataclass(frozen=True, slots=True)
class VirtualCard:
    card_id: str
    holder_name: str = field(repr=False)
    """What is printed on the card."""
    authentication: CardKey
    signature: CardKey | None
    """None: a child's card has no signature certificate."""
    tries: Tries = field(repr=False)

    def sign_authentication(
        self, pin: str, to_be_signed: bytes, *, seen: int | None = None
    ) -> bytes:
        """`seen`: the tries the person was shown; TriesChangedError where they are others now."""
        return self._sign(Pin.AUTHENTICATION, self.authentication, pin, to_be_signed, seen)

    def sign_signature(self, pin: str, to_be_signed: bytes, *, seen: int | None = None) -> bytes:
        """As `sign_authentication`, with the other key and its PIN."""
        if self.signature is None:
            raise LookupError("the card has no signature certificate")
        return self._sign(Pin.SIGNATURE, self.signature, pin, to_be_signed, seen)

    @property
    def signature_encoding(self) -> Literal["pkcs1", "ecdsa-der"]:
        """How this card's signatures are written; both its keys are of one kind."""
        key = load_private_key(self.authentication.private_key)
        return "pkcs1" if isinstance(key, rsa.RSAPrivateKey) else "ecdsa-der"

    def _sign(
        self, pin: Pin, key: CardKey, typed: str, to_be_signed: bytes, seen: int | None
    ) -> bytes:
        prepared = prepare_pin(pin, typed)
        # Before the comparison: pulling the plug in between must not win a try.
        remaining = self.tries.spend(pin, seen)
        if not key.pin.matches(prepared):
            if remaining == 0:
                raise PinLockedError(pin)
            raise WrongPinError(pin, remaining)
        self.tries.restore(pin)
        private_key = load_private_key(key.private_key)
        if isinstance(private_key, ec.EllipticCurvePrivateKey):
            return private_key.sign(to_be_signed, ec.ECDSA(hash_for(private_key)))
        return private_key.sign(to_be_signed, padding.PKCS1v15(), hash_for(private_key))
