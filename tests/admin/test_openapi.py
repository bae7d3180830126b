"""The OpenAPI document: valid, complete, and its examples are what the API takes."""

import re
from collections.abc import Mapping
from typing import Any

import jsonschema_rs
import msgspec
import pytest
import schemathesis

from gateway.admin.api.catalogue import ENDPOINTS
from gateway.admin.api.examples import example_of
from gateway.admin.api.openapi import openapi_document
from gateway.admin.endpoint import Endpoint
from tests.support.gateway import ISSUER
from tests.support.operators import API, Office

WITH_BODY = [endpoint for endpoint in ENDPOINTS.values() if endpoint.body is not None]


def document() -> dict[str, Any]:
    """As it is sent."""
    encoded = msgspec.json.encode(openapi_document(ENDPOINTS.values(), ISSUER))
    read: dict[str, Any] = msgspec.json.decode(encoded)
    return read


def operation_of(endpoint: Endpoint) -> Mapping[str, Any]:
    found: Mapping[str, Any] = document()["paths"][endpoint.path][endpoint.method.lower()]
    return found


def test_the_document_is_openapi_3_1() -> None:
    schemathesis.openapi.from_dict(document()).validate()


def test_its_schemas_are_json_schema_and_whatever_they_refer_to_is_there() -> None:
    whole = document()
    for name, schema in whole["components"]["schemas"].items():
        assert jsonschema_rs.meta.is_valid(schema), name
    text = msgspec.json.encode(whole).decode()
    referred = set(re.findall(r'"#/components/schemas/([^"]+)"', text))
    assert referred <= set(whole["components"]["schemas"])


def test_every_endpoint_is_in_it_and_nothing_else() -> None:
    listed = {
        operation["operationId"]: (method.upper(), path)
        for path, operations in document()["paths"].items()
        for method, operation in operations.items()
    }
    assert listed == {name: (one.method, one.path) for name, one in ENDPOINTS.items()}


@pytest.mark.parametrize("endpoint", ENDPOINTS.values(), ids=ENDPOINTS)
def test_an_operation_tells_what_it_answers_and_how_it_refuses(endpoint: Endpoint) -> None:
    responses = operation_of(endpoint)["responses"]
    statuses = {int(status) for status in responses}
    assert {endpoint.status, 400, 401, 403, *endpoint.refusals} <= statuses
    assert (404 in statuses) == ("{" in endpoint.path)
    assert {412, 428} <= statuses or not endpoint.conditional
    assert {413, 415, 422} <= statuses or endpoint.body is None
    assert ("content" in responses[str(endpoint.status)]) == (endpoint.status != 204)
    for status in statuses - {endpoint.status}:
        assert list(responses[str(status)]["content"]) == ["application/problem+json"]


@pytest.mark.parametrize("endpoint", ENDPOINTS.values(), ids=ENDPOINTS)
def test_an_operation_names_every_part_of_its_path_and_its_version(endpoint: Endpoint) -> None:
    parameters = operation_of(endpoint)["parameters"]
    in_path = {one["name"] for one in parameters if one["in"] == "path"}
    assert in_path == set(re.findall(r"{(\w+)}", endpoint.path))
    headers = {one["name"] for one in parameters if one["in"] == "header"}
    assert headers == ({"If-Match"} if endpoint.conditional else set())
    for one in parameters:
        assert {"type": "null"} not in one["schema"].get("anyOf", ()), one["name"]


@pytest.mark.parametrize("endpoint", WITH_BODY, ids=[one.name for one in WITH_BODY])
def test_the_example_of_a_body_is_of_its_schema(endpoint: Endpoint) -> None:
    media_type = operation_of(endpoint)["requestBody"]["content"]["application/json"]
    schema = {**media_type["schema"], "components": document()["components"]}
    jsonschema_rs.validator_for(schema).validate(media_type["example"])
    msgspec.convert(media_type["example"], endpoint.body)


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("acknowledge_notice", {}),
        ("make_token", {}),
        ("create_tenant", {}),
        ("create_service", {"tenant_id": "hanasaki"}),
        ("create_reader", {"tenant_id": "hanasaki"}),
        ("invite_platform_operator", {}),
        ("invite_tenant_operator", {"tenant_id": "hanasaki"}),
        ("add_platform_network", {}),
        ("add_tenant_network", {"tenant_id": "hanasaki"}),
        ("search_residents", {}),
        ("ask_platform_export", {}),
        ("ask_tenant_export", {"tenant_id": "hanasaki"}),
    ],
    ids=str,
)
async def test_what_an_example_says_is_done(
    office: Office, name: str, path: Mapping[str, str]
) -> None:
    endpoint = ENDPOINTS[name]
    async with office.at_desk(await office.operator()) as desk:
        answer = await desk.request(
            endpoint.method, API + endpoint.path.format(**path), json=example_of(endpoint)
        )
    assert answer.status_code == endpoint.status, answer.text


@pytest.mark.anyio
async def test_a_service_a_reader_and_a_logo_are_changed_as_the_examples_show(
    office: Office,
) -> None:
    hanasaki = f"{API}/tenants/hanasaki"
    async with office.at_desk(await office.operator()) as desk:
        for kind in ("service", "reader"):
            new = example_of(ENDPOINTS[f"create_{kind}"])
            assert (await desk.post(f"{hanasaki}/{kind}s", json=new)).status_code == 201
            one = f"{hanasaki}/{kind}s/{new['client_id']}"
            again = example_of(ENDPOINTS[f"change_{kind}"])
            changed = await desk.put(one, json=again, headers={"If-Match": '"1"'})
            assert changed.status_code == 200, changed.text
        logo = example_of(ENDPOINTS["change_service_logo"])
        put = await desk.put(
            f"{hanasaki}/services/checkup/logo", json=logo, headers={"If-Match": '"2"'}
        )
        assert put.status_code == 200, put.text
        shown = await desk.get(f"{hanasaki}/services/checkup/logo")
    assert shown.headers["content-type"] == "image/png"


@pytest.mark.anyio
async def test_the_document_is_sent_to_whoever_is_at_the_door(office: Office) -> None:
    async with office.browser() as browser:
        sent = await browser.get(f"{API}/openapi.json")
    assert sent.headers["content-type"] == "application/json"
    assert sent.json() == document()
    async with office.browser("198.51.100.7") as stranger:
        assert (await stranger.get(f"{API}/openapi.json")).status_code == 403
