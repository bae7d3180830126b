"""What a list was asked for in its page's address: search, state, and where its page begins."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

import msgspec
from starlette.requests import Request

from gateway.admin.console.visit import to_body
from gateway.web.parameters import query_parameters


def asked_for(request: Request, type: Any) -> Any:
    """The filter of the list's endpoint; the address may hold more, as `done` and `lang`. Raises
    InvalidField."""
    names = {field.name for field in msgspec.structs.fields(type)}
    given = query_parameters(request)
    return to_body({name: value for name, value in given.items() if name in names}, type)


def page_after(request: Request, after: str | None) -> str | None:
    """The query of the page that follows; None on the last one."""
    if after is None:
        return None
    given: Mapping[str, str] = query_parameters(request)
    kept = {name: value for name, value in given.items() if name not in ("done", "lang")}
    return urlencode({**kept, "after": after})
