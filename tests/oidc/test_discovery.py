"""The metadata tells the truth: every endpoint answers, every value is honoured."""

from urllib.parse import urlsplit

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from jwt.algorithms import ECAlgorithm

from gateway.oidc.authorization.checks import check_authorization_request
from gateway.oidc.authorization.hints import Hints
from gateway.oidc.authorization.response import ResponseTarget
from tests.support.gateway import ISSUER, NOW, WITH_COMMON_ID, Gateway
from tests.support.relying_party import RelyingParty
from tests.support.service_keys import service_key

pytestmark = pytest.mark.anyio
_PLAIN = str.maketrans("_+", "-.")


async def test_both_documents_are_the_same_and_cacheable(gateway: Gateway) -> None:
    async with gateway.browser() as http:
        openid = await http.get("/.well-known/openid-configuration")
        oauth = await http.get("/.well-known/oauth-authorization-server")
    assert openid.json() == oauth.json()
    assert openid.json()["issuer"] == ISSUER
    assert "max-age" in openid.headers["cache-control"]


async def test_every_endpoint_it_names_is_there(gateway: Gateway) -> None:
    async with gateway.browser() as http:
        metadata = (await http.get("/.well-known/openid-configuration")).json()
        named = {
            key: urlsplit(value).path
            for key, value in metadata.items()
            if key.endswith("_endpoint")
        }
        assert set(named) == {
            "authorization_endpoint",
            "token_endpoint",
            "userinfo_endpoint",
            "introspection_endpoint",
            "revocation_endpoint",
            "end_session_endpoint",
            "pushed_authorization_request_endpoint",
            "registration_endpoint",
            "backchannel_authentication_endpoint",
            "device_authorization_endpoint",
        }
        for path in [*named.values(), urlsplit(metadata["jwks_uri"]).path]:
            assert (await http.get(path)).status_code != 404, path


async def test_every_scope_prompt_and_method_it_names_is_honoured(
    gateway: Gateway,
) -> None:
    async with gateway.browser() as http:
        metadata = (await http.get("/.well-known/openid-configuration")).json()
    health = RelyingParty(gateway, await gateway.service(**WITH_COMMON_ID))
    target = ResponseTarget(health.client, health.redirect_uri, None)
    good = health.authorization_request(scope=" ".join(metadata["scopes_supported"]))
    request = check_authorization_request(good, target, Hints(), NOW)
    assert list(request.scopes) == metadata["scopes_supported"]
    for prompt in metadata["prompt_values_supported"]:
        request = check_authorization_request({**good, "prompt": prompt}, target, Hints(), NOW)
        assert request.prompts == {prompt}
    for method in metadata["token_endpoint_auth_methods_supported"]:
        jwk = ECAlgorithm.to_jwk(generate_private_key(SECP256R1()).public_key(), as_dict=True)
        public = {name: jwk[name] for name in ("kty", "crv", "x", "y")}
        needed = {"jwks": {"keys": [public]}} if method == "private_key_jwt" else {}
        client = await gateway.service(
            method.replace("_", "-"), token_endpoint_auth_method=method, **needed
        )
        assert client.token_endpoint_auth_method == method


async def test_what_it_encrypts_with_may_be_registered(gateway: Gateway) -> None:
    async with gateway.browser() as http:
        metadata = (await http.get("/.well-known/openid-configuration")).json()
    for answer in ("id_token", "userinfo", "introspection"):
        signing = metadata[f"{answer}_signing_alg_values_supported"]
        for place, alg in enumerate(metadata[f"{answer}_encryption_alg_values_supported"]):
            for enc in metadata[f"{answer}_encryption_enc_values_supported"]:
                wanted = {
                    f"{answer}_signed_response_alg": signing[place % len(signing)],
                    f"{answer}_encrypted_response_alg": alg,
                    f"{answer}_encrypted_response_enc": enc,
                }
                jwks = service_key(alg).jwks
                client_id = f"{answer}-{alg}-{enc}".lower().translate(_PLAIN)
                await gateway.service(client_id, jwks=jwks, **wanted)


async def test_the_keys_it_names_cover_the_algorithms_it_names(gateway: Gateway) -> None:
    async with gateway.browser() as http:
        metadata = (await http.get("/.well-known/openid-configuration")).json()
        keys = (await http.get("/jwks")).json()["keys"]
    signing = {key["alg"] for key in keys if key["use"] == "sig"}
    assert signing == set(metadata["id_token_signing_alg_values_supported"])
    for key in keys:
        assert key["use"] in ("sig", "enc")
        assert not key.keys() & {"d", "p", "q", "dp", "dq", "qi"}
