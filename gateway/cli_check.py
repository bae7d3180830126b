"""The command `genkan card check`, like those in `cli.py`: one certificate, or lines of them."""

import asyncio
import sys
from datetime import datetime
from pathlib import Path
from typing import Annotated, Literal

import typer

from gateway.card.api import CertificateError
from gateway.card.batch.line import read_time
from gateway.card.batch.request import Profile
from gateway.card.model import Outcome
from gateway.clock import system_clock
from gateway.commands.batch_commands import make_checker, run_batch
from gateway.commands.check_commands import FileCheck, check_file
from gateway.commands.check_report import report
from gateway.plugins import installed_plugins
from gateway.terminal import ConfigOption, out, read_settings

EXIT_CODES = {Outcome.ACCEPTED: 0, Outcome.REFUSED: 1, Outcome.UNDETERMINED: 3}


def _time(text: str) -> datetime:
    try:
        return read_time(text)
    except CertificateError as error:
        raise typer.BadParameter("a time like 2026-11-20T12:00:00+09:00 is needed") from error


BatchOption = Annotated[
    bool,
    typer.Option(
        "--batch",
        help="Read requests (JSON, one a line) from the standard input and answer each with a line"
        " on the standard output. All that is used comes from the line: no setting, no clock, no"
        " network. Exit 0 at the end of the input.",
    ),
]
ProfileOption = Annotated[
    Profile | None, typer.Option(help="Without it, whichever certificate of a card it is.")
]
AnchorsOption = Annotated[
    Path | None,
    typer.Option(help="A folder of CA certificates to trust; without it, the settings' own."),
]
CrlsOption = Annotated[
    Path | None,
    typer.Option(help="A folder of CRLs; without it, the settings' revocation sources."),
]
PoolOption = Annotated[
    Path | None, typer.Option(help="A folder of untrusted intermediates, for the general profile.")
]
TimeOption = Annotated[
    datetime | None, typer.Option(parser=_time, metavar="TIME", help="RFC 3339; without it, now.")
]
RevocationOption = Annotated[
    Literal["require", "off"],
    typer.Option(help="Whether it must be shown that nobody has revoked it."),
]


def card_check(
    file: Annotated[Path | None, typer.Argument(help="A certificate, DER or PEM.")] = None,
    batch: BatchOption = False,
    profile: ProfileOption = None,
    anchors: AnchorsOption = None,
    crls: CrlsOption = None,
    pool: PoolOption = None,
    at: TimeOption = None,
    revocation: RevocationOption = "require",
    config: ConfigOption = None,
) -> None:
    """Verify a certificate and tell each check. Exit 0: accepted, 1: refused, 3: could not tell."""
    if batch == (file is not None):
        raise typer.BadParameter("either a FILE or --batch is needed")
    if file is None:
        if (profile, anchors, crls, pool, at, revocation) != (*[None] * 5, "require"):
            raise typer.BadParameter("with --batch, everything stands in the lines")
        checker = make_checker(installed_plugins())
        return asyncio.run(run_batch(sys.stdin.buffer, sys.stdout.buffer, checker))
    time = system_clock() if at is None else at
    asked = FileCheck(file, time, profile, anchors, crls, pool, revocation == "require")
    found = asyncio.run(check_file(asked, read_settings(config), installed_plugins()))
    for line in report(found, time):
        out.print(line)
    raise typer.Exit(EXIT_CODES[found.outcome])
