"""Who has signed a CRL, by name, keyUsage, key identifier and key (RFC 5280 §6.3.3 (f), (g))."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from gateway.card.algorithms import PublicKey, fits, is_signed_by
from gateway.card.api import CertificateError
from gateway.card.general.certificate import Certificate
from gateway.card.general.crl_form import RevocationList
from gateway.card.general.effort import SIGNATURE, Effort
from gateway.card.general.extensions import KeyUsage
from gateway.card.general.names import Name
from gateway.card.general.signatures import SIGNATURES, Signatures


@dataclass(frozen=True, slots=True)
class Asked:
    """For a certificate of which path CRLs are sought."""

    issuers: tuple[Certificate, ...]
    """The validated path above it, its issuer first and the anchor last."""
    working_public_key: PublicKey
    at: datetime
    signers: tuple[Certificate, ...]
    """CRL issuers on whose own status the answer has a bearing."""


class CrlSigners:
    """Remembers, for one request, which key has signed which CRL."""

    def __init__(self, pool: Iterable[Certificate], keys: Signatures, effort: Effort) -> None:
        self._effort = effort
        self._keys = keys
        self._found: dict[tuple[RevocationList, bytes], bool] = {}
        self._pool: dict[Name, list[Certificate]] = defaultdict(list)
        for each in pool:
            self._pool[each.subject].append(each)

    def in_path(self, crl: RevocationList, asked: Asked) -> Iterator[Certificate]:
        """Issuers of the path; they need no further proof."""
        for place, each in enumerate(asked.issuers):
            key = asked.working_public_key if place == 0 else None
            if _may_sign(each, crl) and self._has_signed(each, crl, key):
                yield each

    def in_pool(self, crl: RevocationList) -> Iterator[Certificate]:
        """Others; whether they are to be trusted is not known yet."""
        for each in self._pool.get(crl.issuer, ()):
            if _may_sign(each, crl) and self._has_signed(each, crl):
                yield each

    def _has_signed(
        self, certificate: Certificate, crl: RevocationList, key: PublicKey | None = None
    ) -> bool:
        pair = (crl, certificate.subject_public_key_info)
        if pair not in self._found:
            self._effort.spend(SIGNATURE)
            self._found[pair] = _is_signed_by(crl, key or self._key(certificate))
        return self._found[pair]

    def _key(self, certificate: Certificate) -> PublicKey | None:
        try:
            return self._keys.key(certificate)
        except CertificateError:
            return None


def _is_signed_by(crl: RevocationList, key: PublicKey | None) -> bool:
    kind = SIGNATURES.get(crl.signature_algorithm)
    if key is None or kind is None:
        return False
    return fits(key, kind) and is_signed_by(key, kind, crl.signature, crl.tbs)


def _may_sign(certificate: Certificate, crl: RevocationList) -> bool:
    if certificate.subject != crl.issuer:
        return False
    if certificate.key_usage is not None and KeyUsage.CRL_SIGN not in certificate.key_usage:
        return False
    return _is_identified(certificate, crl)


def _is_identified(certificate: Certificate, crl: RevocationList) -> bool:
    """RFC 5280 §5.2.1: what the CRL says of its issuer's key must be so."""
    claimed, own = crl.authority_key_identifier, certificate.subject_key_identifier
    if claimed is None:
        return True
    if None not in (claimed.key_identifier, own) and claimed.key_identifier != own:
        return False
    if claimed.serial_number is None:
        return True
    return claimed.serial_number == certificate.serial_number and certificate.issuer in (
        each.value for each in claimed.issuer
    )
