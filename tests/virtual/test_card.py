"""The card's PIN rules: shape first, tries counted before comparing, locked for good."""

from dataclasses import dataclass, field, replace

import pytest
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from gateway.virtual.authority import DemoAuthority
from gateway.virtual.card import CardKey, VirtualCard
from gateway.virtual.issue import issue_card
from gateway.virtual.keys import PrivateKey, new_p384_key
from gateway.virtual.pins import (
    MalformedPinError,
    Pin,
    PinLockedError,
    StoredPin,
    TriesChangedError,
    WrongPinError,
)
from gateway.virtual.tries import MemoryTries
from tests.virtual.conftest import HANAKO, NOW, PASSWORD, PIN

DATA = b"what the gateway and its challenge make"

MALFORMED = [
    (Pin.AUTHENTICATION, typed)
    for typed in ("", "123", "12345", "12a4", "１２３４", " 1234", "1234\n", "٠١٢٣")
] + [
    (Pin.SIGNATURE, typed)
    for typed in (
        "",
        "ABC12",
        "A" * 17,
        "GENKAN-1",
        "GENKAN 1",
        "ＧＥＮＫＡＮ",
        "genkaß1",
        "GENKAN1\n",
    )
]


def show(card: VirtualCard, pin: Pin, typed: str, *, seen: int | None = None) -> bytes:
    if pin is Pin.SIGNATURE:
        return card.sign_signature(typed, DATA, seen=seen)
    return card.sign_authentication(typed, DATA, seen=seen)


def right(pin: Pin) -> str:
    return PASSWORD if pin is Pin.SIGNATURE else PIN


def wrong(pin: Pin) -> str:
    return "WRONG99" if pin is Pin.SIGNATURE else "9999"


def is_signed_with(key: CardKey | None, signature: bytes) -> bool:
    assert key is not None
    public_key = x509.load_der_x509_certificate(key.certificate).public_key()
    assert isinstance(public_key, rsa.RSAPublicKey)
    try:
        public_key.verify(signature, DATA, padding.PKCS1v15(), hashes.SHA256())
    except InvalidSignature:
        return False
    return True


def test_the_right_pin_signs_with_its_own_key(card: VirtualCard, authority: DemoAuthority) -> None:
    other = issue_card(authority, HANAKO, NOW, signature_password=PASSWORD, authentication_pin=PIN)
    assert is_signed_with(card.authentication, card.sign_authentication(PIN, DATA))
    assert is_signed_with(card.signature, card.sign_signature(PASSWORD, DATA))
    assert is_signed_with(other.authentication, other.sign_authentication(PIN, DATA))
    assert not is_signed_with(other.authentication, other.sign_signature(PASSWORD, DATA))


def test_a_lower_case_signature_password_is_upper_cased(card: VirtualCard) -> None:
    assert is_signed_with(card.signature, card.sign_signature("genkan1", DATA))


@pytest.mark.parametrize(("pin", "typed"), MALFORMED)
def test_a_malformed_pin_costs_no_try(card: VirtualCard, pin: Pin, typed: str) -> None:
    for _ in range(pin.most_tries + 1):
        with pytest.raises(MalformedPinError):
            show(card, pin, typed)
    assert card.tries.remaining(pin) == pin.most_tries


@pytest.mark.parametrize(("pin", "most"), [(Pin.SIGNATURE, 5), (Pin.AUTHENTICATION, 3)])
def test_wrong_pins_lock_the_card_for_good(card: VirtualCard, pin: Pin, most: int) -> None:
    for remaining in range(most - 1, 0, -1):
        with pytest.raises(WrongPinError) as caught:
            show(card, pin, wrong(pin))
        assert caught.value.tries_remaining == remaining
    for typed in (wrong(pin), wrong(pin), right(pin)):
        with pytest.raises(PinLockedError):
            show(card, pin, typed)
    assert card.tries.remaining(pin) == 0


@pytest.mark.parametrize("pin", list(Pin))
def test_the_right_pin_gives_all_tries_back(card: VirtualCard, pin: Pin) -> None:
    for _ in range(pin.most_tries - 1):
        with pytest.raises(WrongPinError):
            show(card, pin, wrong(pin))
    assert card.tries.remaining(pin) == 1
    show(card, pin, right(pin))
    assert card.tries.remaining(pin) == pin.most_tries


