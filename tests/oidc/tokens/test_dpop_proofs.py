"""One thing wrong in a proof, and it counts for nothing (RFC 9449 §4.3)."""

import base64
import hmac
import json
from collections.abc import Callable
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from jwt.algorithms import ECAlgorithm

from gateway.oidc.records import grants
from gateway.oidc.tokens.dpop_key import ALGORITHMS
from tests.oidc.tokens.proving import ProvingParty
from tests.support.gateway import ISSUER, NOW
from tests.support.log import count
from tests.support.proofs import ProofMaker, part

pytestmark = pytest.mark.anyio
SECONDS = int(NOW.timestamp())
OTHER = ec.generate_private_key(ec.SECP256R1())
RSA_KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
WEAK_KEY = rsa.generate_private_key(public_exponent=65537, key_size=1024)  # noqa: S505 - refused
P384_KEY = ec.generate_private_key(ec.SECP384R1())
ED_KEY = ed25519.Ed25519PrivateKey.generate()

Make = Callable[[ProofMaker], str]


def swapped(proof: str, place: int, value: str) -> str:
    parts = proof.split(".")
    parts[place] = value
    return ".".join(parts)


def private_jwk(maker: ProofMaker) -> dict[str, Any]:
    jwk: dict[str, Any] = ECAlgorithm.to_jwk(maker.key, as_dict=True)
    return jwk


def by_secret(maker: ProofMaker) -> str:
    """Signed with the public key's own text, as if that were a secret."""
    header = part({"typ": "dpop+jwt", "alg": "HS256", "jwk": maker.jwk})
    signed = f"{header}.{maker.proof().split('.')[1]}"
    mac = hmac.digest(json.dumps(maker.jwk).encode(), signed.encode(), "sha256")
    return f"{signed}.{base64.urlsafe_b64encode(mac).decode().rstrip('=')}"


def padded(proof: str) -> str:
    return proof + "="


BAD: dict[str, Make] = {
    "empty": lambda _: "",
    "no JWS": lambda _: "proof",
    "two parts": lambda maker: maker.proof().rpartition(".")[0],
    "no signature": lambda maker: swapped(maker.proof(), 2, ""),
    "five parts": lambda maker: f"{maker.proof()}.x.y",
    "padding": lambda maker: padded(maker.proof()),
    "a space": lambda maker: maker.proof().replace(".", " .", 1),
    "two in one header": lambda maker: f"{maker.proof()}, {maker.proof()}",
    "huge": lambda maker: maker.proof(more="x" * 9_000),
    "a header that is no object": lambda maker: swapped(maker.proof(), 0, part(["x"])),
    "a header that is no JSON": lambda maker: swapped(maker.proof(), 0, "eHg"),
    "claims that are no object": lambda maker: maker.signed(
        {"typ": "dpop+jwt", "alg": "ES256", "jwk": maker.jwk}, ["x"]
    ),
    "a deep header": lambda maker: swapped(
        maker.proof(), 0, base64.urlsafe_b64encode(b"[" * 5_000).decode().rstrip("=")
    ),
    "no typ": lambda maker: maker.proof(header={"typ": None}),
    "another typ": lambda maker: maker.proof(header={"typ": "JWT"}),
    "typ of another type": lambda maker: maker.proof(header={"typ": 7}),
    "no alg": lambda maker: maker.proof(header={"alg": None}),
    "alg none": lambda maker: swapped(maker.proof(header={"alg": "none"}), 2, "eA"),
    "alg none without a signature": lambda maker: swapped(
        maker.proof(header={"alg": "none"}), 2, ""
    ),
    "HS256": by_secret,
    "RS256": lambda maker: ProofMaker(maker.clock, RSA_KEY, "RS256").proof(),
    "ES384": lambda maker: ProofMaker(maker.clock, P384_KEY, "ES384").proof(),
    "a list of algs": lambda maker: maker.proof(header={"alg": ["ES256"]}),
    "alg of another key": lambda maker: maker.proof(header={"alg": "PS256"}),
    "a curve of another alg": lambda maker: ProofMaker(maker.clock, P384_KEY, "ES384").proof(
        header={"alg": "ES256"}
    ),
    "crit": lambda maker: maker.proof(header={"crit": ["exp"]}),
    "no jwk": lambda maker: maker.proof(header={"jwk": None}),
    "kid only": lambda maker: maker.proof(header={"jwk": None, "kid": maker.jkt}),
    "jku only": lambda maker: maker.proof(header={"jwk": None, "jku": "https://evil.example/"}),
    "x5c only": lambda maker: maker.proof(header={"jwk": None, "x5c": ["MIIB"]}),
    "jwk as a text": lambda maker: maker.proof(header={"jwk": json.dumps(maker.jwk)}),
    "a private key": lambda maker: maker.proof(header={"jwk": private_jwk(maker)}),
    "a symmetric key": lambda maker: maker.proof(header={"jwk": {"kty": "oct", "k": "eHg"}}),
    "a point off the curve": lambda maker: maker.proof(
        header={"jwk": {**maker.jwk, "x": maker.jwk["y"]}}
    ),
    "a key for encryption": lambda maker: maker.proof(header={"jwk": {**maker.jwk, "use": "enc"}}),
    "a weak key": lambda maker: ProofMaker(maker.clock, WEAK_KEY, "PS256").proof(),
    "another's signature": lambda maker: ProofMaker(maker.clock, OTHER).proof(
        header={"jwk": maker.jwk}
    ),
    "a changed claim": lambda maker: swapped(maker.proof(), 1, maker.proof().split(".")[1]),
    "no htm": lambda maker: maker.proof(htm=None),
    "another htm": lambda maker: maker.proof(htm="GET"),
    "htm in lower case": lambda maker: maker.proof(htm="post"),
    "htm as a list": lambda maker: maker.proof(htm=["POST"]),
    "no htu": lambda maker: maker.proof(htu=None),
    "another path": lambda maker: maker.proof(htu=f"{ISSUER}/par"),
    "a slash more": lambda maker: maker.proof(htu=f"{ISSUER}/token/"),
    "path in upper case": lambda maker: maker.proof(htu=f"{ISSUER}/TOKEN"),
    "another host": lambda maker: maker.proof(htu="https://evil.example/token"),
    "another scheme": lambda maker: maker.proof(htu=f"{ISSUER}/token".replace("https", "http")),
    "another port": lambda maker: maker.proof(htu=f"{ISSUER}:8443/token"),
    "a user": lambda maker: maker.proof(htu=f"{ISSUER}/token".replace("://", "://x@")),
    "path alone": lambda maker: maker.proof(htu="/token"),
    "htu as a list": lambda maker: maker.proof(htu=[f"{ISSUER}/token"]),
    "a broken htu": lambda maker: maker.proof(htu="https://[/token"),
    "no iat": lambda maker: maker.proof(iat=None),
    "iat as a text": lambda maker: maker.proof(iat=str(SECONDS)),
    "iat true": lambda maker: maker.proof(iat=True),
    "an old iat": lambda maker: maker.proof(iat=SECONDS - 90),
    "a future iat": lambda maker: maker.proof(iat=SECONDS + 31),
    "an iat without end": lambda maker: maker.proof(iat=10**30),
    "an exp in the past": lambda maker: maker.proof(exp=SECONDS - 30),
    "an nbf in the future": lambda maker: maker.proof(nbf=SECONDS + 31),
    "no jti": lambda maker: maker.proof(jti=None),
    "jti as a number": lambda maker: maker.proof(jti=7),
    "an empty jti": lambda maker: maker.proof(jti=""),
    "a long jti": lambda maker: maker.proof(jti="x" * 257),
}


