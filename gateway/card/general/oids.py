"""Object identifiers, as their DER content and dotted."""

from gateway.card.der import DerError

SUBJECT_KEY_IDENTIFIER = bytes.fromhex("551d0e")
KEY_USAGE = bytes.fromhex("551d0f")
SUBJECT_ALTERNATIVE_NAME = bytes.fromhex("551d11")
ISSUER_ALTERNATIVE_NAME = bytes.fromhex("551d12")
BASIC_CONSTRAINTS = bytes.fromhex("551d13")
NAME_CONSTRAINTS = bytes.fromhex("551d1e")
CRL_DISTRIBUTION_POINTS = bytes.fromhex("551d1f")
CERTIFICATE_POLICIES = bytes.fromhex("551d20")
POLICY_MAPPINGS = bytes.fromhex("551d21")
AUTHORITY_KEY_IDENTIFIER = bytes.fromhex("551d23")
POLICY_CONSTRAINTS = bytes.fromhex("551d24")
EXTENDED_KEY_USAGE = bytes.fromhex("551d25")
FRESHEST_CRL = bytes.fromhex("551d2e")
INHIBIT_ANY_POLICY = bytes.fromhex("551d36")

EMAIL_ADDRESS = bytes.fromhex("2a864886f70d010901")

# No registered identifier comes near; a longer one costs time that is not linear.
MAX_OID = 64


def dotted(content: bytes) -> str:
    """X.690 §8.19; raises DerError for what is not minimal or ends early."""
    if not content or len(content) > MAX_OID or content[-1] & 0x80:
        raise DerError("an object identifier is empty, too long or ends early")
    arcs, value, fresh = [], 0, True
    for octet in content:
        if fresh and octet == 0x80:
            raise DerError("an object identifier is not minimal")
        value = value << 7 | octet & 0x7F
        fresh = not octet & 0x80
        if fresh:
            arcs.append(value)
            value = 0
    first = min(arcs[0] // 40, 2)
    return ".".join(map(str, (first, arcs[0] - 40 * first, *arcs[1:])))
