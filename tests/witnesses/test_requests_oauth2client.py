"""requests-oauth2client: Hanako signs in at the service."""

from typing import Any

import pytest
import requests
from jwskate import Jwk
from requests_oauth2client import DPoPToken, InvalidGrant

from tests.witnesses.features import Feature
from tests.witnesses.person import HANAKO
from tests.witnesses.requests_library import SCOPE, id_token, library, proven, service, sign_in
from tests.witnesses.town import READING, WitnessTown

pytestmark = pytest.mark.servers

CARD = "urn:genkan:acr:card-authentication"


@proven(Feature.CODE, Feature.REFRESH, Feature.INTROSPECT, Feature.REVOKE)
def test_code_userinfo_refresh_introspection_and_revocation(town: WitnessTown) -> None:
    client = service(town, "code")
    with town.person() as hanako:
        tokens = sign_in(client, hanako, client.authorization_request(scope=SCOPE, acr_values=CARD))
    claims = client.userinfo(tokens)
    assert (claims["name"], claims["sub"]) == (HANAKO.person.name, id_token(tokens).subject)
    alive = client.introspect_token(tokens)
    assert (alive["active"], alive["scope"]) == (True, SCOPE)
    renewed = client.refresh_token(tokens)
    assert renewed.refresh_token not in (None, tokens.refresh_token)
    assert id_token(renewed).subject == id_token(tokens).subject
    assert client.revoke_refresh_token(renewed) is True
    assert client.introspect_token(renewed) == {"active": False}
    with pytest.raises(InvalidGrant):
        client.refresh_token(renewed)


@pytest.mark.parametrize(
    ("method", "key"),
    [
        pytest.param("client_secret_post", None, marks=proven(Feature.CLIENT_SECRET_POST)),
        pytest.param("client_secret_jwt", None, marks=proven(Feature.CLIENT_SECRET_JWT)),
        pytest.param("private_key_jwt", "ES256", marks=proven(Feature.PRIVATE_KEY_JWT)),
        pytest.param("private_key_jwt", "PS256", marks=proven(Feature.PRIVATE_KEY_JWT)),
        pytest.param("client_secret_basic", None, marks=proven(Feature.CLIENT_CREDENTIALS)),
    ],
)
def test_a_token_of_its_own_by_each_way_to_prove_who_asks(
    town: WitnessTown, method: str, key: str | None
) -> None:
    client = service(
        town,
        f"{method}-{key}".lower().replace("_", "-"),
        key=key,
        token_endpoint_auth_method=method,
        grant_types=("client_credentials",),
        scope=READING,
        redirect_uris=(),
    )
    tokens = client.client_credentials()
    assert tokens.scope == READING
    assert client.introspect_token(tokens)["sub"] == client.client_id


@proven(Feature.PUBLIC, Feature.PAR)
def test_a_public_client_pushes_its_request(town: WitnessTown) -> None:
    client = service(
        town,
        "public",
        token_endpoint_auth_method="none",
        require_pushed_authorization_requests=True,
    )
    request = client.authorization_request(scope=SCOPE)
    with town.person() as hanako:
        tokens = sign_in(client, hanako, request, client.pushed_authorization_request(request))
    assert client.userinfo(tokens)["name"] == HANAKO.person.name


@proven(Feature.JAR)
def test_signed_requests_and_encrypted_ones(town: WitnessTown) -> None:
    known = town.know("roc-jar", key="ES256", require_signed_request_object=True)
    client = library(town, known)
    # The library says neither by itself, which RFC 9101 §4 asks for.
    parties: Any = {"iss": client.client_id, "aud": town.issuer}
    with town.person() as hanako:
        request = client.authorization_request(scope=SCOPE, **parties)
        signed = request.sign(known["key"], lifetime=60)
        tokens = sign_in(client, hanako, request, signed)
        assert client.userinfo(tokens)["name"] == HANAKO.person.name
        request = client.authorization_request(scope="openid", **parties)
        door = next(key for key in client.authorization_server_jwks.jwks if key.get("use") == "enc")
        hidden = request.sign_and_encrypt(known["key"], door, enc_alg="ECDH-ES+A128KW", lifetime=60)
        assert id_token(sign_in(client, hanako, request, hidden)).acr == CARD


@proven(Feature.DPOP)
def test_tokens_bound_to_a_key_with_the_servers_nonces(town: WitnessTown) -> None:
    known = town.know("roc-dpop", dpop_bound_access_tokens=True)
    client = library(town, known, dpop_bound_access_tokens=True)
    request = client.authorization_request(scope=SCOPE)
    with town.person() as hanako:
        pushed = client.pushed_authorization_request(request)
        # With the ID token validated it would forget the key of the tokens.
        tokens = sign_in(client, hanako, request, pushed, validate=False)
    assert isinstance(tokens, DPoPToken)
    assert tokens.dpop_key.as_nonce is not None
    assert client.userinfo(tokens)["name"] == HANAKO.person.name
    assert client.introspect_token(tokens)["cnf"] == {"jkt": tokens.dpop_key.dpop_jkt}
    assert isinstance(client.refresh_token(tokens), DPoPToken)
    with pytest.raises(requests.HTTPError, match="401"):
        client.userinfo(tokens.access_token)


@proven(Feature.ALGORITHMS)
def test_id_tokens_are_signed_as_registered(town: WitnessTown) -> None:
    with town.person() as hanako:
        for alg in ("RS256", "PS256", "EdDSA"):
            name = f"roc-{alg.lower()}"
            client = library(town, town.know(name, id_token_signed_response_alg=alg), alg)
            assert id_token(sign_in(client, hanako, client.authorization_request())).alg == alg


@proven(Feature.ENCRYPTED)
def test_an_id_token_that_only_the_service_can_read(town: WitnessTown) -> None:
    with town.person() as hanako:
        for alg in ("ECDH-ES+A128KW", "RSA-OAEP-256"):
            known = town.know(
                f"roc-{alg[:3].lower()}", opening_key=alg, id_token_encrypted_response_alg=alg
            )
            client = library(town, known, id_token_decryption_key=Jwk(known["opening_key"]))
            assert id_token(sign_in(client, hanako, client.authorization_request())).acr == CARD
