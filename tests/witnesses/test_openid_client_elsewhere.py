"""openid-client (Node): she signs in elsewhere, or is not there at all."""

import pytest

from gateway.tenants.protocol import CIBA, DATA_FLOW, DEVICE_CODE, JWT_BEARER, TOKEN_EXCHANGE
from tests.witnesses.features import Feature
from tests.witnesses.node_library import CARD, CODE, NAME, OPENID_CLIENT
from tests.witnesses.town import READING, WitnessTown

pytestmark = pytest.mark.servers


@OPENID_CLIENT.proves(Feature.CLIENT_CREDENTIALS)
def test_a_token_of_its_own(town: WitnessTown) -> None:
    found = OPENID_CLIENT.run(
        town,
        "own_token",
        "reader",
        grant_types=("client_credentials",),
        scope=READING,
        redirect_uris=(),
    )
    assert found["tokens"].keys() == {"access_token", "token_type", "expires_in", "scope"}
    assert found["alive"]["scope"] == READING
    assert found["alive"]["sub"] == found["alive"]["client_id"] == "openid-client-reader"


@OPENID_CLIENT.proves(Feature.DEVICE)
def test_a_kiosk(town: WitnessTown) -> None:
    found = OPENID_CLIENT.run(town, "device", "kiosk", grant_types=(DEVICE_CODE,), redirect_uris=())
    assert found["kiosk"]["verification_uri"] == f"{town.issuer}/device"
    assert found["userinfo"]["name"] == NAME
    assert found["claims"]["acr"] == CARD


@OPENID_CLIENT.proves(Feature.CIBA)
def test_a_counter(town: WitnessTown) -> None:
    found = OPENID_CLIENT.run(
        town,
        "counter",
        "counter",
        grant_types=(*CODE, CIBA),
        backchannel_token_delivery_mode="poll",
    )
    assert found["claims"]["sub"] == found["visitor"]
    assert found["userinfo"]["name"] == NAME
    assert found["stranger"] == "unknown_user_id"


@OPENID_CLIENT.proves(Feature.RAR, Feature.RESOURCE, Feature.TOKEN_EXCHANGE)
def test_data_flows_from_service_to_service_as_hanako_agreed(town: WitnessTown) -> None:
    api = "https://openid-client-api.example.test/api"
    datatype = {"name": "allowance", "label_ja": "児童手当", "label_en": "Child allowance"}
    town.register("openid-client-api", resources=[api], datatypes=[datatype])
    flow = {
        "type": DATA_FLOW,
        "locations": [api],
        "actions": ["read"],
        "datatypes": ["allowance"],
    }
    found = OPENID_CLIENT.run(
        town,
        "data_flow",
        "data",
        {"resource": api, "authorization_details": [flow]},
        grant_types=(*CODE, TOKEN_EXCHANGE),
        allowed_resources=(api,),
        authorization_details_types=(DATA_FLOW,),
    )
    assert found["tokens"]["authorization_details"] == [flow]
    assert (found["alive"]["aud"], found["alive"]["authorization_details"]) == (api, [flow])
    assert found["exchanged"]["issued_token_type"].endswith(":access_token")
    assert found["exchanged_alive"]["aud"] == api
    assert found["exchanged_alive"]["act"] == {"sub": "openid-client-data"}
    assert found["elsewhere"] == "invalid_target"


@OPENID_CLIENT.proves(Feature.JWT_BEARER)
def test_a_backend_acts_for_hanako_while_she_is_away(town: WitnessTown) -> None:
    found = OPENID_CLIENT.run(
        town, "assertion", "backend", key="ES256", grant_types=(*CODE, JWT_BEARER)
    )
    assert found["userinfo"] == {"sub": found["sub"], "name": NAME, **found["userinfo"]}
    assert "refresh_token" not in found["tokens"]
    assert found["nobody"] == "invalid_grant"


@OPENID_CLIENT.proves(Feature.REGISTRATION)
def test_a_service_registers_itself(town: WitnessTown) -> None:
    redirect_uri = "https://openid-client-self.example.test/callback"
    metadata = {
        "client_name": "Self",
        "purpose_ja": "試験",
        "purpose_en": "A test",
        "redirect_uris": [redirect_uri],
        "token_endpoint_auth_method": "client_secret_basic",
    }
    setup = {
        "issuer": town.issuer,
        "redirect_uri": redirect_uri,
        "metadata": metadata,
        "initial_access_token": town.initial_access_token("openid profile"),
    }
    found = OPENID_CLIENT.run_unknown(town, "registration", setup)
    assert found["registered"]["scope"] == "openid profile"
    assert found["registered"]["registration_client_uri"].startswith(f"{town.issuer}/register/")
    assert found["userinfo"]["name"] == NAME
    assert found["too_much"] == "invalid_client_metadata"
    assert found["nobody"] == "invalid_token"
