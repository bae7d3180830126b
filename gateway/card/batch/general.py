"""The general profile: RFC 5280 §6.1 with any extended key usage."""

from gateway.card.algorithms import PublicKey
from gateway.card.api import CertificateError, EvidenceChecker, Reason
from gateway.card.batch.general_evidence import GeneralEvidence
from gateway.card.batch.request import Request
from gateway.card.general.certificate import Certificate, parse_certificate
from gateway.card.general.effort import Effort
from gateway.card.general.extensions import KeyUsage
from gateway.card.general.signatures import Signatures
from gateway.card.general.validate import find_path, read_certificates
from gateway.card.model import CertificateAlone, Check, Presentation, Verification
from gateway.card.report import Report
from gateway.card.verify import check_signature

MAY_SIGN = KeyUsage.DIGITAL_SIGNATURE | KeyUsage.CONTENT_COMMITMENT
# The path's own check tells which of its parts failed by its reason.
CHECKS = {
    Reason.NOT_YET_VALID: Check.VALIDITY,
    Reason.EXPIRED: Check.VALIDITY,
    Reason.REVOKED: Check.REVOCATION,
    Reason.STATUS_UNKNOWN: Check.REVOCATION,
    Reason.STATUS_STALE: Check.REVOCATION,
}


def check_general(
    request: Request, presentation: Presentation | CertificateAlone, ocsp: EvidenceChecker
) -> Verification:
    report = Report()
    for check in (Check.PROFILE, Check.VALIDATORS):
        report.leave_out(check)
    try:
        report.begin(Check.FORM)
        leaf = parse_certificate(request.unverified_certificate)
        public_key = Signatures(Effort()).key(leaf)
        report.begin(Check.PATH)
        try:
            _check_path(request, leaf, ocsp)
        except CertificateError as error:
            report.begin(CHECKS.get(error.reason, Check.PATH))
            if error.reason.could_not_tell:
                # The path holds but for its evidence: what is refused for good is told as such.
                _check_signature(report, leaf, public_key, presentation)
                report.begin(Check.REVOCATION)
            raise
        _check_signature(report, leaf, public_key, presentation)
        if not request.requires_revocation:
            report.leave_out(Check.REVOCATION)
    except CertificateError as error:
        return report.refused(error)
    return report.accepted(None)


def _check_path(request: Request, leaf: Certificate, ocsp: EvidenceChecker) -> None:
    pool, unreadable = read_certificates(request.pool)
    anchors, unreadable_anchors = read_certificates(request.anchors)
    evidence = GeneralEvidence(request, ocsp) if request.requires_revocation else None
    find_path(
        leaf,
        pool=pool,
        anchors=anchors,
        at=request.at,
        inputs=request.policy,
        revocation=evidence,
        unreadable=(*unreadable, *unreadable_anchors),
    )


def _check_signature(
    report: Report,
    leaf: Certificate,
    public_key: PublicKey,
    presentation: Presentation | CertificateAlone,
) -> None:
    check_signature(report, public_key, presentation)
    # RFC 5280 §4.2.1.3: a keyUsage without either is for another purpose than signing.
    if isinstance(presentation, CertificateAlone) or leaf.key_usage is None:
        return
    if not leaf.key_usage & MAY_SIGN:
        raise CertificateError(Reason.WRONG_KEY_USAGE, "its keyUsage is not for signing")
