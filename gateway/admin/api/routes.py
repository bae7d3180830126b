"""Endpoints as Starlette routes: reads a call strictly, performs it, answers with its version."""

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import msgspec
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from gateway.admin.api.openapi import openapi_document
from gateway.admin.api.problem import problem_handlers
from gateway.admin.caller import identify
from gateway.admin.endpoint import Answer, Call, Endpoint, admit
from gateway.admin.house import House
from gateway.errors import BadRequest, StaleVersion
from gateway.web.json import json_body, json_response, one_line
from gateway.web.parameters import query_parameters

# Of nine digits at most: PostgreSQL's integer holds them all, and compares nothing larger.
_ETAG = re.compile(r'"([1-9][0-9]{0,8})"\Z')


def api_application(house: House, endpoints: tuple[Endpoint, ...]) -> Starlette:
    """To be mounted at /admin/api/v1, behind the IP gate."""
    document = msgspec.json.encode(openapi_document(endpoints, house.settings.server.issuer))

    async def openapi(_: Request) -> Response:
        return Response(
            document, headers={"Cache-Control": "no-cache"}, media_type="application/json"
        )

    by_path: dict[str, dict[str, Endpoint]] = {}
    for endpoint in endpoints:
        by_path.setdefault(endpoint.path, {})[endpoint.method] = endpoint
    routes = [_route(house, path, methods) for path, methods in by_path.items()]
    application = Starlette(
        routes=[Route("/openapi.json", openapi), *routes],
        exception_handlers=problem_handlers(),
    )
    # A slash too many names nothing: a program that is led elsewhere may lose its token.
    application.router.redirect_slashes = False
    return application


def _route(house: House, path: str, methods: Mapping[str, Endpoint]) -> Route:
    async def answer(request: Request) -> Response:
        endpoint = methods["GET" if request.method == "HEAD" else request.method]
        now = house.clock()
        caller = await identify(house, request, now)
        call = Call(
            house=house,
            caller=caller,
            now=now,
            path=dict(request.path_params),
            query=read_query(request, endpoint.query),
            expected_version=expected_version(request.headers.getlist("if-match")),
        )
        await admit(endpoint, call)
        if endpoint.body is not None:
            call = replace(call, body=await json_body(request, endpoint.body))
        return _respond(endpoint, await endpoint.handle(call))

    return Route(path, answer, methods=list(methods))


def read_query(request: Request, type: Any) -> Any:
    """The query as `type`, strictly. Raises BadRequest with one line that names the parameter."""
    given = query_parameters(request)
    if type is None:
        if given:
            raise BadRequest("this endpoint takes no query")
        return None
    try:
        query = msgspec.convert(given, type, strict=False)
    except msgspec.ValidationError as cause:
        raise BadRequest(one_line(cause)) from cause
    # To msgspec the word "null" is None, and a filter that finds everything is not what was meant.
    if any(getattr(query, name) is None for name in given):
        raise BadRequest("a query has no null: leave the parameter out")
    return query


def expected_version(if_match: list[str]) -> int | None:
    """Raises StaleVersion for an ETag that was never one of ours, BadRequest for no ETag or for
    several."""
    if not if_match:
        return None
    match = _ETAG.match(if_match[0])
    if match is not None and len(if_match) == 1:
        return int(match[1])
    if if_match[0].startswith(('"', "W/")):
        raise StaleVersion
    raise BadRequest("If-Match: one ETag is needed")


def _respond(endpoint: Endpoint, answer: Answer) -> Response:
    if isinstance(answer.value, Response):
        return answer.value
    headers = {} if answer.version is None else {"ETag": f'"{answer.version}"'}
    if endpoint.status == 204:
        return Response(status_code=204, headers=headers)
    return json_response(answer.value, endpoint.status, headers)
