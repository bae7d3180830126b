"""One request, verified by the code of the card endpoint; everything it uses comes from it."""

from collections.abc import Sequence

from gateway.card.api import CardProfile, CertificateType
from gateway.card.batch.anchors import read_anchors
from gateway.card.batch.evidence import Checkers, RequestEvidence
from gateway.card.batch.general import check_general
from gateway.card.batch.request import Profile, Request
from gateway.card.model import CertificateAlone, Presentation, Verification
from gateway.card.verify import CardVerifier


class RequestChecker:
    """Holds the profiles and who reads evidence: no anchor, no CRL, no clock."""

    def __init__(self, profiles: Sequence[CardProfile], checkers: Checkers) -> None:
        self._profiles = tuple(profiles)
        self._types = {profile.name: profile.certificate_type for profile in profiles}
        self._checkers = checkers

    async def check(self, request: Request) -> Verification:
        if request.profile is Profile.GENERAL:
            return check_general(request, present(request, None), self._checkers.ocsp)
        evidence = RequestEvidence(self._checkers, request.crls, request.ocsp)
        verifier = CardVerifier(
            read_anchors(request.anchors),
            self._profiles,
            [evidence] if request.requires_revocation else None,
        )
        presentation = present(request, self._types[request.profile])
        return await verifier.verify(presentation, request.at)


def present(
    request: Request, expected_type: CertificateType | None
) -> Presentation | CertificateAlone:
    signature = request.signature
    if signature is None:
        return CertificateAlone(request.unverified_certificate, expected_type)
    return Presentation(
        unverified_certificate=request.unverified_certificate,
        signature=signature.value,
        signature_encoding=signature.encoding,
        to_be_signed=signature.to_be_signed,
        expected_type=expected_type,
    )
