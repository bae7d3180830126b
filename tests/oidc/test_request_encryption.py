"""A request object that came encrypted is opened with our key, or refused before anything costs."""

import base64
import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from joserfc import jwe, jws
from joserfc.jwk import ECKey, Key, OctKey, RSAKey

from gateway.keys.model import KEY_AGREEMENT
from gateway.oidc.clients.signed_jwt import BadJwtError
from gateway.oidc.request_encryption import decrypt_request_object
from tests.support.gateway import ISSUER, Gateway
from tests.support.relying_party import RelyingParty, redirected
from tests.support.service_keys import CONTENT, key_to_encrypt_for

pytestmark = pytest.mark.anyio
SIGNED = "eyJhbGciOiJFUzI1NiJ9.eyJjbGllbnRfaWQiOiJoZWFsdGgifQ.c2lnbmF0dXJl"
KNOWN = jwe.JWERegistry.algorithms
ALL = [*KNOWN["alg"], *KNOWN["enc"], *KNOWN["zip"]]


def encrypted(key: Key, inner: str | bytes = SIGNED, **header: Any) -> str:
    """A change of None leaves the member out."""
    good = {"alg": "ECDH-ES", "enc": "A128GCM", "cty": "JWT", **header}
    protected = {name: value for name, value in good.items() if value is not None}
    registry = jwe.JWERegistry(algorithms=ALL, strict_check_header=False)
    return jwe.encrypt_compact(protected, inner, key, registry=registry)


async def refusal(gateway: Gateway, unverified: str) -> str:
    with pytest.raises(BadJwtError) as refused:
        await decrypt_request_object(gateway.provider, unverified)
    return refused.value.why


@pytest.mark.parametrize("enc", CONTENT)
@pytest.mark.parametrize("alg", ["ECDH-ES", "ECDH-ES+A128KW", "ECDH-ES+A256KW"])
async def test_what_is_encrypted_for_the_published_key_is_opened(
    gateway: Gateway, alg: str, enc: str
) -> None:
    key = await key_to_encrypt_for(gateway)
    for kid in (key.kid, None):
        sent = encrypted(key, alg=alg, enc=enc, kid=kid)
        assert await decrypt_request_object(gateway.provider, sent) == SIGNED


async def test_cty_and_what_else_a_stock_library_adds_mean_nothing(gateway: Gateway) -> None:
    key = await key_to_encrypt_for(gateway)
    for more in ({"cty": None}, {"cty": "oauth-authz-req+jwt"}, {"iss": "health"}, {"typ": "JWT"}):
        assert await decrypt_request_object(gateway.provider, encrypted(key, **more)) == SIGNED


async def test_another_way_of_encryption_is_refused(gateway: Gateway) -> None:
    ours = await key_to_encrypt_for(gateway)
    rsa, secret = RSAKey.generate_key(2048), OctKey.generate_key(256)
    for key, header in (
        (ours, {"enc": "A192GCM"}),
        (ours, {"enc": "A192CBC-HS384"}),
        (ours, {"alg": "ECDH-ES+A192KW"}),
        (rsa, {"alg": "RSA-OAEP"}),
        (rsa, {"alg": "RSA-OAEP-256"}),
        (secret, {"alg": "dir", "enc": "A256GCM"}),
        (secret, {"alg": "A256KW"}),
        (secret, {"alg": "A256GCMKW"}),
    ):
        why = await refusal(gateway, encrypted(key, **header))
        assert why == "is not encrypted in a way that is taken here", header
    good = encrypted(ours)
    changes: list[dict[str, Any]] = [
        {"alg": "RSA1_5"},
        {"alg": "PBES2-HS256+A128KW", "p2c": 2**31, "p2s": "c2FsdA"},
        {"alg": "none"},
        {"alg": ["ECDH-ES"]},
        {"alg": None},
        {"enc": None},
        {"enc": {}},
    ]
    for change in changes:
        why = await refusal(gateway, with_header(good, **change))
        assert why == "is not encrypted in a way that is taken here", change


