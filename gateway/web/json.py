"""JSON in, strictly typed; JSON out, never cached unless the caller says so."""

import json
from collections.abc import Mapping
from typing import Any, TypeVar

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from gateway.errors import BadRequest

T = TypeVar("T")
NO_STORE = {"Cache-Control": "no-store"}
_LONGEST_LINE = 200
_DEEPEST = 16


async def json_body(request: Request, type: type[T]) -> T:
    """The body as `type`. Raises BadRequest with one line that names the field."""
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type != "application/json":
        raise BadRequest("the body must be application/json", 415)
    body = await request.body()
    try:
        typed = msgspec.json.decode(body, type=type)
        whole = json.loads(body, object_pairs_hook=_each_name_once)
    except msgspec.ValidationError as cause:
        raise BadRequest(one_line(cause)) from cause
    except (msgspec.DecodeError, ValueError, RecursionError) as cause:
        raise BadRequest("the body is not JSON") from cause
    _check_depth(whole)
    return typed


def strict_json(text: str) -> Any:
    """JSON that came in a parameter. What it returns can be written again as it is. Raises
    BadRequest."""
    try:
        msgspec.json.decode(text)
        whole = json.loads(text, object_pairs_hook=_each_name_once)
        msgspec.json.encode(whole)
    except (msgspec.MsgspecError, ValueError, OverflowError, RecursionError) as cause:
        raise BadRequest("it is not JSON") from cause
    _check_depth(whole)
    return whole


def json_response(
    value: object, status: int = 200, headers: Mapping[str, str] | None = None
) -> Response:
    body = msgspec.json.encode(value)
    return Response(body, status, {**NO_STORE, **(headers or {})}, "application/json")


def _each_name_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Of a name that stands twice, whoever looked at the body before may have read the other value
    (RFC 8259 §4). Raises BadRequest."""
    members = dict(pairs)
    if len(members) < len(pairs):
        raise BadRequest("a member of an object stands there twice")
    return members


def _check_depth(value: object) -> None:
    """What is read here may be stored, and has to be read again from a stack that is as deep as it
    likes. Raises BadRequest."""
    level = [value]
    for _ in range(_DEEPEST):
        level = [inner for outer in level for inner in _inside(outer)]
        if not level:
            return
    raise BadRequest("the body is nested too deeply")


def _inside(value: object) -> list[Any]:
    if isinstance(value, dict):
        return list(value.values())
    return value if isinstance(value, list) else []


def one_line(cause: msgspec.ValidationError) -> str:
    """msgspec names the field and the type it wants, never the value; of a field that is unknown
    it gives the name as it came, which may be long."""
    text = str(cause).replace('"', "'").replace("\\", "/").replace("`", "")
    return "".join(character for character in text if " " <= character <= "~")[:_LONGEST_LINE]
