"""The commands `genkan crl`, like those in `cli.py`: who is revoked, according to which lists."""

import asyncio
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import (
    BarColumn,
    DownloadColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    SpinnerColumn,
    TaskID,
    TextColumn,
    TimeRemainingColumn,
)
from rich.table import Table

from gateway.clock import system_clock
from gateway.commands.crl_commands import Refused, add_lists, open_lists, refresh_list
from gateway.errors import SettingsError
from gateway.terminal import ConfigOption, out, read_settings, write_time
from plugins.crl.operation import ListLine

crl_app = typer.Typer(no_args_is_help=True, help="Lists of revoked certificates (CRLs).")


@crl_app.command("add")
def crl_add(
    files: Annotated[list[Path], typer.Argument(help="CRLs in DER.")],
    config: ConfigOption = None,
) -> None:
    """Verify CRLs against the pinned anchors and put them into use. Exit 1 where one is refused."""
    settings = read_settings(config)
    refused = False
    with _progress(MofNCompleteColumn()) as progress:
        task = progress.add_task("verifying", total=len(files))
        for file, found in zip(files, add_lists(settings, files, system_clock()), strict=True):
            progress.advance(task)
            refused |= _print(str(file), found)
    raise typer.Exit(1 if refused else 0)


@crl_app.command("list")
def crl_list(config: ConfigOption = None) -> None:
    """The CRLs in the directory, how old they are, and whether they are used."""
    lists, now = open_lists(read_settings(config)), system_clock()
    table = Table("issuer", "number", "entries", "thisUpdate", "nextUpdate", "age", "state", "file")
    for line in lists.lists(now):
        table.add_row(
            line.issuer,
            "" if line.number is None else str(line.number),
            "" if line.entries is None else f"{line.entries:,}",
            write_time(line.this_update),
            write_time(line.next_update),
            _age(line.this_update, now),
            line.state,
            line.file,
        )
    out.print(table)
    for url in lists.sources:
        state = lists.source_state(url)
        when = f"last asked {write_time(state.tried_at)}" if state.tried_at else "not asked yet"
        out.print(f"{url}: {when}{f'; {state.problem}' if state.problem else ''}")


@crl_app.command("refresh")
def crl_refresh(config: ConfigOption = None) -> None:
    """Fetch the configured addresses now. Exit 1 where one fails; what is there is used on."""
    lists = open_lists(read_settings(config))
    if not lists.sources:
        raise SettingsError("plugins.crl.sources: no address is configured")
    refused = False
    with _progress(DownloadColumn()) as progress:
        for url in lists.sources:
            task = progress.add_task(url, total=None)

            def tell(done: int, total: int | None, task: TaskID = task) -> None:
                progress.update(task, completed=done, total=total)

            found = asyncio.run(refresh_list(lists, url, system_clock(), tell))
            refused |= _print(url, found)
    raise typer.Exit(1 if refused else 0)


def _print(source: str, found: ListLine | Refused) -> bool:
    """Whether it was refused."""
    if isinstance(found, Refused):
        out.print(f"{source}: refused: {found.problem}")
        return True
    number = "" if found.number is None else f"number {found.number}, "
    until = write_time(found.next_update)
    out.print(
        f"{source}: {found.issuer}, {number}{found.entries:,} entries, until {until}: {found.state}"
    )
    return False


def _age(since: datetime | None, now: datetime) -> str:
    if since is None:
        return ""
    hours = int((now - since).total_seconds()) // 3_600
    return f"{hours} h" if hours < 48 else f"{hours // 24} d"


def _progress(amount: ProgressColumn) -> Progress:
    console = Console(stderr=True)
    return Progress(
        SpinnerColumn(),
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        amount,
        TimeRemainingColumn(),
        console=console,
        transient=True,
        disable=not console.is_terminal,
    )
