"""A passkey authenticator and its browser, in software: real keys, real signatures, no attestation.

What is signed is built here from WebAuthn Level 3 §6.1 and §5.8.1, not by the library under test.
"""

import base64
import hashlib
import json
import secrets
from dataclasses import dataclass, field, replace
from typing import Any

import cbor2
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256

PRESENT, VERIFIED, ATTESTED = 0x01, 0x04, 0x40
_AAGUID = bytes(16)


@dataclass(frozen=True, slots=True)
class Key:
    """A discoverable credential."""

    credential_id: bytes
    private_key: ec.EllipticCurvePrivateKey
    user_handle: bytes
    sign_count: int


@dataclass(slots=True)
class Authenticator:
    """What a browser or an authenticator would never do by itself is a field, to be changed."""

    origin: str
    rp_id: str | None = None
    """None: as the options say."""
    flags: int = PRESENT | VERIFIED
    cross_origin: bool = False
    tells_user_handle: bool = True
    counts: bool = True
    keys: dict[bytes, Key] = field(default_factory=dict)

    def create(self, options: str) -> str:
        """`navigator.credentials.create`, and its answer as JSON."""
        asked = json.loads(options)
        private_key = ec.generate_private_key(ec.SECP256R1())
        key = Key(secrets.token_bytes(32), private_key, decode(asked["user"]["id"]), 0)
        self.keys = {
            kept.credential_id: kept
            for kept in self.keys.values()
            if kept.user_handle != key.user_handle
        }
        self.keys[key.credential_id] = key
        rp_id = self.rp_id or asked["rp"]["id"]
        attested = (
            _AAGUID
            + len(key.credential_id).to_bytes(2, "big")
            + key.credential_id
            + cose_key(private_key.public_key())
        )
        auth_data = authenticator_data(rp_id, self.flags | ATTESTED, 0) + attested
        attestation = {"fmt": "none", "attStmt": {}, "authData": auth_data}
        response = {
            "clientDataJSON": encode(self._client_data("webauthn.create", asked["challenge"])),
            "attestationObject": encode(cbor2.dumps(attestation)),
        }
        return answer(key.credential_id, response)

    def get(self, options: str) -> str:
        """`navigator.credentials.get`, and its answer as JSON. Takes the one key that fits."""
        asked = json.loads(options)
        allowed = [decode(one["id"]) for one in asked.get("allowCredentials", ())]
        key = next(key for key in self.keys.values() if not allowed or key.credential_id in allowed)
        if self.counts:
            key = replace(key, sign_count=key.sign_count + 1)
            self.keys[key.credential_id] = key
        client_data = self._client_data("webauthn.get", asked["challenge"])
        rp_id = self.rp_id or asked["rpId"]
        auth_data = authenticator_data(rp_id, self.flags, key.sign_count)
        signed = auth_data + hashlib.sha256(client_data).digest()
        response = {
            "clientDataJSON": encode(client_data),
            "authenticatorData": encode(auth_data),
            "signature": encode(key.private_key.sign(signed, ec.ECDSA(SHA256()))),
            "userHandle": encode(key.user_handle) if self.tells_user_handle else None,
        }
        return answer(key.credential_id, response)

    def copy(self) -> "Authenticator":
        """Somebody took the keys out of it."""
        return replace(self, keys=dict(self.keys))

    def _client_data(self, kind: str, challenge: str) -> bytes:
        return json.dumps(
            {
                "type": kind,
                "challenge": challenge,
                "origin": self.origin,
                "crossOrigin": self.cross_origin,
            }
        ).encode()


def answer(credential_id: bytes, response: dict[str, Any]) -> str:
    name = encode(credential_id)
    return json.dumps({"id": name, "rawId": name, "type": "public-key", "response": response})


def authenticator_data(rp_id: str, flags: int, sign_count: int) -> bytes:
    return hashlib.sha256(rp_id.encode()).digest() + bytes([flags]) + sign_count.to_bytes(4, "big")


def cose_key(public_key: ec.EllipticCurvePublicKey) -> bytes:
    """RFC 9053 §7.1.1: EC2, ES256, P-256."""
    numbers = public_key.public_numbers()
    x, y = numbers.x.to_bytes(32, "big"), numbers.y.to_bytes(32, "big")
    return cbor2.dumps({1: 2, 3: -7, -1: 1, -2: x, -3: y})


def encode(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode("ascii")


def decode(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
