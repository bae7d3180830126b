"""JSON in, strictly typed; JSON out, never cached unless the caller says so."""

from collections.abc import Mapping
from typing import TypeVar

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from gateway.errors import BadRequest

T = TypeVar("T")
NO_STORE = {"Cache-Control": "no-store"}
_LONGEST_LINE = 200


async def json_body(request: Request, type: type[T]) -> T:
    """The body as `type`. Raises BadRequest with one line that names the field."""
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type != "application/json":
        raise BadRequest("the body must be application/json", 415)
    try:
        return msgspec.json.decode(await request.body(), type=type)
    except msgspec.ValidationError as cause:
        raise BadRequest(one_line(cause)) from cause
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as cause:
        raise BadRequest("the body is not JSON") from cause


def json_response(
    value: object, status: int = 200, headers: Mapping[str, str] | None = None
) -> Response:
    body = msgspec.json.encode(value)
    return Response(body, status, {**NO_STORE, **(headers or {})}, "application/json")


def one_line(cause: msgspec.ValidationError) -> str:
    """msgspec names the field and the type it wants, never the value; of a field that is unknown
    it gives the name as it came, which may be long."""
    text = str(cause).replace('"', "'").replace("\\", "/").replace("`", "")
    return "".join(character for character in text if " " <= character <= "~")[:_LONGEST_LINE]
