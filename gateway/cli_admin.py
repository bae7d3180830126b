"""The commands `genkan admin`, like those in `cli.py`: the operators' door, from the host."""

import asyncio
from typing import Annotated

import typer
from rich.table import Table

from gateway.clock import system_clock
from gateway.commands.admin_commands import allow_network, show_networks
from gateway.commands.operator_commands import Invited, invite_from_host
from gateway.terminal import ConfigOption, out, read_settings, write_time

admin_app = typer.Typer(no_args_is_help=True, help="The operators' door, from the host.")

TenantOption = Annotated[
    str | None, typer.Option(help="The tenant's ID; without it, the platform's own list.")
]


@admin_app.command("allow")
def admin_allow(
    cidr: Annotated[str, typer.Argument(help="e.g. 203.0.113.0/24 or 2001:db8::/48")],
    tenant: TenantOption = None,
    note: Annotated[str, typer.Option(help="Whose network it is.")] = "",
    config: ConfigOption = None,
) -> None:
    """Let operators in from a network: the way back in for whoever is locked out."""
    settings = read_settings(config)
    added = asyncio.run(allow_network(settings, cidr, tenant, note, system_clock()))
    whose = "the platform" if added.tenant_id is None else added.tenant_id
    seconds = settings.admin.reload_seconds
    out.print(f"{added.network} is on the list of {whose}: in force within {seconds} seconds.")


@admin_app.command("networks")
def admin_networks(tenant: TenantOption = None, config: ConfigOption = None) -> None:
    """The networks operators may come from."""
    table = Table("network", "note", "added")
    for network in asyncio.run(show_networks(read_settings(config), tenant)):
        table.add_row(network.network, network.note, write_time(network.added_at))
    out.print(table)


@admin_app.command("invite")
def admin_invite(
    login_name: Annotated[str, typer.Argument(help="e.g. administrator")],
    name: Annotated[
        str | None, typer.Option(help="The name of an administrator who is not there yet.")
    ] = None,
    config: ConfigOption = None,
) -> None:
    """Make a new one-time link, for when nobody can sign in any more."""
    settings = read_settings(config)
    show_link(asyncio.run(invite_from_host(settings, login_name, name, system_clock())))


def show_link(invited: Invited) -> None:
    operator, hours = invited.operator, invited.hours
    out.print(f"{operator.login_name} ({operator.role}) chooses how to sign in, on this page:")
    out.print(invited.link)
    out.print(f"The link is good once, for {hours} hours, and is not shown again.")
