"""Files that hold certificates or CRLs, as DER or PEM (RFC 7468). Nothing of them is believed."""

import re
from base64 import b64decode
from binascii import Error as NotBase64Error
from pathlib import Path

from gateway.errors import SettingsError

_PEM = re.compile(rb"-----BEGIN [A-Z0-9 ]+-----([^-]*)-----END [A-Z0-9 ]+-----")


def read_folder(folder: Path, option: str) -> tuple[bytes, ...]:
    """All that lies in it and below; SettingsError where there is no such folder."""
    if not folder.is_dir():
        raise SettingsError(f"{option}: {folder} is not a folder")
    files = sorted(file for file in folder.rglob("*") if is_wanted(file, folder))
    return tuple(der for file in files for der in read_file(file))


def is_wanted(file: Path, folder: Path) -> bool:
    parts = file.relative_to(folder).parts
    return file.is_file() and not any(part.startswith(".") for part in parts)


def read_file(file: Path) -> tuple[bytes, ...]:
    """A DER file holds one; a PEM file may hold several."""
    content = file.read_bytes()
    try:
        found = [b64decode(text) for text in _PEM.findall(content)]
    except NotBase64Error:
        found = []
    return tuple(found) or (content,)
