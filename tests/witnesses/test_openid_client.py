"""openid-client (Node), a certified relying party library: Hanako signs in at its services."""

from typing import Any

import pytest

from tests.witnesses.certificates import files_of, thumbprint
from tests.witnesses.features import Feature
from tests.witnesses.node_library import CARD, NAME, OPENID_CLIENT
from tests.witnesses.person import HANAKO
from tests.witnesses.town import TRUST_FRAMEWORK, WitnessTown

pytestmark = pytest.mark.servers


@OPENID_CLIENT.proves(Feature.CODE, Feature.REFRESH, Feature.REVOKE, Feature.INTROSPECT)
def test_code_userinfo_refresh_introspection_and_revocation(town: WitnessTown) -> None:
    found = OPENID_CLIENT.run(town, "code", "code")
    claims, alive = found["claims"], found["alive"]
    assert found["userinfo"]["name"] == NAME
    assert found["userinfo"]["sub"] == claims["sub"] == alive["sub"] == found["refreshed"]["sub"]
    assert (claims["acr"], claims["amr"]) == (CARD, ["sc", "pin", "mfa"])
    assert found["token_type"] == "bearer"
    assert (alive["active"], alive["scope"]) == (True, "openid profile offline_access")
    assert found["rotated"] is True
    assert found["revoked"] == {"active": False}
    assert found["refused"] == "invalid_grant"


@OPENID_CLIENT.proves(Feature.INTROSPECT_JWT)
def test_introspection_as_a_signed_jwt(town: WitnessTown) -> None:
    found = OPENID_CLIENT.run(
        town, "introspection", "introspects", introspection_signed_response_alg="ES256"
    )
    assert found["type"].startswith("application/token-introspection+jwt")
    assert (found["alive"]["active"], found["alive"]["sub"]) == (True, found["sub"])


@OPENID_CLIENT.proves(Feature.FORM_POST)
def test_the_answer_is_posted(town: WitnessTown) -> None:
    found = OPENID_CLIENT.run(town, "form_post", "form-post")
    assert found["userinfo"]["name"] == NAME


@OPENID_CLIENT.proves(Feature.HYBRID)
@pytest.mark.parametrize("response_mode", ["fragment", "form_post"])
def test_an_id_token_comes_with_the_code(town: WitnessTown, response_mode: str) -> None:
    found = OPENID_CLIENT.run(
        town,
        "hybrid",
        f"hybrid-{response_mode[:4]}",
        {"response_mode": response_mode},
        response_types=("code id_token",),
    )
    assert found["claims"]["acr"] == CARD


@OPENID_CLIENT.proves(Feature.PAR)
def test_a_pushed_request(town: WitnessTown) -> None:
    found = OPENID_CLIENT.run(town, "pushed", "par", require_pushed_authorization_requests=True)
    assert found["userinfo"]["name"] == NAME
    assert found["asked"].index("POST /par 201") < found["asked"].index("POST /token 200")
    assert found["unpushed"] == "invalid_request"


@OPENID_CLIENT.proves(Feature.JAR)
@pytest.mark.parametrize("alg", ["ES256", "PS256"])
def test_a_signed_request(town: WitnessTown, alg: str) -> None:
    found = OPENID_CLIENT.run(
        town, "signed_request", f"jar-{alg.lower()}", key=alg, require_signed_request_object=True
    )
    assert found["userinfo"]["name"] == NAME
    assert found["unsigned"] == "invalid_request"


@OPENID_CLIENT.proves(Feature.JARM)
def test_a_signed_answer(town: WitnessTown) -> None:
    found = OPENID_CLIENT.run(
        town, "signed_answer", "jarm", authorization_signed_response_alg="PS256"
    )
    assert found["claims"]["acr"] == CARD


@OPENID_CLIENT.proves(Feature.JARM)
def test_a_signed_answer_that_only_the_service_can_read(town: WitnessTown) -> None:
    found = OPENID_CLIENT.run(
        town,
        "signed_answer",
        "jarm-jwe",
        opening_key="ECDH-ES+A128KW",
        authorization_encrypted_response_alg="ECDH-ES+A128KW",
        authorization_encrypted_response_enc="A128GCM",
    )
    assert found["claims"]["acr"] == CARD


