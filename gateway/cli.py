"""The command `genkan`: parses, calls, prints; decides nothing."""

import asyncio
import sys
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Annotated, Literal, NoReturn

import httpx2
import typer
from rich.console import Console
from rich.table import Table

from gateway.app import check_start, open_app
from gateway.assembly import load_profiles
from gateway.card.anchors import add_anchor, load_anchors
from gateway.cli_admin import admin_app, show_link
from gateway.cli_audit import audit_app
from gateway.cli_check import card_check
from gateway.cli_conform import conform_service
from gateway.cli_crl import crl_app
from gateway.clock import system_clock
from gateway.commands.card_commands import NewCard, make_card, open_cards
from gateway.commands.operator_commands import admit, invite_first
from gateway.commands.store_commands import (
    initialise,
    list_keys,
    register_clients,
    rotate_keys,
)
from gateway.demo.check import run_check
from gateway.demo.processes import DemoError
from gateway.demo.run import run_demo
from gateway.demo.world import Ports
from gateway.errors import PluginError, SettingsError, StoreError
from gateway.keys.model import KEY_ALGORITHMS
from gateway.plugins import installed_plugins
from gateway.reader.app import open_reader
from gateway.server import serve as serve_app
from gateway.terminal import ConfigOption, out, read_settings, write_time
from gateway.virtual.person import Person
from gateway.virtual.pins import MalformedPinError

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
keys_app = typer.Typer(no_args_is_help=True, help="Signing keys.")
card_app = typer.Typer(
    no_args_is_help=True, help="Certificates, trust anchors, and virtual cards for the demo."
)
anchors_app = typer.Typer(
    no_args_is_help=True, help="The CA certificates cards are checked against."
)
reader_app = typer.Typer(no_args_is_help=True, help="The reader agent on a resident's computer.")
app.add_typer(keys_app, name="keys")
app.add_typer(card_app, name="card")
card_app.add_typer(anchors_app, name="anchors")
card_app.command("check")(card_check)
app.command("conform")(conform_service)
app.add_typer(admin_app, name="admin")
app.add_typer(audit_app, name="audit")
app.add_typer(crl_app, name="crl")
app.add_typer(reader_app, name="reader")


def main() -> None:
    """Errors that stop a command are one line that says what to do."""
    try:
        app()
    except (SettingsError, PluginError, StoreError, DemoError, MalformedPinError) as error:
        give_up(str(error))
    except OSError as error:
        give_up(str(error) if error.filename is None else f"{error.filename}: {error.strerror}")


def give_up(line: str) -> NoReturn:
    Console(stderr=True, soft_wrap=True, highlight=False, markup=False).print(f"genkan: {line}")
    sys.exit(2)


@app.callback()
def genkan() -> None:
    """Genkan (玄関): the front door of a municipality's digital services."""


@app.command()
def serve(config: ConfigOption = None) -> None:
    """Serve the gateway at the settings' address."""
    settings = read_settings(config)
    # What would stop a worker stops the command, with its one line.
    asyncio.run(check_start(settings))
    server = settings.server
    serve_app(partial(open_app, settings), server.listen_host, server.listen_port, server.workers)


@app.command()
def init(
    config: ConfigOption = None,
    clients: Annotated[
        Path | None, typer.Option(help="Tenants, services and readers to register (TOML).")
    ] = None,
    allow: Annotated[
        list[str] | None, typer.Option(help="A network operators may come from (CIDR); repeatable.")
    ] = None,
    operator: Annotated[
        str, typer.Option(help="The first operator's login name.")
    ] = "administrator",
    operator_name: Annotated[str, typer.Option(help="Their own name.")] = "Administrator",
) -> None:
    """Prepare keys, tables and the first operator's link. Safe to repeat."""
    settings = read_settings(config)
    if asyncio.run(initialise(settings, system_clock())):
        out.print(
            f"Master key: {settings.keys.master_key_file} (keep a copy apart from the database)"
        )
    out.print("The store is ready.")
    if clients is not None:
        made = asyncio.run(register_clients(settings, clients, system_clock()))
        out.print(f"Registered what stands in {clients}.")
        for client_id, secret in made.items():
            out.print(f"client_secret of {client_id}, shown this once: {secret}")
    for cidr in allow or ():
        out.print(f"Operators may come from {asyncio.run(admit(settings, cidr, system_clock()))}.")
    invited = asyncio.run(invite_first(settings, operator, operator_name, system_clock()))
    if invited is not None:
        show_link(invited)


@app.command()
def health(url: Annotated[str, typer.Argument(help="e.g. http://127.0.0.1:8000/readyz")]) -> None:
    """Exit 0 where a running gateway is ready, 1 where it is not."""
    try:
        # Whatever proxy the network has: it is this gateway that is asked.
        ready = httpx2.get(url, timeout=2, trust_env=False).status_code == 200
    except (httpx2.HTTPError, httpx2.InvalidURL):
        ready = False
    out.print("ready" if ready else "not ready")
    raise typer.Exit(0 if ready else 1)


