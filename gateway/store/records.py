"""Which store the settings name."""

import sqlalchemy as sa
from sqlalchemy.engine import URL, make_url

from gateway.errors import SettingsError
from gateway.store.api import Records
from gateway.store.postgresql import PostgresqlRecords
from gateway.store.sqlite import SqliteRecords

_DRIVERS = {"sqlite": "sqlite+pysqlite", "postgresql": "postgresql+asyncpg"}


def open_records(url: str) -> Records:
    """`sqlite:///relative.db`, `sqlite:////absolute.db` or `postgresql://user@host/name`."""
    address = records_url(url)
    return SqliteRecords(address) if is_sqlite(address) else PostgresqlRecords(address)


def records_url(url: str) -> URL:
    try:
        parsed = make_url(url)
        return parsed.set(drivername=_DRIVERS[parsed.drivername])
    except (sa.exc.ArgumentError, KeyError, ValueError) as cause:
        raise SettingsError("store.records: it must be a sqlite: or postgresql: URL") from cause


def is_sqlite(address: URL) -> bool:
    return address.get_backend_name() == "sqlite"
