"""花咲町 with its demo CA, its residents' cards and the lists of revoked certificates."""

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from gateway.card.to_be_signed import to_be_signed
from gateway.virtual.authority import Customise, DemoAuthority, Issued
from gateway.virtual.card import CardKey, VirtualCard
from gateway.virtual.keys import PrivateKey, dump_private_key, new_p384_key
from gateway.virtual.person import Person
from gateway.virtual.pins import Pin, StoredPin
from gateway.virtual.tries import MemoryTries

PASSWORD, PIN = "HANASAKI7391", "7391"
STORED_PINS = {
    Pin.SIGNATURE: StoredPin.of(Pin.SIGNATURE, PASSWORD),
    Pin.AUTHENTICATION: StoredPin.of(Pin.AUTHENTICATION, PIN),
}

HANAKO = Person(
    name="花咲　花子",
    address="花園県花咲町中央１丁目２番３号",
    birth_date=date(1985, 4, 1),
    gender="2",
)
TARO = Person(
    name="花咲　太郎",
    address="花園県花咲町桜一丁目２番３号",
    birth_date=date(1980, 12, 31),
    gender="1",
)


@dataclass(frozen=True, slots=True)
class Town:
    authority: DemoAuthority
    crl_folder: Path

    def card(
        self,
        person: Person,
        now: datetime,
        *,
        generation: int = 2,
        key: PrivateKey | None = None,
        customise: Customise | None = None,
        authority: DemoAuthority | None = None,
    ) -> VirtualCard:
        """Both certificates, issued thirty days ago and on their CA's lists from now on."""
        issuer, issued_at = authority or self.authority, now - timedelta(days=30)
        authentication = issuer.issue_authentication(
            person, issued_at, key=key or new_p384_key(), generation=generation, customise=customise
        )
        signature = issuer.issue_signature(
            person, issued_at, key=key or new_p384_key(), generation=generation, customise=customise
        )
        self.publish(now)
        return VirtualCard(
            card_id="card",
            holder_name=person.name,
            authentication=card_key(authentication, Pin.AUTHENTICATION),
            signature=card_key(signature, Pin.SIGNATURE),
            tries=MemoryTries(),
        )

    def revoke(self, key: CardKey | None, reason: x509.ReasonFlags, now: datetime) -> None:
        assert key is not None
        certificate = x509.load_der_x509_certificate(key.certificate)
        self.authority.revoke(certificate, reason, now - timedelta(hours=1))
        self.publish(now)

    def publish(self, now: datetime) -> None:
        self.authority.write_crls(self.crl_folder, now)

    def withdraw_lists(self) -> None:
        for file in self.crl_folder.glob("*.crl"):
            file.unlink()


def card_key(issued: Issued, pin: Pin) -> CardKey:
    certificate = issued.certificate.public_bytes(Encoding.DER)
    return CardKey(certificate, dump_private_key(issued.private_key), STORED_PINS[pin])


def signed_fields(card: VirtualCard, asked: Mapping[str, str], origin: str) -> dict[str, str]:
    """What a reader agent brings back to a gateway that `asked`."""
    data = to_be_signed(origin, base64.urlsafe_b64decode(asked["challenge"] + "="))
    fields = {
        "challenge_id": asked["challenge_id"],
        "outcome": "signed",
        "signature_encoding": card.signature_encoding,
        "authentication_certificate": _base64(card.authentication.certificate),
        "authentication_signature": _base64(card.sign_authentication(PIN, data)),
    }
    if asked["purpose"] == "registration" and card.signature is not None:
        fields["signature_certificate"] = _base64(card.signature.certificate)
        fields["signature_signature"] = _base64(card.sign_signature(PASSWORD, data))
    return fields


def _base64(value: bytes) -> str:
    return base64.b64encode(value).decode("ascii")
