"""Authlib's OAuth 2.0 and OpenID Connect clients, in the test's own process."""

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx2
import pytest
from authlib.common.security import generate_token
from authlib.integrations.base_client import OAuthError
from authlib.integrations.httpx_client import AssertionClient, OAuth2Client
from authlib.oauth2 import rfc8414, rfc9101, rfc9207
from authlib.oauth2.rfc7523 import ClientSecretJWT, PrivateKeyJWT
from authlib.oidc.core import CodeIDToken
from authlib.oidc.discovery import OpenIDProviderMetadata, get_well_known_url
from joserfc import jwt
from joserfc.jwk import KeySet, import_key
from joserfc.jws import JWSRegistry

from gateway.tenants.protocol import JWT_BEARER
from tests.witnesses.features import Feature, Witness, proves
from tests.witnesses.person import HANAKO
from tests.witnesses.town import READING, WitnessTown

pytestmark = pytest.mark.servers

CODE = ("authorization_code", "refresh_token")
SCOPE = "openid profile offline_access"


def proven(*features: Feature) -> pytest.MarkDecorator:
    return proves(Witness.AUTHLIB, *features)


def trust(town: WitnessTown) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=str(town.ca.ca_file))


def told(town: WitnessTown) -> dict[str, Any]:
    """The provider's metadata, as Authlib holds them valid."""
    with httpx2.Client(verify=trust(town), trust_env=False) as http:
        found: dict[str, Any] = http.get(get_well_known_url(town.issuer, external=True)).json()
    OpenIDProviderMetadata(found).validate([rfc9101.AuthorizationServerMetadata])
    return found


@contextmanager
def library(town: WitnessTown, known: dict[str, Any], **more: Any) -> Iterator[OAuth2Client]:
    method, metadata = known["metadata"]["token_endpoint_auth_method"], told(town)
    key = known.get("key")
    client = OAuth2Client(
        known["client_id"],
        import_key(key) if key else known["client_secret"],
        token_endpoint_auth_method=method,
        revocation_endpoint_auth_method=method,
        redirect_uri=known["redirect_uri"],
        code_challenge_method="S256",
        verify=trust(town),
        trust_env=False,
        **{**metadata, **more},
    )
    client.register_client_auth_method(ClientSecretJWT(metadata["token_endpoint"]))
    header = {"kid": key["kid"]} if key else None
    alg = key["alg"] if key else None
    client.register_client_auth_method(
        PrivateKeyJWT(metadata["token_endpoint"], headers=header, alg=alg)
    )
    with client:
        yield client


def sign_in(town: WitnessTown, client: OAuth2Client, scope: str = SCOPE) -> CodeIDToken:
    """The ID token's claims, by Authlib's rules, with the tokens left in the client."""
    verifier, nonce = generate_token(48), generate_token()
    url, state = client.create_authorization_url(
        client.metadata["authorization_endpoint"],
        code_verifier=verifier,
        nonce=nonce,
        scope=scope,
    )
    with town.person() as hanako:
        answer = hanako.visit(url, client.redirect_uri)
    tokens = client.fetch_token(
        authorization_response=answer.url, state=state, code_verifier=verifier
    )
    return checked(client, tokens, nonce=nonce)


def checked(client: OAuth2Client, tokens: dict[str, Any], **expected: str) -> CodeIDToken:
    keys = client.request("GET", client.metadata["jwks_uri"], withhold_token=True).json()
    algorithms = client.metadata["id_token_signing_alg_values_supported"]
    registry = JWSRegistry(algorithms=algorithms, strict_check_header=False)
    opened = jwt.decode(tokens["id_token"], KeySet.import_key_set(keys), registry=registry)
    options = {
        "iss": {"essential": True, "value": client.metadata["issuer"]},
        "aud": {"essential": True, "value": client.client_id},
    }
    known = {"client_id": client.client_id, "access_token": tokens["access_token"], **expected}
    claims = CodeIDToken(opened.claims, opened.header, options, known)
    claims.validate()
    return claims


def name_of(client: OAuth2Client) -> object:
    return client.get(client.metadata["userinfo_endpoint"]).json()["name"]


def test_what_the_provider_says_of_itself_is_valid(town: WitnessTown) -> None:
    oauth = rfc8414.get_well_known_url(town.issuer, external=True)
    with httpx2.Client(verify=trust(town), trust_env=False) as http:
        found = http.get(oauth).json()
    own = [rfc9101.AuthorizationServerMetadata, rfc9207.AuthorizationServerMetadata]
    rfc8414.AuthorizationServerMetadata(found).validate(own)
    assert found == told(town)


