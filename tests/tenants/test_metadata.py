"""What may be registered: one wrong thing, one refusal that names it."""

from typing import Any

import msgspec
import pytest

from gateway.tenants.metadata import ClientMetadata, MetadataError, sector_of
from gateway.tenants.metadata_rules import check_metadata, check_secret, check_tenant
from gateway.tenants.model import ClientKind, Tenant
from tests.tenants.town import HANASAKI, READER, SECRET, SERVICE, metadata, new_jwk

JWK = new_jwk()
ENCRYPTING = {**JWK, "use": "enc"}
WITH_KEYS = {"token_endpoint_auth_method": "private_key_jwt", "jwks": {"keys": [JWK]}}


@pytest.mark.parametrize(
    "change",
    [
        {},
        {"token_endpoint_auth_method": "none"},
        {"token_endpoint_auth_method": "client_secret_post"},
        WITH_KEYS,
        {"id_token_signed_response_alg": "RS256"},
        {"scope": "openid profile address birthdate gender offline_access link"},
        {"grant_types": ["authorization_code"]},
        {"grant_types": ["authorization_code", "refresh_token", "client_credentials"]},
        {"grant_types": ["client_credentials"], "redirect_uris": None, "scope": "link"},
        {"redirect_uris": ["https://a.example/cb", "https://a.example/other"]},
        {
            "redirect_uris": ["https://a.example/cb", "https://b.example/cb"],
            "sector_identifier": "a.example",
        },
    ],
)
def test_a_service_of_good_metadata_is_accepted(change: dict[str, Any]) -> None:
    check_metadata(ClientKind.SERVICE, "health", metadata(SERVICE, **change))


@pytest.mark.parametrize(
    ("change", "names"),
    [
        ({"client_name_ja": ""}, "client_name_ja"),
        ({"client_name_en": "two\nlines"}, "client_name_en"),
        ({"purpose_ja": "あ" * 401}, "purpose_ja"),
        ({"purpose_en": "right-to-left \u202e"}, "purpose_en"),
        ({"grant_types": []}, "grant_types"),
        ({"grant_types": ["authorization_code", "implicit"]}, "grant_types"),
        ({"grant_types": ["authorization_code", "password"]}, "grant_types"),
        ({"grant_types": ["refresh_token"], "redirect_uris": None}, "grant_types"),
        (
            {
                "grant_types": ["authorization_code", "client_credentials"],
                "token_endpoint_auth_method": "none",
            },
            "grant_types",
        ),
        ({"redirect_uris": None}, "redirect_uris"),
        ({"grant_types": ["client_credentials"]}, "redirect_uris"),
        ({"redirect_uris": ["http://health.example/callback"]}, "redirect_uris"),
        ({"post_logout_redirect_uris": ["http://a.example/"]}, "post_logout_redirect_uris"),
        ({"scope": "profile"}, "scope"),
        ({"scope": "openid card:verify"}, "scope"),
        ({"scope": "openid  profile"}, "scope"),
        ({"scope": ""}, "scope"),
        ({"token_endpoint_auth_method": "private_key_jwt"}, "jwks"),
        (
            {"token_endpoint_auth_method": "private_key_jwt", "jwks": {"keys": [ENCRYPTING]}},
            "jwks",
        ),
        ({**WITH_KEYS, "jwks": {"keys": []}}, "jwks"),
        ({"redirect_uris": ["https://a.example/", "https://b.example/"]}, "sector_identifier"),
        ({"sector_identifier": "https://a.example"}, "sector_identifier"),
        ({"sector_identifier": "A.example"}, "sector_identifier"),
        ({"sector_identifier": "other/a.example"}, "sector_identifier"),
    ],
)
def test_one_wrong_member_refuses_a_service(change: dict[str, Any], names: str) -> None:
    with pytest.raises(MetadataError) as refused:
        check_metadata(ClientKind.SERVICE, "health", metadata(SERVICE, **change))
    assert str(refused.value).startswith(f"{names}: ")
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    "change",
    [
        {"token_endpoint_auth_method": "client_secret_digest"},
        {"id_token_signed_response_alg": "none"},
        {"id_token_signed_response_alg": "HS256"},
        {"response_types": ["token"]},
        {"redirect_uris": "https://health.example/callback"},
        {"purpose_en": None},
    ],
)
def test_metadata_of_another_shape_does_not_come_to_be(change: dict[str, Any]) -> None:
    with pytest.raises(msgspec.ValidationError):
        metadata(SERVICE, **change)


