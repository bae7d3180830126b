"""How a signed object is made wrong in one thing."""

import base64
import hashlib
import hmac
import json
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from jwt.algorithms import get_default_algorithms

from tests.support.certificates import public_jwk
from tests.support.gateway import ISSUER

KEY, OTHER_KEY, NEIGHBOURS_KEY = (generate_private_key(SECP256R1()) for _ in range(3))
KID = "key-1"
PEM = KEY.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
HOUR = 3_600
EVIL = "https://evil.example.test"


def encoded(value: object) -> str:
    raw = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


@dataclass(frozen=True, slots=True)
class Parts:
    """Of a good one. Nothing is signed yet."""

    header: Mapping[str, Any]
    claims: Mapping[str, Any]
    now: int
    secret: str | None = field(default=None, repr=False)
    """Of the client, where that signs."""

    def signed(
        self,
        claims: Mapping[str, Any] | bytes | None = None,
        key: Any = None,
        **header: Any,
    ) -> str:
        """A member of None is left out; without a key of its own, as it is registered."""
        told = {name: v for name, v in {**self.header, **header}.items() if v is not None}
        body = self.claims if claims is None else claims
        head = f"{encoded(told)}.{encoded(body)}"
        if key is None and self.secret is not None:
            return by_secret(head, self.secret.encode())
        signature = get_default_algorithms()["ES256"].sign(head.encode(), key or KEY)
        return f"{head}.{encoded(signature)}"

    def with_(self, **changes: Any) -> str:
        changed = {**self.claims, **changes}
        return self.signed({name: v for name, v in changed.items() if v is not None})

    def macced(self, secret: bytes, alg: str = "HS256") -> str:
        return by_secret(f"{encoded({**self.header, 'alg': alg})}.{encoded(self.claims)}", secret)

    def resigned(self, signature: str) -> str:
        return f"{self.signed().rpartition('.')[0]}.{signature}"


def by_secret(head: str, secret: bytes) -> str:
    hashes = {"HS512": "sha512"}
    alg = json.loads(base64.urlsafe_b64decode(head.partition(".")[0] + "==")).get("alg")
    name = hashes.get(alg if isinstance(alg, str) else "", "sha256")
    return f"{head}.{encoded(hmac.digest(secret, head.encode(), getattr(hashlib, name)))}"


def unsigned(parts: Parts, **header: Any) -> str:
    return f"{parts.signed(**header).rpartition('.')[0]}."


def another_payload(parts: Parts) -> str:
    header, _, signature = parts.signed().split(".")
    return f"{header}.{encoded({**parts.claims, 'more': 1})}.{signature}"


def twice(parts: Parts) -> str:
    written = json.dumps(parts.claims)
    return parts.signed(b'{"jti":"x","iss":"evil","htm":"evil",' + written[1:].encode())


def serialized(parts: Parts) -> str:
    header, payload, signature = parts.signed().split(".")
    return json.dumps({"protected": header, "payload": payload, "signature": signature})