def test_each_pin_has_a_counter_of_its_own(card: VirtualCard) -> None:
    for _ in range(3):
        with pytest.raises((WrongPinError, PinLockedError)):
            card.sign_authentication(wrong(Pin.AUTHENTICATION), DATA)
    assert card.tries.remaining(Pin.SIGNATURE) == 5
    assert is_signed_with(card.signature, card.sign_signature(PASSWORD, DATA))


@pytest.mark.parametrize("typed", [PIN, "9999"])
def test_a_try_the_person_did_not_see_is_not_spent(card: VirtualCard, typed: str) -> None:
    with pytest.raises(TriesChangedError):
        card.sign_authentication(typed, DATA, seen=2)
    assert card.tries.remaining(Pin.AUTHENTICATION) == 3
    assert card.sign_authentication(PIN, DATA, seen=3)


def test_the_try_is_written_down_before_the_pin_is_compared(card: VirtualCard) -> None:
    @dataclass
    class Noted:
        """Counters that note what was asked of them."""

        kept: MemoryTries = field(default_factory=MemoryTries)
        steps: list[str] = field(default_factory=list)

        def remaining(self, pin: Pin) -> int:
            return self.kept.remaining(pin)

        def spend(self, pin: Pin, seen: int | None) -> int:
            self.steps.append("spend")
            return self.kept.spend(pin, seen)

        def restore(self, pin: Pin) -> None:
            self.steps.append("restore")
            self.kept.restore(pin)

    noted = Noted()
    broken = StoredPin(salt=card.authentication.pin.salt, digest=b"")
    plain = replace(card, tries=noted)
    plain.sign_authentication(PIN, DATA)
    assert noted.steps == ["spend", "restore"]
    unreadable = replace(plain, authentication=replace(card.authentication, pin=broken))
    with pytest.raises(WrongPinError):
        unreadable.sign_authentication(PIN, DATA)
    assert noted.steps == ["spend", "restore", "spend"]


def test_a_childs_card_signs_in_and_never_signs(authority: DemoAuthority, key: PrivateKey) -> None:
    child = issue_card(
        authority,
        HANAKO,
        NOW,
        signature_password="",
        authentication_pin=PIN,
        with_signature=False,
        new_key=lambda: key,
    )
    assert child.signature is None
    assert is_signed_with(child.authentication, child.sign_authentication(PIN, DATA))
    with pytest.raises(LookupError):
        child.sign_signature(PASSWORD, DATA)


@pytest.mark.parametrize(
    ("password", "pin"), [("short", PIN), (PASSWORD, "12345"), ("パスワード１", PIN)]
)
def test_a_card_is_not_issued_with_a_malformed_pin(
    authority: DemoAuthority, key: PrivateKey, password: str, pin: str
) -> None:
    before = authority.issue_signature(HANAKO, NOW, key=key).certificate.serial_number
    with pytest.raises(MalformedPinError):
        issue_card(authority, HANAKO, NOW, signature_password=password, authentication_pin=pin)
    after = authority.issue_signature(HANAKO, NOW, key=key).certificate.serial_number
    assert after == before + 1


def test_a_next_generation_card_signs_with_ecdsa(authority: DemoAuthority) -> None:
    card = issue_card(
        authority,
        HANAKO,
        NOW,
        signature_password=PASSWORD,
        authentication_pin=PIN,
        new_key=new_p384_key,
    )
    public_key = x509.load_der_x509_certificate(card.authentication.certificate).public_key()
    assert isinstance(public_key, ec.EllipticCurvePublicKey)
    assert card.signature_encoding == "ecdsa-der"
    public_key.verify(card.sign_authentication(PIN, DATA), DATA, ec.ECDSA(hashes.SHA384()))


def test_a_key_of_another_kind_is_not_used(card: VirtualCard) -> None:
    der = ed25519.Ed25519PrivateKey.generate().private_bytes(
        Encoding.DER, PrivateFormat.PKCS8, NoEncryption()
    )
    other = replace(card, authentication=replace(card.authentication, private_key=der))
    with pytest.raises(TypeError):
        other.sign_authentication(PIN, DATA)


def test_no_secret_shows_in_what_is_printed(card: VirtualCard) -> None:
    with pytest.raises(WrongPinError) as caught:
        card.sign_authentication("9999", DATA)
    for shown in (repr(card), repr(card.authentication), repr(caught.value), str(caught.value)):
        assert "9999" not in shown
        assert HANAKO.name not in shown
        assert "certificate" not in shown
        assert "digest" not in shown
