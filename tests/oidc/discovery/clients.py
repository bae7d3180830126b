"""Each way for a client to prove itself, and to bind its tokens, is used; and one that is not told
cannot be."""

from typing import Any

from tests.oidc.discovery.walk import KEYS, NEEDED, Use, Uses, Walk, jwks, ok
from tests.support.proofs import ProofMaker
from tests.support.relying_party import RelyingParty, payload

EVERY = {
    "client_secret_basic",
    "client_secret_post",
    "client_secret_jwt",
    "private_key_jwt",
    "tls_client_auth",
    "self_signed_tls_client_auth",
    "none",
}


async def by_method(walk: Walk, method: str, **changes: Any) -> RelyingParty:
    needed = {**NEEDED.get(method, {}), **changes}
    return await walk.party(token_endpoint_auth_method=method, **needed)


async def at_token(walk: Walk, party: RelyingParty, alg: str | None = None) -> dict[str, Any]:
    form = {
        "grant_type": "authorization_code",
        "code": await party.code(walk.browser),
        "redirect_uri": party.redirect_uri,
        "code_verifier": party.verifier,
    }
    tokens: dict[str, Any] = ok(await walk.call(party, "/token", form, alg))
    return tokens


async def token_methods(walk: Walk, value: Any) -> None:
    for method in value:
        assert "id_token" in await at_token(walk, await by_method(walk, method)), method
    assert set(value) <= EVERY


async def introspection_methods(walk: Walk, value: Any) -> None:
    for method in EVERY:
        party = await by_method(walk, method)
        answer = await walk.call(party, "/introspect", {"token": "x"})
        assert (answer.status_code == 200) is (method in value), method


async def revocation_methods(walk: Walk, value: Any) -> None:
    for method in EVERY:
        party = await by_method(walk, method)
        answer = await walk.call(party, "/revoke", {"token": "x"})
        assert (answer.status_code == 200) is (method in value), method


def algorithms(path: str) -> Use:
    async def use(walk: Walk, value: Any) -> None:
        # Ed25519 is EdDSA by its newer name (RFC 9864 §2.2).
        for alg in ({*KEYS, "HS256"} - {"Ed25519"}) | {*value}:
            method = "client_secret_jwt" if alg.startswith("HS") else "private_key_jwt"
            needed = {} if alg.startswith("HS") else jwks(alg)
            only = {"token_endpoint_auth_signing_alg": alg} if alg in value else {}
            party = await by_method(walk, method, **needed, **only)
            answer = await walk.call(party, path, {"token": "x", "grant_type": "none"}, alg)
            proven = answer.status_code == 200 or answer.json()["error"] != "invalid_client"
            assert proven is (alg in value), (alg, answer.text)

    return use


async def dpop(walk: Walk, value: Any) -> None:
    party = await walk.party()
    for alg in KEYS:
        maker = ProofMaker(walk.gateway.clock, KEYS[alg], alg)
        form = {
            "grant_type": "authorization_code",
            "code": await party.code(walk.browser),
            "redirect_uri": party.redirect_uri,
            "code_verifier": party.verifier,
        }
        async with walk.gateway.browser() as http:
            headers = {"DPoP": maker.proof()}
            answer = await http.post("/token", data=form, auth=party.credentials, headers=headers)
        assert (answer.status_code == 200) is (alg in value), (alg, answer.text)
        if alg in value:
            assert payload(answer.json()["access_token"])["cnf"] == {"jkt": maker.jkt}


async def bound_to_certificates(walk: Walk, value: Any) -> None:
    bound = {"tls_client_certificate_bound_access_tokens": True}
    tokens = await at_token(walk, await by_method(walk, "self_signed_tls_client_auth", **bound))
    assert ("x5t#S256" in payload(tokens["access_token"])["cnf"]) is value


USES: Uses = {
    "token_endpoint_auth_methods_supported": token_methods,
    "token_endpoint_auth_signing_alg_values_supported": algorithms("/token"),
    "introspection_endpoint_auth_methods_supported": introspection_methods,
    "introspection_endpoint_auth_signing_alg_values_supported": algorithms("/introspect"),
    "revocation_endpoint_auth_methods_supported": revocation_methods,
    "revocation_endpoint_auth_signing_alg_values_supported": algorithms("/revoke"),
    "dpop_signing_alg_values_supported": dpop,
    "tls_client_certificate_bound_access_tokens": bound_to_certificates,
}
