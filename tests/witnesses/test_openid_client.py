"""openid-client (Node), a certified relying party library."""

from typing import Any

import pytest

from gateway.demo.town import RESIDENTS
from gateway.tenants.protocol import CIBA, DATA_FLOW, DEVICE_CODE, JWT_BEARER, TOKEN_EXCHANGE
from tests.witnesses.certificates import files_of, thumbprint
from tests.witnesses.features import Feature, Witness, proves
from tests.witnesses.town import READING, TRUST_FRAMEWORK, WitnessTown

pytestmark = pytest.mark.servers

HANAKO = RESIDENTS[0].person
CARD = "urn:genkan:acr:card-authentication"
CODE = ("authorization_code", "refresh_token")


def proven(*features: Feature) -> pytest.MarkDecorator:
    return proves(Witness.OPENID_CLIENT, *features)


def run(
    town: WitnessTown, script: str, name: str, setup: dict[str, Any] | None = None, **metadata: Any
) -> Any:
    """What openid_client_SCRIPT found, as a service of its own."""
    known = town.know(f"openid-client-{name}", **metadata)
    return town.node(f"openid_client_{script}.mjs", {**known, **(setup or {})})


@proven(Feature.CODE, Feature.REFRESH, Feature.REVOKE, Feature.INTROSPECT)
def test_code_userinfo_refresh_introspection_and_revocation(town: WitnessTown) -> None:
    found = run(town, "code", "code")
    claims, alive = found["claims"], found["alive"]
    assert found["userinfo"]["name"] == HANAKO.name
    assert found["userinfo"]["sub"] == claims["sub"] == alive["sub"] == found["refreshed"]["sub"]
    assert (claims["acr"], claims["amr"]) == (CARD, ["sc", "pin", "mfa"])
    assert found["token_type"] == "bearer"
    assert (alive["active"], alive["scope"]) == (True, "openid profile offline_access")
    assert found["rotated"] is True
    assert found["revoked"] == {"active": False}
    assert found["refused"] == "invalid_grant"


@proven(Feature.INTROSPECT_JWT)
def test_introspection_as_a_signed_jwt(town: WitnessTown) -> None:
    found = run(town, "introspection", "introspects", introspection_signed_response_alg="ES256")
    assert found["type"].startswith("application/token-introspection+jwt")
    assert (found["alive"]["active"], found["alive"]["sub"]) == (True, found["sub"])


