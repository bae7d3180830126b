"""oauth4webapi (Node), the protocol step by step; what openid-client stands on, and more."""

from typing import Any

import pytest

from gateway.tenants.protocol import CIBA, DATA_FLOW, DEVICE_CODE, JWT_BEARER, TOKEN_EXCHANGE
from tests.witnesses.certificates import certified_key, files_of, thumbprint
from tests.witnesses.features import Feature
from tests.witnesses.node_library import CARD, CODE, NAME, OAUTH4WEBAPI
from tests.witnesses.person import HANAKO
from tests.witnesses.town import READING, TRUST_FRAMEWORK, WitnessTown

pytestmark = pytest.mark.servers


def signed_in(town: WitnessTown, name: str, parameters: dict[str, str], **metadata: Any) -> Any:
    return OAUTH4WEBAPI.run(town, "sign_in", name, {"parameters": parameters}, **metadata)


@OAUTH4WEBAPI.proves(Feature.CODE, Feature.REFRESH, Feature.REVOKE, Feature.INTROSPECT)
def test_code_userinfo_refresh_introspection_and_revocation(town: WitnessTown) -> None:
    found = OAUTH4WEBAPI.run(town, "code", "code")
    claims, alive = found["claims"], found["alive"]
    assert found["userinfo"]["name"] == NAME
    assert (claims["aud"], claims["acr"]) == ("oauth4webapi-code", CARD)
    assert found["resource"]["authorization_servers"] == [town.issuer]
    assert found["read"]["sub"] == alive["sub"] == claims["sub"]
    assert (found["read"]["client_id"], found["read"]["aud"]) == (claims["aud"], town.issuer)
    assert (alive["active"], found["rotated"]) == (True, True)
    assert (found["revoked"], found["access_with_it"]) == ({"active": False}, "invalid_token")


@OAUTH4WEBAPI.proves(Feature.INTROSPECT_JWT)
def test_introspection_as_a_signed_jwt(town: WitnessTown) -> None:
    found = signed_in(town, "introspects", {}, introspection_signed_response_alg="EdDSA")
    assert (found["alive"]["active"], found["alive"]["sub"]) == (True, found["claims"]["sub"])


@OAUTH4WEBAPI.proves(Feature.CLIENT_CREDENTIALS)
def test_a_token_of_its_own(town: WitnessTown) -> None:
    found = OAUTH4WEBAPI.run(
        town,
        "own_token",
        "reader",
        grant_types=("client_credentials",),
        scope=READING,
        redirect_uris=(),
    )
    assert found["alive"]["scope"] == READING
    assert found["alive"]["sub"] == "oauth4webapi-reader"


@OAUTH4WEBAPI.proves(Feature.FORM_POST)
def test_the_answer_is_posted(town: WitnessTown) -> None:
    found = signed_in(town, "form-post", {"response_mode": "form_post"})
    assert found["userinfo"]["name"] == NAME


@OAUTH4WEBAPI.proves(Feature.HYBRID)
def test_an_id_token_comes_with_the_code(town: WitnessTown) -> None:
    found = OAUTH4WEBAPI.run(town, "hybrid", "hybrid", response_types=("code id_token",))
    assert found["claims"]["acr"] == CARD


@OAUTH4WEBAPI.proves(Feature.PAR)
def test_a_pushed_request(town: WitnessTown) -> None:
    found = OAUTH4WEBAPI.run(town, "pushed", "par", require_pushed_authorization_requests=True)
    assert found["userinfo"]["name"] == NAME
    assert found["uris"][0].startswith("urn:ietf:params:oauth:request_uri:")
    assert found["unpushed"] == "invalid_request"


@OAUTH4WEBAPI.proves(Feature.JAR)
def test_a_signed_request_that_only_the_gateway_can_read(town: WitnessTown) -> None:
    found = OAUTH4WEBAPI.run(
        town, "sealed_request", "jar", key="ES256", require_signed_request_object=True
    )
    assert found["userinfo"]["name"] == NAME


@OAUTH4WEBAPI.proves(Feature.JARM)
@pytest.mark.parametrize("mode", ["query.jwt", "fragment.jwt", "form_post.jwt"])
def test_a_signed_answer(town: WitnessTown, mode: str) -> None:
    name = f"jarm-{mode[:4]}"
    found = OAUTH4WEBAPI.run(town, "signed_answer", name, {"response_mode": mode})
    assert found["claims"]["acr"] == CARD


