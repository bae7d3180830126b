"""Whether a name lies within a subtree, form by form (RFC 5280 §4.2.1.10).

Each is taken apart once into what is compared. Texts are written so that the one lies within the
other exactly when the name ends with the subtree: a dot in front of a whole label, a circumflex in
front of a whole name.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from gateway.card.general.general_names import GeneralName, NameForm
from gateway.card.general.names import Name, RelativeName

Value = str | bytes | Name

_LABEL = r"[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?"
_HOST = re.compile(rf"{_LABEL}(?:\.{_LABEL})*")
_LONGEST_HOST = 253
_NUMBERS = re.compile(r"[0-9.]+")
_URI = re.compile(
    r"[a-z][a-z0-9+.-]*://(?:[^/?#@]*@)?([^/?#@:]*)(?::[0-9]*)?(?:[/?#].*)?", re.DOTALL
)
_ADDRESS_OCTETS = (4, 16)


@dataclass(frozen=True, slots=True)
class Network:
    """An address, or a range of them."""

    octets: int
    address: int
    mask: int


Comparable = str | Network | tuple[RelativeName, ...]


class NotUnderstoodError(ValueError):
    """No rule says what lies within what."""


def read_name(name: GeneralName) -> Comparable:
    """Raises NotUnderstoodError."""
    return _read(_NAMES, name)


def read_subtree(base: GeneralName) -> Comparable:
    """Raises NotUnderstoodError."""
    return _read(_SUBTREES, base)


def is_within(name: Comparable, subtree: Comparable) -> bool:
    """Both of one form."""
    if isinstance(name, str) and isinstance(subtree, str):
        return name.endswith(subtree)
    if isinstance(name, Network) and isinstance(subtree, Network):
        same = (name.address ^ subtree.address) & subtree.mask == 0
        return same and name.octets == subtree.octets
    if isinstance(name, tuple) and isinstance(subtree, tuple):
        return name[: len(subtree)] == subtree
    return False


def touches(name: Comparable, subtree: Comparable) -> bool:
    """Within it, or a wildcard that stands for something within it."""
    if isinstance(name, str) and isinstance(subtree, str) and name.startswith(".*."):
        return name.endswith(subtree) or subtree.endswith(name[2:])
    return is_within(name, subtree)


def _read(rules: Mapping[NameForm, Callable[[Value], Comparable]], name: GeneralName) -> Comparable:
    rule = rules.get(name.form)
    if rule is None:
        raise NotUnderstoodError(name.form.name)
    return rule(name.value)


def _text(value: Value) -> str:
    if not isinstance(value, str):
        raise NotUnderstoodError("not a text")
    return value


def _host(text: str) -> str:
    host = text.lower()
    if len(host) > _LONGEST_HOST or not _HOST.fullmatch(host):
        raise NotUnderstoodError("not a host name")
    return host


def _dns_name(value: Value) -> str:
    wildcard, host = "", _text(value)
    if host.startswith("*."):
        wildcard, host = ".*", host[2:]
    return f"{wildcard}.{_host(host)}"


def _dns_subtree(value: Value) -> str:
    text = _text(value)
    return f".{_host(text)}" if text else ""


def _mailbox(value: Value) -> str:
    """RFC 5280 §7.5: the local part exactly, the host in any case."""
    local_part, at, host = _text(value).rpartition("@")
    if not at or not local_part:
        raise NotUnderstoodError("not a mailbox")
    return f"^{local_part}@{_host(host)}"


def _mailbox_subtree(value: Value) -> str:
    text = _text(value)
    if "@" in text:
        return _mailbox(text)
    return f".{_host(text[1:])}" if text.startswith(".") else f"@{_host(text)}"


def _uri_host(value: Value) -> str:
    """The host must be there, and be a name: an address lies in no domain."""
    found = _URI.fullmatch(_text(value).lower())
    if found is None or _NUMBERS.fullmatch(found[1]):
        raise NotUnderstoodError("not a URI with a host name")
    return f"^{_host(found[1])}"


def _uri_subtree(value: Value) -> str:
    text = _text(value)
    return f".{_host(text[1:])}" if text.startswith(".") else f"^{_host(text)}"


def _address(value: Value) -> Network:
    if not isinstance(value, bytes) or len(value) not in _ADDRESS_OCTETS:
        raise NotUnderstoodError("not an address")
    return Network(len(value), int.from_bytes(value), mask=0)


def _network(value: Value) -> Network:
    if not isinstance(value, bytes) or len(value) // 2 not in _ADDRESS_OCTETS or len(value) % 2:
        raise NotUnderstoodError("not an address and its mask")
    octets = len(value) // 2
    mask = int.from_bytes(value[octets:])
    # RFC 4632 §3.1: the ones of a mask stand together, in front.
    if (gap := ~mask & ((1 << 8 * octets) - 1)) & (gap + 1):
        raise NotUnderstoodError("a mask with a gap")
    return Network(octets, int.from_bytes(value[:octets]), mask)


def _relative_names(value: Value) -> tuple[RelativeName, ...]:
    if not isinstance(value, Name):
        raise NotUnderstoodError("not a distinguished name")
    return value.relative_names


_NAMES: Mapping[NameForm, Callable[[Value], Comparable]] = {
    NameForm.RFC822: _mailbox,
    NameForm.DNS: _dns_name,
    NameForm.URI: _uri_host,
    NameForm.IP: _address,
    NameForm.DIRECTORY: _relative_names,
}
_SUBTREES: Mapping[NameForm, Callable[[Value], Comparable]] = {
    NameForm.RFC822: _mailbox_subtree,
    NameForm.DNS: _dns_subtree,
    NameForm.URI: _uri_subtree,
    NameForm.IP: _network,
    NameForm.DIRECTORY: _relative_names,
}
