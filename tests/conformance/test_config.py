"""The one module of oidcc-config-certification-test-plan, in our own words, by its parts."""

from typing import Any

import pytest

from tests.support.gateway import ISSUER, Gateway

pytestmark = pytest.mark.anyio


async def test_oidcc_discovery_endpoint_verification(gateway: Gateway) -> None:
    """JSON under the issuer's own address, which it names; what OpenID Connect Discovery demands is
    in it, of the right form, and every address of it is HTTPS; lists are lists, scopes and
    languages are written as they should be; the keys are public ones with a kid each."""
    async with gateway.browser() as http:
        answer = await http.get("/.well-known/openid-configuration")
        told = answer.json()
        keys = (await http.get(told["jwks_uri"])).json()["keys"]
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/json"
    check_members(told)
    check_keys(keys)


def check_members(told: dict[str, Any]) -> None:
    assert told["issuer"] == ISSUER
    for name in ("authorization_endpoint", "token_endpoint", "userinfo_endpoint", "jwks_uri"):
        assert told[name].startswith(f"{ISSUER}/")
    for name, value in told.items():
        if name.endswith(("_endpoint", "_uri", "_iframe")):
            assert value.startswith("https://"), name
        if name.endswith("_supported"):
            assert isinstance(value, list | bool), name
        if isinstance(value, list):
            assert len(value) == len({*value}), name
            assert all(isinstance(one, str) for one in value), name
    assert "code" in told["response_types_supported"]
    assert set(told["subject_types_supported"]) <= {"pairwise", "public"}
    assert "RS256" in told["id_token_signing_alg_values_supported"]
    assert {"RS256", "ES256"} <= set(told["userinfo_signing_alg_values_supported"])
    assert "RS256" in told["request_object_signing_alg_values_supported"]
    assert told["request_parameter_supported"] is True
    assert told["request_uri_parameter_supported"] is False
    assert told["claims_parameter_supported"] is True
    assert {"sub", "iss", "name"} <= set(told["claims_supported"])
    assert "authorization_code" in told["grant_types_supported"]
    assert "openid" in told["scopes_supported"]
    assert all(scope.isascii() and " " not in scope for scope in told["scopes_supported"])
    assert told["ui_locales_supported"] == ["ja", "en"]
    assert isinstance(told["code_challenge_methods_supported"], list)


def check_keys(keys: list[dict[str, Any]]) -> None:
    assert len({key["kid"] for key in keys}) == len(keys)
    for key in keys:
        assert key["kty"] in ("EC", "RSA", "OKP")
        assert key["use"] in ("sig", "enc")
        assert not key.keys() & {"d", "p", "q", "dp", "dq", "qi", "oth", "k"}