async def test_nothing_compressed_is_opened(gateway: Gateway) -> None:
    key = await key_to_encrypt_for(gateway)
    bomb = encrypted(key, b"a" * 200_000, zip="DEF")
    assert len(bomb) < 1_000
    for sent in (bomb, encrypted(key, zip="DEF"), with_header(encrypted(key), zip="none")):
        assert await refusal(gateway, sent) == "is compressed, which is not taken here"


async def test_what_is_too_long_is_refused_outside_and_inside(gateway: Gateway) -> None:
    key = await key_to_encrypt_for(gateway)
    longest = "a" * 8_192
    assert await decrypt_request_object(gateway.provider, encrypted(key, longest)) == longest
    assert await refusal(gateway, encrypted(key, longest + "a")) == "is too long"
    assert await refusal(gateway, encrypted(key, "a" * 12_000)) == "is too long"
    assert await refusal(gateway, "a" * 1_000_000) == "is too long"


async def test_what_is_encrypted_for_somebody_else_is_refused(gateway: Gateway) -> None:
    foreign = ECKey.generate_key("P-256")
    ours = await key_to_encrypt_for(gateway)
    assert await refusal(gateway, encrypted(foreign)) == "cannot be decrypted"
    assert await refusal(gateway, encrypted(foreign, kid=ours.kid)) == "cannot be decrypted"
    unknown = await refusal(gateway, encrypted(ours, kid="unknown"))
    assert unknown == "is not encrypted for a key of this issuer's"
    async with gateway.browser() as http:
        keys = (await http.get("/jwks")).json()["keys"]
    signing = next(key["kid"] for key in keys if key.get("alg") == "ES256")
    assert await refusal(gateway, encrypted(ours, kid=signing)) == unknown


async def test_a_changed_copy_is_refused(gateway: Gateway) -> None:
    good = encrypted(await key_to_encrypt_for(gateway), alg="ECDH-ES+A128KW", enc="A128CBC-HS256")
    parts = good.split(".")
    for place, part in enumerate(parts):
        for other in ("", "AAAA", "A" + part[1:], part[:-2], part + "AA", "=", "\n" + part, "あ"):
            copy = ".".join([*parts[:place], other, *parts[place + 1 :]])
            if copy != good:
                assert await refusal(gateway, copy)
    for copy in ("", "....", "a.b.c", SIGNED, ".".join(parts[:4]), good + ".", good + ".x"):
        assert await refusal(gateway, copy) == "is malformed", copy
    changes: list[dict[str, Any]] = [
        {"epk": None},
        {"epk": {}},
        {"epk": "key"},
        {"epk": {"kty": "EC", "crv": "P-256", "x": "AA", "y": "AA"}},
        {"epk": ECKey.generate_key("P-384").as_dict(private=False)},
        {"epk": OctKey.generate_key(256).as_dict()},
        {"apu": 7},
        {"apv": ["x"]},
    ]
    for change in changes:
        assert await refusal(gateway, with_header(good, **change)) == "cannot be decrypted", change
    assert await refusal(gateway, with_header(good, kid=7)) == "is malformed"
    crit = {"crit": ["exp"], "exp": 1}
    assert (
        await refusal(gateway, with_header(good, **crit))
        == "needs something that is not known here"
    )


