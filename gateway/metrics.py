"""/metrics: what is counted, over all workers (`store/counts.py` says how), for Prometheus."""

from bisect import bisect_left
from collections.abc import Mapping
from itertools import chain
from pathlib import Path
from typing import Any

from prometheus_client import CONTENT_TYPE_PLAIN_0_0_4
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from gateway.audit.model import Outcome
from gateway.errors import SettingsError
from gateway.protection.protection import Limit
from gateway.store.counts import Counts, series
from gateway.web.json import NO_STORE
from gateway.web.route_template import route_template

_BOUNDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, float("inf"))
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_OTHER = "other"
_LIMITS: tuple[Limit, ...] = ("address", "client", "attempts")


class Metrics:
    """Labels are of our own choosing: a client that makes up paths and methods adds no series.
    Raises SettingsError where the directory cannot be written. To be closed."""

    def __init__(self, directory: Path) -> None:
        try:
            self._counts = Counts(directory)
        except OSError as cause:
            raise SettingsError(f"audit.directory: {cause.strerror}") from cause
        self._requests: dict[tuple[str, str, int], str] = {}
        self._durations: dict[str, _Duration] = {}
        self._sign_ins = _by_outcome("genkan_sign_ins", "Residents at sign-in")
        self._cards = _by_outcome("genkan_card_verifications", "Cards verified")
        self._gate = series("genkan_gate_refusals", "_total", {}, "Refused at the IP gate")
        self._lost = series("genkan_log_lines_lost", "_total", {}, "Log lines the disk refused")
        told = "Requests refused with 429, by what was too much"
        self._limits = {
            limit: series("genkan_limits_reached", "_total", {"limit": limit}, told)
            for limit in _LIMITS
        }
        for name in chain(
            self._sign_ins.values(),
            self._cards.values(),
            self._limits.values(),
            (self._gate, self._lost),
        ):
            self._counts.count(name, 0)

    def observe(self, scope: Mapping[str, Any], status: int, seconds: float) -> None:
        """A request that was answered."""
        route, method = route_template(scope), scope["method"]
        key = (route, method if method in _METHODS else _OTHER, status // 100)
        name = self._requests.get(key) or self._begin_requests(key)
        duration = self._durations.get(route) or self._begin_duration(route)
        self._counts.count(name)
        bucket = duration.buckets[bisect_left(_BOUNDS, seconds)]
        self._counts.observe(bucket, duration.total, seconds)

    def signed_in(self, outcome: Outcome) -> None:
        self._counts.count(self._sign_ins[outcome])

    def card_verified(self, outcome: Outcome) -> None:
        self._counts.count(self._cards[outcome])

    def gate_refused(self) -> None:
        self._counts.count(self._gate)

    def limit_reached(self, limit: Limit) -> None:
        self._counts.count(self._limits[limit])

    def log_line_lost(self) -> None:
        self._counts.count(self._lost)

    def text(self) -> bytes:
        return self._counts.text()

    def close(self) -> None:
        self._counts.close()

    def _begin_requests(self, key: tuple[str, str, int]) -> str:
        route, method, hundreds = key
        labels = {"route": route, "method": method, "status": f"{hundreds}xx"}
        name = series("genkan_requests", "_total", labels, "Requests answered")
        self._requests[key] = name
        return name

    def _begin_duration(self, route: str) -> "_Duration":
        duration = _Duration(route)
        self._durations[route] = duration
        self._counts.begin(*duration.buckets, duration.total)
        return duration


class _Duration:
    """The series of one route's histogram."""

    __slots__ = ("buckets", "total")

    def __init__(self, route: str) -> None:
        metric, told = "genkan_request_seconds", "Time until the answer was complete"
        labels = {"route": route}
        self.total = series(metric, "_sum", labels, told)
        self.buckets = tuple(
            series(metric, "_bucket", {**labels, "le": str(bound)}, told) for bound in _BOUNDS
        )


def _by_outcome(metric: str, told: str) -> dict[Outcome, str]:
    return {one: series(metric, "_total", {"outcome": one}, told) for one in Outcome}


def metrics_route(metrics: Metrics) -> Route:
    """Behind the IP gate."""

    def scrape(_: Request) -> Response:
        # Not a coroutine: reading the files takes milliseconds, which a thread can wait for.
        return Response(metrics.text(), headers=NO_STORE, media_type=CONTENT_TYPE_PLAIN_0_0_4)

    return Route("/metrics", scrape, methods=["GET"])
