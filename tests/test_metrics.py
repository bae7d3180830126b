"""/metrics: what is counted adds up over all workers, and no client adds a series to it."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import httpx2
import pytest
from prometheus_client.parser import text_string_to_metric_families
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from gateway.audit.model import Outcome
from gateway.errors import SettingsError
from gateway.metrics import Metrics, metrics_route

Samples = Mapping[tuple[str, frozenset[tuple[str, str]]], float]


@pytest.fixture
def metrics(tmp_path: Path) -> Iterator[Metrics]:
    metrics = Metrics(tmp_path / "metrics")
    yield metrics
    metrics.close()


async def _answer(_: Request) -> Response:
    return Response("ok")


ROUTE = Route("/authorize/{request_id}", _answer)


def scope(method: str = "GET", path: str = "/", route: Route | None = ROUTE) -> dict[str, Any]:
    return {"method": method, "path": path, **({"route": route} if route else {})}


def samples(metrics: Metrics) -> Samples:
    return {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(metrics.text().decode())
        for sample in family.samples
    }


def value(metrics: Metrics, name: str, **labels: str) -> float | None:
    return samples(metrics).get((name, frozenset(labels.items())))


def test_a_request_is_counted_by_route_method_and_class_of_status(metrics: Metrics) -> None:
    metrics.observe(scope(path="/authorize/secret"), 200, 0.01)
    metrics.observe(scope(path="/authorize/other"), 204, 0.01)
    metrics.observe(scope(), 404, 0.01)
    metrics.observe(scope("POST", route=None), 404, 0.01)
    named = {"route": "/authorize/{request_id}", "method": "GET"}
    assert value(metrics, "genkan_requests_total", **named, status="2xx") == 2
    assert value(metrics, "genkan_requests_total", **named, status="4xx") == 1
    unmatched = {"route": "unmatched", "method": "POST", "status": "4xx"}
    assert value(metrics, "genkan_requests_total", **unmatched) == 1
    assert b"secret" not in metrics.text()


def test_durations_fall_into_buckets_that_hold_the_shorter_ones_too(metrics: Metrics) -> None:
    for seconds in (0.001, 0.005, 0.02, 60.0):
        metrics.observe(scope(), 200, seconds)
    route = {"route": "/authorize/{request_id}"}
    found = {
        bound: value(metrics, "genkan_request_seconds_bucket", **route, le=bound)
        for bound in ("0.005", "0.01", "0.025", "0.25", "5.0", "+Inf")
    }
    assert found == {"0.005": 2, "0.01": 2, "0.025": 3, "0.25": 3, "5.0": 3, "+Inf": 4}
    assert value(metrics, "genkan_request_seconds_count", **route) == 4
    assert value(metrics, "genkan_request_seconds_sum", **route) == pytest.approx(60.026)


def test_what_has_not_happened_yet_is_nought(metrics: Metrics) -> None:
    for name in ("genkan_sign_ins_total", "genkan_card_verifications_total"):
        for outcome in Outcome:
            assert value(metrics, name, outcome=outcome) == 0
    assert value(metrics, "genkan_gate_refusals_total") == 0
    assert value(metrics, "genkan_log_lines_lost_total") == 0


def test_each_event_is_counted_where_it_belongs(metrics: Metrics) -> None:
    metrics.signed_in(Outcome.DONE)
    metrics.card_verified(Outcome.REFUSED)
    metrics.gate_refused()
    metrics.log_line_lost()
    assert {key for key, count in samples(metrics).items() if count} == {
        ("genkan_sign_ins_total", frozenset({("outcome", "done")})),
        ("genkan_card_verifications_total", frozenset({("outcome", "refused")})),
        ("genkan_gate_refusals_total", frozenset()),
        ("genkan_log_lines_lost_total", frozenset()),
    }


def test_two_workers_are_told_as_one(tmp_path: Path) -> None:
    here, there = Metrics(tmp_path), Metrics(tmp_path)
    for metrics in (here, there, there):
        metrics.observe(scope(), 200, 0.01)
        metrics.gate_refused()
    assert here.text() == there.text()
    assert value(here, "genkan_gate_refusals_total") == 3
    route = {"route": "/authorize/{request_id}"}
    assert value(here, "genkan_request_seconds_count", **route) == 3
    there.close()
    assert value(here, "genkan_gate_refusals_total") == 3
    here.close()


@pytest.mark.anyio
async def test_made_up_paths_and_methods_add_no_series(metrics: Metrics) -> None:
    app = Starlette(routes=[ROUTE])

    async def door(scope: Any, receive: Any, send: Any) -> None:
        await app(scope, receive, send)
        metrics.observe(scope, 200 + 100 * (len(scope["path"]) % 4), 0.01)

    transport = httpx2.ASGITransport(app=door)
    async with httpx2.AsyncClient(transport=transport, base_url="http://localhost") as client:

        async def ask(first: int) -> int:
            for number in range(first, first + 200):
                length = "x" * (number % 4)
                await client.request(f"M{number}", f"/{number:03}{length}?q={number}")
                await client.get(f"/authorize/{number:03}{length}")
            return len(samples(metrics))

        assert await ask(0) == await ask(200)
    assert {dict(labels).get("method") for _, labels in samples(metrics)} == {None, "GET", "other"}


def test_a_directory_that_cannot_be_written_stops_the_start(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file, no folder")
    with pytest.raises(SettingsError, match=r"^audit\.directory: "):
        Metrics(tmp_path / "taken" / "metrics")


@pytest.mark.anyio
async def test_it_is_told_in_the_format_prometheus_reads(metrics: Metrics) -> None:
    transport = httpx2.ASGITransport(app=Starlette(routes=[metrics_route(metrics)]))
    async with httpx2.AsyncClient(transport=transport, base_url="http://localhost") as client:
        answer = await client.get("/metrics")
        refused = await client.post("/metrics")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.text.count("# TYPE genkan_request_seconds ") == 0, "nothing was asked yet"
    assert "# TYPE genkan_sign_ins_total counter" in answer.text
    assert refused.status_code == 405


def test_what_was_too_much_is_counted_by_what_it_was(metrics: Metrics) -> None:
    for limit in ("address", "client", "attempts"):
        assert value(metrics, "genkan_limits_reached_total", limit=limit) == 0
    metrics.limit_reached("address")
    metrics.limit_reached("address")
    metrics.limit_reached("attempts")
    found = [
        value(metrics, "genkan_limits_reached_total", limit=limit)
        for limit in ("address", "client", "attempts")
    ]
    assert found == [2, 0, 1]
