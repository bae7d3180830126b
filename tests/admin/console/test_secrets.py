"""The page of a secret: a new one beside the former, shown once; the former ends when told to."""

import re
from datetime import timedelta

import pytest

from tests.admin.console.client_forms import SERVICE_FORM, SERVICES, client
from tests.support.log import log_text
from tests.support.operators import Office, no_longer_fresh

pytestmark = pytest.mark.anyio
PAGE = f"{SERVICES}/health/secrets"
SECRET = re.compile(r'class="secret"[^>]*><code>([^<]{43})</code>')


def shown(page: str) -> str:
    (secret,) = SECRET.findall(page)
    return str(secret)


async def is_good(office: Office, secret: str) -> bool:
    clients = office.gateway.provider.clients
    found = await clients.find("health")
    assert found is not None
    return clients.secret_matches(found, secret, office.gateway.clock())


async def test_both_secrets_are_good_until_the_former_is_ended(office: Office) -> None:
    async with office.at_desk(await office.operator()) as desk:
        first = shown((await desk.post(SERVICES, data=SERVICE_FORM)).text)
        asked = await desk.get(PAGE)
        assert "2026/11/28 18:00:" in asked.text
        assert "/secrets/former" not in asked.text
        rotated = await desk.post(PAGE, data={"version": "1"})
        second = shown(rotated.text)
        assert rotated.headers["cache-control"] == "no-store"
        assert await is_good(office, first)
        assert await is_good(office, second)
        again = await desk.get(PAGE)
        assert "発行するとすぐに使えなくなります" in again.text
        assert first not in again.text
        assert second not in again.text
        ended = await desk.post(f"{PAGE}/former", data={"version": "2"})
        assert ended.headers["location"] == f"{SERVICES}/health?done=former_secret_ended"
        assert (await desk.get(ended.headers["location"])).status_code == 200
        assert not await is_good(office, first)
        assert await is_good(office, second)
        twice = await desk.post(f"{PAGE}/former", data={"version": "3"})
        assert twice.status_code == 409
        assert 'role="alert"' in twice.text
    text = await log_text(office.gateway)
    assert first not in text
    assert second not in text


async def test_a_former_secret_whose_time_is_over_is_not_offered_for_ending(
    office: Office,
) -> None:
    operator = await office.operator()
    async with office.at_desk(operator) as desk:
        await desk.post(SERVICES, data=SERVICE_FORM)
        await desk.post(PAGE, data={"version": "1"})
        assert f'action="{PAGE}/former"' in (await desk.get(PAGE)).text
        office.gateway.clock.forward(hours=168)
        await office.sign_in(desk, operator)
        assert f'action="{PAGE}/former"' not in (await desk.get(PAGE)).text


async def test_nothing_rotates_for_who_proved_themselves_long_ago_or_saw_another_version(
    office: Office,
) -> None:
    operator = await office.operator()
    async with office.at_desk(operator) as desk:
        await desk.post(SERVICES, data=SERVICE_FORM)
        assert (await desk.post(PAGE, data={"version": "2"})).status_code == 412
        assert (await desk.post(PAGE, data={"go": "1"})).status_code == 428
        no_longer_fresh(office)
        assert (await desk.get(PAGE)).headers["location"] == f"/admin/again?to={PAGE}"
        assert (await desk.post(PAGE, data={"version": "1"})).status_code == 303
    found = await client(office)
    assert found.version == 1
    assert found.former_secret_until is None
    assert await office.log("service.secret_rotated") == []


async def test_the_service_says_until_when_its_former_secret_works(office: Office) -> None:
    async with office.at_desk(await office.operator()) as desk:
        await desk.post(SERVICES, data=SERVICE_FORM)
        await desk.post(PAGE, data={"version": "1"})
        until = (await client(office)).former_secret_until
        assert until == office.gateway.clock() + timedelta(hours=168)
        assert (
            "前のシークレットは次の日時まで使えます" in (await desk.get(f"{SERVICES}/health")).text
        )
