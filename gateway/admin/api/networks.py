"""Allow-lists: from where the operators of the platform or of a tenant may come."""

from datetime import datetime
from typing import Annotated

import msgspec

from gateway.admin.endpoint import Answer, Call, Endpoint
from gateway.errors import Conflict
from gateway.operators.model import Permission
from gateway.tenants.allow_lists import Network, add_network, list_networks, locks_out
from gateway.tenants.allow_lists import remove_network as remove
from gateway.web.networks import parse_address


class NewNetwork(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    network: Annotated[str, msgspec.Meta(max_length=64, description="CIDR, e.g. 203.0.113.0/24")]
    note: Annotated[str, msgspec.Meta(max_length=200)] = ""


class NetworkView(msgspec.Struct, frozen=True):
    network_id: str
    network: str
    note: str
    added_at: datetime


class Removal(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    lock_me_out: bool = False
    """Said a second time by whoever would shut the door on themselves."""


async def show_networks(call: Call) -> Answer:
    async with call.house.records.reading() as connection:
        found = await list_networks(connection, call.tenant_id)
    return Answer(tuple(_view(network) for network in found))


async def allow_network(call: Call) -> Answer:
    new: NewNetwork = call.body
    async with call.house.records.writing() as connection:
        added = await add_network(connection, call.tenant_id, new.network, new.note, call.now)
        entry = call.entry("network.added", network=added.network)
        await call.house.audit.write(connection, entry)
    call.house.allow_lists.forget()
    return Answer(_view(added))


async def withdraw_network(call: Call) -> Answer:
    """Whoever would lock out the address they are at has to say so a second time."""
    removal: Removal = call.query
    async with call.house.records.writing() as connection:
        removed = await remove(connection, call.tenant_id, call.path["network_id"])
        if not removal.lock_me_out and call.operator.tenant_id == call.tenant_id:
            check_keeps_own_door(call, await list_networks(connection, call.tenant_id))
        entry = call.entry("network.removed", network=removed.network)
        await call.house.audit.write(connection, entry)
    call.house.allow_lists.forget()
    return Answer()


def check_keeps_own_door(call: Call, after: list[Network]) -> None:
    """Raises Conflict."""
    address = call.caller.origin.address
    if address is None or locks_out(after, parse_address(address)):
        raise Conflict("this would lock out the address you are at; say lock_me_out to do it")


def _view(network: Network) -> NetworkView:
    return NetworkView(network.network_id, network.network, network.note, network.added_at)


def endpoints() -> tuple[Endpoint, ...]:
    return (*_endpoints("", "platform"), *_endpoints("/tenants/{tenant_id}", "tenant"))


def _endpoints(above: str, whose: str) -> tuple[Endpoint, ...]:
    path = f"{above}/networks"
    return (
        Endpoint(
            name=f"list_{whose}_networks",
            method="GET",
            path=path,
            summary=f"The {whose}'s allow-list",
            permission=Permission.VIEW_NETWORKS,
            handle=show_networks,
            answer=tuple[NetworkView, ...],
        ),
        Endpoint(
            name=f"add_{whose}_network",
            method="POST",
            path=path,
            summary=f"Allow a network on the {whose}'s list",
            permission=Permission.MANAGE_NETWORKS,
            handle=allow_network,
            body=NewNetwork,
            answer=NetworkView,
            status=201,
            dangerous=True,
            refusals=(409,),
        ),
        Endpoint(
            name=f"remove_{whose}_network",
            method="DELETE",
            path=f"{path}/{{network_id}}",
            summary=f"Take a network off the {whose}'s list",
            permission=Permission.MANAGE_NETWORKS,
            handle=withdraw_network,
            query=Removal,
            status=204,
            dangerous=True,
            refusals=(409,),
        ),
    )
