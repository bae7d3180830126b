"""requests-oauth2client, in the test's own process."""

import json
import time
import uuid
from typing import Any

import pytest
import requests
from jwskate import Jwk, Jwt
from requests_oauth2client import (
    AuthorizationRequest,
    BackChannelAuthenticationPollingJob,
    BearerToken,
    ClientSecretBasic,
    ClientSecretJwt,
    ClientSecretPost,
    DeviceAuthorizationPollingJob,
    DPoPToken,
    IdToken,
    InvalidGrant,
    InvalidTarget,
    OAuth2Client,
    PrivateKeyJwt,
    PublicApp,
)

from gateway.tenants.protocol import CIBA, DATA_FLOW, DEVICE_CODE, JWT_BEARER, TOKEN_EXCHANGE
from tests.witnesses.features import Feature, Witness, proves
from tests.witnesses.person import HANAKO, Person
from tests.witnesses.town import READING, WitnessTown

pytestmark = pytest.mark.servers

CARD = "urn:genkan:acr:card-authentication"
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


@proven(Feature.DEVICE)
def test_a_kiosk(town: WitnessTown) -> None:
    client = service(town, "kiosk", grant_types=(DEVICE_CODE,), redirect_uris=())
    asked = client.authorize_device(scope="openid profile")
    with town.person() as hanako:
        hanako.answer_device(str(asked.verification_uri_complete))
    tokens = DeviceAuthorizationPollingJob(client, asked, interval=1)()
    assert tokens is not None
    assert client.userinfo(tokens)["name"] == HANAKO.person.name


@proven(Feature.CIBA)
def test_a_counter(town: WitnessTown) -> None:
    client = service(
        town, "counter", grant_types=(*CODE, CIBA), backchannel_token_delivery_mode="poll"
    )
    with town.person() as hanako:
        before = sign_in(client, hanako, client.authorization_request(scope="openid link"))
        link(town, client, before, "C-0001")
        asked = client.backchannel_authentication_request(
            "openid profile", login_hint="C-0001", binding_message="窓口7"
        )
        hanako.answer_counter(f"{town.issuer}/approvals", "窓口7")
    tokens = BackChannelAuthenticationPollingJob(client, asked, interval=1)()
    assert tokens is not None
    claims = client.userinfo(tokens)
    assert (claims["sub"], claims["name"]) == (id_token(before).subject, HANAKO.person.name)


@proven(Feature.RESOURCE, Feature.TOKEN_EXCHANGE)
def test_data_flows_from_service_to_service_as_hanako_agreed(town: WitnessTown) -> None:
    api = "https://roc-api.example.test/api"
    datatype = {"name": "allowance", "label_ja": "児童手当", "label_en": "Child allowance"}
    town.register("roc-api", resources=[api], datatypes=[datatype])
    client = service(
        town,
        "data",
        grant_types=(*CODE, TOKEN_EXCHANGE),
        allowed_resources=(api,),
        authorization_details_types=(DATA_FLOW,),
    )
    flow = {
        "type": DATA_FLOW,
        "locations": [api],
        "actions": ["read"],
        "datatypes": ["allowance"],
    }
    request = client.authorization_request(authorization_details=json.dumps([flow]), resource=api)
    with town.person() as hanako:
        tokens = sign_in(client, hanako, request)
    exchanged = client.token_exchange(subject_token=tokens, resource=api)
    alive = client.introspect_token(exchanged)
    assert (alive["active"], alive["aud"]) == (True, api)
    assert alive["act"] == {"sub": client.client_id}
    with pytest.raises(InvalidTarget):
        client.token_exchange(subject_token=tokens, resource="https://elsewhere.example.test/api")


@proven(Feature.JWT_BEARER)
def test_a_backend_acts_for_hanako_while_she_is_away(town: WitnessTown) -> None:
    known = town.know("roc-backend", key="ES256", grant_types=(*CODE, JWT_BEARER))
    client = library(town, known)
    with town.person() as hanako:
        tokens = sign_in(client, hanako, client.authorization_request(scope=f"{SCOPE} link"))
    link(town, client, tokens, "B-0001")

    def asserted(local_id: str) -> BearerToken:
        now = int(time.time())
        claims = {
            "iss": client.client_id,
            "sub": local_id,
            "aud": client.token_endpoint,
            "iat": now,
            "exp": now + 60,
            "jti": str(uuid.uuid4()),
        }
        return client.jwt_bearer(Jwt.sign(claims, key=known["key"]))

    assert client.userinfo(asserted("B-0001"))["sub"] == id_token(tokens).subject
    with pytest.raises(InvalidGrant):
        asserted("B-0002")
