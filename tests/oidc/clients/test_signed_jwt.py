"""A JWT is read in the one way it is written, and nothing it demands is passed over (RFC 7515)."""

import base64
import json

import jwt
import pytest

from gateway.oidc.clients.signed_jwt import BadJwtError, unverified_claims, verify_with
from tests.oidc.authorization.asking import KEY, public_jwk, signed

JWKS = {"keys": [public_jwk()]}
GOOD = signed({"iss": "health"})
HEADER, PAYLOAD, SIGNATURE = GOOD.split(".")


def encoded(part: object) -> str:
    raw = part if isinstance(part, bytes) else json.dumps(part).encode()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def test_a_good_one_is_read_and_verified() -> None:
    assert unverified_claims(GOOD) == {"iss": "health"}
    assert verify_with(JWKS, GOOD).claims == {"iss": "health"}


@pytest.mark.parametrize(
    "spoilt",
    [
        "",
        ".",
        "..",
        HEADER,
        f"{HEADER}.{PAYLOAD}",
        f"{GOOD}.",
        f"{GOOD}=",
        f"{GOOD}==",
        f"{HEADER}=.{PAYLOAD}.{SIGNATURE}",
        f" {GOOD}",
        f"{GOOD}\n",
        f"{HEADER}.{PAYLOAD}+.{SIGNATURE}",
        f"{HEADER}.あ.{SIGNATURE}",
        f"{HEADER}..{SIGNATURE}",
        # Other bits where none are left over: the same bytes, written in another way.
        f"{HEADER}.{PAYLOAD}.{SIGNATURE[:-1]}{'B' if SIGNATURE[-1] == 'A' else 'Z'}",
    ],
)
def test_what_is_not_written_in_the_one_way_is_refused(spoilt: str) -> None:
    with pytest.raises(BadJwtError):
        verify_with(JWKS, spoilt)


@pytest.mark.parametrize(
    "demand", [{"crit": ["exp"], "exp": 1}, {"crit": []}, {"b64": True}, {"crit": "b64"}]
)
def test_what_demands_something_is_refused_though_it_is_signed(demand: dict[str, object]) -> None:
    header = {"typ": "JWT", "alg": "ES256", **demand}
    algorithm = jwt.PyJWS().get_algorithm_by_name("ES256")
    body = f"{encoded(header)}.{encoded({'iss': 'health'})}"
    token = f"{body}.{encoded(algorithm.sign(body.encode(), KEY))}"
    with pytest.raises(BadJwtError, match="demands"):
        verify_with(JWKS, token)