@pytest.mark.parametrize("wrong", BAD)
async def test_one_wrong_thing_and_nothing_is_issued(proving: ProvingParty, wrong: str) -> None:
    code = await proving.code()
    answer = await proving.redeem(code, BAD[wrong](proving.maker))
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_dpop_proof"), answer.text
    assert "access_token" not in answer.text
    assert "www-authenticate" not in answer.headers
    assert await count(proving.gateway, grants) == 0
    # Nothing was asked of the code yet: it buys its tokens with a good proof.
    assert (await proving.redeem(code, proving.maker.proof())).status_code == 200


async def test_two_headers_are_refused_though_each_is_good(proving: ProvingParty) -> None:
    code = await proving.code()
    answer = await proving.redeem(code, proving.maker.proof(), proving.maker.proof())
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_dpop_proof")


@pytest.mark.parametrize(
    "change",
    [
        {"htu": f"{ISSUER}/token?x=1#y"},
        {"htu": f"{ISSUER}:443/token"},
        {"htu": "HTTPS://ID.EXAMPLE.TEST/%74oken"},
        {"iat": SECONDS - 89},
        {"iat": SECONDS + 30},
        {"iat": SECONDS + 0.5},
        {"nbf": SECONDS, "exp": SECONDS + 60},
        {"header": {"typ": "application/DPoP+jwt"}},
        {"header": {"kid": "anything", "jku": "https://evil.example/"}},
        {"anything": "else"},
    ],
)
async def test_what_the_rfc_leaves_open_is_accepted(
    proving: ProvingParty, change: dict[str, Any]
) -> None:
    answer = await proving.redeem(await proving.code(), proving.maker.proof(**change))
    assert (answer.status_code, answer.json()["token_type"]) == (200, "DPoP"), answer.text


async def test_every_algorithm_that_is_advertised_signs_a_proof(proving: ProvingParty) -> None:
    keys = {"ES256": OTHER, "PS256": RSA_KEY, "EdDSA": ED_KEY, "Ed25519": ED_KEY}
    assert set(keys) == set(ALGORITHMS)
    for alg, key in keys.items():
        maker = ProofMaker(proving.gateway.clock, key, alg)
        answer = await proving.redeem(await proving.code(), maker.proof())
        assert answer.status_code == 200, (alg, answer.text)


async def test_the_host_header_has_no_say(proving: ProvingParty) -> None:
    code, evil = await proving.code(), "https://evil.example/token"
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": proving.client.redirect_uris[0],
        "code_verifier": "v" * 43,
    }
    headers = [("Host", "evil.example"), ("DPoP", proving.maker.proof(htu=evil))]
    assert (await proving.token(form, headers)).json()["error"] == "invalid_dpop_proof"
    headers = [("Host", "evil.example"), ("DPoP", proving.maker.proof())]
    assert (await proving.token(form, headers)).status_code == 200
