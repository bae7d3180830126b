"""The command: sets the town up, measures, prints a table."""

import json
import statistics
import tempfile
import time
from pathlib import Path
from typing import Annotated

import httpx2
import typer
from rich.console import Console
from rich.table import Table

from gateway.clock import system_clock
from gateway.demo.check import free_ports
from gateway.demo.local_http import local_client
from gateway.demo.processes import check_alive, parts_of, running
from gateway.demo.relying_party import RelyingParty
from gateway.demo.run import prepare
from gateway.demo.visitor import Visitor
from gateway.demo.world import Ports, World
from tests.bench.cards import card_operations
from tests.bench.gate import gate_operations
from tests.bench.in_process import in_process_operations, rates_kept
from tests.bench.logs import log_facts
from tests.bench.measure import Operation, interleaved, process_tree, where
from tests.bench.sso import reader_operation, sso_operations
from tests.bench.start import check_seconds, memory, ready_seconds
from tests.bench.tenants import tenant_operations, tenant_ratio
from tests.bench.verification import look_once_a_second

out = Console(soft_wrap=True, highlight=False)
progress = Console(stderr=True, highlight=False)


def main(
    rounds: Annotated[int, typer.Option(min=1, help="The table shows their medians.")] = 5,
    flows: Annotated[int, typer.Option(min=10, help="HTTP operations a round.")] = 200,
    verifications: Annotated[
        int, typer.Option(min=10, help="Card verifications in the process, a round.")
    ] = 2_000,
    decisions: Annotated[int, typer.Option(min=10, help="The IP gate's, a round.")] = 20_000,
    starts: Annotated[int, typer.Option(min=1, help="Starts of the server.")] = 5,
    save: Annotated[
        Path | None, typer.Option("--json", help="Write the figures here, as JSON.")
    ] = None,
) -> None:
    """CPU-µs of sign-ins and card verifications; start, memory and the demo's check."""
    now = system_clock()
    with tempfile.TemporaryDirectory(prefix="genkan-bench-") as name:
        folder = Path(name)
        world = prepare(folder / "town", Ports(*free_ports(4)), progress)
        look_once_a_second(world)
        seconds = [ready_seconds(parts_of(world)[0]) for _ in _counted("start", starts)]
        cards = card_operations(folder, now, verifications)
        with (
            in_process_operations(folder / "in-process", flows) as in_process,
            gate_operations(folder, decisions) as gate,
            tenant_operations(folder, verifications) as tenants,
        ):
            others = [*in_process, *gate, *tenants, *cards]
            operations, facts = _measure(world, others, rounds, flows)
        progress.print("the kept logs ...")
        logs = log_facts(folder, now)
    progress.print("genkan demo --check ...")
    facts = {
        "genkan serve ready, s": statistics.median(seconds),
        **facts,
        **rates_kept(in_process),
        "client look-up, 10,000 tenants to 1": tenant_ratio(*tenants),
        "genkan demo --check, s": check_seconds(),
        **logs,
    }
    _print(where(now), operations, facts)
    if save is not None:
        costs = {operation.name.strip(): operation.cpu_microseconds for operation in operations}
        figures = {"where": where(now), "cpu_microseconds": costs, "facts": facts}
        save.write_text(json.dumps(figures, indent=2, ensure_ascii=False) + "\n", "utf-8")


def _measure(
    world: World, others: list[Operation], rounds: int, flows: int
) -> tuple[list[Operation], dict[str, float]]:
    with (
        running(parts_of(world)) as processes,
        Visitor(world) as visitor,
        RelyingParty(world) as service,
        local_client() as http,
    ):
        server = process_tree(processes[0].process.pid)
        worker, parent = memory(server[0])
        operations = [
            *sso_operations(world, server, service, visitor, flows),
            reader_operation(world, server, http, flows),
            *others,
        ]
        try:
            interleaved(operations, rounds, progress.print)
        except httpx2.TransportError:
            time.sleep(1)  # a parent outlives its workers a little
            check_alive(processes)
            raise
        worker_after, _ = memory(server[0])
    return operations, {
        "worker after the start, MiB": worker,
        "worker after the rounds, MiB": worker_after,
        "parent, MiB": parent,
    }


def _counted(what: str, times: int) -> list[int]:
    progress.print(f"{what} × {times} ...")
    return list(range(times))


def _print(title: str, operations: list[Operation], facts: dict[str, float]) -> None:
    out.print(title)
    table = Table("operation", "CPU-µs", "a core's rate, /s", box=None)
    for operation in operations:
        rate = f"{operation.per_second:,.0f}"
        table.add_row(operation.name, f"{operation.cpu_microseconds:,.0f}", rate)
    for name, value in facts.items():
        table.add_row(name, f"{value:.1f}", "")
    out.print(table)


if __name__ == "__main__":
    typer.run(main)
