"""What one OCSP response that came with a request says of one certificate; nobody is asked."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from cryptography import x509

from gateway.card.api import CertificateStatus
from plugins.ocsp.response import SOURCE, check_response
from plugins.ocsp.rules import Rules

# Evidence of some time or other, judged for a time that is given: no clock is far from another,
# and a response that was produced later speaks of this time all the same.
RULES = Rules(skew=timedelta(), max_age=None, allow_later_production=True)


class OcspChecker:
    """The same rules as for a responder that is asked, and the same code."""

    name = SOURCE

    def __init__(self, settings: Mapping[str, object]) -> None:
        """`[plugins.ocsp]` is about asking: nothing of it is needed here."""

    def check(
        self,
        unverified_evidence: bytes,
        certificate: x509.Certificate,
        issuer: x509.Certificate,
        at: datetime,
    ) -> CertificateStatus:
        return check_response(
            unverified_evidence, certificate, issuer, nonce=None, at=at, rules=RULES
        )
