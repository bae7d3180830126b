"""A counter whose service signs its requests: what it signed counts, and nothing beside it
(CIBA Core 1.0 §7.1.1)."""

from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ec import (
    SECP256R1,
    EllipticCurvePrivateKey,
    generate_private_key,
)
from jwt.algorithms import ECAlgorithm

from tests.oidc.devices.parts import COUNTER, LOCAL_ID, AtHome, Counter, error_of
from tests.oidc.devices.waiting_list import questions
from tests.support.gateway import ISSUER, Gateway
from tests.support.relying_party import RelyingParty

pytestmark = pytest.mark.anyio
KEY, OTHER_KEY = generate_private_key(SECP256R1()), generate_private_key(SECP256R1())
FLAWS: dict[str, dict[str, Any]] = {
    "another issuer": {"iss": "other"},
    "no issuer": {"iss": None},
    "for another": {"aud": "https://other.example"},
    "for two": {"aud": [ISSUER, "https://other.example"]},
    "for the token endpoint": {"aud": f"{ISSUER}/token"},
    "for nobody": {"aud": None},
    "expired": {"exp": -120},
    "without an end": {"exp": None},
    "for a day": {"exp": 86_400},
    "from the future": {"iat": 120},
    "not yet": {"nbf": 120},
    "without iat": {"iat": None},
    "without nbf": {"nbf": None},
    "without jti": {"jti": None},
    "jti of a number": {"jti": 1},
    "scope of a list": {"scope": ["openid"]},
    "hint of a number": {"login_hint": 1},
    "a request within": {"request": "x.y.z"},
    "a request_uri within": {"request_uri": "https://other.example/r"},
    "truth for an expiry": {"requested_expiry": True},
    "half a second": {"requested_expiry": 0.5},
    "no hint": {"login_hint": None},
}


@pytest.fixture
async def signing(gateway: Gateway, hanako: AtHome) -> Counter:
    jwk = ECAlgorithm.to_jwk(KEY.public_key(), as_dict=True)
    public = {name: jwk[name] for name in ("kty", "crv", "x", "y")}
    client = await gateway.service(
        "signing",
        **COUNTER,
        jwks={"keys": [public]},
        backchannel_authentication_request_signing_alg="ES256",
    )
    resident_id = hanako.resident.resident_id
    await gateway.provider.links.put("signing", resident_id, LOCAL_ID, gateway.clock())
    return Counter(RelyingParty(gateway, client))


def signed(
    gateway: Gateway,
    key: EllipticCurvePrivateKey | str = KEY,
    alg: str = "ES256",
    headers: dict[str, Any] | None = None,
    **changes: Any,
) -> str:
    """Times are seconds from now; None leaves a claim out."""
    now = int(gateway.clock().timestamp())
    good: dict[str, Any] = {
        "iss": "signing",
        "aud": ISSUER,
        "iat": 0,
        "nbf": 0,
        "exp": 300,
        "jti": "4LTCqACC2ESC5BWCnN3j58EnA",
        "scope": "openid",
        "login_hint": LOCAL_ID,
        "binding_message": "W4SCT",
    }
    claims = {name: value for name, value in {**good, **changes}.items() if value is not None}
    for name in {"iat", "nbf", "exp"} & claims.keys():
        claims[name] += now
    return jwt.encode(claims, key, alg, headers)


async def ask(counter: Counter, request: str, **beside: str) -> tuple[int, str | None]:
    return error_of(await counter.post("/bc-authorize", {"request": request, **beside}))


async def test_a_signed_request_is_asked(signing: Counter, hanako: AtHome) -> None:
    request = signed(signing.gateway, requested_expiry=60)
    assert await ask(signing, request, client_id="signing") == (200, None)
    assert "W4SCT" in (await hanako.browser.get("/approvals")).text


@pytest.mark.parametrize("name", FLAWS)
async def test_of_what_is_signed(name: str, signing: Counter, hanako: AtHome) -> None:
    request = signed(signing.gateway, **FLAWS[name])
    assert await ask(signing, request) == (400, "invalid_request")
    assert await questions(hanako) == []


async def test_it_is_signed_by_the_key_and_in_the_way_that_are_registered(
    signing: Counter, hanako: AtHome
) -> None:
    gateway = signing.gateway
    other = ECAlgorithm.to_jwk(OTHER_KEY.public_key(), as_dict=True)
    for request in (
        signed(gateway, OTHER_KEY),
        signed(gateway, OTHER_KEY, headers={"jwk": other}),
        signed(gateway, "", "none"),
        signed(gateway, gateway.secrets["signing"] * 2, "HS256"),
        "x.y.z",
        "x" * 10_000,
    ):
        assert await ask(signing, request) == (400, "invalid_request")
    assert await questions(hanako) == []


async def test_it_is_used_once(signing: Counter, hanako: AtHome) -> None:
    request = signed(signing.gateway)
    assert await ask(signing, request) == (200, None)
    assert await ask(signing, request) == (400, "invalid_request")
    assert len(await questions(hanako)) == 1


async def test_what_stands_beside_it_is_refused(signing: Counter) -> None:
    request = signed(signing.gateway)
    assert await ask(signing, request, login_hint=LOCAL_ID) == (400, "invalid_request")
    assert await ask(signing, request, anything="x") == (400, "invalid_request")


async def test_whoever_is_registered_to_sign_has_to(signing: Counter) -> None:
    assert error_of(await signing.ask()) == (400, "invalid_request")
