"""Many at the same moment: of one use, and of one token, one gets it."""

import anyio
import httpx2
import pytest

from tests.oidc.registration.shelf import clients_of
from tests.support.developer import developer
from tests.support.gateway import Gateway

pytestmark = pytest.mark.anyio
AT_ONCE = 20


async def test_of_twenty_who_come_for_the_last_use_one_registers(gateway: Gateway) -> None:
    by = await developer(gateway, uses=1)
    answers: list[httpx2.Response] = []

    async def one() -> None:
        answers.append(await by.register())

    async with anyio.create_task_group() as group:
        for _ in range(AT_ONCE):
            group.start_soon(one)
    assert sorted(answer.status_code for answer in answers) == [201, *[401] * (AT_ONCE - 1)]
    assert len(await clients_of(gateway)) == 1


async def test_of_twenty_changes_by_one_token_one_is_made(gateway: Gateway) -> None:
    by = await developer(gateway)
    told = await by.registered()
    answers: list[httpx2.Response] = []

    async def one(number: int) -> None:
        answers.append(await by.change(told, **{"client_name#en": f"Number {number}"}))

    async with anyio.create_task_group() as group:
        for number in range(AT_ONCE):
            group.start_soon(one, number)
    assert sorted(answer.status_code for answer in answers) == [200, *[401] * (AT_ONCE - 1)]
    (winner,) = [answer.json() for answer in answers if answer.status_code == 200]
    read = (await by.manage("GET", winner)).json()
    assert read["client_name#en"] == winner["client_name#en"]
