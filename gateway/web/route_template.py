"""Which route a request took, as the route is written: no value a client chose stands in it."""

from collections.abc import Mapping
from typing import Any

from starlette.routing import Mount, Route

UNMATCHED = "unmatched"


def route_template(scope: Mapping[str, Any]) -> str:
    """`/authorize/{request_id}`: a path's own values may be secrets, and there is no end of them.
    Told once the request was routed (Starlette notes the route in the scope)."""
    route = scope.get("route")
    if isinstance(route, Route):
        # Below a mount a route's path begins there; what mounts we have are fixed words.
        return str(scope.get("root_path", "")) + route.path
    return route.path if isinstance(route, Mount) else UNMATCHED
