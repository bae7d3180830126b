"""Which schema this version of Genkan works with, and whether the store has it."""

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from gateway.errors import SettingsError

SCHEMA = "0004"
"""The newest revision in `migrations/versions`; a test holds the two together."""

_version = sa.table("alembic_version", sa.column("version_num"))


async def check_version(connection: AsyncConnection) -> None:
    """Raises SettingsError where the store was made by another version, or not at all."""
    if not await connection.run_sync(_has_tables):
        raise SettingsError("store.records: no tables yet; run `genkan init`")
    found = (await connection.execute(sa.select(_version.c.version_num))).scalar_one_or_none()
    if found != SCHEMA:
        raise SettingsError(
            f"store.records: its schema is {found}, this version needs {SCHEMA}; run `genkan init`"
        )


def _has_tables(connection: sa.Connection) -> bool:
    return sa.inspect(connection).has_table(_version.name)
