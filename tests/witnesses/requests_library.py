"""requests-oauth2client, in the test's own process: its services, and how Hanako signs in there."""

from typing import Any

import pytest
import requests
from requests_oauth2client import (
    AuthorizationRequest,
    BearerToken,
    ClientSecretBasic,
    ClientSecretJwt,
    ClientSecretPost,
    IdToken,
    OAuth2Client,
    PrivateKeyJwt,
    PublicApp,
)

from tests.witnesses.features import Feature, Witness, proves
from tests.witnesses.person import Person
from tests.witnesses.town import WitnessTown

CODE = ("authorization_code", "refresh_token")
SCOPE = "openid profile offline_access"


def proven(*features: Feature) -> pytest.MarkDecorator:
    return proves(Witness.REQUESTS_OAUTH2CLIENT, *features)


def proof_of(known: dict[str, Any]) -> requests.auth.AuthBase:
    """By which the library proves who asks."""
    client_id, secret = known["client_id"], known["client_secret"]
    match known["metadata"]["token_endpoint_auth_method"]:
        case "client_secret_basic":
            return ClientSecretBasic(client_id, secret)
        case "client_secret_post":
            return ClientSecretPost(client_id, secret)
        case "client_secret_jwt":
            return ClientSecretJwt(client_id, secret)
        case "private_key_jwt":
            return PrivateKeyJwt(client_id, known["key"])
    return PublicApp(client_id)


def library(
    town: WitnessTown, known: dict[str, Any], alg: str = "ES256", **more: Any
) -> OAuth2Client:
    session = requests.Session()
    session.trust_env, session.verify = False, str(town.ca.ca_file)
    told = session.get(f"{town.issuer}/.well-known/openid-configuration").json()
    return OAuth2Client.from_discovery_endpoint(
        issuer=town.issuer,
        auth=proof_of(known),
        session=session,
        testing=True,  # it takes no issuer with a port otherwise
        redirect_uri=known["redirect_uri"],
        id_token_signed_response_alg=alg,
        # Two that it does not take from discovery.
        device_authorization_endpoint=told["device_authorization_endpoint"],
        backchannel_authentication_endpoint=told["backchannel_authentication_endpoint"],
        **more,
    )


def service(town: WitnessTown, name: str, **metadata: Any) -> OAuth2Client:
    return library(town, town.know(f"roc-{name}", **metadata))


def sign_in(
    client: OAuth2Client,
    hanako: Person,
    request: AuthorizationRequest,
    sent: Any = None,
    *,
    validate: bool = True,
) -> BearerToken:
    """`sent`: what stands for the request. The library checks state and iss of the answer, and of
    the ID token signature, audience, times, nonce, acr and at_hash."""
    answer = hanako.visit((sent or request).uri, str(request.redirect_uri))
    return client.authorization_code(request.validate_callback(answer.url), validate=validate)


def id_token(tokens: BearerToken) -> IdToken:
    assert isinstance(tokens.id_token, IdToken)
    return tokens.id_token


def link(town: WitnessTown, client: OAuth2Client, tokens: BearerToken, local_id: str) -> None:
    told = client.session.put(f"{town.issuer}/link", json={"local_id": local_id}, auth=tokens)
    told.raise_for_status()