Flaw = Callable[[Parts], str]
OTHER_JWK = public_jwk(OTHER_KEY)
CERTIFICATE: dict[str, Any] = {"x5u": f"{EVIL}/x.pem", "x5c": ["MIIB"]}
SIGNATURES: dict[str, Flaw] = {
    "alg none": lambda parts: unsigned(parts, alg="none"),
    "alg none in other letters": lambda parts: unsigned(parts, alg="nOnE"),
    "no alg": lambda parts: parts.signed(alg=None),
    "alg as a list": lambda parts: parts.signed(alg=[parts.header["alg"]]),
    "an alg that nobody knows": lambda parts: parts.signed(alg="XS256"),
    "HS256 with the public key": lambda parts: parts.macced(PEM),
    "HS256 with the public JWK": lambda parts: parts.macced(json.dumps(public_jwk(KEY)).encode()),
    "HS256 with an empty secret": lambda parts: parts.macced(b""),
    "another key": lambda parts: parts.signed(key=OTHER_KEY),
    "another client's key": lambda parts: parts.signed(key=NEIGHBOURS_KEY),
    "another key that it brings": lambda parts: parts.signed(key=OTHER_KEY, jwk=OTHER_JWK),
    "another key that it says to fetch": lambda parts: parts.signed(key=OTHER_KEY, jku=EVIL),
    "another key in a certificate": lambda parts: parts.signed(key=OTHER_KEY, **CERTIFICATE),
    "the key, and another that it brings": lambda parts: parts.signed(jwk=OTHER_JWK),
    "the key, and one to fetch": lambda parts: parts.signed(jku=EVIL, **CERTIFICATE),
    "a kid of nobody's": lambda parts: parts.signed(kid="nobody"),
    "a kid that is a path": lambda parts: parts.signed(kid="../../../dev/null"),
    "a kid that is a number": lambda parts: parts.signed(kid=7),
    "no kid": lambda parts: parts.signed(kid=None),
    "no signature": lambda parts: parts.resigned(""),
    "half a signature": lambda parts: parts.resigned(parts.signed().rpartition(".")[2][:40]),
    "a signature of zeros": lambda parts: parts.resigned(encoded(bytes(64))),
    "another payload": another_payload,
    "a critical extension": lambda parts: parts.signed(crit=["x"], x=1),
    "b64 false, which is critical": lambda parts: parts.signed(crit=["b64"], b64=False),
    "b64 false": lambda parts: parts.signed(b64=False),
}
FORMS: dict[str, Flaw] = {
    "a payload that is compressed": lambda parts: parts.signed(
        zlib.compress(json.dumps(parts.claims).encode()), zip="DEF"
    ),
    "a JWT in a JWT": lambda parts: parts.signed(parts.signed().encode(), cty="JWT"),
    "an encryption that is none": lambda parts: f"{parts.signed()}.x.y",
    "a list": lambda parts: parts.signed(b"[]"),
    "no JSON": lambda parts: parts.signed(b"{"),
    "UTF-16": lambda parts: parts.signed(json.dumps(parts.claims).encode("utf-16")),
    "deep": lambda parts: parts.signed(b'{"claims":' + b"[" * 3_000),
    "huge": lambda parts: parts.with_(more="x" * 9_000),
    "two parts": lambda parts: parts.signed().rpartition(".")[0],
    "four parts": lambda parts: f"{parts.signed()}.x",
    "a space before": lambda parts: f" {parts.signed()}",
    "a JSON serialization": serialized,
    "a name that stands twice": twice,
}
CLAIMS: dict[str, Flaw] = {
    "no iss": lambda parts: parts.with_(iss=None),
    "another iss": lambda parts: parts.with_(iss="neighbour"),
    "iss as a list": lambda parts: parts.with_(iss=[parts.claims["iss"]]),
    "no aud": lambda parts: parts.with_(aud=None),
    "another aud": lambda parts: parts.with_(aud=EVIL),
    "the issuer with a slash as aud": lambda parts: parts.with_(aud=f"{ISSUER}/"),
    "the issuer in capitals as aud": lambda parts: parts.with_(aud=ISSUER.upper()),
    "the token endpoint as aud": lambda parts: parts.with_(aud=f"{ISSUER}/token"),
    "the issuer in a list as aud": lambda parts: parts.with_(aud=[ISSUER]),
    "the issuer and another as aud": lambda parts: parts.with_(aud=[ISSUER, EVIL]),
    "nobody in a list as aud": lambda parts: parts.with_(aud=[]),
    "a list in a list as aud": lambda parts: parts.with_(aud=[[ISSUER]]),
    "an object as aud": lambda parts: parts.with_(aud={ISSUER: 1}),
    "no exp": lambda parts: parts.with_(exp=None),
    "expired": lambda parts: parts.with_(exp=parts.now - 31),
    "exp far away": lambda parts: parts.with_(exp=parts.now + 24 * HOUR),
    "exp as a text": lambda parts: parts.with_(exp=str(parts.now + 60)),
    "exp true": lambda parts: parts.with_(exp=True),
    "exp before time began": lambda parts: parts.with_(exp=-1),
    "exp after time ends": lambda parts: parts.with_(exp=1e300),
    "iat in the future": lambda parts: parts.with_(iat=parts.now + 31),
    "nbf in the future": lambda parts: parts.with_(nbf=parts.now + 31),
    "nbf as a text": lambda parts: parts.with_(nbf="now"),
    "no jti": lambda parts: parts.with_(jti=None),
    "an empty jti": lambda parts: parts.with_(jti=""),
    "a long jti": lambda parts: parts.with_(jti="j" * 257),
    "jti as a number": lambda parts: parts.with_(jti=7),
}
BY_SECRET = ("HS256 with the client's secret", "HS512 with the client's secret")
ONCE_MORE = "the same once more"
FLAWS: dict[str, Flaw] = {**SIGNATURES, **FORMS, **CLAIMS}
