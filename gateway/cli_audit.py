"""The commands `genkan audit`, like those in `cli.py`: is the log still what was sealed."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from gateway.audit.findings import Report
from gateway.commands.audit_commands import read_heads, verify_log
from gateway.terminal import ConfigOption, out, read_settings

audit_app = typer.Typer(no_args_is_help=True, help="The sealed log: prove it, keep its heads.")


@audit_app.command("verify")
def audit_verify(
    heads: Annotated[
        Path | None, typer.Option(help="Heads kept elsewhere, one a line: they must be there.")
    ] = None,
    jwks: Annotated[
        Path | None,
        typer.Option(help="Public keys (JWK Set) kept elsewhere; no master key is needed then."),
    ] = None,
    config: ConfigOption = None,
) -> None:
    """Find every changed, missing, added or reordered entry. Exit 0 where there is none, else 1."""
    settings = read_settings(config)
    with _progress() as progress:
        task = progress.add_task("entries", total=None)

        def tell(done: int, of: int) -> None:
            progress.update(task, completed=done, total=of)

        report = asyncio.run(verify_log(settings, heads, jwks, tell))
    for finding in report.findings:
        out.print(str(finding))
    out.print(_summary(report))
    raise typer.Exit(0 if report.clean else 1)


@audit_app.command("heads")
def audit_heads(
    last: Annotated[int | None, typer.Option(min=1, help="The newest ones only.")] = None,
    config: ConfigOption = None,
) -> None:
    """Print the signed heads, oldest first, to be kept elsewhere: one proves all before it."""
    for head in asyncio.run(read_heads(read_settings(config), last)):
        out.print(head)


def _summary(report: Report) -> str:
    found = "nothing is wrong" if report.clean else f"findings: {len(report.findings)}"
    return (
        f"Seals: {report.seals}, of which {report.removed} had their time and their entries "
        f"removed. Sealed entries: {report.entries}; {found}. Not sealed yet: {report.unsealed}."
    )


def _progress() -> Progress:
    console = Console(stderr=True)
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=console,
        transient=True,
        disable=not console.is_terminal,
    )
