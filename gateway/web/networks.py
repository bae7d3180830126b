"""Addresses and networks: read strictly, and whether one lies in many."""

import re
from bisect import bisect_right
from collections.abc import Iterable
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

Address = IPv4Address | IPv6Address
IpNetwork = IPv4Network | IPv6Network

MAX_ADDRESS = 45
_PREFIX = re.compile(r"0|[1-9][0-9]{0,2}")
_MAPPED = IPv6Network("::ffff:0:0/96")  # RFC 4291 §2.5.5.2
_ADDRESS_RULE = "an IPv4 or IPv6 address, and nothing else"
_NETWORK_RULE = "an IPv4 or IPv6 network, such as 203.0.113.0/24"


def parse_address(text: str) -> Address:
    """One host's address. One that is mapped into IPv6 is the IPv4 address it is. Raises ValueError
    with a line that does not hold the text."""
    # A zone (RFC 4007 §11) means something on one host only.
    if len(text) > MAX_ADDRESS or "%" in text or "/" in text:
        raise ValueError(_ADDRESS_RULE)
    try:
        address = ip_address(text)
    except ValueError:
        raise ValueError(_ADDRESS_RULE) from None
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        return address.ipv4_mapped
    return address


def parse_network(text: str) -> IpNetwork:
    """An address, a slash and the prefix's length; an address alone is a network of one host.
    Raises ValueError with a line that does not hold the text."""
    written, slash, length = text.partition("/")
    try:
        base = parse_address(written)
    except ValueError:
        raise ValueError(_NETWORK_RULE) from None
    # What is written as IPv6 counts its prefix in IPv6, mapped or not.
    bits = 128 if ":" in written else 32
    if not slash:
        length = str(bits)
    if not _PREFIX.fullmatch(length) or int(length) > bits:
        raise ValueError(f"the prefix's length is a number up to {bits}")
    prefix = int(length)
    if isinstance(base, IPv4Address) and bits == 128:
        prefix -= _MAPPED.prefixlen
    if prefix < 0:
        raise ValueError("the address has bits set behind the prefix")
    if prefix == 0:
        raise ValueError("a network of all addresses keeps nobody out")
    try:
        return ip_network((base, prefix))
    except ValueError:
        raise ValueError("the address has bits set behind the prefix") from None


@lru_cache(maxsize=16_384)
def neighbours(address: str | None, ipv4_bits: int = 32) -> str:
    """Who counts as one sender: whoever has an IPv6 address has its whole /64 (RFC 4291 §2.5.4),
    and changes in it as they like (RFC 8981)."""
    try:
        host = parse_address(address or "")
    except ValueError:
        return "unknown"
    bits = ipv4_bits if isinstance(host, IPv4Address) else 64
    return str(ip_network((host, bits), strict=False))


class Networks:
    """Many networks as sorted ranges that do not touch: an address is one bisection away."""

    __slots__ = ("_ranges",)

    def __init__(self, networks: Iterable[IpNetwork] = ()) -> None:
        by_version: dict[int, list[tuple[int, int]]] = {4: [], 6: []}
        for network in networks:
            first = int(network.network_address)
            by_version[network.version].append((first, int(network.broadcast_address)))
        self._ranges = {version: _merged(ranges) for version, ranges in by_version.items()}

    def __contains__(self, address: Address) -> bool:
        firsts, lasts = self._ranges[address.version]
        number = int(address)
        index = bisect_right(firsts, number) - 1
        return index >= 0 and number <= lasts[index]


def _merged(ranges: list[tuple[int, int]]) -> tuple[tuple[int, ...], tuple[int, ...]]:
    firsts: list[int] = []
    lasts: list[int] = []
    for first, last in sorted(ranges):
        if lasts and first <= lasts[-1] + 1:
            lasts[-1] = max(lasts[-1], last)
        else:
            firsts.append(first)
            lasts.append(last)
    return tuple(firsts), tuple(lasts)
