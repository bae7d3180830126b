"""Files that are whole or absent: written beside, synced, then moved into place (0600)."""

import os
import secrets
import stat
from pathlib import Path


def write_file(path: Path, content: bytes) -> None:
    """After a crash the file holds the old content or the new, never a part."""
    beside = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(beside, path)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise
    _sync_folder(path.parent)


def read_private(path: Path) -> bytes:
    """The content of a file that holds private keys; refused where others may read it."""
    with path.open("rb") as file:
        if stat.S_IMODE(os.fstat(file.fileno()).st_mode) & 0o077:
            raise PermissionError(f"{path} holds private keys and others may read it: chmod 600")
        return file.read()


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
