"""A key that would be read as one type and used as another cannot be registered: with it, nothing
could be encrypted for the service."""

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from jwt.utils import base64url_encode

from gateway.tenants.jwks import problem_of

X = base64url_encode(X25519PrivateKey.generate().public_key().public_bytes_raw()).decode("ascii")
KEY = {"kty": "OKP", "crv": "X25519", "x": X, "use": "enc"}


@pytest.mark.parametrize("kty", ["EC", "RSA"])
def test_a_curve_of_another_type_is_no_key(kty: str) -> None:
    assert problem_of({"keys": [KEY]}) is None
    assert problem_of({"keys": [{**KEY, "kty": kty}]}) == "a key in it cannot be read"
