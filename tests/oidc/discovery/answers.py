"""Each algorithm of each answer is registered for and comes; each claim is told somewhere, and none
that is not in the metadata."""

from typing import Any

from tests.oidc.authorization.asking import in_fragment
from tests.oidc.claims.asking import asking
from tests.oidc.discovery.walk import Use, Uses, Walk, ok
from tests.oidc.verified.telling import verified
from tests.support.gateway import WITH_COMMON_ID
from tests.support.moving import move
from tests.support.relying_party import RelyingParty, payload, redirected
from tests.support.service_keys import checked, service_key

ANSWERS = ("id_token", "userinfo", "authorization", "introspection")


async def answer_of(walk: Walk, party: RelyingParty, answer: str) -> str:
    """The JWT, in the way the client is registered for it."""
    if answer == "authorization":
        return redirected(await party.authorize(walk.browser, response_mode="jwt"))["response"]
    tokens = await party.tokens(walk.browser)
    if answer == "userinfo":
        return (await party.call("GET", "/userinfo", tokens["access_token"])).text
    if answer == "introspection":
        return (await party.post("/introspect", {"token": tokens["access_token"]})).text
    return str(tokens[answer])


def signatures(answer: str) -> Use:
    async def use(walk: Walk, value: Any) -> None:
        for alg in value:
            party = await walk.party(**{f"{answer}_signed_response_alg": alg})
            await checked(walk.gateway, await answer_of(walk, party, answer), alg)

    return use


def encryption(answer: str) -> Use:
    async def use(walk: Walk, _: Any) -> None:
        for alg in walk.told[f"{answer}_encryption_alg_values_supported"]:
            for enc in walk.told[f"{answer}_encryption_enc_values_supported"]:
                key = service_key(alg)
                wanted = {
                    f"{answer}_signed_response_alg": "ES256",
                    f"{answer}_encrypted_response_alg": alg,
                    f"{answer}_encrypted_response_enc": enc,
                }
                party = await walk.party(jwks=key.jwks, **wanted)
                _, signed = key.open(await answer_of(walk, party, answer), alg, enc)
                await checked(walk.gateway, signed, "ES256")

    return use


async def claims(walk: Walk, value: Any) -> None:
    party = await walk.party(**WITH_COMMON_ID, response_types=("code", "code id_token"))
    resident_id, now = walk.resident.resident_id, walk.gateway.clock()
    await walk.gateway.provider.links.put(party.client.client_id, resident_id, "H-1", now)
    seen = await everything_told(walk, party)
    await move(walk.gateway, walk.town, walk.card)
    seen |= await everything_told(walk, party)
    assert seen == {*value}


async def everything_told(walk: Walk, party: RelyingParty) -> set[str]:
    """By scopes and by name, in every place."""
    asked = asking(verified({"name": None}), verified({"name": None}))
    scope = party.client.metadata.scope
    wish = {"response_type": "code id_token", "scope": scope, "claims": asked}
    beside = in_fragment(await party.authorize(walk.browser, **wish))
    tokens = ok(await party.redeem(beside["code"]))
    userinfo = ok(await party.call("GET", "/userinfo", tokens["access_token"]))
    return {*userinfo, *payload(tokens["id_token"]), *payload(beside["id_token"])}


USES: Uses = {
    **{f"{each}_signing_alg_values_supported": signatures(each) for each in ANSWERS},
    **{f"{each}_encryption_alg_values_supported": encryption(each) for each in ANSWERS},
    **{f"{each}_encryption_enc_values_supported": encryption(each) for each in ANSWERS},
    "claims_supported": claims,
}
