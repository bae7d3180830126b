"""Tokens are bound to the key that was proven with the request, and are used with it alone.

RFC 9449 §5 to §7 and §10.
"""

from collections import Counter
from typing import Any

import anyio
import httpx2
import pytest

from gateway.oidc.records import grants, refresh_tokens
from tests.oidc.tokens.proving import ProvingParty
from tests.support.gateway import ISSUER, Gateway
from tests.support.log import count, log_text, logged
from tests.support.proofs import ProofMaker
from tests.support.relying_party import payload

pytestmark = pytest.mark.anyio


async def test_tokens_are_bound_to_the_key_and_say_so(proving: ProvingParty) -> None:
    tokens, bound = await proving.tokens(), {"jkt": proving.maker.jkt}
    assert tokens["token_type"] == "DPoP"
    assert payload(tokens["access_token"])["cnf"] == bound
    told = await proving.party.post("/introspect", {"token": tokens["access_token"]})
    assert (told.json()["token_type"], told.json()["cnf"]) == ("DPoP", bound)
    answer = await proving.userinfo(tokens["access_token"], proving.use(tokens["access_token"]))
    assert answer.status_code == 200, answer.text


async def test_without_a_proof_they_are_as_before(proving: ProvingParty) -> None:
    answer = await proving.redeem(await proving.code())
    assert answer.json()["token_type"] == "Bearer"
    assert "cnf" not in payload(answer.json()["access_token"])
    assert "dpop-nonce" not in answer.headers
    userinfo = await proving.userinfo(answer.json()["access_token"], scheme="Bearer")
    assert userinfo.status_code == 200


async def test_a_clients_own_token_is_bound_too(gateway: Gateway, proving: ProvingParty) -> None:
    proving.client = await gateway.reader()
    form = {"grant_type": "client_credentials"}
    answer = await proving.token(form, [("DPoP", proving.maker.proof())])
    token = answer.json()["access_token"]
    headers = {"Authorization": f"DPoP {token}"}
    proof = proving.maker.proof("POST", "/card/challenges", access_token=token)
    async with gateway.browser() as http:
        for scheme in ("Bearer", "DPoP"):
            stolen = {"Authorization": f"{scheme} {token}"}
            assert (await http.post("/card/challenges", headers=stolen)).status_code == 401
        good = await http.post("/card/challenges", headers={**headers, "DPoP": proof})
    assert good.status_code == 200, good.text


async def refused(answer: httpx2.Response, error: str = "invalid_token") -> None:
    assert (answer.status_code, answer.json()["error"]) == (401, error), answer.text
    challenge = answer.headers["www-authenticate"]
    assert challenge.startswith(f'DPoP error="{error}", error_description="')
    assert challenge.endswith(', algs="ES256 PS256 EdDSA Ed25519"')


async def test_a_bound_token_is_no_bearer_token(proving: ProvingParty) -> None:
    token = (await proving.tokens())["access_token"]
    await refused(await proving.userinfo(token, scheme="Bearer"))
    await refused(await proving.userinfo(token, proving.use(token), scheme="Bearer"))
    async with proving.gateway.browser() as http:
        await refused(await http.post("/userinfo", data={"access_token": token}))
    await refused(await proving.userinfo(token), "invalid_dpop_proof")


async def test_an_unbound_token_takes_no_proof(proving: ProvingParty) -> None:
    token = (await proving.redeem(await proving.code())).json()["access_token"]
    for scheme in ("DPoP", "Bearer"):
        answer = await proving.userinfo(token, proving.use(token), scheme=scheme)
        assert (answer.status_code, answer.json()["error"]) == (401, "invalid_token")
    assert (await proving.userinfo(token, scheme="DPoP")).status_code == 401


@pytest.mark.parametrize(
    "change",
    [
        {"ath": None},
        {"ath": "x" * 43},
        {"htm": "POST"},
        {"htu": f"{ISSUER}/link"},
        {"nonce": "not-ours"},
        {"jti": None},
    ],
)
async def test_one_wrong_thing_and_nothing_is_told(
    proving: ProvingParty, change: dict[str, Any]
) -> None:
    token = (await proving.tokens())["access_token"]
    error = "use_dpop_nonce" if "nonce" in change else "invalid_dpop_proof"
    await refused(await proving.userinfo(token, proving.use(token, **change)), error)


async def test_a_stolen_token_is_of_no_use(proving: ProvingParty) -> None:
    token = (await proving.tokens())["access_token"]
    thief = ProofMaker(proving.gateway.clock)
    theirs = thief.proof("GET", "/userinfo", access_token=token)
    await refused(await proving.userinfo(token, theirs))
    (entry,) = await logged(proving.gateway, "client.refused")
    assert (entry.client_id, entry.detail) == (
        "health",
        {"reason": "the access token is bound to another key"},
    )
    other = (await proving.tokens())["access_token"]
    await refused(await proving.userinfo(token, proving.use(other)), "invalid_dpop_proof")


