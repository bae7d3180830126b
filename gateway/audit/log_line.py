"""An entry as one line of JSON: the table's envelope, bounded, and nothing a terminal obeys."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from itertools import islice
from typing import Any

import msgspec

from gateway.audit.model import Entry

LONGEST_LINE = 16_384
_NAME, _TEXT, _FIELDS = 32, 100, 10
"""What is kept of a longer one: at 6 bytes a character it stays below LONGEST_LINE."""
_UNSEEN = re.compile("[\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]")
"""What JSON need not escape, but terminals and editors act on (C1, line ends, direction)."""


def line_of(entry: Entry) -> bytes:
    origin = entry.origin
    row = {
        "at": instant(entry.at),
        "kind": entry.kind,
        "deed": entry.deed,
        "outcome": entry.outcome,
        "actor": origin.actor,
        "tenant_id": entry.tenant_id,
        "client_id": entry.client_id,
        "resident": entry.resident,
        "address": origin.address,
        "request_id": origin.request_id,
        "detail": dict(entry.detail),
    }
    line = as_json(row)
    if len(line) >= LONGEST_LINE:
        detail = dict(islice(entry.detail.items(), _FIELDS))
        line = as_json(_shortened({**row, "detail": {"shortened": "yes", **detail}}))
    return line + b"\n"


def instant(at: datetime) -> str:
    """RFC 3339 in UTC, always with microseconds: as text it sorts as it happened."""
    return at.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"


def as_json(value: Mapping[str, object]) -> bytes:
    """Compact, and the same bytes for the same value: a search looks for them undecoded."""
    try:
        encoded = msgspec.json.encode(value)
    except UnicodeEncodeError:
        encoded = msgspec.json.encode(_whole(value))
    if encoded.isascii() and b"\x7f" not in encoded:
        return encoded
    return _UNSEEN.sub(lambda found: f"\\u{ord(found[0]):04x}", encoded.decode()).encode()


def _shortened(value: Any) -> Any:
    if isinstance(value, dict):
        return {name[:_NAME]: _shortened(inner) for name, inner in value.items()}
    return value[:_TEXT] if isinstance(value, str) else value


def _whole(value: Any) -> Any:
    """Half a character (a lone surrogate) is none in UTF-8."""
    if isinstance(value, dict):
        return {_whole(name): _whole(inner) for name, inner in value.items()}
    return value.encode(errors="replace").decode() if isinstance(value, str) else value
