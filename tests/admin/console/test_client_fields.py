"""A form's fields become metadata and come back the same; what the form does not ask for stays."""

from typing import Any

import msgspec
import pytest

from gateway.admin.console.client_fields import FIELDS, new_form, to_form, to_metadata
from gateway.errors import InvalidField
from gateway.tenants.metadata_rules import check_metadata
from gateway.tenants.model import ClientKind
from tests.admin.console.client_forms import READER_FORM, SERVICE_FORM
from tests.tenants.town import READER, SERVICE, metadata, new_jwk

SERVICE_KIND, READER_KIND = ClientKind.SERVICE, ClientKind.READER


def test_a_filled_in_form_is_good_metadata() -> None:
    made = to_metadata(SERVICE_KIND, SERVICE_FORM)
    check_metadata(SERVICE_KIND, "health", made)
    assert made.redirect_uris == (
        "https://health.example/callback",
        "https://health.example/other",
    )
    assert made.scope == "openid profile link"
    assert made.grant_types == ("authorization_code", "refresh_token")
    assert made.may_see_common_id is False
    reader = to_metadata(READER_KIND, READER_FORM)
    check_metadata(READER_KIND, "counter", reader)
    assert reader.allowed_networks == ("203.0.113.9/32", "2001:db8::/48")
    assert (reader.grant_types, reader.scope) == (("client_credentials",), "card:verify")


@pytest.mark.parametrize(
    "change",
    [
        {},
        {"scope": "link profile openid", "grant_types": ["refresh_token", "authorization_code"]},
        {"token_endpoint_auth_method": "client_secret_post"},
        {"token_endpoint_auth_method": "none"},
        {"token_endpoint_auth_method": "private_key_jwt", "jwks": {"keys": [new_jwk()]}},
        {"sector_identifier": "health.example", "id_token_signed_response_alg": "RS256"},
        {
            "scope": "openid common_id",
            "may_see_common_id": True,
            "decision_document_number": "花総発第12号",
            "contact": "健康課",
        },
        {"grant_types": ["authorization_code", "client_credentials"]},
        {"grant_types": ["client_credentials"], "redirect_uris": []},
    ],
)
def test_a_service_that_is_sent_back_as_it_was_shown_is_the_same(change: dict[str, Any]) -> None:
    before = metadata(SERVICE, **change)
    check_metadata(SERVICE_KIND, "health", before)
    assert to_metadata(SERVICE_KIND, to_form(before), before) == before


def test_a_reader_keeps_what_its_form_does_not_ask_for() -> None:
    before = metadata(
        READER, sector_identifier="counter.example", allowed_networks=["203.0.113.0/24"]
    )
    assert to_metadata(READER_KIND, to_form(before), before) == before


def test_what_was_emptied_is_gone() -> None:
    before = metadata(SERVICE, contact="健康課", sector_identifier="health.example")
    form = {
        name: value
        for name, value in to_form(before).items()
        if name not in ("contact", "sector_identifier", "post_logout_redirect_uris")
    }
    after = to_metadata(SERVICE_KIND, form, before)
    assert (after.contact, after.sector_identifier) == (None, None)
    assert after.post_logout_redirect_uris == ()


def test_the_common_id_is_one_tick() -> None:
    made = to_metadata(SERVICE_KIND, {**SERVICE_FORM, "scope_common_id": "1"})
    assert made.may_see_common_id is True
    assert "common_id" in made.scope.split(" ")
    check_metadata(SERVICE_KIND, "health", made)
    taken = to_metadata(SERVICE_KIND, SERVICE_FORM, made)
    assert taken.may_see_common_id is False
    assert "common_id" not in taken.scope.split(" ")


def test_a_public_client_cannot_act_for_itself_any_more() -> None:
    before = metadata(SERVICE, grant_types=["authorization_code", "client_credentials"])
    form = {**to_form(before), "token_endpoint_auth_method": "none"}
    after = to_metadata(SERVICE_KIND, form, before)
    assert after.grant_types == ("authorization_code",)
    check_metadata(SERVICE_KIND, "health", after)


def test_lines_broken_for_the_eye_and_spaces_at_the_ends_are_no_mistake() -> None:
    form = {**SERVICE_FORM, "purpose_en": " To invite you\r\nto check-ups \r\n"}
    assert to_metadata(SERVICE_KIND, form).purpose_en == "To invite you to check-ups"


@pytest.mark.parametrize("pasted", ["keys", "[]", "1", "null", '{"keys": [}', "[" * 10_000])
def test_keys_that_are_no_json_object_are_told_at_their_field(pasted: str) -> None:
    form = {**SERVICE_FORM, "token_endpoint_auth_method": "private_key_jwt", "jwks": pasted}
    with pytest.raises(InvalidField) as refused:
        to_metadata(SERVICE_KIND, form)
    assert refused.value.field == "jwks"


@pytest.mark.parametrize("name", ["client_name_ja", "purpose_en", "token_endpoint_auth_method"])
def test_what_is_missing_is_named(name: str) -> None:
    form = {field: value for field, value in SERVICE_FORM.items() if field != name}
    with pytest.raises(InvalidField) as refused:
        to_metadata(SERVICE_KIND, form)
    assert refused.value.field == name


def test_a_network_that_is_none_is_left_for_the_rules_to_refuse() -> None:
    made = to_metadata(READER_KIND, {**READER_FORM, "allowed_networks": "203.0.113.300"})
    with pytest.raises(InvalidField) as refused:
        check_metadata(READER_KIND, "counter", made)
    assert refused.value.field == "allowed_networks"


def test_a_new_form_asks_for_no_more_than_a_name() -> None:
    proposed = new_form(SERVICE_KIND)
    assert [name for name in proposed if name.startswith("scope_")] == ["scope_profile"]
    assert new_form(READER_KIND) == {"token_endpoint_auth_method": "client_secret_basic"}


def test_every_field_of_the_metadata_has_its_place_or_follows_from_others() -> None:
    names = {
        field.name
        for field in msgspec.structs.fields(type(to_metadata(SERVICE_KIND, SERVICE_FORM)))
    }
    assert names - FIELDS == {
        "grant_types",
        "response_types",
        "authorization_details_types",
        "may_see_common_id",
        "backchannel_user_code_parameter",  # residents have none: it is never true
        "software_id",  # the developer's own word
        "software_version",
    }
