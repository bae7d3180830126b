"""What only the service can read: a signed JWT, encrypted for a key it registered (RFC 7516)."""

import json
from functools import lru_cache
from typing import get_args

from joserfc import jwe
from joserfc.jwk import ECKey, OKPKey, RSAKey

from gateway.tenants.encryption_keys import key_for
from gateway.tenants.model import Client
from gateway.tenants.protocol import ContentEncryption, EncryptionAlg

ALGORITHMS: tuple[EncryptionAlg, ...] = get_args(EncryptionAlg)
ENCODINGS: tuple[ContentEncryption, ...] = get_args(ContentEncryption)
DEFAULT_ENCODING: ContentEncryption = "A128CBC-HS256"
"""OpenID Connect Dynamic Registration §2."""
_MATERIAL = ("kty", "crv", "x", "y", "n", "e")


def is_encrypted(unverified_jwt: str) -> bool:
    """By its five parts (RFC 7516 §9)."""
    return unverified_jwt.count(".") == 4


def encrypt_for(
    client: Client, signed: str, alg: EncryptionAlg, enc: ContentEncryption | None
) -> str:
    """A nested JWT (RFC 7519 §5.2). The client was registered with a key that fits `alg`."""
    key = key_for(client.metadata.jwks, alg)
    if key is None:
        raise LookupError("a client without a key for what it is registered to get encrypted")
    header = {"alg": alg, "enc": enc or DEFAULT_ENCODING, "cty": "JWT"}
    if isinstance(key.get("kid"), str):
        header["kid"] = key["kid"]
    material = {name: key[name] for name in _MATERIAL if name in key}
    public_key = _public_key(json.dumps(material, sort_keys=True))
    return jwe.encrypt_compact(header, signed, public_key, [*ALGORITHMS, *ENCODINGS])


@lru_cache(maxsize=1024)
def _public_key(jwk: str) -> ECKey | OKPKey | RSAKey:
    """Reading a key costs as much as using it; a client's keys change rarely."""
    material = json.loads(jwk)
    match material["kty"]:
        case "EC":
            return ECKey.import_key(material)
        case "OKP":
            return OKPKey.import_key(material)
    return RSAKey.import_key(material)