@proven(Feature.CLIENT_CREDENTIALS)
def test_a_token_of_its_own(town: WitnessTown) -> None:
    found = run(
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


@proven(Feature.FORM_POST)
def test_the_answer_is_posted(town: WitnessTown) -> None:
    found = run(town, "form_post", "form-post")
    assert found["userinfo"]["name"] == HANAKO.name


@proven(Feature.HYBRID)
@pytest.mark.parametrize("response_mode", ["fragment", "form_post"])
def test_an_id_token_comes_with_the_code(town: WitnessTown, response_mode: str) -> None:
    found = run(
        town,
        "hybrid",
        f"hybrid-{response_mode[:4]}",
        {"response_mode": response_mode},
        response_types=("code id_token",),
    )
    assert found["claims"]["acr"] == CARD


@proven(Feature.PAR)
def test_a_pushed_request(town: WitnessTown) -> None:
    found = run(town, "pushed", "par", require_pushed_authorization_requests=True)
    assert found["userinfo"]["name"] == HANAKO.name
    assert found["asked"].index("POST /par 201") < found["asked"].index("POST /token 200")
    assert found["unpushed"] == "invalid_request"


@proven(Feature.JAR)
@pytest.mark.parametrize("alg", ["ES256", "PS256"])
def test_a_signed_request(town: WitnessTown, alg: str) -> None:
    found = run(
        town, "signed_request", f"jar-{alg.lower()}", key=alg, require_signed_request_object=True
    )
    assert found["userinfo"]["name"] == HANAKO.name
    assert found["unsigned"] == "invalid_request"


@proven(Feature.JARM)
def test_a_signed_answer(town: WitnessTown) -> None:
    found = run(town, "signed_answer", "jarm", authorization_signed_response_alg="PS256")
    assert found["claims"]["acr"] == CARD


@proven(Feature.JARM, Feature.ENCRYPTED)
def test_a_signed_answer_that_only_the_service_can_read(town: WitnessTown) -> None:
    found = run(
        town,
        "signed_answer",
        "jarm-jwe",
        opening_key="ECDH-ES+A128KW",
        authorization_encrypted_response_alg="ECDH-ES+A128KW",
        authorization_encrypted_response_enc="A128GCM",
    )
    assert found["claims"]["acr"] == CARD


@proven(Feature.ENCRYPTED)
@pytest.mark.parametrize("alg", ["ECDH-ES+A128KW", "RSA-OAEP-256"])
def test_id_token_and_userinfo_that_only_the_service_can_read(town: WitnessTown, alg: str) -> None:
    found = run(
        town,
        "encrypted",
        f"jwe-{alg[:3].lower()}",
        opening_key=alg,
        id_token_encrypted_response_alg=alg,
        id_token_encrypted_response_enc="A256GCM",
        userinfo_signed_response_alg="ES256",
        userinfo_encrypted_response_alg=alg,
        userinfo_encrypted_response_enc="A256GCM",
    )
    assert found["header"].items() >= {"alg": alg, "enc": "A256GCM", "cty": "JWT"}.items()
    assert found["userinfo"]["name"] == HANAKO.name


@proven(Feature.CLAIMS)
def test_claims_by_name(town: WitnessTown) -> None:
    wished = {"id_token": {"birthdate": None, "acr": {"essential": True, "values": [CARD]}}}
    wished["userinfo"] = {"address": None}
    found = run(town, "claims", "claims", {"claims": wished})
    assert found["claims"]["birthdate"] == HANAKO.birth_date.isoformat()
    assert found["claims"]["acr"] == CARD
    assert found["userinfo"]["address"]["formatted"] == HANAKO.address
    assert "name" not in found["userinfo"]


@proven(Feature.VERIFIED_CLAIMS)
def test_what_the_card_proved_is_told_as_verified(town: WitnessTown) -> None:
    wished = {"verification": {"trust_framework": None, "time": None}, "claims": {"name": None}}
    claims = {"userinfo": {"verified_claims": wished}}
    found = run(town, "claims", "verified", {"claims": claims})
    verified = found["userinfo"]["verified_claims"]
    assert verified["claims"] == {"name": HANAKO.name}
    assert verified["verification"]["trust_framework"] == TRUST_FRAMEWORK
    assert "verified_claims" not in found["claims"]


@pytest.mark.parametrize(
    ("method", "key"),
    [
        pytest.param("client_secret_post", None, marks=proven(Feature.CLIENT_SECRET_POST)),
        pytest.param("client_secret_jwt", None, marks=proven(Feature.CLIENT_SECRET_JWT)),
        pytest.param("private_key_jwt", "ES256", marks=proven(Feature.PRIVATE_KEY_JWT)),
        pytest.param("private_key_jwt", "PS256", marks=proven(Feature.PRIVATE_KEY_JWT)),
        pytest.param("private_key_jwt", "EdDSA", marks=proven(Feature.PRIVATE_KEY_JWT)),
        pytest.param("none", None, marks=proven(Feature.PUBLIC)),
    ],
)
def test_each_way_to_prove_who_asks(town: WitnessTown, method: str, key: str | None) -> None:
    name = f"{method}-{key}".lower().replace("_", "-")
    found = run(town, "sign_in", name, key=key, token_endpoint_auth_method=method)
    assert found["userinfo"]["name"] == HANAKO.name


@proven(Feature.ALGORITHMS)
@pytest.mark.parametrize("alg", ["RS256", "PS256", "EdDSA"])
def test_id_tokens_are_signed_as_registered(town: WitnessTown, alg: str) -> None:
    found = run(town, "sign_in", f"alg-{alg.lower()}", id_token_signed_response_alg=alg)
    assert found["header"]["alg"] == alg
    assert found["claims"]["acr"] == CARD


@proven(Feature.MTLS_AUTH, Feature.MTLS_BOUND)
def test_a_service_with_a_certificate(town: WitnessTown) -> None:
    party = town.ca.client("kenko.example.test")
    found = run(
        town,
        "certificate",
        "mtls",
        {"certificate": files_of(party)},
        token_endpoint_auth_method="tls_client_auth",
        tls_client_auth_san_dns="kenko.example.test",
        tls_client_certificate_bound_access_tokens=True,
    )
    assert found["userinfo"]["name"] == HANAKO.name
    assert found["alive"]["cnf"] == {"x5t#S256": thumbprint(party)}
    assert found["token_alone"] == "invalid_token"
    assert found["without_certificate"] == "invalid_client"


@proven(Feature.DPOP)
def test_tokens_bound_to_a_key_with_the_servers_nonces(town: WitnessTown) -> None:
    found = run(town, "dpop", "dpop", dpop_bound_access_tokens=True)
    assert found["token_type"] == found["refreshed"] == "dpop"
    assert found["alive"]["cnf"] == {"jkt": found["thumbprint"]}
    assert found["userinfo"]["name"] == HANAKO.name
    assert found["asked"].count("POST /token 400") == 1  # use_dpop_nonce
    assert found["token_alone"] == "invalid_token"


@pytest.mark.parametrize(
    ("profile", "more"),
    [
        pytest.param("fapi2_security", {}, marks=proven(Feature.FAPI2_SECURITY)),
        pytest.param(
            "fapi2_message_signing",
            {
                "require_signed_request_object": True,
                "introspection_signed_response_alg": "ES256",
                "authorization_signed_response_alg": "PS256",
            },
            marks=proven(Feature.FAPI2_MESSAGE_SIGNING),
        ),
    ],
)
def test_fapi(town: WitnessTown, profile: str, more: dict[str, Any]) -> None:
    found = run(
        town,
        "fapi",
        profile.replace("_", "-"),
        key="ES256",
        security_profile=profile,
        token_endpoint_auth_method="private_key_jwt",
        require_pushed_authorization_requests=True,
        dpop_bound_access_tokens=True,
        **more,
    )
    assert found["unpushed"] == "invalid_request"
    assert found["token_type"] == "dpop"
    assert found["alive"]["active"] is True
    assert found["userinfo"]["name"] == HANAKO.name
    assert "POST /par 201" in found["asked"]


@proven(Feature.DEVICE)
def test_a_kiosk(town: WitnessTown) -> None:
    found = run(town, "device", "kiosk", grant_types=(DEVICE_CODE,), redirect_uris=())
    assert found["kiosk"]["verification_uri"] == f"{town.issuer}/device"
    assert found["userinfo"]["name"] == HANAKO.name
    assert found["claims"]["acr"] == CARD


@proven(Feature.CIBA)
def test_a_counter(town: WitnessTown) -> None:
    found = run(
        town,
        "counter",
        "counter",
        grant_types=(*CODE, CIBA),
        backchannel_token_delivery_mode="poll",
    )
    assert found["claims"]["sub"] == found["visitor"]
    assert found["userinfo"]["name"] == HANAKO.name
    assert found["stranger"] == "unknown_user_id"


@proven(Feature.RAR, Feature.RESOURCE, Feature.TOKEN_EXCHANGE)
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
    found = run(
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


@proven(Feature.JWT_BEARER)
def test_a_backend_acts_for_hanako_while_she_is_away(town: WitnessTown) -> None:
    found = run(town, "assertion", "backend", key="ES256", grant_types=(*CODE, JWT_BEARER))
    assert found["userinfo"] == {"sub": found["sub"], "name": HANAKO.name, **found["userinfo"]}
    assert "refresh_token" not in found["tokens"]
    assert found["nobody"] == "invalid_grant"


@proven(Feature.RP_LOGOUT)
def test_hanako_signs_out_at_the_service(town: WitnessTown) -> None:
    bye = "https://openid-client-logout.example.test/bye"
    found = run(town, "logout", "logout", {"bye": bye}, post_logout_redirect_uris=(bye,))
    assert found == {"back": True, "silently": "login_required"}


@proven(Feature.REGISTRATION)
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
    found = town.node("openid_client_registration.mjs", setup)
    assert found["registered"]["scope"] == "openid profile"
    assert found["registered"]["registration_client_uri"].startswith(f"{town.issuer}/register/")
    assert found["userinfo"]["name"] == HANAKO.name
    assert found["too_much"] == "invalid_client_metadata"
    assert found["nobody"] == "invalid_token"
