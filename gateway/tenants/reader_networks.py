"""From which addresses a reader may be used. Pure."""

from gateway.tenants.model import Client
from gateway.web.networks import parse_address, parse_network

MAX_NETWORKS = 64


def problem_of_networks(networks: tuple[str, ...]) -> str | None:
    """What is wrong with the list; None where it may be registered."""
    if len(networks) > MAX_NETWORKS or len(set(networks)) != len(networks):
        return f"up to {MAX_NETWORKS}, each once"
    for number, written in enumerate(networks, 1):
        try:
            canonical = str(parse_network(written))
        except ValueError as cause:
            return f"number {number}: {cause}"
        if written != canonical:
            return f"number {number}: write it as address/length, in the shortest form"
    return None


def admits(client: Client, address: str | None) -> bool:
    """A client without networks is admitted from anywhere; one with networks from nowhere else,
    and not where the address could not be told."""
    if not client.allowed_networks:
        return True
    if address is None:
        return False
    try:
        found = parse_address(address)
    except ValueError:
        return False
    return any(found in parse_network(network) for network in client.allowed_networks)
