"""The table `[plugins.crl]`."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

DEFAULTS: Mapping[str, object] = {
    "directory": "var/crl",
    "check_seconds": 5,
    "max_file_bytes": 64 * 1024 * 1024,
}


@dataclass(frozen=True, slots=True)
class CrlSettings:
    directory: Path
    check_interval: timedelta
    """How old a look at the directory may be. Zero: look at every verification."""
    max_file_bytes: int


def read_settings(table: Mapping[str, object]) -> CrlSettings:
    for key in table:
        if key not in DEFAULTS:
            raise ValueError(f"{key}: unknown key; this plugin knows {', '.join(DEFAULTS)}")
    directory = table.get("directory", DEFAULTS["directory"])
    if not isinstance(directory, str) or not directory:
        raise ValueError("directory: the path of a folder is needed")
    return CrlSettings(
        directory=Path(directory),
        check_interval=timedelta(seconds=_whole_number(table, "check_seconds", least=0)),
        max_file_bytes=_whole_number(table, "max_file_bytes", least=1),
    )


def _whole_number(table: Mapping[str, object], key: str, *, least: int) -> int:
    value = table.get(key, DEFAULTS[key])
    if not isinstance(value, int) or isinstance(value, bool) or value < least:
        raise ValueError(f"{key}: a whole number of at least {least} is needed")
    return value
