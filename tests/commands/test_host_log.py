"""What is done on the host is in the log: a start of the gateway, a key that is rotated."""

import shutil
from collections.abc import AsyncIterator
from importlib.metadata import version
from pathlib import Path

import pytest
import sqlalchemy as sa

from gateway.app import check_start, open_app
from gateway.audit.model import Entry, LogKind, Origin, Outcome
from gateway.commands.store_commands import list_keys, rotate_keys
from gateway.errors import StoreError
from gateway.settings import Settings
from gateway.store.api import Records
from gateway.store.records import open_records
from tests.support.gateway import NOW, settings_in
from tests.support.log import logged_in

pytestmark = pytest.mark.anyio


@pytest.fixture
def settings(tmp_path: Path, template: Path) -> Settings:
    shutil.copytree(template, tmp_path, dirs_exist_ok=True)
    return settings_in(tmp_path)


@pytest.fixture
async def records(settings: Settings) -> AsyncIterator[Records]:
    opened = open_records(settings.store.records)
    yield opened
    await opened.close()


def event(deed: str, actor: str, **detail: str) -> Entry:
    return Entry(NOW, LogKind.EVENT, deed, Outcome.DONE, Origin(actor), detail=detail)


async def test_a_start_is_one_entry(settings: Settings, records: Records) -> None:
    async with open_app(settings, lambda: NOW):
        pass
    started = event("gateway.started", "gateway", version=version("genkan"))
    assert await logged_in(records) == [started]


async def test_looking_whether_it_could_start_is_none(settings: Settings, records: Records) -> None:
    await check_start(settings, lambda: NOW)
    assert await logged_in(records) == []


async def test_a_rotated_key_is_one_entry(settings: Settings, records: Records) -> None:
    kid = await rotate_keys(settings, "ES256", NOW)
    assert await logged_in(records) == [event("key.rotated", "host", alg="ES256", kid=kid)]


async def test_without_the_log_nothing_starts_and_no_key_is_rotated(
    settings: Settings, records: Records
) -> None:
    before = await list_keys(settings)
    async with records.writing() as connection:
        await connection.execute(sa.text("DROP TABLE log_entries"))
    with pytest.raises(sa.exc.OperationalError):
        async with open_app(settings, lambda: NOW):
            pytest.fail("it has started")
    with pytest.raises(StoreError):
        await rotate_keys(settings, "ES256", NOW)
    assert await list_keys(settings) == before