@OAUTH4WEBAPI.proves(Feature.ENCRYPTED, Feature.ENCRYPTED_USERINFO)
def test_id_token_and_userinfo_that_only_the_service_can_read(town: WitnessTown) -> None:
    alg = "ECDH-ES+A128KW"
    found = signed_in(
        town,
        "jwe",
        {},
        opening_key=alg,
        id_token_encrypted_response_alg=alg,
        userinfo_signed_response_alg="PS256",
        userinfo_encrypted_response_alg=alg,
    )
    assert found["id_token"].count(".") == 4
    assert found["userinfo"]["name"] == NAME


@OAUTH4WEBAPI.proves(Feature.CLAIMS, Feature.VERIFIED_CLAIMS)
def test_claims_by_name_and_what_the_card_proved(town: WitnessTown) -> None:
    verified = '{"verification": {"trust_framework": null}, "claims": {"birthdate": null}}'
    claims = f'{{"id_token": {{"gender": null, "verified_claims": {verified}}}}}'
    found = signed_in(town, "claims", {"scope": "openid", "claims": claims})
    assert found["claims"]["gender"] == "female"
    told = found["claims"]["verified_claims"]
    assert told["claims"] == {"birthdate": HANAKO.person.birth_date.isoformat()}
    assert told["verification"]["trust_framework"] == TRUST_FRAMEWORK
    assert "name" not in found["userinfo"]


@pytest.mark.parametrize(
    ("method", "key"),
    [
        pytest.param(
            "client_secret_post", None, marks=OAUTH4WEBAPI.proves(Feature.CLIENT_SECRET_POST)
        ),
        pytest.param(
            "client_secret_jwt", None, marks=OAUTH4WEBAPI.proves(Feature.CLIENT_SECRET_JWT)
        ),
        pytest.param(
            "private_key_jwt", "ES256", marks=OAUTH4WEBAPI.proves(Feature.PRIVATE_KEY_JWT)
        ),
        pytest.param("none", None, marks=OAUTH4WEBAPI.proves(Feature.PUBLIC)),
    ],
)
def test_each_way_to_prove_who_asks(town: WitnessTown, method: str, key: str | None) -> None:
    name = method.replace("_", "-")
    found = signed_in(town, name, {}, key=key, token_endpoint_auth_method=method)
    assert found["userinfo"]["name"] == NAME


@OAUTH4WEBAPI.proves(Feature.ALGORITHMS)
@pytest.mark.parametrize("alg", ["RS256", "PS256", "EdDSA"])
def test_id_tokens_and_userinfo_are_signed_as_registered(town: WitnessTown, alg: str) -> None:
    found = signed_in(
        town,
        alg.lower(),
        {},
        id_token_signed_response_alg=alg,
        userinfo_signed_response_alg=alg,
    )
    assert found["claims"]["acr"] == CARD
    assert found["userinfo"]["name"] == NAME


@OAUTH4WEBAPI.proves(Feature.MTLS_AUTH, Feature.MTLS_BOUND)
def test_a_service_with_a_registered_certificate(town: WitnessTown) -> None:
    party = town.ca.client("oauth4webapi")
    found = OAUTH4WEBAPI.run(
        town,
        "sign_in",
        "mtls",
        {"certificate": files_of(party), "parameters": {}},
        token_endpoint_auth_method="self_signed_tls_client_auth",
        tls_client_certificate_bound_access_tokens=True,
        jwks={"keys": [certified_key(party)]},
    )
    assert found["alive"]["cnf"] == {"x5t#S256": thumbprint(party)}
    assert found["userinfo"]["name"] == NAME


@OAUTH4WEBAPI.proves(Feature.DPOP)
def test_tokens_bound_to_a_key_with_the_servers_nonces(town: WitnessTown) -> None:
    found = OAUTH4WEBAPI.run(town, "bound", "dpop", dpop_bound_access_tokens=True)
    assert found["token_type"] == "dpop"
    cnf = {"jkt": found["thumbprint"]}
    assert found["alive"]["cnf"] == found["read"]["cnf"] == cnf
    assert found["userinfo"]["name"] == NAME
    assert found["token_alone"] == "invalid_token"


