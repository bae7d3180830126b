"""The addresses lists are fetched from, and the operator's programs for those not of the web."""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

WEB = frozenset({"http", "https"})
URL = "{url}"
"""The argument of a program that the address takes the place of."""

Programs = Mapping[str, tuple[str, ...]]
"""By scheme: a program and its arguments."""

_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*")  # RFC 3986 §3.1, as an address is compared


def scheme_of(url: str) -> str:
    return urlsplit(url).scheme


def read_programs(value: object) -> Programs:
    """Raises ValueError."""
    if not isinstance(value, Mapping):
        raise ValueError("programs: a table of schemes is needed")
    return {scheme: _program(scheme, command) for scheme, command in value.items()}


def _program(scheme: object, command: object) -> tuple[str, ...]:
    if not isinstance(scheme, str) or not _SCHEME.fullmatch(scheme):
        raise ValueError(f"programs: {scheme!r} is no scheme in lower case")
    key = f"programs.{scheme}"
    if scheme in WEB:
        raise ValueError(f"{key}: the gateway fetches these addresses itself")
    if not isinstance(command, list | tuple) or not all(map(_is_argument, command)):
        raise ValueError(f"{key}: a program and its arguments are needed, as a list of texts")
    program: tuple[str, ...] = tuple(command)
    if not program or not Path(program[0]).is_absolute():
        raise ValueError(f"{key}: the program's absolute path is needed")
    if program.count(URL) != 1 or sum(URL in each for each in program) != 1:
        raise ValueError(f'{key}: one argument that is "{URL}" is needed')
    return program


def _is_argument(value: object) -> bool:
    return isinstance(value, str) and "\0" not in value


def read_sources(value: object, programs: Programs) -> tuple[str, ...]:
    """Raises ValueError, which never repeats an address: there may be a password in it."""
    if not isinstance(value, list | tuple) or not all(isinstance(each, str) for each in value):
        raise ValueError("sources: a list of addresses is needed")
    sources: Sequence[str] = value
    for number, each in enumerate(sources, 1):
        _check(_split(each, number), number, programs)
    if len(set(sources)) != len(sources):
        raise ValueError("sources: an address is there twice")
    return tuple(sources)


def _split(source: str, number: int) -> SplitResult:
    try:
        address = urlsplit(source)
        _ = address.port
    except ValueError:
        raise ValueError(f"sources: address {number} is not an address") from None
    begins = address.scheme != "" and source.lower().startswith(f"{address.scheme}://")
    if not begins or " " in source or not source.isprintable():
        raise ValueError(f"sources: address {number} is not an address")
    return address


def _check(address: SplitResult, number: int, programs: Programs) -> None:
    if "@" in address.netloc:
        raise ValueError(f"sources: address {number}: one without a user or password is needed")
    if address.scheme in WEB:
        if not address.hostname:
            raise ValueError(f"sources: address {number} names no host")
    elif address.scheme not in programs:
        raise ValueError(
            f"programs.{address.scheme}: a program is needed that fetches address {number} of"
            " sources; the gateway itself fetches http and https"
        )
