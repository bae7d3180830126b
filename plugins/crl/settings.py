"""The table `[plugins.crl]`."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

DEFAULTS: Mapping[str, object] = {
    "directory": "var/crl",
    "index_directory": "",
    "check_seconds": 5,
    "max_file_bytes": 1024 * 1024 * 1024,
    "sources": [],
    "refresh_seconds": 3_600,
}


@dataclass(frozen=True, slots=True)
class CrlSettings:
    directory: Path
    index_directory: Path
    """Shared by all workers. By default a hidden folder in the directory."""
    check_interval: timedelta
    """How old a look at the directory may be. Zero: look at every verification."""
    max_file_bytes: int
    sources: tuple[str, ...]
    """The HTTP(S) addresses lists are fetched from."""
    refresh_interval: timedelta
    """How long after a list was fetched it is asked for again."""


def read_settings(table: Mapping[str, object]) -> CrlSettings:
    for key in table:
        if key not in DEFAULTS:
            raise ValueError(f"{key}: unknown key; this plugin knows {', '.join(DEFAULTS)}")
    directory = table.get("directory", DEFAULTS["directory"])
    if not isinstance(directory, str) or not directory:
        raise ValueError("directory: the path of a folder is needed")
    indices = table.get("index_directory", DEFAULTS["index_directory"])
    if not isinstance(indices, str):
        raise ValueError("index_directory: the path of a folder is needed")
    return CrlSettings(
        directory=Path(directory),
        index_directory=Path(indices) if indices else Path(directory) / ".index",
        check_interval=timedelta(seconds=_whole_number(table, "check_seconds", least=0)),
        max_file_bytes=_whole_number(table, "max_file_bytes", least=1),
        sources=_sources(table.get("sources", DEFAULTS["sources"])),
        refresh_interval=timedelta(seconds=_whole_number(table, "refresh_seconds", least=60)),
    )


def _sources(value: object) -> tuple[str, ...]:
    if not isinstance(value, list | tuple):
        raise ValueError("sources: a list of addresses is needed")
    for each in value:
        _check_source(each)
    if len(set(value)) != len(value):
        raise ValueError("sources: an address is there twice")
    return tuple(value)


def _check_source(value: object) -> None:
    if not isinstance(value, str):
        raise ValueError("sources: a list of addresses is needed")
    try:
        address = urlsplit(value)
        _ = address.port
    except ValueError as error:
        raise ValueError(f"sources: {value} is not an address") from error
    if address.scheme in ("ldap", "ldaps"):
        raise ValueError(
            f"sources: {value}: LDAP is not built; your own tool may put lists into the directory"
        )
    if address.scheme not in ("http", "https") or not address.hostname or address.username:
        raise ValueError(f"sources: {value}: an http or https address without a user is needed")


def _whole_number(table: Mapping[str, object], key: str, *, least: int) -> int:
    value = table.get(key, DEFAULTS[key])
    if not isinstance(value, int) or isinstance(value, bool) or value < least:
        raise ValueError(f"{key}: a whole number of at least {least} is needed")
    return value
