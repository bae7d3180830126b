"""A demo CA that imitates JPKI: two hierarchies, two generations each, one CRL per municipality.

The generations of one hierarchy share one name and one row of serial numbers, as the real ones do.
"""

import secrets
import string
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Self

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from gateway.virtual.authority_file import load_authority, save_authority
from gateway.virtual.files import write_file
from gateway.virtual.keys import PrivateKey, PublicKey, hash_for, new_rsa_key
from gateway.virtual.ledger import Entry, Issuer, Ledger, Revocation
from gateway.virtual.names import (
    AnchorSet,
    authentication_subject,
    authority_name,
    signature_subject,
)
from gateway.virtual.person import Municipality, Person
from gateway.virtual.profile import (
    authentication_extensions,
    authority_extensions,
    signature_extensions,
)
from gateway.virtual.revocation_list import CustomiseCrl, revocation_list
from gateway.virtual.template import CertificateTemplate, Extension
from gateway.virtual.validity import expiry

# How old each generation is when the hierarchy is made; each lives ten years.
_GENERATION_AGES = {1: timedelta(days=4 * 365), 2: timedelta(days=365)}
_GENERATION_LIFE = timedelta(days=10 * 365)
_CRL_LIFE = timedelta(days=7)

Customise = Callable[[CertificateTemplate], CertificateTemplate]
"""Changes a certificate before it is signed: how a test makes a wrong one."""


@dataclass(frozen=True, slots=True)
class Issued:
    certificate: x509.Certificate
    private_key: PrivateKey = field(repr=False)


