"""The OpenAPI 3.1 document, generated from the endpoints and their types."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from gateway.admin.api.examples import example_of
from gateway.admin.api.problem import Problem
from gateway.admin.endpoint import Endpoint

_REFERENCE = "#/components/schemas/{name}"
_PART = re.compile(r"{(\w+)}")
# An ID is one segment of the path; whatever else is written there is nobody's.
_ID = {"type": "string", "pattern": "^[A-Za-z0-9._-]{1,512}$"}
_ETAG = {"type": "string", "pattern": '^"[1-9][0-9]{0,8}"$'}
_TEXTS = {
    400: "Not of this endpoint's form",
    401: "Nobody is signed in, or not from a network of their allow-list",
    403: "The role does not reach so far, or the deed needs a fresh sign-in",
    404: "Not there, or another tenant's",
    409: "It cannot be as things stand",
    412: "It was changed meanwhile",
    413: "The body is too large",
    415: "The body is not JSON",
    422: "A value is not of its field's form",
    428: "The version is not named (If-Match)",
    503: "Too busy at the moment",
}


def openapi_document(endpoints: Iterable[Endpoint], issuer: str) -> Mapping[str, Any]:
    endpoints = tuple(endpoints)
    schemas, components = _schemas(endpoints)
    paths: dict[str, dict[str, Any]] = {}
    for endpoint in endpoints:
        operations = paths.setdefault(endpoint.path, {})
        operations[endpoint.method.lower()] = _operation(endpoint, schemas)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Genkan, the operators' API",
            "version": "1",
            "summary": "Tenants, services, readers, operators, networks, residents and logs",
        },
        "servers": [{"url": f"{issuer}/admin/api/v1"}],
        "security": [{"token": []}, {"session": []}],
        "paths": paths,
        "components": {
            "schemas": components,
            "securitySchemes": {
                "token": {"type": "http", "scheme": "bearer"},
                "session": {"type": "apiKey", "in": "cookie", "name": "__Host-genkan_operator"},
            },
        },
    }


def _schemas(endpoints: tuple[Endpoint, ...]) -> tuple[dict[Any, Any], dict[str, Any]]:
    types = [Problem]
    for endpoint in endpoints:
        types += [
            kind
            for kind in (endpoint.body, endpoint.query, endpoint.answer)
            if kind is not None and kind not in types
        ]
    found, components = msgspec.json.schema_components(types, ref_template=_REFERENCE)
    return dict(zip(types, found, strict=True)), dict(components)


def _operation(endpoint: Endpoint, schemas: Mapping[Any, Any]) -> Mapping[str, Any]:
    operation: dict[str, Any] = {
        "operationId": endpoint.name,
        "summary": endpoint.summary,
        "tags": [endpoint.path.split("/")[-1 if endpoint.path.count("/") == 1 else 1]],
        "parameters": _parameters(endpoint),
        "responses": _responses(endpoint, schemas),
    }
    if endpoint.body is not None:
        body = {"schema": schemas[endpoint.body], "example": example_of(endpoint)}
        operation["requestBody"] = {"required": True, "content": {"application/json": body}}
    return operation


def _parameters(endpoint: Endpoint) -> list[Mapping[str, Any]]:
    found: list[Mapping[str, Any]] = [
        {"name": name, "in": "path", "required": True, "schema": _ID}
        for name in _PART.findall(endpoint.path)
    ]
    if endpoint.conditional:
        found.append({"name": "If-Match", "in": "header", "required": True, "schema": _ETAG})
    if endpoint.query is not None:
        types = (endpoint.query,)
        _, components = msgspec.json.schema_components(types, ref_template=_REFERENCE)
        own = components[endpoint.query.__name__]
        found += [
            {
                "name": name,
                "in": "query",
                "required": name in own.get("required", ()),
                "allowEmptyValue": True,  # as if it were left out
                "schema": _in_query(schema),
            }
            for name, schema in own["properties"].items()
        ]
    return found


def _in_query(schema: Mapping[str, Any]) -> Mapping[str, Any]:
    """A query cannot say null: what may be null is left out."""
    if {"type": "null"} not in schema.get("anyOf", ()):
        return schema
    (said,) = [kind for kind in schema["anyOf"] if kind != {"type": "null"}]
    return dict(said)


def _responses(endpoint: Endpoint, schemas: Mapping[Any, Any]) -> Mapping[str, Any]:
    good: dict[str, Any] = {"description": endpoint.summary}
    if endpoint.answer is not None:
        good["content"] = {"application/json": {"schema": schemas[endpoint.answer]}}
    if endpoint.media_types:
        good["content"] = {media_type: {} for media_type in endpoint.media_types}
    problem = {"application/problem+json": {"schema": schemas[Problem]}}
    return {str(endpoint.status): good} | {
        str(status): {"description": _TEXTS[status], "content": problem}
        for status in sorted(_refusals(endpoint))
    }


def _refusals(endpoint: Endpoint) -> set[int]:
    statuses = {400, 401, 403, *endpoint.refusals}
    if "{" in endpoint.path:
        statuses.add(404)
    if endpoint.query is not None:
        statuses.add(422)
    if endpoint.body is not None:
        statuses |= {413, 415, 422}
    if endpoint.conditional:
        statuses |= {412, 428}
    return statuses