@OAUTH4WEBAPI.proves(Feature.FAPI2_SECURITY)
def test_fapi_with_a_certificate(town: WitnessTown) -> None:
    party = town.ca.client("oauth4webapi-fapi")
    found = OAUTH4WEBAPI.run(
        town,
        "fapi",
        "fapi",
        {"certificate": files_of(party)},
        security_profile="fapi2_security",
        token_endpoint_auth_method="self_signed_tls_client_auth",
        jwks={"keys": [certified_key(party)]},
        require_pushed_authorization_requests=True,
        tls_client_certificate_bound_access_tokens=True,
    )
    assert found["alive"]["cnf"] == {"x5t#S256": thumbprint(party)}
    assert found["userinfo"]["name"] == NAME
    assert found["unpushed"] == "invalid_request"


@OAUTH4WEBAPI.proves(Feature.FAPI2_SECURITY, Feature.FAPI2_MESSAGE_SIGNING)
def test_fapi_with_signed_messages(town: WitnessTown) -> None:
    found = OAUTH4WEBAPI.run(
        town,
        "fapi",
        "fapi-messages",
        key="PS256",
        security_profile="fapi2_message_signing",
        token_endpoint_auth_method="private_key_jwt",
        require_pushed_authorization_requests=True,
        require_signed_request_object=True,
        introspection_signed_response_alg="PS256",
        dpop_bound_access_tokens=True,
    )
    assert (found["token_type"], found["alive"]["active"]) == ("dpop", True)
    assert found["userinfo"]["name"] == NAME
    assert found["unpushed"] == "invalid_request"


@OAUTH4WEBAPI.proves(Feature.DEVICE)
def test_a_kiosk(town: WitnessTown) -> None:
    found = OAUTH4WEBAPI.run(town, "device", "kiosk", grant_types=(DEVICE_CODE,), redirect_uris=())
    assert found["before"] == "authorization_pending"
    assert found["userinfo"]["name"] == NAME
    assert found["again"] == "invalid_grant"


@OAUTH4WEBAPI.proves(Feature.CIBA)
def test_a_counter(town: WitnessTown) -> None:
    grants = (*CODE, CIBA)
    found = OAUTH4WEBAPI.run(
        town, "counter", "counter", grant_types=grants, backchannel_token_delivery_mode="poll"
    )
    assert found["before"] == "authorization_pending"
    assert found["claims"]["sub"] == found["visitor"]
    assert found["userinfo"]["name"] == NAME


@OAUTH4WEBAPI.proves(Feature.RAR, Feature.TOKEN_EXCHANGE, Feature.RESOURCE)
def test_data_flows_from_service_to_service_as_hanako_agreed(town: WitnessTown) -> None:
    api = "https://oauth4webapi-api.example.test/api"
    datatype = {"name": "household", "label_ja": "世帯", "label_en": "Household"}
    town.register("oauth4webapi-api", resources=[api], datatypes=[datatype])
    flow = {"type": DATA_FLOW, "locations": [api], "actions": ["read"]}
    flow["datatypes"] = ["household"]
    found = OAUTH4WEBAPI.run(
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
    assert found["elsewhere"] == "invalid_target"


@OAUTH4WEBAPI.proves(Feature.JWT_BEARER)
def test_a_backend_acts_for_hanako_while_she_is_away(town: WitnessTown) -> None:
    found = OAUTH4WEBAPI.run(
        town, "assertion", "backend", key="EdDSA", grant_types=(*CODE, JWT_BEARER)
    )
    assert found["userinfo"]["name"] == NAME
    assert "id_token" not in found["tokens"]
    assert found["nobody"] == "invalid_grant"


@OAUTH4WEBAPI.proves(Feature.REGISTRATION)
def test_a_service_registers_itself(town: WitnessTown) -> None:
    metadata = {
        "client_name#ja": "登録",
        "client_name#en": "Self",
        "purpose_ja": "試験",
        "purpose_en": "A test",
        "redirect_uris": ["https://oauth4webapi-self.example.test/callback"],
        "token_endpoint_auth_method": "none",
    }
    setup = {
        "issuer": town.issuer,
        "metadata": metadata,
        "initial_access_token": town.initial_access_token("openid"),
    }
    found = OAUTH4WEBAPI.run_unknown(town, "registration", setup)
    assert found["registered"]["client_name#en"] == "Self"
    assert found["managed"]["client_id"] == found["registered"]["client_id"]
    assert found["too_much"] == "invalid_client_metadata"
    assert found["nobody"] == "invalid_token"
