"""What outlives a restart: each file's last good content, and the newest list of each scope."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from plugins.crl.atomic import replacing
from plugins.crl.index_folder import IndexFolder
from plugins.crl.revocation_list import AgeOrder

FILE = "memory.json"


@dataclass(frozen=True, slots=True)
class Memory:
    last_good: Mapping[str, str] = field(default_factory=dict)
    """By the CRL file's name: the digest of what was used last. It is used on where the next
    content cannot be."""
    newest: Mapping[str, AgeOrder] = field(default_factory=dict)
    """By scope: the newest list that was ever in force here. None goes back behind it."""

    def joined(self, other: "Memory") -> "Memory":
        newest = dict(self.newest)
        for scope, order in other.newest.items():
            newest[scope] = max(order, newest.get(scope, order))
        return Memory({**self.last_good, **other.last_good}, newest)


def scope_of(fingerprint: str, distribution_point: bytes) -> str:
    """What the lists of one CA for one distribution point have in common."""
    return f"{fingerprint}/{distribution_point.hex()}"


def fingerprint_of(scope: str) -> str:
    """Whose scope it is."""
    return scope.partition("/")[0]


def recall(indices: IndexFolder) -> Memory:
    """Empty where it cannot be read: it is an aid, and proves nothing."""
    try:
        kept = json.loads((indices.path / FILE).read_bytes())
        newest = {
            str(scope): (int(number), datetime.fromisoformat(this_update))
            for scope, (number, this_update) in kept["newest"].items()
        }
        last_good = {str(name): str(digest) for name, digest in kept["last_good"].items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return Memory()
    return Memory(last_good, newest)


def remember(indices: IndexFolder, memory: Memory) -> Memory:
    """Joined with what other workers have seen meanwhile."""
    with indices.locked():
        joined = recall(indices).joined(memory)
        kept = {
            "last_good": joined.last_good,
            "newest": {
                scope: [number, this_update.isoformat()]
                for scope, (number, this_update) in joined.newest.items()
            },
        }
        with replacing(Path(indices.path / FILE)) as file:
            file.write(json.dumps(kept).encode())
    return joined
