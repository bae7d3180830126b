"""How often somebody may guess, under one name, from one network and at once."""

import asyncio
from datetime import timedelta

import pytest

from gateway.operators.lockout import Held, Lockout, Try
from gateway.store.memory import MemoryMoments
from tests.operators.people import KEYED_HASH
from tests.support.gateway import MovableClock

HOME, NEXT_DESK, AWAY = "203.0.113.7", "203.0.113.200", "198.51.100.9"


class Guesser:
    def __init__(self) -> None:
        self.clock = MovableClock()
        self.moments = MemoryMoments(self.clock)
        self.lockout = Lockout(self.moments, KEYED_HASH)

    async def guess(self, name: str = "hanako", address: str | None = HOME) -> Try | Held:
        return await self.lockout.begin(name, address, self.clock.now)

    async def wait_after(self, guesses: int, name: str = "hanako", address: str = HOME) -> Held:
        """After so many wrong guesses, each as soon as it was possible."""
        for _ in range(guesses):
            while isinstance(found := await self.guess(name, address), Held):
                self.clock.now += found.retry_after
        found = await self.guess(name, address)
        assert isinstance(found, Held)
        return found

    async def sign_in(self, name: str = "hanako", address: str = HOME) -> None:
        found = await self.guess(name, address)
        assert isinstance(found, Try)
        await self.lockout.succeed(found)


@pytest.fixture
def guesser() -> Guesser:
    return Guesser()


@pytest.mark.anyio
async def test_five_wrong_tries_are_free(guesser: Guesser) -> None:
    for _ in range(5):
        assert isinstance(await guesser.guess(), Try)
    assert isinstance(await guesser.guess(), Held)


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("wrong", "seconds"),
    [(5, 1), (6, 2), (7, 4), (8, 8), (13, 256), (14, 512), (15, 900), (16, 900), (30, 900)],
)
async def test_each_further_one_waits_twice_as_long(
    guesser: Guesser, wrong: int, seconds: int
) -> None:
    held = await guesser.wait_after(wrong)
    assert held.retry_after == timedelta(seconds=seconds)
    guesser.clock.now += held.retry_after - timedelta(milliseconds=1)
    assert isinstance(await guesser.guess(), Held)
    guesser.clock.now += timedelta(milliseconds=1)
    assert isinstance(await guesser.guess(), Try)


@pytest.mark.anyio
async def test_asking_while_one_waits_makes_the_wait_no_longer(guesser: Guesser) -> None:
    held = await guesser.wait_after(8)
    for _ in range(50):
        again = await guesser.guess()
        assert isinstance(again, Held)
        assert again.retry_after == held.retry_after
    guesser.clock.now += held.retry_after
    assert isinstance(await guesser.guess(), Try)


@pytest.mark.anyio
async def test_a_wait_is_told_of_once(guesser: Guesser) -> None:
    assert (await guesser.wait_after(6)).first
    again = await guesser.guess()
    assert isinstance(again, Held)
    assert not again.first
    assert (await guesser.wait_after(1)).first


@pytest.mark.anyio
async def test_of_many_guesses_at_once_five_are_looked_at(guesser: Guesser) -> None:
    found = await asyncio.gather(*(guesser.guess() for _ in range(100)))
    assert sum(isinstance(one, Try) for one in found) == 5
    guesser.clock.forward(seconds=1)
    found = await asyncio.gather(*(guesser.guess() for _ in range(100)))
    assert sum(isinstance(one, Try) for one in found) == 1
    assert await guesser.guess() == Held(timedelta(seconds=2), first=False)


@pytest.mark.anyio
async def test_a_sign_in_forgets_what_went_wrong_before_it(guesser: Guesser) -> None:
    held = await guesser.wait_after(9)
    guesser.clock.now += held.retry_after
    await guesser.sign_in()
    for _ in range(5):
        assert isinstance(await guesser.guess(), Try)
    assert isinstance(await guesser.guess(), Held)


@pytest.mark.anyio
async def test_a_sign_in_forgets_nothing_of_another_name_or_network(guesser: Guesser) -> None:
    await guesser.wait_after(9, "taro")
    held = await guesser.wait_after(9, "hanako", AWAY)
    await guesser.sign_in("hanako", HOME)
    assert isinstance(await guesser.guess("taro", HOME), Held)
    assert await guesser.guess("hanako", AWAY) == Held(held.retry_after, first=False)


