"""Which keys may be registered: public ones that a signature can be checked with."""

import base64
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from jwt.algorithms import ECAlgorithm, OKPAlgorithm, RSAAlgorithm

from gateway.tenants.jwks import MAX_KEYS, problem_of
from tests.tenants.town import new_jwk

GOOD = new_jwk()
EC_PRIVATE = ECAlgorithm.to_jwk(ec.generate_private_key(ec.SECP256R1()), as_dict=True)


def rsa_jwk(bits: int, exponent: int = 65_537) -> dict[str, Any]:
    """Of a given length; it needs no prime factors to be read."""
    modulus = (1 << (bits - 1)) | 1
    return {"kty": "RSA", "n": _number(modulus), "e": _number(exponent)}


def _number(value: int) -> str:
    raw = value.to_bytes((value.bit_length() + 7) // 8, "big")
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def test_public_keys_of_every_kind_may_be_registered() -> None:
    okp = OKPAlgorithm.to_jwk(ed25519.Ed25519PrivateKey.generate().public_key(), as_dict=True)
    wide = ECAlgorithm.to_jwk(ec.generate_private_key(ec.SECP384R1()).public_key(), as_dict=True)
    large = RSAAlgorithm.to_jwk(rsa.generate_private_key(65537, 2048).public_key(), as_dict=True)
    largest = rsa_jwk(8192)
    named = {**new_jwk(), "kid": "2026-1", "use": "sig", "alg": "ES256", "x5c": ["MIIB"]}
    assert problem_of({"keys": [GOOD, okp, wide, large, largest, named]}) is None


@pytest.mark.parametrize(
    "jwks",
    [
        {},
        {"keys": []},
        {"keys": {}},
        {"keys": [GOOD] * (MAX_KEYS + 1)},
        {"keys": [GOOD, "text"]},
        {"keys": [GOOD, None]},
        {"keys": [{}]},
        {"keys": [{**GOOD, "kty": ["EC"]}]},
        {"keys": [{"kty": "oct", "k": "c2VjcmV0"}]},
        {"keys": [GOOD, EC_PRIVATE]},
        {"keys": [{**GOOD, "d": "AA"}]},
        {"keys": [{**GOOD, "note": {"nested": "text"}}]},
        {"keys": [{**GOOD, "note": [["text"]]}]},
        {"keys": [GOOD], "note": {"nested": "text"}},
        {"keys": [{**rsa_jwk(2048), "p": "AA"}]},
        {"keys": [{**GOOD, "x": "AA"}]},
        {"keys": [{**GOOD, "x": GOOD["y"]}]},
        {"keys": [{**GOOD, "x": 5}]},
        {"keys": [{**GOOD, "crv": "P-999"}]},
        {"keys": [{**GOOD, "alg": "HS256"}]},
        {"keys": [{**GOOD, "alg": ["ES256"]}]},
        {"keys": [{"kty": "OKP", "crv": "X25519", "x": GOOD["x"]}]},
        {"keys": [{"kty": "RSA", "n": "!", "e": "AQAB"}]},
        {"keys": [rsa_jwk(1024)]},
        {"keys": [rsa_jwk(2047)]},
        {"keys": [rsa_jwk(8193)]},
        {"keys": [rsa_jwk(2048, 1)]},
        {"keys": [rsa_jwk(2048, 3)]},
        {"keys": [rsa_jwk(2048, 2**64 + 1)]},
        {"keys": [{**GOOD, "alg": "none"}]},
    ],
)
def test_a_set_with_one_wrong_key_is_refused(jwks: dict[str, Any]) -> None:
    problem = problem_of(jwks)
    assert problem is not None
    assert "\n" not in problem
