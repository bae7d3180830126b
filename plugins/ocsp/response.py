"""What an OCSP response proves of one certificate (RFC 6960 §3.2). Pure: bytes, and `at`."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from cryptography import x509

from gateway.card.api import CertificateStatus, StatusValue
from plugins.asking.freshness import Untimely, untimely
from plugins.der import OCTET_STRING
from plugins.ocsp.extensions import Extensions, check_critical
from plugins.ocsp.issuer import certificate_ids, read_issuer
from plugins.ocsp.outline import read_response
from plugins.ocsp.responder import check_responder
from plugins.ocsp.rules import Rules
from plugins.ocsp.single_response import SingleResponse, find_single_responses
from plugins.ocsp.unusable import UnusableError

SOURCE = "ocsp"
ID_PKIX_OCSP_NONCE = bytes.fromhex("2b0601050507300102")

# Where a response says several things of one certificate, the worst of them stands.
GOOD, REVOKED, UNKNOWN = StatusValue.GOOD, StatusValue.REVOKED, StatusValue.UNKNOWN
_WORST_FIRST = REVOKED, UNKNOWN, GOOD


def unknown(detail: str) -> CertificateStatus:
    return CertificateStatus(UNKNOWN, SOURCE, detail=detail)


def check_response(
    unverified_response: bytes,
    certificate: x509.Certificate,
    issuer: x509.Certificate,
    *,
    nonce: bytes | None,
    at: datetime,
    rules: Rules,
) -> CertificateStatus:
    """Raises nothing for any bytes: what is not proven is UNKNOWN, and `detail` says why.

    `issuer`: the CA that has issued `certificate`, already trusted. `nonce`: the one that was sent
    with the question, None for evidence that was not asked for.
    """
    second = at.replace(microsecond=0)
    try:
        single_responses = _proven(unverified_response, certificate, issuer, nonce, second, rules)
    except UnusableError as error:
        return unknown(str(error))
    found = [_judge(each, second, rules) for each in single_responses]
    return min(found, key=lambda status: _WORST_FIRST.index(status.value))


def _proven(
    unverified_response: bytes,
    certificate: x509.Certificate,
    issuer: x509.Certificate,
    nonce: bytes | None,
    at: datetime,
    rules: Rules,
) -> Sequence[SingleResponse]:
    """What the CA, or somebody for it, says of the certificate; at least one answer."""
    response = read_response(unverified_response)
    authority = read_issuer(issuer)
    check_responder(response, authority, at, rules)
    check_critical(response.extensions, known={ID_PKIX_OCSP_NONCE})
    if nonce is not None:
        _check_nonce(response.extensions, nonce, rules)
    if response.produced_at - at > rules.skew and not rules.allow_later_production:
        raise UnusableError("it was produced in the future")
    wanted = certificate_ids(certificate, authority)
    found = tuple(find_single_responses(response.single_responses, wanted))
    if not found:
        raise UnusableError("it does not speak of the certificate")
    for each in found:
        check_critical(each.extensions)
    return found


def _check_nonce(extensions: Extensions, nonce: bytes, rules: Rules) -> None:
    """RFC 9654 §2.1: the very octets that were sent."""
    returned = extensions.get(ID_PKIX_OCSP_NONCE)
    if returned is None:
        if rules.require_nonce:
            raise UnusableError("it does not carry the nonce that was sent")
    elif returned.value != bytes((OCTET_STRING, len(nonce))) + nonce:
        raise UnusableError("it carries another nonce than was sent")


def _judge(single: SingleResponse, at: datetime, rules: Rules) -> CertificateStatus:
    revocation = single.revocation
    problem: str | None = untimely(
        single.this_update, single.next_update, at, skew=rules.skew, max_age=rules.max_age
    )
    stale = problem is Untimely.STALE
    if problem is None and not single.is_good and revocation is None:
        problem = "the responder does not know the certificate"
    status = CertificateStatus(
        UNKNOWN if problem is not None else GOOD if revocation is None else REVOKED,
        SOURCE,
        this_update=single.this_update,
        next_update=single.next_update,
        stale=stale,
        detail=problem,
    )
    if status.value is not REVOKED or revocation is None:
        return status
    return replace(status, revocation_reason=revocation.reason, revoked_at=revocation.revoked_at)