@pytest.mark.anyio
async def test_a_try_that_was_not_wrong_counts_for_nothing(guesser: Guesser) -> None:
    for _ in range(40):
        found = await guesser.guess()
        assert isinstance(found, Try)
        await guesser.lockout.take_back(found)
    await guesser.wait_after(5)


@pytest.mark.anyio
async def test_a_right_password_forgets_no_wrong_code(guesser: Guesser) -> None:
    """Who has the password asks for the code again and again."""
    looked_at = 0
    for _ in range(40):
        password = await guesser.guess()
        if isinstance(password, Try):
            await guesser.lockout.take_back(password)
        looked_at += isinstance(await guesser.guess(), Try)
    assert looked_at == 5


@pytest.mark.anyio
async def test_a_neighbour_in_the_same_network_shares_the_count(guesser: Guesser) -> None:
    await guesser.wait_after(5, "hanako", HOME)
    assert isinstance(await guesser.guess("hanako", NEXT_DESK), Held)
    assert isinstance(await guesser.guess("hanako", AWAY), Try)
    assert isinstance(await guesser.guess("taro", HOME), Try)


@pytest.mark.anyio
async def test_one_ipv6_subscriber_is_one_network(guesser: Guesser) -> None:
    await guesser.wait_after(5, "hanako", "2001:db8:1:2::1")
    assert isinstance(await guesser.guess("hanako", "2001:db8:1:2:ffff::9"), Held)
    assert isinstance(await guesser.guess("hanako", "2001:db8:1:3::1"), Try)


@pytest.mark.anyio
async def test_whoever_comes_from_nowhere_is_counted_too(guesser: Guesser) -> None:
    for address in (None, "testclient", None, "", None):
        assert isinstance(await guesser.guess("hanako", address), Try)
    assert isinstance(await guesser.guess("hanako", None), Held)


@pytest.mark.anyio
async def test_many_networks_together_guess_one_name_fifty_times(guesser: Guesser) -> None:
    looked_at = [await guesser.guess("hanako", f"10.0.{n}.1") for n in range(60)]
    assert sum(isinstance(one, Try) for one in looked_at) == 50
    assert isinstance(await guesser.guess("taro", "10.0.59.1"), Try)


@pytest.mark.anyio
async def test_nobody_is_locked_out_of_their_own_network_from_elsewhere(guesser: Guesser) -> None:
    await guesser.sign_in("hanako", HOME)
    for network in range(60):
        await guesser.guess("hanako", f"10.0.{network}.1")
    assert isinstance(await guesser.guess("hanako", AWAY), Held)
    assert isinstance(await guesser.guess("hanako", NEXT_DESK), Try)


@pytest.mark.anyio
async def test_one_address_guesses_a_hundred_names(guesser: Guesser) -> None:
    looked_at = [await guesser.guess(f"person{n}", HOME) for n in range(120)]
    assert sum(isinstance(one, Try) for one in looked_at) == 100
    assert isinstance(await guesser.guess("hanako", NEXT_DESK), Try)
    guesser.clock.forward(minutes=15)
    assert isinstance(await guesser.guess("hanako", HOME), Try)


@pytest.mark.anyio
async def test_a_busy_town_hall_behind_one_address_is_not_slowed_down(guesser: Guesser) -> None:
    for person in range(300):
        await guesser.sign_in(f"person{person}", HOME)
    assert isinstance(await guesser.guess("hanako", HOME), Try)


@pytest.mark.anyio
async def test_a_held_try_counts_for_nobody_else(guesser: Guesser) -> None:
    await guesser.wait_after(15)
    for _ in range(200):
        await guesser.guess()
    assert isinstance(await guesser.guess("taro", HOME), Try)
    assert isinstance(await guesser.guess("hanako", AWAY), Try)


@pytest.mark.anyio
async def test_a_wrong_try_is_forgotten_after_a_day(guesser: Guesser) -> None:
    await guesser.wait_after(14)
    guesser.clock.forward(hours=23)
    assert (await guesser.wait_after(1)).retry_after == timedelta(seconds=900)
    guesser.clock.forward(hours=1)
    for _ in range(5):
        assert isinstance(await guesser.guess(), Try)


@pytest.mark.anyio
async def test_no_name_is_kept_as_it_was_typed(guesser: Guesser) -> None:
    await guesser.wait_after(6, "my password, by mistake")
    assert "mistake" not in repr(vars(guesser.moments))
