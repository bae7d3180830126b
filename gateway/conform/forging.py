"""JWTs that nobody should believe: each of them signed in a way that proves nothing."""

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from typing import Any

import jwt
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from gateway.conform.fault import Signing
from gateway.keys.model import PrivateKey, PublicKey, generate, public_jwk

_JWS = jwt.PyJWS(algorithms=["ES256", "RS256", "PS256", "EdDSA"])


def forged(
    signing: Signing, honest: str, public_key: PublicKey, claims: Mapping[str, Any], alg: str
) -> str:
    """In the place of the `honest` one, which says the same."""
    header = jwt.get_unverified_header(honest)
    match signing:
        case Signing.NOTHING:
            return f"{_part({**header, 'alg': 'none'})}.{_part(claims)}."
        case Signing.BROKEN:
            signed, _, _ = honest.rpartition(".")
            other = _JWS.encode(b"{}", generate(alg), algorithm=alg)
            return f"{signed}.{other.rpartition('.')[2]}"
        case Signing.PUBLIC_KEY:
            return _hmac({**header, "alg": "HS256"}, claims, public_key)
    key = generate(alg)
    jwk = public_jwk(alg, key)
    header |= {"kid": jwk["kid"]}
    if signing is Signing.EMBEDDED:
        header |= {"jwk": jwk}
    return encoded(claims, key, alg, header)


def encoded(claims: Mapping[str, Any], key: PrivateKey, alg: str, header: Mapping[str, Any]) -> str:
    return _JWS.encode(_json(claims), key, algorithm=alg, headers=dict(header))


def _hmac(header: Mapping[str, Any], claims: Mapping[str, Any], key: PublicKey) -> str:
    """By hand, as no library lets it be done (RFC 8725 §2.1)."""
    secret = key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    signed = f"{_part(header)}.{_part(claims)}"
    digest = hmac.new(secret, signed.encode(), hashlib.sha256).digest()
    return f"{signed}.{_base64(digest)}"


def _part(members: Mapping[str, Any]) -> str:
    return _base64(_json(members))


def _json(members: Mapping[str, Any]) -> bytes:
    return json.dumps(members, separators=(",", ":")).encode()


def _base64(octets: bytes) -> str:
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode("ascii")