class DemoAuthority:
    def __init__(self, issuers: Sequence[Issuer], ledgers: Mapping[AnchorSet, Ledger]) -> None:
        self._issuers = {(issuer.anchor_set, issuer.generation): issuer for issuer in issuers}
        self._ledgers = dict(ledgers)

    @classmethod
    def create(cls, now: datetime, *, new_key: Callable[[], PrivateKey] = new_rsa_key) -> Self:
        ledgers = {anchor_set: Ledger() for anchor_set in AnchorSet}
        issuers = [
            _new_issuer(anchor_set, generation, ledger.take_serial(), now, new_key())
            for anchor_set, ledger in ledgers.items()
            for generation in _GENERATION_AGES
        ]
        return cls(issuers, ledgers)

    @classmethod
    def load(cls, folder: Path) -> Self:
        return cls(*load_authority(folder))

    def save(self, folder: Path) -> None:
        save_authority(folder, tuple(self._issuers.values()), self._ledgers)

    def anchors(self) -> list[tuple[str, x509.Certificate]]:
        """Every root with the name of the anchor set it belongs to."""
        return [(issuer.anchor_set, issuer.certificate) for issuer in self._issuers.values()]

    def write_anchors(self, folder: Path) -> None:
        """Every root as a DER file, in a folder per anchor set."""
        for (anchor_set, generation), issuer in self._issuers.items():
            target = folder / anchor_set / f"generation-{generation}.cer"
            target.parent.mkdir(parents=True, exist_ok=True)
            write_file(target, issuer.certificate.public_bytes(Encoding.DER))

    def issuer(self, anchor_set: str, generation: int) -> Issuer:
        return self._issuers[AnchorSet(anchor_set), generation]

    def issue_signature(
        self,
        person: Person,
        now: datetime,
        *,
        generation: int = 1,
        key: PrivateKey | None = None,
        customise: Customise | None = None,
    ) -> Issued:
        """署名用電子証明書: carries the basic attributes."""
        issuer = self.issuer(AnchorSet.SIGN, generation)
        key = key or new_rsa_key()
        subject = signature_subject(person.municipality, _signature_common_name(now))
        extensions = signature_extensions(person, key.public_key(), issuer.certificate)
        return self._issue(issuer, subject, extensions, person, now, key, customise)

    def issue_authentication(
        self,
        person: Person,
        now: datetime,
        *,
        generation: int = 1,
        key: PrivateKey | None = None,
        customise: Customise | None = None,
    ) -> Issued:
        """利用者証明用電子証明書: says nothing of the person but the municipality."""
        issuer = self.issuer(AnchorSet.AUTH, generation)
        key = key or new_rsa_key()
        municipality = person.municipality
        subject = authentication_subject(_authentication_common_name(municipality))
        extensions = authentication_extensions(municipality, key.public_key(), issuer.certificate)
        return self._issue(issuer, subject, extensions, person, now, key, customise)

    def _issue(
        self,
        issuer: Issuer,
        subject: x509.Name,
        extensions: tuple[Extension, ...],
        person: Person,
        now: datetime,
        key: PrivateKey,
        customise: Customise | None,
    ) -> Issued:
        ledger = self._ledgers[issuer.anchor_set]
        template = CertificateTemplate(
            issuer=issuer.certificate.subject,
            subject=subject,
            public_key=key.public_key(),
            serial_number=ledger.take_serial(),
            not_before=now.replace(microsecond=0),
            not_after=expiry(person.birth_date, now),
            extensions=extensions,
            issuer_key=issuer.private_key,
            hash_algorithm=hash_for(issuer.private_key),
        )
        if customise is not None:
            template = customise(template)
        certificate = template.sign()
        ledger.enter(Entry(certificate.serial_number, issuer.generation, person.municipality))
        return Issued(certificate, key)

    def revoke(self, certificate: x509.Certificate, reason: x509.ReasonFlags, at: datetime) -> None:
        """Takes effect with the next list. LookupError for a certificate of somebody else."""
        for anchor_set, ledger in self._ledgers.items():
            if certificate.issuer == authority_name(anchor_set):
                return ledger.revoke(certificate.serial_number, Revocation(reason, at))
        raise LookupError("this authority did not issue the certificate")

    def crl(
        self,
        anchor_set: str,
        generation: int,
        municipality: Municipality,
        now: datetime,
        *,
        next_update: datetime | None = None,
        customise: CustomiseCrl | None = None,
    ) -> bytes:
        """One municipality's list, signed by one generation (RFC 5280 §5), as DER."""
        issuer = self.issuer(anchor_set, generation)
        revoked = self._ledgers[issuer.anchor_set].revoked(generation, municipality)
        template = revocation_list(
            issuer, municipality, revoked, now, next_update or now + _CRL_LIFE
        )
        return (template if customise is None else customise(template)).sign()

    def crls(self, now: datetime, *, next_update: datetime | None = None) -> dict[str, bytes]:
        """Every root's list for every municipality it may have issued for, empty ones too."""
        return {
            f"{anchor_set}-{generation}-{municipality.code}.crl": self.crl(
                anchor_set, generation, municipality, now, next_update=next_update
            )
            for anchor_set, generation in self._issuers
            for municipality in self._ledgers[anchor_set].municipalities()
        }

    def write_crls(
        self, folder: Path, now: datetime, *, next_update: datetime | None = None
    ) -> None:
        """Each file is replaced whole: a reader never meets half a list."""
        folder.mkdir(parents=True, exist_ok=True)
        for name, content in self.crls(now, next_update=next_update).items():
            write_file(folder / name, content)


def _new_issuer(
    anchor_set: AnchorSet, generation: int, serial: int, now: datetime, key: PrivateKey
) -> Issuer:
    not_before = now.replace(microsecond=0) - _GENERATION_AGES[generation]
    public_key: PublicKey = key.public_key()
    template = CertificateTemplate(
        issuer=authority_name(anchor_set),
        subject=authority_name(anchor_set),
        public_key=public_key,
        serial_number=serial,
        not_before=not_before,
        not_after=not_before + _GENERATION_LIFE,
        extensions=authority_extensions(anchor_set, public_key),
        issuer_key=key,
        hash_algorithm=hash_for(key),
    )
    return Issuer(anchor_set, generation, template.sign(), key)


def _signature_common_name(now: datetime) -> str:
    """28 digits that begin with the time of issue; they mean nothing."""
    return f"{now:%Y%m%d%H%M%S}{secrets.randbelow(10**14):014}"


def _authentication_common_name(municipality: Municipality) -> str:
    """23 characters with the municipality's code in the middle, as the real ones have."""
    head = "".join(secrets.choice(string.digits + string.ascii_uppercase) for _ in range(9))
    middle = "".join(secrets.choice(string.ascii_uppercase) for _ in range(5))
    return f"{head}{middle}{municipality.code}{secrets.randbelow(1000):03}A"
