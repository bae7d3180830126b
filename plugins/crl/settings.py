"""The table `[plugins.crl]`."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from plugins.crl.sources import Programs, read_programs, read_sources

DEFAULTS: Mapping[str, object] = {
    "directory": "var/crl",
    "index_directory": "",
    "check_seconds": 5,
    "max_file_bytes": 1024 * 1024 * 1024,
    "sources": [],
    "programs": {},
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
    """The addresses lists are fetched from."""
    programs: Programs
    """What fetches those that are not http or https."""
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
    programs = read_programs(table.get("programs", DEFAULTS["programs"]))
    return CrlSettings(
        directory=Path(directory),
        index_directory=Path(indices) if indices else Path(directory) / ".index",
        check_interval=timedelta(seconds=_whole_number(table, "check_seconds", least=0)),
        max_file_bytes=_whole_number(table, "max_file_bytes", least=1),
        sources=read_sources(table.get("sources", DEFAULTS["sources"]), programs),
        programs=programs,
        refresh_interval=timedelta(seconds=_whole_number(table, "refresh_seconds", least=60)),
    )


def _whole_number(table: Mapping[str, object], key: str, *, least: int) -> int:
    value = table.get(key, DEFAULTS[key])
    if not isinstance(value, int) or isinstance(value, bool) or value < least:
        raise ValueError(f"{key}: a whole number of at least {least} is needed")
    return value
