"""Whose address a request comes from: the peer's, or what listed proxies say hop by hop. Pure."""

import re
from collections.abc import Callable, Iterable, Mapping

from gateway.web.networks import Address, Networks, parse_address

MAX_FORWARDED = 8_192
MAX_PORT = 65_535
_NODE = re.compile(
    r"(?:(?P<ipv4>[0-9.]+)|\[(?P<ipv6>[0-9A-Fa-f.]*:[0-9A-Fa-f:.]*)\])(?::(?P<port>[0-9]{1,5}))?"
)
# RFC 7239 §4. No comma, semicolon or backslash in quotes: an element is then found from its right
# end alone, and a piece of a broken one is none.
_PAIR = re.compile(
    r"(?P<name>[!#$%&'*+.^_`|~0-9A-Za-z-]+)="
    r"(?:(?P<token>[!#$%&'*+.^_`|~0-9A-Za-z-]+)|\"(?P<quoted>[\t !#-+\--:<-\[\]-~]*)\")"
)


class UnknownAddress(ValueError):  # noqa: N818 - a result, named for what it tells
    """It cannot be told; nobody is admitted on a guess."""


def client_address(
    peer: str | None, headers: Iterable[tuple[bytes, bytes]], trusted: Networks
) -> Address:
    """The peer's, unless it is a listed proxy: then the first address, from the right, that is no
    listed proxy's. Raises UnknownAddress."""
    address = _told(parse_address, peer or "")
    if address not in trusted:
        return address
    lines: dict[bytes, list[bytes]] = {}
    for name, value in headers:
        if name in _READERS:
            lines.setdefault(name, []).append(value)
    clients = {_walk(b",".join(values), _READERS[name], trusted) for name, values in lines.items()}
    if len(clients) != 1:
        raise UnknownAddress("a listed proxy says of no client, or of two")
    return clients.pop()


def _walk(value: bytes, read: Callable[[str], Address], trusted: Networks) -> Address:
    """Each listed proxy vouches for the hop to its left; what is left of the client is anybody's
    word, and is not read."""
    if len(value) > MAX_FORWARDED:
        raise UnknownAddress("what was forwarded is too long")
    for hop in reversed(value.split(b",")):
        address = _told(read, hop.strip(b" \t").decode("latin-1"))
        if address not in trusted:
            return address
    raise UnknownAddress("every hop is a listed proxy")


def _told(read: Callable[[str], Address], text: str) -> Address:
    try:
        return read(text)
    except ValueError:
        raise UnknownAddress("a hop is no address") from None


def _forwarded_for_hop(text: str) -> Address:
    """X-Forwarded-For has no standard: an IPv6 address stands in it with and without brackets."""
    return parse_address(text) if text.count(":") > 1 and text[0] != "[" else _node(text)


def _forwarded_hop(element: str) -> Address:
    """RFC 7239 §4: each parameter once, and `for` has to be there."""
    parameters: dict[str, str] = {}
    for piece in filter(None, element.split(";")):
        pair = _PAIR.fullmatch(piece)
        if pair is None or pair["name"].lower() in parameters:
            raise ValueError(piece)
        parameters[pair["name"].lower()] = pair["quoted"] or pair["token"] or ""
    return _node(parameters.get("for", ""))


def _node(text: str) -> Address:
    """RFC 7239 §6, addresses only: `unknown` and made-up names are nobody's address."""
    node = _NODE.fullmatch(text)
    if node is None or int(node["port"] or 0) > MAX_PORT:
        raise ValueError(text)
    return parse_address(node["ipv4"] or node["ipv6"])


_READERS: Mapping[bytes, Callable[[str], Address]] = {
    b"x-forwarded-for": _forwarded_for_hop,
    b"forwarded": _forwarded_hop,
}
