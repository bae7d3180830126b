"""Request objects that must not count, each wrong in one thing (RFC 9101, RFC 8725)."""

import base64
import json
from collections.abc import Callable
from typing import Any

import jwt
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tests.oidc.authorization.asking import (
    KEY,
    OTHER_KEY,
    public_jwk,
    request_claims,
    request_object,
    signed,
)
from tests.support.gateway import ISSUER
from tests.support.gateway import NOW as GATEWAY_TIME
from tests.support.relying_party import RelyingParty

PEM = KEY.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
NOW = int(GATEWAY_TIME.timestamp())
HOUR = 3_600
Made = Callable[[RelyingParty], str]


def encoded(value: object) -> str:
    raw = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def unsigned(party: RelyingParty, alg: str) -> str:
    return f"{encoded({'alg': alg})}.{encoded(request_claims(party))}."


def by_public_key(party: RelyingParty) -> str:
    """HS256 with what everybody knows for a secret."""
    head = f"{encoded({'alg': 'HS256'})}.{encoded(request_claims(party))}"
    mac = jwt.algorithms.HMACAlgorithm(jwt.algorithms.HMACAlgorithm.SHA256).sign(head.encode(), PEM)
    return f"{head}.{encoded(mac)}"


def with_another_payload(party: RelyingParty) -> str:
    header, _, signature = request_object(party).split(".")
    return f"{header}.{encoded(request_claims(party, scope='openid profile'))}.{signature}"


def claims(**changes: Any) -> Made:
    return lambda party: request_object(party, **changes)


BAD: dict[str, Made] = {
    "no JWT": lambda _: "x.y.z",
    "empty parts": lambda _: "..",
    "a claims set": lambda party: json.dumps(request_claims(party)),
    "alg none": lambda party: unsigned(party, "none"),
    "alg None": lambda party: unsigned(party, "None"),
    "no alg": lambda party: f"{encoded({})}.{encoded(request_claims(party))}.",
    "HS256 with the public key": by_public_key,
    "HS256 with the client secret": lambda party: signed(
        request_claims(party), party.credentials[1], "HS256"
    ),
    "another key": lambda party: signed(request_claims(party), OTHER_KEY),
    "an embedded key": lambda party: signed(
        request_claims(party), OTHER_KEY, jwk=public_jwk(OTHER_KEY)
    ),
    "a key to be fetched": lambda party: signed(
        request_claims(party), OTHER_KEY, jku="https://signer.example.test/jwks"
    ),
    "another payload": with_another_payload,
    "no signature": lambda party: request_object(party).rpartition(".")[0] + ".",
    "a critical extension": lambda party: signed(request_claims(party), crit=["b64"], b64=False),
    "a client assertion's type": lambda party: signed(
        request_claims(party), typ="client-authentication+jwt"
    ),
    "an access token's type": lambda party: signed(request_claims(party), typ="at+jwt"),
    "a proof's type": lambda party: signed(request_claims(party), typ="dpop+jwt"),
    "not an object": lambda _: signed(b"[]"),
    "not JSON": lambda _: signed(b"{"),
    "deep": lambda _: signed(b'{"claims":' + b"[" * 3_000),
    "huge": claims(state="s" * 9_000),
    "no iss": claims(iss=None),
    "another iss": claims(iss="health"),
    "no client_id": claims(client_id=None),
    "another client_id": claims(client_id="health"),
    "the client as sub": claims(sub="signer"),
    "no aud": claims(aud=None),
    "another aud": claims(aud="https://other.example.test"),
    "the token endpoint as aud": claims(aud=f"{ISSUER}/token"),
    "the issuer with a slash as aud": claims(aud=f"{ISSUER}/"),
    "an empty aud": claims(aud=[]),
    "others as aud": claims(aud=["https://other.example.test"]),
    "an object as aud": claims(aud={ISSUER: 1}),
    "no exp": claims(exp=None),
    "expired": claims(exp=NOW - 31),
    "for a day": claims(exp=NOW + 24 * HOUR),
    "a text as exp": claims(exp=str(NOW + 60)),
    "an endless exp": claims(exp=1e300),
    "a future nbf": claims(nbf=NOW + 31),
    "a future iat": claims(iat=NOW + 31),
    "a malformed nbf": claims(nbf="now"),
    "a request in it": claims(request="x.y.z"),
    "a request_uri in it": claims(request_uri="urn:ietf:params:oauth:request_uri:x"),
    "null for a request in it": lambda party: signed({**request_claims(party), "request": None}),
    "a number for true": claims(max_age=True),
    "half a second": claims(max_age=0.5),
    "a list of scopes": claims(scope=["openid"]),
    "an object as state": claims(state={"a": 1}),
    "null as nonce": lambda party: signed({**request_claims(party), "nonce": None}),
    "a NUL": claims(state="a\0b"),
    "half a surrogate pair": claims(state="\ud800"),
    "two resources in one": claims(resource=["https://a.example.test https://b.example.test"]),
    "a number as resource": claims(resource=[1]),
}
