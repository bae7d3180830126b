"""Which route a request took, as the route is written: no value a client chose stands in it."""

from collections.abc import Mapping
from typing import Any

from starlette.routing import Mount, Route

UNMATCHED = "unmatched"
FOR_PEOPLE = "gateway.answers_people"
"""A mark in a request's scope: a person in a browser reads the answer."""


def route_template(scope: Mapping[str, Any]) -> str:
    """`/authorize/{request_id}`: a path's own values may be secrets, and there is no end of them.
    Told once the request was routed (Starlette notes the route in the scope)."""
    route = scope.get("route")
    if isinstance(route, Route):
        # Below a mount a route's path begins there; what mounts we have are fixed words.
        return str(scope.get("root_path", "")) + route.path
    return route.path if isinstance(route, Mount) else UNMATCHED


def is_for_programs(scope: Mapping[str, Any]) -> bool:
    """An endpoint that programs speak to; pages, files and what is not there are not."""
    return isinstance(scope.get("route"), Route) and FOR_PEOPLE not in scope
