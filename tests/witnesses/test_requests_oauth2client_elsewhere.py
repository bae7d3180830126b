"""requests-oauth2client: she signs in elsewhere, or is not there at all."""

import json
import time
import uuid

import pytest
from jwskate import Jwt
from requests_oauth2client import (
    BackChannelAuthenticationPollingJob,
    BearerToken,
    DeviceAuthorizationPollingJob,
    InvalidGrant,
    InvalidTarget,
)

from gateway.tenants.protocol import CIBA, DATA_FLOW, DEVICE_CODE, JWT_BEARER, TOKEN_EXCHANGE
from tests.witnesses.features import Feature
from tests.witnesses.person import HANAKO
from tests.witnesses.requests_library import (
    CODE,
    SCOPE,
    id_token,
    library,
    link,
    proven,
    service,
    sign_in,
)
from tests.witnesses.town import WitnessTown

pytestmark = pytest.mark.servers


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
