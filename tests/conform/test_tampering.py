"""A fault is for one service and for as long as it is in force; nobody else gets anything wrong."""

from datetime import timedelta

import jwt
import pytest

from gateway.conform.fault import Fault, Signing, Tampering, with_members
from gateway.conform.signer import TamperingKeys
from gateway.errors import InvalidToken
from gateway.keys.master import load_master_key
from gateway.oidc.tokens.issue import ACCESS_TOKEN, ID_TOKEN
from tests.support.gateway import Gateway

pytestmark = pytest.mark.anyio
WRONG = Fault(id_token=with_members(sub="somebody-else"), signing=Signing.STRANGER)


async def keys_of(gateway: Gateway, tampering: Tampering) -> TamperingKeys:
    provider = gateway.provider
    master = load_master_key(provider.settings.keys)
    keys = TamperingKeys(provider.records, master, timedelta(minutes=1), "health", tampering)
    await keys.ensure(gateway.clock())
    return keys


def claims(gateway: Gateway, audience: str) -> dict[str, object]:
    expires = int(gateway.clock().timestamp()) + 600
    return {"iss": gateway.provider.issuer, "aud": audience, "sub": "hanako", "exp": expires}


@pytest.mark.parametrize(
    ("audience", "typ"), [("points", ID_TOKEN), ("health", ACCESS_TOKEN), ("health", "logout+jwt")]
)
async def test_what_is_for_others_is_as_it_always_is(
    gateway: Gateway, audience: str, typ: str
) -> None:
    tampering, now = Tampering(), gateway.clock()
    keys = await keys_of(gateway, tampering)
    with tampering.by(WRONG):
        token = await keys.sign(claims(gateway, audience), alg="ES256", typ=typ, now=now)
    found = await gateway.provider.keys.verify(token, typ=typ, now=now)
    assert found == claims(gateway, audience)
    assert not tampering.reached


async def test_nothing_wrong_goes_out_before_and_after(gateway: Gateway) -> None:
    tampering, now = Tampering(), gateway.clock()
    keys = await keys_of(gateway, tampering)
    good = claims(gateway, "health")
    before = await keys.sign(good, alg="ES256", typ=ID_TOKEN, now=now)
    with tampering.by(WRONG):
        wrong = await keys.sign(good, alg="ES256", typ=ID_TOKEN, now=now)
        assert tampering.reached
    after = await keys.sign(good, alg="ES256", typ=ID_TOKEN, now=now)
    for token in (before, after):
        assert await gateway.provider.keys.verify(token, typ=ID_TOKEN, now=now) == good
    with pytest.raises(InvalidToken):
        await gateway.provider.keys.verify(wrong, typ=ID_TOKEN, now=now)
    assert keys.told == good


@pytest.mark.parametrize("alg", ["ES256", "RS256", "PS256", "EdDSA"])
@pytest.mark.parametrize("signing", [each for each in Signing if each is not Signing.OURS])
async def test_no_forgery_is_believed_by_the_gateways_own_check(
    gateway: Gateway, alg: str, signing: Signing
) -> None:
    tampering, now = Tampering(), gateway.clock()
    keys = await keys_of(gateway, tampering)
    with tampering.by(Fault(signing=signing)):
        token = await keys.sign(claims(gateway, "health"), alg=alg, typ=ID_TOKEN, now=now)
    with pytest.raises(InvalidToken):
        await gateway.provider.keys.verify(token, typ=ID_TOKEN, now=now)
    published = {key["kid"] for key in (await keys.jwks(now))["keys"]}  # type: ignore[attr-defined]
    is_known = jwt.get_unverified_header(token)["kid"] in published
    assert is_known is (signing not in (Signing.STRANGER, Signing.EMBEDDED))
