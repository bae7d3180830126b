"""One bad member refuses a registration by RFC 7591's word, names itself, and repeats nothing."""

import json
import re
from typing import Any

import msgspec
import pytest

from gateway.oidc.registration.members import OPERATORS_ONLY, OWN_NAMES
from gateway.tenants.metadata import ClientMetadata
from tests.oidc.registration.shelf import clients_of
from tests.support.developer import Developer, developer, members, new_key
from tests.support.gateway import Gateway
from tests.tenants.test_hostile_metadata import ADDRESSES, TEXTS

pytestmark = pytest.mark.anyio
JWK = new_key()[1]
SIGNED = {"token_endpoint_auth_method": "private_key_jwt"}
DEEP: Any = {"a": 1}
for _ in range(12):
    DEEP = {"a": DEEP}
PRINTABLE = re.compile(r"[\x20\x21\x23-\x5b\x5d-\x7e]{1,300}\Z")
"""RFC 6749 §5.2"""
ODD: list[Any] = [0, -1, 1.5, True, "", [], {}, [None], [[]], [{}], {"a": []}, "x" * 5000, DEEP]
EVIL = "zzevilzz"
JSON_TEXTS = [text for text in TEXTS if "\ud800" not in text]


@pytest.fixture
async def by(gateway: Gateway) -> Developer:
    return await developer(gateway)


async def check_refused(gateway: Gateway, answer: Any) -> None:
    assert answer.status_code == 400, answer.text
    body = answer.json()
    assert body["error"] in ("invalid_client_metadata", "invalid_redirect_uri"), body
    assert PRINTABLE.match(body["error_description"]), body
    assert EVIL not in answer.text
    assert answer.headers["cache-control"] == "no-store"


async def test_no_member_of_any_odd_type_is_a_failure_of_ours(
    gateway: Gateway, by: Developer
) -> None:
    """Each is either registered as it is told back, or refused."""
    names = (*OWN_NAMES, *sorted(OPERATORS_ONLY), "client_name", "client_name#ja", "contacts")
    for name in (*names, "application_type", "subject_type", "jwks_uri", "software_statement"):
        for value in ODD:
            answer = await by.register(**{name: value})
            assert answer.status_code in (201, 400, 401), (name, value, answer.text)
            if answer.status_code == 401:  # this token's uses are over
                by.token = (await developer(gateway)).token
            if answer.status_code == 400:
                assert PRINTABLE.match(answer.json()["error_description"]), answer.text


NO_JWKS: list[Any] = [
    ...,
    EVIL,
    [JWK],
    {},
    {"keys": []},
    {"keys": [None]},
    {"keys": [JWK, None]},
    {"keys": [{**JWK, "d": EVIL}]},
    {"keys": [{"kty": "oct", "k": EVIL}]},
    {"keys": [{"kty": "RSA", "n": "AQAB", "e": "AQ"}]},
    {"keys": [{**JWK, "x5c": [[EVIL]]}]},
    {"keys": [JWK] * 17},
    {"keys": [JWK], "deep": DEEP},
]
BAD: list[tuple[dict[str, Any], str, str]] = [
    *(
        ({"client_name#ja": text}, "invalid_client_metadata", "client_name#ja")
        for text in JSON_TEXTS
    ),
    *(({"purpose_en": text}, "invalid_client_metadata", "purpose_en") for text in TEXTS[:8]),
    *(({"redirect_uris": [uri]}, "invalid_redirect_uri", "redirect_uris") for uri in ADDRESSES),
    *(
        ({"redirect_uris": uris}, "invalid_redirect_uri", "redirect_uris")
        for uris in (
            ...,
            [],
            EVIL,
            [None],
            [EVIL],
            [1],
            ["https://booking.example.test/cb", None],
            ["https://*.example.test/cb"],
            ["https://user@booking.example.test/cb"],
            ["https://booking.example.test/#"],
            ["http://booking.example.test/cb"],
            ["javascript:alert(1)"],
            ["https://booking.example.test/cb"] * 2,
            [f"https://booking.example.test/{number}" for number in range(33)],
            ["https://booking.example.test/" + "x" * 2000],
        )
    ),
    *(({"jwks": jwks, **SIGNED}, "invalid_client_metadata", "jwks") for jwks in NO_JWKS),
    *(
        ({name: EVIL}, "invalid_client_metadata", name)
        for name in (
            "token_endpoint_auth_method",
            "id_token_signed_response_alg",
            "scope",
            "application_type",
            "subject_type",
            "security_profile",
            *sorted({"jwks_uri", "logo_uri", "sector_identifier_uri"}),
        )
    ),
    ({"grant_types": [EVIL]}, "invalid_client_metadata", "grant_types"),
    ({"grant_types": []}, "invalid_client_metadata", "grant_types"),
    ({"grant_types": ["refresh_token"]}, "invalid_client_metadata", "grant_types"),
    ({"response_types": [EVIL]}, "invalid_client_metadata", "response_types"),
    ({"scope": "profile"}, "invalid_client_metadata", "scope"),
    ({"scope": "openid  profile"}, "invalid_client_metadata", "scope"),
    ({"scope": "openid openid"}, "invalid_client_metadata", "scope"),
    ({"scope": ["openid"]}, "invalid_client_metadata", "scope"),
    ({"contacts": EVIL}, "invalid_client_metadata", "contacts"),
    ({"contacts": [EVIL, None]}, "invalid_client_metadata", "contacts"),
    ({"contacts": [EVIL * 100]}, "invalid_client_metadata", "contacts"),
    ({"contacts": ["a@example\r\nBcc: b@example"]}, "invalid_client_metadata", "contacts"),
    ({"software_id": "x" * 256}, "invalid_client_metadata", "software_id"),
    ({"software_version": "1\n2"}, "invalid_client_metadata", "software_version"),
    ({"purpose_ja": ...}, "invalid_client_metadata", "purpose_ja"),
    ({"purpose_en": None}, "invalid_client_metadata", "purpose_en"),
]


