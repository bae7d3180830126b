"""利用者証明用電子証明書: the authentication certificate, which says nothing of the person."""

from collections.abc import Mapping

from cryptography.x509.oid import ExtendedKeyUsageOID

from gateway.card.api import CertificatePath, CertificateType
from plugins.jpki.fingerprints import AUTH_ANCHORS
from plugins.jpki.marks import (
    AUTHENTICATION_POLICY_ARC,
    KNOWN_CRITICAL_EXTENSIONS,
    SIGNATURE_POLICY_ARC,
    Marks,
    check_marks,
    key_usage,
    policies_setting,
)

CARD_POLICY = f"{AUTHENTICATION_POLICY_ARC}.30"


class AuthProfile:
    name = "jpki-auth"
    certificate_type = CertificateType.AUTHENTICATION
    anchor_set = "jpki-auth"
    known_critical_extensions = KNOWN_CRITICAL_EXTENSIONS
    published_anchors = AUTH_ANCHORS

    def __init__(self, settings: Mapping[str, object]) -> None:
        self._marks = Marks(
            policies=policies_setting(settings, default=frozenset({CARD_POLICY})),
            other_policy_arc=SIGNATURE_POLICY_ARC,
            key_usage=key_usage(content_commitment=False),
            extended_key_usage=ExtendedKeyUsageOID.CLIENT_AUTH,
        )

    def check(self, path: CertificatePath) -> None:
        check_marks(path, self._marks)
