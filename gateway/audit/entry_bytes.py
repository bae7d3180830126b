"""The bytes of an entry that a seal covers, and a range of entries in order, chunk by chunk."""

import json
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from gateway.audit.records import log_entries

BEFORE_ALL = -(2**63)
"""Below every number that an entry can have."""

# A chunk holds the event loop for some 10 ms.
_CHUNK = 500

_entry_id = log_entries.c.entry_id
_NAMES = tuple(sorted(log_entries.c.keys()))

Row = Mapping[Any, Any]


def entry_bytes(row: Row) -> bytes:
    """One JSON object: names sorted, no spaces, ASCII. What is null is left out, so that a column
    that a later version adds leaves the bytes of former entries as they are."""
    said = {name: value for name in _NAMES if (value := row[name]) is not None}
    said["detail"] = _parsed(row["detail"])
    return _encode(said).encode("ascii")


async def read_entries(
    connection: AsyncConnection, first: int, last: int
) -> AsyncIterator[Sequence[Row]]:
    """Those numbered from `first` to `last`, as they lie in the store."""
    query = (
        sa.select(*_columns(connection.dialect.name))
        .where(_entry_id > sa.bindparam("after"), _entry_id <= last)
        .order_by(_entry_id)
        .limit(_CHUNK)
    )
    after = first - 1
    while rows := (await connection.execute(query, {"after": after})).mappings().all():
        yield rows
        after = rows[-1]["entry_id"]


async def count_entries(connection: AsyncConnection, first: int, last: int) -> int:
    query = sa.select(sa.func.count()).where(_entry_id.between(first, last))
    found: int = (await connection.execute(query)).scalar_one()
    return found


def time_text(column: sa.Column[Any], dialect: str) -> sa.ColumnElement[Any]:
    """In UTC, as `write_time` does; as it lies there where it is no time any more."""
    if dialect != "postgresql":
        return sa.type_coerce(column, sa.String)
    # With its era, or 2026 before it would read the same; the usual one is not said.
    in_utc = sa.func.timezone("UTC", column)
    return sa.func.replace(sa.func.to_char(in_utc, "YYYY-MM-DD HH24:MI:SS.USBC"), "AD", "")


def write_time(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M:%S.%f}"


def _columns(dialect: str) -> list[sa.ColumnElement[Any]]:
    """Text where a driver would read more into it: even what is no time and no JSON any more has
    bytes."""
    c = log_entries.c
    detail: sa.ColumnElement[Any] = sa.type_coerce(c.detail, sa.Text)
    if dialect == "postgresql":
        detail = sa.cast(c.detail, sa.Text)
    others = [column for column in c if column.name not in ("at", "detail")]
    return [*others, time_text(c.at, dialect).label("at"), detail.label("detail")]


def _parsed(detail: Any) -> Any:
    """As it lies there where it is not one clear object."""
    try:
        found = json.loads(detail, object_pairs_hook=_without_doubles)
    except (ValueError, TypeError, RecursionError):
        return detail
    return found if isinstance(found, dict) else detail


def _without_doubles(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a name that stands there twice")
    return found


def _blob(value: object) -> object:
    """SQLite keeps bytes in a column of text where somebody puts them there."""
    return {"bytes": bytes(value).hex()} if isinstance(value, bytes) else repr(value)


_encode = json.JSONEncoder(sort_keys=True, separators=(",", ":"), default=_blob).encode