@pytest.mark.parametrize(("change", "error", "named"), BAD, ids=repr)
async def test_one_bad_member_is_named(
    gateway: Gateway, by: Developer, change: dict[str, Any], error: str, named: str
) -> None:
    answer = await by.register(**change)
    await check_refused(gateway, answer)
    assert answer.json()["error"] == error
    assert answer.json()["error_description"].startswith(f"{named}: ")
    assert await clients_of(gateway) == []


@pytest.mark.parametrize(
    ("body", "media_type", "status"),
    [
        (b"", "application/json", 400),
        (b"[]", "application/json", 400),
        (b'"x"', "application/json", 400),
        (b"null", "application/json", 400),
        (b"{", "application/json", 400),
        (b'{"client_name": "\\ud800"}', "application/json", 400),
        (b'{"client_name": "a", "client_name": "b"}', "application/json", 400),
        (b'{"x": {"a": 1, "a": 2}}', "application/json", 400),
        (b'{"x": ' + b"[" * 50 + b"]" * 50 + b"}", "application/json", 400),
        (b'{"x": ' + b"[" * 30_000 + b"]" * 30_000 + b"}", "application/json", 400),
        (b'{"x": NaN}', "application/json", 400),
        (b"\xff\xfe{}", "application/json", 400),
        (b"{}" + b" " * 2_000_000, "application/json", 413),
        (json.dumps(members()).encode(), "text/plain", 415),
        (json.dumps(members()).encode(), "application/x-www-form-urlencoded", 415),
    ],
    ids=lambda value: repr(value)[:40],
)
async def test_what_is_no_plain_json_object_is_refused_and_uses_nothing_up(
    gateway: Gateway, body: bytes, media_type: str, status: int
) -> None:
    by = await developer(gateway, uses=1)
    answer = await by.call("POST", "/register", by.token, content=body, media_type=media_type)
    assert answer.status_code == status, answer.text
    assert await clients_of(gateway) == []
    assert (await by.register()).status_code == 201


BY_DEVELOPERS = {
    "authorization_encrypted_response_alg",
    "authorization_encrypted_response_enc",
    "authorization_signed_response_alg",
    "backchannel_authentication_request_signing_alg",
    "backchannel_client_notification_endpoint",
    "backchannel_logout_session_required",
    "backchannel_logout_uri",
    "backchannel_token_delivery_mode",
    "backchannel_user_code_parameter",
    "default_acr_values",
    "default_max_age",
    "dpop_bound_access_tokens",
    "frontchannel_logout_session_required",
    "frontchannel_logout_uri",
    "grant_types",
    "id_token_encrypted_response_alg",
    "id_token_encrypted_response_enc",
    "id_token_signed_response_alg",
    "introspection_encrypted_response_alg",
    "introspection_encrypted_response_enc",
    "introspection_signed_response_alg",
    "jwks",
    "post_logout_redirect_uris",
    "purpose_en",
    "purpose_ja",
    "redirect_uris",
    "request_object_signing_alg",
    "require_pushed_authorization_requests",
    "require_signed_request_object",
    "response_types",
    "scope",
    "security_profile",
    "tls_client_auth_san_dns",
    "tls_client_auth_san_email",
    "tls_client_auth_san_ip",
    "tls_client_auth_san_uri",
    "tls_client_auth_subject_dn",
    "tls_client_certificate_bound_access_tokens",
    "software_id",
    "software_version",
    "token_endpoint_auth_method",
    "token_endpoint_auth_signing_alg",
    "userinfo_encrypted_response_alg",
    "userinfo_encrypted_response_enc",
    "userinfo_signed_response_alg",
}


def test_every_member_of_the_metadata_was_decided_on() -> None:
    """Whoever adds one says whether a developer may register it: here."""
    fields = {field.name for field in msgspec.structs.fields(ClientMetadata)}
    assert fields == {*OWN_NAMES, *OPERATORS_ONLY, "client_name_ja", "client_name_en", "contact"}
    assert set(OWN_NAMES) == BY_DEVELOPERS
