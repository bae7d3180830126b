"""Parameters of a form or a query: each name once, of bounded size, in UTF-8 (RFC 6749 §3.1)."""

import re
from collections.abc import Collection, Mapping
from urllib.parse import parse_qsl

from starlette.requests import Request

from gateway.errors import InvalidRequest

MAX_FIELDS = 64
MAX_VALUE = 16_384
FORM = "application/x-www-form-urlencoded"
_BROKEN_ESCAPE = re.compile(rb"%(?![0-9A-Fa-f]{2})")


async def form_parameters(request: Request, *, lists: Collection[str] = ()) -> Mapping[str, str]:
    """The body's parameters; `lists` as in `parse_parameters`. Raises InvalidRequest."""
    media_type, _, options = request.headers.get("content-type", "").partition(";")
    charset = options.strip().lower().removeprefix("charset=").strip('"')
    if media_type.strip().lower() != FORM or charset not in ("", "utf-8"):
        raise InvalidRequest(f"the body must be {FORM} in UTF-8")
    return parse_parameters(await request.body(), lists)


def query_parameters(request: Request, *, lists: Collection[str] = ()) -> Mapping[str, str]:
    """The query's parameters; `lists` as in `parse_parameters`. Raises InvalidRequest."""
    raw: bytes = request.scope["query_string"]
    return parse_parameters(raw, lists)


def parse_parameters(raw: bytes, lists: Collection[str] = ()) -> Mapping[str, str]:
    """An empty value is an absent one; a repeated name is an error (RFC 6749 §3.1), but for the few
    in `lists`, whose values hold no space and are joined by one (RFC 8707 §2)."""
    if _BROKEN_ESCAPE.search(raw):
        raise InvalidRequest("the parameters are malformed or too many")
    try:
        pairs = parse_qsl(
            raw.decode("ascii"),
            keep_blank_values=True,
            errors="strict",
            max_num_fields=MAX_FIELDS,
        )
    except ValueError as cause:
        raise InvalidRequest("the parameters are malformed or too many") from cause
    parameters: dict[str, str] = {}
    for name, value in pairs:
        if name in lists:
            if " " in value:
                raise InvalidRequest(f"{name} must not hold a space")
            value = f"{parameters.get(name, '')} {value}".strip()
        elif name in parameters:
            raise InvalidRequest("a parameter is repeated")
        if len(value) > MAX_VALUE:
            raise InvalidRequest("a parameter is too long")
        if "\0" in name or "\0" in value:
            raise InvalidRequest("a parameter holds a NUL")
        parameters[name] = value
    return {name: value for name, value in parameters.items() if value}
