"""Nonces: every answer to a proof brings one, and who is registered for proofs needs one.

RFC 9449 §8 and §9.
"""

import pytest

from gateway.oidc.records import grants
from gateway.oidc.tokens.dpop_nonce import SECONDS
from tests.oidc.tokens.proving import ProvingParty
from tests.support.gateway import Gateway
from tests.support.log import count

pytestmark = pytest.mark.anyio


@pytest.fixture
async def demanding(gateway: Gateway, proving: ProvingParty) -> ProvingParty:
    proving.client = await gateway.service("health", dpop_bound_access_tokens=True)
    return proving


async def test_a_proof_without_one_is_told_one_and_spends_nothing(
    demanding: ProvingParty,
) -> None:
    code = await demanding.code()
    answer = await demanding.redeem(code, demanding.maker.proof())
    assert (answer.status_code, answer.json()["error"]) == (400, "use_dpop_nonce")
    assert await count(demanding.gateway, grants) == 0
    demanding.maker.nonce = answer.headers["dpop-nonce"]
    answer = await demanding.redeem(code, demanding.maker.proof())
    assert (answer.status_code, answer.json()["token_type"]) == (200, "DPoP")
    assert answer.headers["dpop-nonce"] == demanding.maker.nonce


async def test_where_a_token_is_used_it_is_asked_for_too(demanding: ProvingParty) -> None:
    refused = await demanding.redeem(await demanding.code(), demanding.maker.proof())
    demanding.maker.nonce = refused.headers["dpop-nonce"]
    token = (await demanding.tokens())["access_token"]
    answer = await demanding.userinfo(token, demanding.use(token, nonce=None))
    assert (answer.status_code, answer.json()["error"]) == (401, "use_dpop_nonce")
    assert answer.headers["www-authenticate"].startswith('DPoP error="use_dpop_nonce"')
    assert answer.headers["dpop-nonce"] == demanding.maker.nonce
    assert (await demanding.userinfo(token, demanding.use(token))).status_code == 200


async def test_who_need_not_bring_one_is_told_one_as_well(proving: ProvingParty) -> None:
    good = await proving.redeem(await proving.code(), proving.maker.proof())
    bad = await proving.redeem("x", proving.maker.proof(htm="GET"))
    assert (good.status_code, bad.status_code) == (200, 400)
    assert good.headers.get_list("dpop-nonce") == [bad.headers["dpop-nonce"]]


@pytest.mark.parametrize("nonce", ["not-ours", "", 7, ["x"], {"x": 1}])
async def test_one_that_is_not_ours_is_refused(proving: ProvingParty, nonce: object) -> None:
    code = await proving.code()
    answer = await proving.redeem(code, proving.maker.proof(nonce=nonce))
    assert (answer.status_code, answer.json()["error"]) == (400, "use_dpop_nonce")
    assert (await proving.redeem(code, proving.maker.proof())).status_code == 200


async def test_it_is_good_for_two_windows_and_no_longer(proving: ProvingParty) -> None:
    form = {"grant_type": "refresh_token", "refresh_token": "x"}

    async def error() -> str:
        answer = await proving.token(form, [("DPoP", proving.maker.proof())])
        proving.maker.nonce = proving.maker.nonce or answer.headers["dpop-nonce"]
        return str(answer.json()["error"])

    found = []
    for _ in range(3):
        found.append(await error())
        proving.gateway.clock.forward(seconds=SECONDS)
    assert found == ["invalid_grant", "invalid_grant", "use_dpop_nonce"]


async def test_every_worker_knows_it(gateway: Gateway, proving: ProvingParty) -> None:
    """It follows from the time and the gateway's secret: nothing is kept of it."""
    answer = await proving.redeem("x", proving.maker.proof())
    window = str(int(gateway.clock().timestamp()) // SECONDS)
    expected = gateway.provider.keyed_hash.hash("dpop-nonce", window)
    assert answer.headers["dpop-nonce"] == expected
