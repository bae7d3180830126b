"""A town with its demo CA, its CRLs in a folder, and a verifier that trusts it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from gateway.card.anchors import Anchors, load_anchors
from gateway.card.api import (
    CardProfile,
    CertificatePath,
    CertificateStatus,
    CertificateValidator,
    RevocationSource,
    StatusValue,
    ValidationContext,
)
from gateway.card.model import Presentation, SignatureEncoding, Verification
from gateway.card.to_be_signed import to_be_signed
from gateway.card.verify import CardVerifier
from gateway.virtual.authority import Customise, DemoAuthority, Issued
from gateway.virtual.keys import PrivateKey
from gateway.virtual.person import Person
from plugins.crl import CrlDirectory
from plugins.jpki.auth import AuthProfile
from plugins.jpki.sign import SignProfile
from tests.card.forge import Change, der, forge, sign_bytes

NOW = datetime(2026, 11, 20, 3, 0, 0, tzinfo=UTC)
ISSUED_AT = NOW - timedelta(days=30)
ORIGIN = "https://id.example.test"
MESSAGE = to_be_signed(ORIGIN, bytes(32))

PERSON = Person(
    name="花咲　太郎",
    address="花園県花咲町桜一丁目２番３号",
    birth_date=date(1980, 12, 31),
    gender="1",
)


@dataclass(frozen=True)
class Keys:
    """Made once for all tests: RSA keys take long."""

    authority: tuple[rsa.RSAPrivateKey, ...]
    card: rsa.RSAPrivateKey
    other: rsa.RSAPrivateKey
    p256: ec.EllipticCurvePrivateKey
    p384: ec.EllipticCurvePrivateKey


class Known(RevocationSource):
    """A source that always gives one answer, and counts how often it was asked."""

    def __init__(self, value: StatusValue, name: str = "known", *, stale: bool = False) -> None:
        self.name = name
        self.asked = 0
        self.answer(value, stale=stale)

    def answer(self, value: StatusValue, *, stale: bool = False) -> None:
        self._status = CertificateStatus(value, self.name, stale=stale)

    async def status(self, path: CertificatePath, context: ValidationContext) -> CertificateStatus:
        self.asked += 1
        return self._status


def good_source() -> Known:
    return Known(StatusValue.GOOD)


@dataclass
class World:
    folder: Path
    keys: Keys
    authority: DemoAuthority = field(init=False)

    def __post_init__(self) -> None:
        keys = iter(self.keys.authority)
        self.authority = DemoAuthority.create(ISSUED_AT, new_key=lambda: next(keys))
        self.crl_folder.mkdir(parents=True)
        self.pin_anchors()

    def pin_anchors(self) -> None:
        for number, (anchor_set, certificate) in enumerate(self.authority.anchors()):
            target = self.anchor_folder / anchor_set / f"{number}.cer"
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(der(certificate))

    @property
    def crl_folder(self) -> Path:
        return self.folder / "crl"

    @property
    def anchor_folder(self) -> Path:
        return self.folder / "anchors"

    def anchors(self) -> Anchors:
        return load_anchors(self.anchor_folder, profiles(), "demo")

    def crl_source(self) -> CrlDirectory:
        return CrlDirectory({"directory": str(self.crl_folder), "check_seconds": 0})

    def verifier(
        self,
        *,
        sources: Sequence[RevocationSource] | None = None,
        validators: Sequence[CertificateValidator] = (),
        card_profiles: Sequence[CardProfile] | None = None,
    ) -> CardVerifier:
        return CardVerifier(
            self.anchors(),
            card_profiles or profiles(),
            [good_source()] if sources is None else sources,
            validators,
        )

    def issue(
        self,
        kind: str = "auth",
        *,
        generation: int = 2,
        key: PrivateKey | None = None,
        customise: Customise | None = None,
        person: Person = PERSON,
    ) -> Issued:
        issue = {
            "auth": self.authority.issue_authentication,
            "sign": self.authority.issue_signature,
        }[kind]
        return issue(
            person,
            ISSUED_AT,
            generation=generation,
            key=key or self.keys.card,
            customise=customise,
        )

    def issue_in(self, year: int) -> Issued:
        """An authentication certificate of the first of March of that year."""
        return self.authority.issue_authentication(
            PERSON, datetime(year, 3, 1, tzinfo=UTC), generation=1, key=self.keys.card
        )

    def ca_key(self, kind: str = "auth", generation: int = 2) -> PrivateKey:
        return self.authority.issuer(f"jpki-{kind}", generation).private_key

    def forged(self, change: Change, kind: str = "auth") -> bytes:
        """A certificate of this CA with one thing changed."""
        return forge(der(self.issue(kind).certificate), self.ca_key(kind), change)

    def present(self, certificate: x509.Certificate | bytes) -> Presentation:
        """Signed as it should be, by the card's RSA key."""
        return Presentation(
            unverified_certificate=(
                certificate if isinstance(certificate, bytes) else der(certificate)
            ),
            signature=sign_bytes(self.keys.card, MESSAGE),
            signature_encoding=SignatureEncoding.PKCS1,
            to_be_signed=MESSAGE,
        )

    async def verify(
        self, certificate: x509.Certificate | bytes, now: datetime = NOW
    ) -> Verification:
        return await self.verifier().verify(self.present(certificate), now)


def profiles() -> tuple[CardProfile, ...]:
    return SignProfile({}), AuthProfile({})
