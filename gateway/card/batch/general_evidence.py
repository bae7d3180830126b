"""Revocation for the general profile: RFC 5280 §6.3 over the CRLs, and the OCSP responses."""

from datetime import datetime

from cryptography import x509

from gateway.card.algorithms import PublicKey
from gateway.card.api import CertificateError, CertificateStatus, EvidenceChecker, Reason
from gateway.card.api import StatusValue as Value
from gateway.card.batch.evidence import decide
from gateway.card.batch.request import Request
from gateway.card.general.certificate import Certificate
from gateway.card.general.crl import CrlEvidence

MAX_OCSP_CHECKS = 256
"""For one request: every response is asked about every certificate of every path."""
TOO_MUCH = CertificateStatus(
    Value.UNKNOWN, "ocsp", detail="its OCSP responses take too much work to check"
)


class GeneralEvidence:
    """The `RevocationCheck` of one request."""

    def __init__(self, request: Request, ocsp: EvidenceChecker) -> None:
        self._crls = CrlEvidence(request.crls, request.pool)
        self._ocsp = ocsp
        self._responses = tuple(dict.fromkeys(request.ocsp))
        self._told: dict[tuple[bytes, bytes], CertificateStatus] = {}

    def __call__(
        self,
        subject: Certificate,
        issuers: tuple[Certificate, ...],
        working_public_key: PublicKey,
        at: datetime,
    ) -> None:
        told = self._ask(subject, issuers[0], at)
        if told.value is Value.REVOKED:
            raise CertificateError(Reason.REVOKED, told.revocation_reason or "unspecified")
        try:
            self._crls(subject, issuers, working_public_key, at)
        except CertificateError as error:
            if error.reason is Reason.STATUS_UNKNOWN and told.stale:
                raise CertificateError(Reason.STATUS_STALE, f"ocsp: {told.detail}") from error
            if told.value is not Value.GOOD or not error.reason.could_not_tell:
                raise
        if told is TOO_MUCH:
            raise CertificateError(Reason.STATUS_UNKNOWN, f"{TOO_MUCH.detail}")

    def _ask(self, subject: Certificate, issuer: Certificate, at: datetime) -> CertificateStatus:
        """What a certificate is told to be does not depend on the path it is found in."""
        pair = (subject.der, issuer.der)
        if pair not in self._told:
            if len(self._told) * len(self._responses) > MAX_OCSP_CHECKS:
                return TOO_MUCH
            self._told[pair] = self._check(subject, issuer, at)
        return self._told[pair]

    def _check(self, subject: Certificate, issuer: Certificate, at: datetime) -> CertificateStatus:
        if not self._responses:
            return decide(())
        try:
            certificate = x509.load_der_x509_certificate(subject.der)
            authority = x509.load_der_x509_certificate(issuer.der)
        except ValueError:
            return decide(())
        return decide(
            [self._ocsp.check(each, certificate, authority, at) for each in self._responses]
        )
