"""The demo's operators: there after the first start, and as they are after every other."""

import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx2
import pytest
from starlette.applications import Starlette

from gateway.audit.search import LogQuery, search
from gateway.commands.admin_commands import show_networks
from gateway.commands.store_commands import initialise, opened_records, register_clients
from gateway.demo.authenticator import SECRETS, Authenticator, Shown, read_secrets
from gateway.demo.operators import open_door
from gateway.demo.town import OPERATORS
from gateway.demo.world import Ports, World, open_world
from gateway.keys.master import load_master_key
from gateway.operators.credentials import Known, known_by_login_name
from gateway.operators.model import OperatorState, Role
from gateway.operators.passwords import PasswordHashing, fault_in
from gateway.operators.totp import matching_step, unwrap_secret
from gateway.settings import Settings
from gateway.settings_file import load_settings
from tests.demo.visit import page_of

pytestmark = pytest.mark.anyio
NOW = datetime(2026, 11, 21, 9, 0, 5, tzinfo=UTC)


@pytest.fixture
def world(tmp_path: Path) -> World:
    return open_world(tmp_path / "demo", Ports(), NOW, lambda _: None)


@pytest.fixture
async def settings(world: World) -> Settings:
    settings = load_settings(world.settings_file, {})
    await initialise(settings, NOW)
    await register_clients(settings, world.clients_file, NOW)
    await open_door(settings, world.folder, NOW)
    return settings


async def known(settings: Settings, login_name: str) -> Known:
    async with opened_records(settings) as records, records.reading() as connection:
        found = await known_by_login_name(connection, login_name)
    assert found is not None
    return found


async def test_each_has_a_password_and_codes_and_has_not_seen_the_notice(
    world: World, settings: Settings
) -> None:
    passwords, master = PasswordHashing(), load_master_key(settings.keys)
    for operator in OPERATORS:
        found = await known(settings, operator.login_name)
        assert found.operator.state is OperatorState.ACTIVE
        assert found.operator.role is Role.ADMINISTRATOR
        assert found.operator.tenant_id == operator.tenant_id
        assert found.operator.notice_acknowledged_at is None
        assert fault_in(operator.password, operator.login_name) is None
        assert await passwords.matches(found.password_hash, operator.password)
        assert found.wrapped_totp_secret is not None
        kept = unwrap_secret(master, found.operator.operator_id, found.wrapped_totp_secret)
        assert kept == read_secrets(world.folder)[operator.login_name]
    assert [operator.tenant_id for operator in OPERATORS].count(None) == 2


async def test_the_lists_admit_this_machine_and_nobody_else(settings: Settings) -> None:
    for tenant_id in (None, "hanasaki"):
        listed = {entry.network for entry in await show_networks(settings, tenant_id)}
        assert listed == {"127.0.0.1/32", "::1/128"}


async def test_another_start_changes_nothing(world: World, settings: Settings) -> None:
    secrets = (world.folder / SECRETS).read_bytes()
    before = [await known(settings, operator.login_name) for operator in OPERATORS]
    await open_door(settings, world.folder, NOW + timedelta(days=1))
    assert [await known(settings, operator.login_name) for operator in OPERATORS] == before
    assert (world.folder / SECRETS).read_bytes() == secrets
    async with opened_records(settings) as records, records.reading() as connection:
        query = LogQuery(of_tenant=None, deed="operator.invited")
        assert len((await search(connection, query)).lines) == len(OPERATORS)


async def test_the_secrets_are_for_the_owner_alone(world: World, settings: Settings) -> None:
    path = world.folder / SECRETS
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    path.chmod(0o644)
    with pytest.raises(PermissionError):
        read_secrets(world.folder)
    assert settings.audit.directory.startswith(str(world.folder))


@pytest.mark.usefixtures("settings")
async def test_the_page_shows_codes_that_are_good_now_and_says_what_it_is(world: World) -> None:
    app = Starlette(routes=Authenticator(world.folder, lambda: NOW).routes())
    transport = httpx2.ASGITransport(app)
    async with httpx2.AsyncClient(transport=transport, base_url="http://localhost") as browser:
        answer = await browser.get("/authenticator?lang=en")
    assert answer.headers["refresh"] == "25"
    assert "for the demo only" in answer.text
    page, secrets = page_of(answer), read_secrets(world.folder)
    for operator in OPERATORS:
        assert matching_step(secrets[operator.login_name], page.marks[operator.login_name], NOW)
        assert secrets[operator.login_name] not in answer.text


def test_nothing_secret_is_in_a_repr() -> None:
    for operator in OPERATORS:
        assert operator.password not in repr(operator)
    shown = Shown(OPERATORS[0], "485020")
    assert "485020" not in repr(shown)
