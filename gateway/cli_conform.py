"""The command `genkan conform`, like those in `cli.py`: a registered service checks itself."""

import asyncio
import json
import os
from pathlib import Path
from typing import Annotated

import typer

from gateway.clock import system_clock
from gateway.conform.inspection import Asked
from gateway.conform.model import Result
from gateway.conform.report import Words
from gateway.conform.session import Order, conform, is_passed
from gateway.terminal import ConfigOption, out, read_settings
from gateway.web.languages import Language

StartOption = Annotated[
    str, typer.Option(help="The address of the service's own link that begins a sign-in.")
]
MarkOption = Annotated[
    str | None,
    typer.Option(
        help="Text that the service shows to those alone who are signed in; without it, one is"
        " looked for."
    ),
]
LogoutOption = Annotated[
    str | None, typer.Option(help="Where the service signs a resident out; without it, unchecked.")
]
RefreshOption = Annotated[
    str | None,
    typer.Option(help="Where the service renews its tokens when opened; without it, unchecked."),
]
CardsOption = Annotated[
    Path | None,
    typer.Option(
        help="A folder of virtual cards that this gateway trusts; without it, a card made for"
        " this run."
    ),
]
ReportOption = Annotated[
    Path | None, typer.Option(help="Write all that was found to this file (JSON).")
]
PortOption = Annotated[
    int | None,
    typer.Option(
        min=1, max=65_535, help="Listen here, for a proxy; without it, as the settings say."
    ),
]
LanguageOption = Annotated[
    Language | None, typer.Option(help="ja or en; without it, the terminal's.")
]


def conform_service(
    service: Annotated[str, typer.Argument(help="The service's client_id.")],
    start: StartOption,
    config: ConfigOption = None,
    signed_in_mark: MarkOption = None,
    logout: LogoutOption = None,
    refresh: RefreshOption = None,
    cards: CardsOption = None,
    report: ReportOption = None,
    port: PortOption = None,
    language: LanguageOption = None,
) -> None:
    """Check a registered service as a resident meets it, with a virtual card, when all is well and
    when it is not. What passed is recorded on the service. For test installations; it serves the
    gateway itself meanwhile. Exit 0: passed, 1: failed, 2: could not be run."""
    settings, words = read_settings(config), Words(language or _of_terminal())
    order = Order(service, Asked(start, signed_in_mark, logout, refresh), cards, port)

    def tell(result: Result) -> None:
        for line in words.lines(result):
            out.print(line)

    client, results = asyncio.run(conform(settings, order, system_clock, tell))
    out.print(words.summary(results))
    if report is not None:
        told = words.document(client, settings.server.issuer, results, system_clock())
        report.write_text(json.dumps(told, ensure_ascii=False, indent=2) + "\n", "utf-8")
    raise typer.Exit(0 if is_passed(results) else 1)


def _of_terminal() -> Language:
    """POSIX: the first of these that is set counts."""
    names = ("LC_ALL", "LC_MESSAGES", "LANG")
    locale = next((os.environ[name] for name in names if os.environ.get(name)), "")
    return Language.JA if locale.startswith("ja") else Language.EN
