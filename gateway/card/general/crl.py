"""Revocation by CRLs for the general profile (RFC 5280 §6.3.3)."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import partial

from gateway.card.algorithms import PublicKey
from gateway.card.api import CertificateError, Reason
from gateway.card.general.build import PathBuilder
from gateway.card.general.certificate import Certificate
from gateway.card.general.crl_form import RevocationList, UnusableCrlError, read_crl
from gateway.card.general.crl_scope import covered_reasons, read_subject
from gateway.card.general.crl_signer import Asked, CrlSigners
from gateway.card.general.crl_status import SignedCrl, check_status
from gateway.card.general.effort import COMPARISON, PATH, Effort
from gateway.card.general.model import PolicyInputs, RevocationCheck
from gateway.card.general.names import Name
from gateway.card.general.path import check_path, check_revocation
from gateway.card.general.signatures import Signatures
from gateway.card.general.validate import read_certificates

MAX_SIGNER_DEPTH = 3
"""CRL issuers whose own status another CRL issuer's list tells, and so on."""


class CrlEvidence:
    """The `RevocationCheck` of what came with one request: CRLs, and certificates that may hold
    their issuers' keys. What cannot be read proves nothing and is left out."""

    def __init__(
        self, crls: Iterable[bytes], pool: Sequence[bytes], effort: Effort | None = None
    ) -> None:
        """Raises CertificateError where the pool is larger than any path needs."""
        self.problems: list[str] = []
        """Why this or that CRL could not be read."""
        self._lists: dict[Name, list[RevocationList]] = defaultdict(list)
        for der in dict.fromkeys(crls):
            try:
                crl = read_crl(der)
            except UnusableCrlError as error:
                self.problems.append(str(error))
            else:
                self._lists[crl.issuer].append(crl)
        self._pool, _ = read_certificates(pool)
        self._effort = effort or Effort()
        self._signatures = Signatures(self._effort)
        self._signers = CrlSigners(self._pool, self._signatures, self._effort)
        self._trusted: set[tuple[bytes, bytes, datetime]] = set()

    def __call__(
        self,
        subject: Certificate,
        issuers: tuple[Certificate, ...],
        working_public_key: PublicKey,
        at: datetime,
    ) -> None:
        try:
            self._check(subject, Asked(issuers, working_public_key, at, signers=()))
        except CertificateError as error:
            raise self._told(error) from error

    def _told(self, error: CertificateError) -> CertificateError:
        if error.reason is Reason.PATH_TOO_COMPLEX:
            told = "its CRLs take too much work to check"
            return CertificateError(Reason.STATUS_UNKNOWN, told)
        if not error.reason.could_not_tell or not self.problems:
            return error
        told = f"{error.message}; {len(self.problems)} cannot be read: {self.problems[0]}"
        return CertificateError(error.reason, told)

    def _check_for(
        self,
        signers: tuple[Certificate, ...],
        subject: Certificate,
        issuers: tuple[Certificate, ...],
        working_public_key: PublicKey,
        at: datetime,
    ) -> None:
        """The question within a question: whether a CRL's issuer, or who issued that, is good."""
        self._check(subject, Asked(issuers, working_public_key, at, signers))

    def _check(self, subject: Certificate, asked: Asked) -> None:
        wanted = read_subject(subject)
        signed = []
        for name in wanted.crl_issuers:
            for crl in self._lists.get(name, ()):
                covers = covered_reasons(wanted, crl)
                key = self._find_key(crl, asked) if covers else None
                if key is not None:
                    signed.append(SignedCrl(crl, covers, key))
        check_status(wanted, signed, asked.at)

    def _find_key(self, crl: RevocationList, asked: Asked) -> bytes | None:
        """The key that signed it, as a SubjectPublicKeyInfo, if whoever holds it may."""
        for signer in self._signers.in_path(crl, asked):
            return signer.subject_public_key_info
        for signer in self._signers.in_pool(crl):
            if self._is_trusted(signer, asked):
                return signer.subject_public_key_info
        return None

    def _is_trusted(self, signer: Certificate, asked: Asked) -> bool:
        """RFC 5280 §6.3.3 (f): its path ends at the same anchor, and nobody in it is revoked."""
        *_, anchor = asked.issuers
        trusted = (signer.der, anchor.der, asked.at)
        if trusted in self._trusted:
            return True
        # Nobody's own list, nor one that hangs on it, proves that they may sign it.
        is_asked = any(signer.der == each.der for each in asked.signers)
        if is_asked or len(asked.signers) == MAX_SIGNER_DEPTH:
            return False
        nested = partial(self._check_for, (*asked.signers, signer))
        if not self._holds(signer, anchor, nested, asked.at):
            return False
        self._trusted.add(trusted)
        return True

    def _holds(
        self, leaf: Certificate, anchor: Certificate, revocation: RevocationCheck, at: datetime
    ) -> bool:
        """Whether some path does. It draws on the effort of the whole request."""
        self._effort.spend(PATH + COMPARISON * len(self._pool))
        builder = PathBuilder(self._pool, [anchor], self._signatures, self._effort, at)
        for path in builder.paths(leaf):
            self._effort.spend(PATH)
            try:
                check_path(
                    path,
                    at=at,
                    inputs=PolicyInputs(),
                    signatures=self._signatures,
                    effort=self._effort,
                )
                check_revocation(path, revocation, at=at, signatures=self._signatures)
            except CertificateError:
                continue
            return True
        return False