async def test_a_proof_is_used_once(proving: ProvingParty) -> None:
    token = (await proving.tokens())["access_token"]
    proof = proving.use(token)
    assert (await proving.userinfo(token, proof)).status_code == 200
    await refused(await proving.userinfo(token, proof), "invalid_dpop_proof")
    (entry,) = await logged(proving.gateway, "client.refused")
    assert (entry.client_id, entry.detail) == (
        "health",
        {"reason": "the DPoP proof was used before"},
    )
    text = await log_text(proving.gateway)
    for secret in (proof, token, proving.maker.jkt, payload(proof)["jti"]):
        assert secret not in text


async def test_of_twenty_redemptions_with_one_proof_one_gets_through(
    proving: ProvingParty,
) -> None:
    codes = [await proving.code() for _ in range(20)]
    proof, answers = proving.maker.proof(), list[httpx2.Response]()

    async def redeem(code: str) -> None:
        answers.append(await proving.redeem(code, proof))

    async with anyio.create_task_group() as group:
        for code in codes:
            group.start_soon(redeem, code)
    found = Counter(answer.json().get("error", "tokens") for answer in answers)
    assert found == {"tokens": 1, "invalid_dpop_proof": 19}
    assert await count(proving.gateway, grants) == 1
    assert await count(proving.gateway, refresh_tokens) == 1


async def test_another_key_may_have_the_same_jti(proving: ProvingParty) -> None:
    for maker in (proving.maker, ProofMaker(proving.gateway.clock)):
        answer = await proving.redeem(await proving.code(), maker.proof(jti="one"))
        assert answer.status_code == 200


async def test_a_jti_is_remembered_for_as_long_as_its_proof_is_good(proving: ProvingParty) -> None:
    proof = proving.maker.proof(iat=int(proving.gateway.clock().timestamp()) + 30)
    assert (await proving.redeem(await proving.code(), proof)).status_code == 200
    proving.gateway.clock.forward(seconds=119)
    await proving.gateway.sign_in(proving.browser, await proving.gateway.resident("花田　太郎"))
    again = await proving.token({"grant_type": "refresh_token"}, [("DPoP", proof)])
    assert again.json()["error_description"] == "the DPoP proof was used before"
    proving.gateway.clock.forward(seconds=1)
    again = await proving.token({"grant_type": "refresh_token"}, [("DPoP", proof)])
    assert again.json()["error_description"] == "the DPoP proof is too old or has no iat"


async def test_a_confidential_clients_refresh_tokens_go_on_with_a_new_key(
    proving: ProvingParty,
) -> None:
    tokens = await proving.tokens()
    proving.maker = ProofMaker(proving.gateway.clock)
    answer = await proving.refresh(tokens["refresh_token"], proving.maker.proof())
    assert payload(answer.json()["access_token"])["cnf"] == {"jkt": proving.maker.jkt}


async def test_a_public_clients_refresh_tokens_are_bound_to_the_key(
    gateway: Gateway, proving: ProvingParty
) -> None:
    proving.client = await gateway.service("health", token_endpoint_auth_method="none")
    tokens = await proving.tokens()
    thief = ProofMaker(gateway.clock)
    for proofs in ([], [thief.proof()]):
        answer = await proving.refresh(tokens["refresh_token"], *proofs)
        assert (answer.status_code, answer.json()["error"]) == (400, "invalid_grant")
    # It was not used up by that, and its successor is bound as well.
    answer = await proving.refresh(tokens["refresh_token"], proving.maker.proof())
    assert answer.status_code == 200
    answer = await proving.refresh(answer.json()["refresh_token"], thief.proof())
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_grant")


async def test_a_client_that_is_registered_so_gets_nothing_without_a_proof(
    gateway: Gateway, proving: ProvingParty
) -> None:
    proving.client = await gateway.service("health", dpop_bound_access_tokens=True)
    code = await proving.code()
    answer = await proving.redeem(code)
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_dpop_proof")
    assert await count(gateway, grants) == 0


async def test_a_code_that_is_bound_buys_nothing_with_another_key(proving: ProvingParty) -> None:
    thief = ProofMaker(proving.gateway.clock)
    for proofs in ([], [thief.proof()]):
        code = await proving.code(dpop_jkt=proving.maker.jkt)
        answer = await proving.redeem(code, *proofs)
        assert (answer.status_code, answer.json()["error"]) == (400, "invalid_grant")
        # As with a wrong code_verifier, the code is gone.
        answer = await proving.redeem(code, proving.maker.proof())
        assert (answer.status_code, answer.json()["error"]) == (400, "invalid_grant")
    code = await proving.code(dpop_jkt=proving.maker.jkt)
    assert (await proving.redeem(code, proving.maker.proof())).status_code == 200


@pytest.mark.parametrize("jkt", ["x", "x" * 42, "x" * 44, "=" * 43])
async def test_a_thumbprint_that_is_none_is_refused(proving: ProvingParty, jkt: str) -> None:
    answer = await proving.party.authorize(proving.browser, dpop_jkt=jkt)
    assert "error=invalid_request" in answer.headers["location"]
