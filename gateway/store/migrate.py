"""Brings a store's schema to this version (`genkan init`, `genkan demo`)."""

from importlib.resources import files

import sqlalchemy as sa
from alembic import command
from alembic.config import Config

from gateway.store.answering import answering
from gateway.store.records import open_records

# Any number, as long as it is the same for all who migrate one database.
_ADVISORY_LOCK = 113_723_290_872_174


async def migrate(url: str) -> None:
    """Safe to repeat, and for two at once: the second waits and finds nothing to do. All steps
    are one transaction: after a failure the schema is what it was."""
    records = open_records(url)
    try:
        with answering():
            async with records.writing() as connection:
                await connection.run_sync(_upgrade)
    finally:
        await records.close()


def alembic_config(connection: sa.Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(files("gateway.store").joinpath("migrations")))
    config.attributes["connection"] = connection
    return config


def _upgrade(connection: sa.Connection) -> None:
    if connection.dialect.name == "postgresql":
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_ADVISORY_LOCK)))
    command.upgrade(alembic_config(connection), "head")
