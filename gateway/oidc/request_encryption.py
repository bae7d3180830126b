"""Request objects that came encrypted for this issuer (RFC 9101 §6.1, RFC 7516).

Everything that could make opening one expensive or ambiguous is refused before it is opened.
"""

import base64
import binascii
import json
from collections.abc import Mapping
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from joserfc import jwe
from joserfc.errors import JoseError
from joserfc.jwk import ECKey

from gateway.keys.model import KEY_AGREEMENT
from gateway.oidc.answer_encryption import ENCODINGS, is_encrypted
from gateway.oidc.clients.signed_jwt import MAX_LENGTH, BadJwtError
from gateway.oidc.provider import Provider

ALGORITHMS = (KEY_AGREEMENT, f"{KEY_AGREEMENT}+A128KW", f"{KEY_AGREEMENT}+A256KW")
MAX_ENCRYPTED = 12_288
"""Base64 of the longest request object, and what is around it."""
_MALFORMED = (JoseError, ValueError, TypeError, KeyError, AttributeError, AssertionError)


async def decrypt_request_object(provider: Provider, unverified_jwe: str) -> str:
    """What was in it, unverified still: anybody can encrypt for a public key. Raises
    BadJwtError."""
    if len(unverified_jwe) > MAX_ENCRYPTED:
        raise BadJwtError("is too long")
    kid = _check_header(_header(unverified_jwe))
    key = await provider.keys.opening_key(kid, provider.clock())
    if key is None or not isinstance(key.private_key, EllipticCurvePrivateKey):
        raise BadJwtError("is not encrypted for a key of this issuer's")
    registry = jwe.JWERegistry(algorithms=[*ALGORITHMS, *ENCODINGS], strict_check_header=False)
    own = ECKey.import_key(key.private_key)
    try:
        opened = jwe.decrypt_compact(unverified_jwe, own, registry=registry).plaintext
        inner = (opened or b"").decode("ascii")
    except _MALFORMED as cause:
        raise BadJwtError("cannot be decrypted") from cause
    if len(inner) > MAX_LENGTH:
        raise BadJwtError("is too long")
    if is_encrypted(inner):
        raise BadJwtError("is encrypted twice")
    return inner


def _header(unverified_jwe: str) -> Mapping[str, Any]:
    first = unverified_jwe.partition(".")[0]
    try:
        header = json.loads(base64.b64decode(first + "=" * (-len(first) % 4), b"-_", validate=True))
    except (binascii.Error, ValueError, RecursionError) as cause:
        raise BadJwtError("is malformed") from cause
    if not is_encrypted(unverified_jwe) or not isinstance(header, dict):
        raise BadJwtError("is malformed")
    return header


def _check_header(header: Mapping[str, Any]) -> str | None:
    """Returns the kid. What else stands there means nothing; whatever is inside has to be signed by
    the client, `cty` or not."""
    if header.get("alg") not in ALGORITHMS or header.get("enc") not in ENCODINGS:
        raise BadJwtError("is not encrypted in a way that is taken here")
    if "zip" in header:
        raise BadJwtError("is compressed, which is not taken here")  # RFC 8725 §3.6
    if "crit" in header:
        raise BadJwtError("needs something that is not known here")
    kid = header.get("kid")
    if kid is not None and not isinstance(kid, str):
        raise BadJwtError("is malformed")
    return kid
