"""Why a certificate is revoked, as every source of revocation writes it (RFC 5280 §5.3.1)."""

from collections.abc import Mapping

# CRLReason. 7 is not used, and 8 (removeFromCRL) is for delta CRLs only.
REASONS: Mapping[int, str] = {
    0: "unspecified",
    1: "keyCompromise",
    2: "cACompromise",
    3: "affiliationChanged",
    4: "superseded",
    5: "cessationOfOperation",
    6: "certificateHold",
    9: "privilegeWithdrawn",
    10: "aACompromise",
}