@OPENID_CLIENT.proves(Feature.ENCRYPTED, Feature.ENCRYPTED_USERINFO)
@pytest.mark.parametrize("alg", ["ECDH-ES+A128KW", "RSA-OAEP-256"])
def test_id_token_and_userinfo_that_only_the_service_can_read(town: WitnessTown, alg: str) -> None:
    found = OPENID_CLIENT.run(
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
    assert found["userinfo"]["name"] == NAME


@OPENID_CLIENT.proves(Feature.CLAIMS)
def test_claims_by_name(town: WitnessTown) -> None:
    wished = {"id_token": {"birthdate": None, "acr": {"essential": True, "values": [CARD]}}}
    wished["userinfo"] = {"address": None}
    found = OPENID_CLIENT.run(town, "claims", "claims", {"claims": wished})
    assert found["claims"]["birthdate"] == HANAKO.person.birth_date.isoformat()
    assert found["claims"]["acr"] == CARD
    assert found["userinfo"]["address"]["formatted"] == HANAKO.person.address
    assert "name" not in found["userinfo"]


@OPENID_CLIENT.proves(Feature.VERIFIED_CLAIMS)
def test_what_the_card_proved_is_told_as_verified(town: WitnessTown) -> None:
    wished = {"verification": {"trust_framework": None, "time": None}, "claims": {"name": None}}
    claims = {"userinfo": {"verified_claims": wished}}
    found = OPENID_CLIENT.run(town, "claims", "verified", {"claims": claims})
    verified = found["userinfo"]["verified_claims"]
    assert verified["claims"] == {"name": NAME}
    assert verified["verification"]["trust_framework"] == TRUST_FRAMEWORK
    assert "verified_claims" not in found["claims"]


@pytest.mark.parametrize(
    ("method", "key"),
    [
        pytest.param(
            "client_secret_post", None, marks=OPENID_CLIENT.proves(Feature.CLIENT_SECRET_POST)
        ),
        pytest.param(
            "client_secret_jwt", None, marks=OPENID_CLIENT.proves(Feature.CLIENT_SECRET_JWT)
        ),
        pytest.param(
            "private_key_jwt", "ES256", marks=OPENID_CLIENT.proves(Feature.PRIVATE_KEY_JWT)
        ),
        pytest.param(
            "private_key_jwt", "PS256", marks=OPENID_CLIENT.proves(Feature.PRIVATE_KEY_JWT)
        ),
        pytest.param(
            "private_key_jwt", "EdDSA", marks=OPENID_CLIENT.proves(Feature.PRIVATE_KEY_JWT)
        ),
        pytest.param("none", None, marks=OPENID_CLIENT.proves(Feature.PUBLIC)),
    ],
)
def test_each_way_to_prove_who_asks(town: WitnessTown, method: str, key: str | None) -> None:
    name = f"{method}-{key}".lower().replace("_", "-")
    found = OPENID_CLIENT.run(town, "sign_in", name, key=key, token_endpoint_auth_method=method)
    assert found["userinfo"]["name"] == NAME


@OPENID_CLIENT.proves(Feature.ALGORITHMS)
@pytest.mark.parametrize("alg", ["RS256", "PS256", "EdDSA"])
def test_id_tokens_are_signed_as_registered(town: WitnessTown, alg: str) -> None:
    found = OPENID_CLIENT.run(
        town, "sign_in", f"alg-{alg.lower()}", id_token_signed_response_alg=alg
    )
    assert found["header"]["alg"] == alg
    assert found["claims"]["acr"] == CARD


@OPENID_CLIENT.proves(Feature.MTLS_AUTH, Feature.MTLS_BOUND)
def test_a_service_with_a_certificate(town: WitnessTown) -> None:
    party = town.ca.client("kenko.example.test")
    found = OPENID_CLIENT.run(
        town,
        "certificate",
        "mtls",
        {"certificate": files_of(party)},
        token_endpoint_auth_method="tls_client_auth",
        tls_client_auth_san_dns="kenko.example.test",
        tls_client_certificate_bound_access_tokens=True,
    )
    assert found["userinfo"]["name"] == NAME
    assert found["alive"]["cnf"] == {"x5t#S256": thumbprint(party)}
    assert found["token_alone"] == "invalid_token"
    assert found["without_certificate"] == "invalid_client"


@OPENID_CLIENT.proves(Feature.DPOP)
def test_tokens_bound_to_a_key_with_the_servers_nonces(town: WitnessTown) -> None:
    found = OPENID_CLIENT.run(town, "dpop", "dpop", dpop_bound_access_tokens=True)
    assert found["token_type"] == found["refreshed"] == "dpop"
    assert found["alive"]["cnf"] == {"jkt": found["thumbprint"]}
    assert found["userinfo"]["name"] == NAME
    assert found["asked"].count("POST /token 400") == 1  # use_dpop_nonce
    assert found["token_alone"] == "invalid_token"


@pytest.mark.parametrize(
    ("profile", "more"),
    [
        pytest.param("fapi2_security", {}, marks=OPENID_CLIENT.proves(Feature.FAPI2_SECURITY)),
        pytest.param(
            "fapi2_message_signing",
            {
                "require_signed_request_object": True,
                "introspection_signed_response_alg": "ES256",
                "authorization_signed_response_alg": "PS256",
            },
            marks=OPENID_CLIENT.proves(Feature.FAPI2_MESSAGE_SIGNING),
        ),
    ],
)
def test_fapi(town: WitnessTown, profile: str, more: dict[str, Any]) -> None:
    found = OPENID_CLIENT.run(
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
    assert found["userinfo"]["name"] == NAME
    assert "POST /par 201" in found["asked"]


@OPENID_CLIENT.proves(Feature.RP_LOGOUT)
def test_hanako_signs_out_at_the_service(town: WitnessTown) -> None:
    bye = "https://openid-client-logout.example.test/bye"
    found = OPENID_CLIENT.run(
        town, "logout", "logout", {"bye": bye}, post_logout_redirect_uris=(bye,)
    )
    assert found == {"back": True, "silently": "login_required"}