@proven(Feature.CODE, Feature.REFRESH, Feature.INTROSPECT, Feature.REVOKE)
def test_code_userinfo_refresh_introspection_and_revocation(town: WitnessTown) -> None:
    with library(town, town.know("authlib-code")) as client:
        claims = sign_in(town, client)
        assert name_of(client) == HANAKO.person.name
        before, server = dict(client.token), client.metadata
        after = client.refresh_token()
        assert after["refresh_token"] != before["refresh_token"]
        assert checked(client, after)["sub"] == claims["sub"]
        question, token = server["introspection_endpoint"], after["access_token"]
        alive = client.introspect_token(question, token).json()
        assert (alive["active"], alive["sub"]) == (True, claims["sub"])
        client.revoke_token(server["revocation_endpoint"]).raise_for_status()
        assert client.introspect_token(question, token).json() == {"active": False}
        with pytest.raises(OAuthError, match="invalid_grant"):
            client.refresh_token()


@pytest.mark.parametrize(
    ("method", "key"),
    [
        pytest.param("client_secret_post", None, marks=proven(Feature.CLIENT_SECRET_POST)),
        pytest.param("client_secret_jwt", None, marks=proven(Feature.CLIENT_SECRET_JWT)),
        pytest.param("private_key_jwt", "ES256", marks=proven(Feature.PRIVATE_KEY_JWT)),
        pytest.param("private_key_jwt", "PS256", marks=proven(Feature.PRIVATE_KEY_JWT)),
        pytest.param("none", None, marks=proven(Feature.PUBLIC)),
    ],
)
def test_each_way_to_prove_who_asks(town: WitnessTown, method: str, key: str | None) -> None:
    name = f"authlib-{method}-{key}".lower().replace("_", "-")
    known = town.know(name, key=key, token_endpoint_auth_method=method)
    with library(town, known) as client:
        sign_in(town, client)
        assert name_of(client) == HANAKO.person.name
        client.refresh_token()
        client.revoke_token(client.metadata["revocation_endpoint"]).raise_for_status()
        with pytest.raises(OAuthError, match="invalid_grant"):
            client.refresh_token()


@proven(Feature.CLIENT_CREDENTIALS)
def test_a_token_of_its_own(town: WitnessTown) -> None:
    known = town.know(
        "authlib-reader", grant_types=("client_credentials",), scope=READING, redirect_uris=()
    )
    with library(town, known, grant_type="client_credentials") as client:
        tokens = client.fetch_token()
        alive = client.introspect_token(client.metadata["introspection_endpoint"]).json()
    assert tokens["scope"] == alive["scope"] == READING
    assert alive["sub"] == "authlib-reader"


@proven(Feature.ALGORITHMS)
@pytest.mark.parametrize("alg", ["RS256", "PS256", "EdDSA"])
@pytest.mark.filterwarnings("ignore:EdDSA")  # which it would rather have called Ed25519 (RFC 9864)
def test_id_tokens_are_signed_as_registered(town: WitnessTown, alg: str) -> None:
    known = town.know(f"authlib-{alg.lower()}", id_token_signed_response_alg=alg)
    with library(town, known) as client:
        assert sign_in(town, client).header["alg"] == alg


@proven(Feature.JWT_BEARER)
def test_a_backend_acts_for_hanako_while_she_is_away(town: WitnessTown) -> None:
    known = town.know("authlib-backend", key="ES256", grant_types=(*CODE, JWT_BEARER))
    own = {**known, "key": None}
    with library(town, own) as client:
        claims = sign_in(town, client, f"{SCOPE} link")
        client.put(f"{town.issuer}/link", json={"local_id": "B-0001"}).raise_for_status()
        server = client.metadata
    backend = AssertionClient(
        server["token_endpoint"],
        known["client_id"],
        "B-0001",
        key=known["key"],
        alg="ES256",
        expires_in=60,
        verify=trust(town),
        trust_env=False,
    )
    backend.auth = (known["client_id"], known["client_secret"])
    with backend:
        assert backend.get(server["userinfo_endpoint"]).json()["sub"] == claims["sub"]
        backend.subject = "B-0002"
        with pytest.raises(OAuthError, match="invalid_grant"):
            backend.refresh_token()