@app.command()
def demo(
    check: Annotated[
        bool, typer.Option("--check", help="Walk the whole journey and exit 0 or 1.")
    ] = False,
    folder: Annotated[Path, typer.Option(help="Where the demo keeps its things.")] = Path(
        "var/demo"
    ),
    ports: Annotated[
        tuple[int, int, int, int],
        typer.Option(help="Gateway, reader agent, health app, points app."),
    ] = (8000, 8765, 8101, 8102),
) -> None:
    """The whole platform of a fictional town on this machine, with virtual cards."""
    if check:
        raise typer.Exit(run_check(out))
    run_demo(folder, Ports(*ports), out)


@keys_app.command("list")
def keys_list(config: ConfigOption = None) -> None:
    """The keys that sign or are encrypted for, and their states."""
    table = Table("kid", "alg", "state", "made", "active since", "retired")
    for key in asyncio.run(list_keys(read_settings(config))):
        times = (write_time(at) for at in (key.created_at, key.activated_at, key.retired_at))
        table.add_row(key.kid, key.alg, key.state, *times)
    out.print(table)


@keys_app.command("rotate")
def keys_rotate(
    alg: Annotated[str, typer.Argument(help=f"One of {', '.join(KEY_ALGORITHMS)}.")] = "ES256",
    config: ConfigOption = None,
) -> None:
    """Use the next key from now on; what the old one signed still verifies."""
    kid = asyncio.run(rotate_keys(read_settings(config), alg, system_clock()))
    out.print(f"{alg} goes with {kid} from now on.")


@anchors_app.command("add")
def anchors_add(
    files: Annotated[list[Path], typer.Argument(help="CA certificates, DER or PEM.")],
    config: ConfigOption = None,
) -> None:
    """Pin CA certificates whose fingerprints the profiles publish. Any other file is refused."""
    settings = read_settings(config)
    profiles = load_profiles(settings, installed_plugins())
    for file in files:
        anchor = add_anchor(file, Path(settings.card.anchors_dir), profiles)
        out.print(f"{file}: pinned in {anchor.anchor_set}, SHA-256 {anchor.fingerprint}")


@anchors_app.command("list")
def anchors_list(config: ConfigOption = None) -> None:
    """The pinned CA certificates."""
    settings = read_settings(config)
    profiles = load_profiles(settings, installed_plugins())
    table = Table("set", "valid until", "SHA-256")
    for anchor in load_anchors(Path(settings.card.anchors_dir), profiles, settings.card.trust):
        until = write_time(anchor.certificate.not_valid_after_utc)
        table.add_row(anchor.anchor_set, until, anchor.fingerprint)
    out.print(table)


@card_app.command("new")
def card_new(
    cards: Annotated[Path, typer.Option(help="The folder the card is put into.")],
    authority: Annotated[
        Path, typer.Option(help="The demo CA's folder; made where it is not there.")
    ],
    name: Annotated[str, typer.Option(help="Family and given name.", prompt=True)],
    address: Annotated[str, typer.Option(prompt=True)],
    birth_date: Annotated[datetime, typer.Option(formats=["%Y-%m-%d"], prompt=True)],
    signature_password: Annotated[str, typer.Option(prompt=True, hide_input=True)],
    pin: Annotated[str, typer.Option(prompt=True, hide_input=True)],
    gender: Annotated[
        Literal["1", "2", "3"], typer.Option(help="1 male, 2 female, 3 unknown.")
    ] = "3",
    card_id: Annotated[str | None, typer.Option(help="The card's name: a-z, 0-9 and -.")] = None,
    child: Annotated[
        bool, typer.Option("--child", help="Without a signature certificate.")
    ] = False,
    anchors: Annotated[Path | None, typer.Option(help="Write the CA's roots here.")] = None,
    crls: Annotated[Path | None, typer.Option(help="Write the CA's lists here.")] = None,
) -> None:
    """Make a virtual resident's My Number card under a demo CA."""
    person = Person(name, address, birth_date.date(), gender)
    new = NewCard(person, signature_password, pin, with_signature=not child, card_id=card_id)
    made = make_card(authority, cards, new, system_clock(), anchors=anchors, crls=crls)
    out.print(f"Made the card {made} in {cards}.")


@reader_app.command("serve")
def reader_serve(
    virtual: Annotated[Path, typer.Option("--virtual", help="The folder of virtual cards.")],
    config: ConfigOption = None,
) -> None:
    """Serve the reader agent on this computer, with virtual cards."""
    settings = read_settings(config).reader
    start = partial(open_reader, settings, open_cards(virtual), system_clock)
    serve_app(start, settings.listen_host, settings.listen_port)


if __name__ == "__main__":
    main()
