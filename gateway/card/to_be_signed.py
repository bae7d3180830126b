"""What the card is asked to sign: the asking site's origin and its challenge, bound together."""

from hashlib import sha256


def to_be_signed(origin: str, challenge: bytes) -> bytes:
    """SHA-256(origin) ‖ SHA-256(challenge), 64 bytes.

    The reader takes the origin from the browser, the gateway from its settings: a signature that
    another site talked the resident into is over another origin, and void here. Both halves have
    a fixed length, so no pair can be shifted into another.
    """
    return sha256(origin.encode()).digest() + sha256(challenge).digest()
