"""What a service provides and may call is registered by strict rules; an address is one
service's."""

from typing import Any

import pytest

from gateway.tenants.metadata import Datatype, MetadataError, as_stored
from gateway.tenants.metadata_rules import check_metadata
from gateway.tenants.model import ClientKind
from gateway.tenants.protocol import DATA_FLOW, JWT_BEARER, TOKEN_EXCHANGE
from tests.support.gateway import reader_metadata, service_metadata

API = "https://welfare.example.test/api"
OTHER = "https://tax.example.test/api"
CODE = ("authorization_code", "refresh_token")
DATA = Datatype("allowance", "児童手当", "Child allowance")
CALLS: dict[str, Any] = {
    "allowed_resources": (OTHER,),
    "authorization_details_types": (DATA_FLOW,),
}
JWK = {
    "kty": "EC",
    "crv": "P-256",
    "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
    "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0",
}


@pytest.mark.parametrize(
    "good",
    [
        {},
        {"resources": (API,)},
        {"resources": (API, "https://welfare.example.test")},
        {"resources": (API,), "datatypes": (DATA,)},
        CALLS,
        {**CALLS, "grant_types": (*CODE, TOKEN_EXCHANGE)},
        {"grant_types": (*CODE, JWT_BEARER), "jwks": {"keys": [JWK]}},
    ],
)
def test_these_may_be_registered(good: dict[str, Any]) -> None:
    check_metadata(ClientKind.SERVICE, "welfare", service_metadata("welfare", **good))


@pytest.mark.parametrize(
    ("field", "bad"),
    [
        ("resources", {"resources": ("",)}),
        ("resources", {"resources": ("welfare.example.test/api",)}),
        ("resources", {"resources": ("http://welfare.example.test/api",)}),
        ("resources", {"resources": ("http://localhost/api",)}),
        ("resources", {"resources": ("urn:welfare",)}),
        ("resources", {"resources": ("com.example:/api",)}),
        ("resources", {"resources": (f"{API}#part",)}),
        ("resources", {"resources": (f"{API}#",)}),
        ("resources", {"resources": (f"{API}?all=1",)}),
        ("resources", {"resources": (f"{API}?",)}),
        ("resources", {"resources": ("https://me@welfare.example.test/api",)}),
        ("resources", {"resources": ("https://*.example.test/api",)}),
        ("resources", {"resources": (f"{API} {API}",)}),
        ("resources", {"resources": (API, API)}),
        ("resources", {"resources": (API + "a" * 512,)}),
        ("resources", {"resources": tuple(f"{API}/{n}" for n in range(33))}),
        ("datatypes", {"datatypes": (DATA,)}),
        ("datatypes", {"resources": (API,), "datatypes": (DATA, DATA)}),
        ("datatypes", {"resources": (API,), "datatypes": (Datatype("A", "手当", "A"),)}),
        ("datatypes", {"resources": (API,), "datatypes": (Datatype("a", "", "A"),)}),
        ("datatypes", {"resources": (API,), "datatypes": (Datatype("a", "手当", "A\u202e"),)}),
        ("allowed_resources", {"allowed_resources": (OTHER,)}),
        ("allowed_resources", {**CALLS, "resources": (OTHER,)}),
        ("authorization_details_types", {"authorization_details_types": (DATA_FLOW,)}),
        ("authorization_details_types", {**CALLS, "authorization_details_types": (DATA_FLOW,) * 2}),
        ("grant_types", {"grant_types": (*CODE, TOKEN_EXCHANGE)}),
        (
            "grant_types",
            {
                **CALLS,
                "grant_types": (*CODE, TOKEN_EXCHANGE),
                "token_endpoint_auth_method": "none",
            },
        ),
        ("jwks", {"grant_types": (*CODE, JWT_BEARER)}),
        (
            "scope",
            {"grant_types": (*CODE, JWT_BEARER), "jwks": {"keys": [JWK]}, "scope": "openid link"},
        ),
    ],
)
def test_these_may_not(field: str, bad: dict[str, Any]) -> None:
    with pytest.raises(MetadataError) as refused:
        check_metadata(ClientKind.SERVICE, "welfare", service_metadata("welfare", **bad))
    assert refused.value.field == field


@pytest.mark.parametrize("extra", [{"resources": (API,)}, {"allowed_resources": (API,)}])
def test_a_reader_neither_provides_nor_calls(extra: dict[str, Any]) -> None:
    with pytest.raises(MetadataError):
        check_metadata(ClientKind.READER, "counter", reader_metadata(**extra))


def test_who_delegates_nothing_keeps_nothing_more_in_the_store() -> None:
    stored = as_stored(service_metadata("welfare"))
    assert stored.keys().isdisjoint({"resources", "datatypes", "allowed_resources"})