async def test_a_service_is_answered_by_what_only_the_gateway_could_read(gateway: Gateway) -> None:
    own = ECKey.generate_key("P-256")
    jwks = {"keys": [{**own.as_dict(private=False), "use": "sig"}]}
    party = RelyingParty(gateway, await gateway.service(jwks=jwks))
    key = await key_to_encrypt_for(gateway)
    hanako = await gateway.resident()
    await gateway.consent(party.client, hanako)
    now = int(gateway.clock().timestamp())
    claims = {
        **party.authorization_request(state="only-for-the-gateway"),
        **{"iss": "health", "aud": ISSUER, "nbf": now, "exp": now + 60, "jti": "1"},
    }
    signed = jws.serialize_compact({"alg": "ES256"}, json.dumps(claims), own)
    foreign = jws.serialize_compact(
        {"alg": "ES256"}, json.dumps(claims), ECKey.generate_key("P-256")
    )
    outside = {"client_id": "health", "response_type": "code", "scope": "openid"}
    async with gateway.browser() as browser:
        await gateway.sign_in(browser, hanako)
        sent = encrypted(key, signed, alg="ECDH-ES+A256KW", enc="A256GCM", kid=key.kid)
        answer = redirected(await browser.get("/authorize", params={**outside, "request": sent}))
        assert answer["state"] == "only-for-the-gateway"
        assert (await party.redeem(answer["code"])).status_code == 200
        for bad in (
            encrypted(key, foreign),
            encrypted(key, json.dumps(claims)),
            encrypted(key, signed, zip="DEF"),
            encrypted(ECKey.generate_key("P-256"), signed),
        ):
            refused = await browser.get("/authorize", params={**outside, "request": bad})
            assert "code=" not in refused.headers.get("location", ""), refused.text


async def test_what_is_inside_is_one_signed_jwt_at_most(gateway: Gateway) -> None:
    key = await key_to_encrypt_for(gateway)
    assert await refusal(gateway, encrypted(key, encrypted(key))) == "is encrypted twice"
    assert await refusal(gateway, encrypted(key, "花子")) == "cannot be decrypted"


async def test_a_rotated_key_opens_for_a_day_and_is_published_no_more(gateway: Gateway) -> None:
    former = await key_to_encrypt_for(gateway)
    sent = encrypted(former, kid=former.kid)
    active = await gateway.provider.keys.rotate(gateway.clock(), KEY_AGREEMENT)
    gateway.clock.forward(minutes=2)  # the other worker has read the store by then
    now_published = await key_to_encrypt_for(gateway)
    assert now_published.kid == active != former.kid
    gateway.clock.forward(hours=23, minutes=57)
    assert await decrypt_request_object(gateway.provider, sent) == SIGNED
    assert await refusal(gateway, encrypted(former)) == "cannot be decrypted"
    gateway.clock.forward(minutes=1)
    why = await refusal(gateway, sent)
    assert why == "is not encrypted for a key of this issuer's"


async def test_the_refusal_tells_nothing_of_what_was_inside(gateway: Gateway) -> None:
    key = await key_to_encrypt_for(gateway)
    with pytest.raises(BadJwtError) as refused:
        await decrypt_request_object(gateway.provider, encrypted(key, "秘密"))
    assert "秘密" not in str(refused.value)


_members = st.dictionaries(
    st.sampled_from(["alg", "enc", "zip", "crit", "kid", "epk", "apu", "apv", "p2c", "b64"]),
    st.one_of(st.none(), st.integers(), st.text(max_size=8), st.lists(st.text(max_size=3))),
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(members=_members, rest=st.binary(max_size=40))
async def test_no_header_is_an_error_of_another_kind(
    opening: tuple[Gateway, str], members: dict[str, Any], rest: bytes
) -> None:
    gateway, good = opening
    kept = dict(members)
    if len(rest) % 2:
        kept |= {"alg": "ECDH-ES+A256KW", "enc": "A256GCM"}
        kept.pop("zip", None)
        kept.pop("crit", None)
    sent = with_header(good, **kept)
    if rest:
        sent = sent.rpartition(".")[0] + "." + base64.urlsafe_b64encode(rest).decode().rstrip("=")
    await refusal(gateway, sent)


@pytest.fixture
async def opening(gateway: Gateway) -> tuple[Gateway, str]:
    sent = encrypted(await key_to_encrypt_for(gateway), alg="ECDH-ES+A256KW", enc="A256GCM")
    return gateway, with_header(sent, typ="changed")


def with_header(sent: str, **changes: object) -> str:
    first, _, rest = sent.partition(".")
    old = json.loads(base64.urlsafe_b64decode(first + "=" * (-len(first) % 4)))
    new = {name: value for name, value in {**old, **changes}.items() if value is not None}
    return base64.urlsafe_b64encode(json.dumps(new).encode()).rstrip(b"=").decode() + "." + rest
