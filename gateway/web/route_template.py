"""Which route a request took, as the route is written: no value a client chose stands in it."""

from collections.abc import Mapping
from typing import Any

from starlette.routing import Mount, Route

UNMATCHED = "unmatched"


def route_template(scope: Mapping[str, Any]) -> str:
    """`/authorize/{request_id}`: a path's own values may be secrets, and there is no end of them.
    Told once the request was routed (Starlette notes the route in the scope)."""
    route = scope.get("route")
    return route.path if isinstance(route, Route | Mount) else UNMATCHED