@pytest.mark.parametrize("change", [{}, WITH_KEYS])
def test_a_reader_of_good_metadata_is_accepted(change: dict[str, Any]) -> None:
    check_metadata(ClientKind.READER, "counter-1", metadata(READER, **change))


@pytest.mark.parametrize(
    ("change", "names"),
    [
        ({"grant_types": ["authorization_code"]}, "grant_types"),
        ({"grant_types": ["client_credentials", "refresh_token"]}, "grant_types"),
        ({"scope": "card:verify openid"}, "scope"),
        ({"scope": "openid"}, "scope"),
        ({"token_endpoint_auth_method": "none"}, "token_endpoint_auth_method"),
        ({"redirect_uris": ["https://a.example/cb"]}, "redirect_uris"),
        ({"post_logout_redirect_uris": ["https://a.example/"]}, "redirect_uris"),
        ({"client_name_ja": ""}, "client_name_ja"),
    ],
)
def test_one_wrong_member_refuses_a_reader(change: dict[str, Any], names: str) -> None:
    with pytest.raises(MetadataError) as refused:
        check_metadata(ClientKind.READER, "counter-1", metadata(READER, **change))
    assert str(refused.value).startswith(f"{names}: ")


@pytest.mark.parametrize("text", ["", "Health", "-health", "a" * 65, "a/b", "a\n", "健康", "a b"])
def test_an_id_is_short_plain_and_lower_case(text: str) -> None:
    with pytest.raises(MetadataError, match=r"\Aclient_id: "):
        check_metadata(ClientKind.SERVICE, text, metadata(SERVICE))
    with pytest.raises(MetadataError, match=r"\Atenant_id: "):
        check_tenant(Tenant(text, "花咲町", "Hanasaki"))


def test_a_tenant_has_a_name_in_both_languages() -> None:
    check_tenant(HANASAKI)
    with pytest.raises(MetadataError, match=r"\Aname_ja: "):
        check_tenant(Tenant("hanasaki", "", "Hanasaki"))
    with pytest.raises(MetadataError, match=r"\Aname_en: "):
        check_tenant(Tenant("hanasaki", "花咲町", "H" * 201))


@pytest.mark.parametrize("secret", ["", "password", "x" * 31, "x" * 257, "秘" * 40, "x " * 20])
def test_a_secret_that_somebody_made_up_is_refused(secret: str) -> None:
    check_secret(metadata(SERVICE), SECRET)
    with pytest.raises(MetadataError, match=r"\Aclient_secret: ") as refused:
        check_secret(metadata(SERVICE), secret)
    assert not secret or secret not in str(refused.value)


@pytest.mark.parametrize("change", [WITH_KEYS, {"token_endpoint_auth_method": "none"}])
def test_a_client_that_uses_no_secret_cannot_be_given_one(change: dict[str, Any]) -> None:
    with pytest.raises(MetadataError, match=r"\Aclient_secret: "):
        check_secret(metadata(SERVICE, **change), SECRET)


def sector(client_id: str = "health", tenant_id: str = "hanasaki", **change: Any) -> str:
    found: ClientMetadata = metadata(SERVICE, **change)
    return sector_of(tenant_id, client_id, found)


def test_clients_of_one_host_are_one_sector_and_others_are_not() -> None:
    assert sector("one") == sector("two", redirect_uris=["https://health.example/other"])
    assert sector("one") != sector("two", redirect_uris=["https://points.example/cb"])
    assert sector(sector_identifier="points.example") != sector()


def test_no_tenant_can_join_anothers_sector() -> None:
    assert sector(tenant_id="minato") != sector()
    assert sector(tenant_id="minato", sector_identifier="health.example") != sector()


@pytest.mark.parametrize(
    "uri", ["http://127.0.0.1:5000/cb", "http://localhost/cb", "http://[::1]/cb", "com.example:/cb"]
)
def test_apps_that_share_an_address_share_no_sector(uri: str) -> None:
    assert sector("one", redirect_uris=[uri]) != sector("two", redirect_uris=[uri])
    named: dict[str, Any] = {"redirect_uris": [uri], "sector_identifier": "health.example"}
    assert sector("one", **named) == sector("two", **named)


def test_no_id_hides_behind_a_form_of_the_console() -> None:
    for kind, good in ((ClientKind.SERVICE, SERVICE), (ClientKind.READER, READER)):
        check_metadata(kind, "newer", metadata(good))
        with pytest.raises(MetadataError, match="client_id"):
            check_metadata(kind, "new", metadata(good))
    check_tenant(Tenant("newer", "町", "Town"))
    with pytest.raises(MetadataError, match="tenant_id"):
        check_tenant(Tenant("new", "町", "Town"))
