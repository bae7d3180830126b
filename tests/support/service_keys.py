"""A service's own keys for encryption, and what it makes of an answer: all with joserfc."""

import functools
import json
import warnings
from dataclasses import dataclass
from typing import Any

from joserfc import jwe, jws
from joserfc.errors import SecurityWarning
from joserfc.jwk import ECKey, Key, KeySet, OKPKey, RSAKey

from tests.support.gateway import Gateway

SIGNING = ("ES256", "RS256", "PS256", "EdDSA")
ENCRYPTION = ("RSA-OAEP-256", "RSA-OAEP", "ECDH-ES", "ECDH-ES+A128KW", "ECDH-ES+A256KW")
CONTENT = ("A128CBC-HS256", "A256CBC-HS512", "A128GCM", "A256GCM")


@dataclass(frozen=True, slots=True)
class ServiceKey:
    private: ECKey | OKPKey | RSAKey

    @property
    def jwks(self) -> dict[str, Any]:
        public = self.private.as_dict(private=False)
        return {"keys": [{**public, "use": "enc", "kid": "for-health"}]}

    def open(self, encrypted: str, alg: str, enc: str) -> tuple[dict[str, Any], str]:
        """Header and what was in it; any other algorithm is an error."""
        opened = jwe.decrypt_compact(encrypted, self.private, algorithms=[alg, enc])
        assert opened.plaintext is not None
        return dict(opened.headers()), opened.plaintext.decode("ascii")


@functools.cache
def service_key(alg: str, curve: str = "P-256") -> ServiceKey:
    if alg.startswith("RSA-"):
        return ServiceKey(RSAKey.generate_key(2048))
    if curve == "X25519":
        return ServiceKey(OKPKey.generate_key("X25519"))
    return ServiceKey(ECKey.generate_key(curve))


async def checked(gateway: Gateway, signed: str, alg: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Header and claims of what a key in /jwks signed with exactly this algorithm."""
    async with gateway.browser() as http:
        published = (await http.get("/jwks")).json()
    with warnings.catch_warnings():
        # joserfc would rather have EdDSA called Ed25519 (RFC 9864).
        warnings.simplefilter("ignore", SecurityWarning)
        found = jws.deserialize_compact(signed, KeySet.import_key_set(published), algorithms=[alg])
    header = dict(found.headers())
    [jwk] = [key for key in published["keys"] if key["kid"] == header["kid"]]
    assert (jwk["use"], jwk["alg"]) == ("sig", alg)
    claims: dict[str, Any] = json.loads(found.payload)
    return header, claims


async def key_to_encrypt_for(gateway: Gateway) -> Key:
    """The gateway's own, as it publishes it."""
    async with gateway.browser() as http:
        keys = (await http.get("/jwks")).json()["keys"]
    [jwk] = [key for key in keys if key["use"] == "enc"]
    return ECKey.import_key(jwk)
