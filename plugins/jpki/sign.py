"""署名用電子証明書: the card's signature certificate, which carries the basic attributes."""

from collections.abc import Mapping

from cryptography import x509

from gateway.card.api import BasicAttributes, CertificatePath, CertificateType
from plugins.jpki.attributes import parse_basic_attributes
from plugins.jpki.fingerprints import SIGN_ANCHORS
from plugins.jpki.marks import (
    AUTHENTICATION_POLICY_ARC,
    KNOWN_CRITICAL_EXTENSIONS,
    SIGNATURE_POLICY_ARC,
    Marks,
    check_marks,
    key_usage,
    policies_setting,
)

CARD_POLICY = f"{SIGNATURE_POLICY_ARC}.20"


class SignProfile:
    name = "jpki-sign"
    certificate_type = CertificateType.SIGNATURE
    anchor_set = "jpki-sign"
    known_critical_extensions = KNOWN_CRITICAL_EXTENSIONS | {
        x509.SubjectAlternativeName.oid.dotted_string
    }
    published_anchors = SIGN_ANCHORS

    def __init__(self, settings: Mapping[str, object]) -> None:
        self._marks = Marks(
            policies=policies_setting(settings, default=frozenset({CARD_POLICY})),
            other_policy_arc=AUTHENTICATION_POLICY_ARC,
            key_usage=key_usage(content_commitment=True),
            extended_key_usage=None,
        )

    def check(self, path: CertificatePath) -> BasicAttributes:
        check_marks(path, self._marks)
        return parse_basic_attributes(path.value(x509.SubjectAlternativeName))
