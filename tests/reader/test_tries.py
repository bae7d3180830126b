"""What a try costs on the agent's page: one where a PIN was wrong, none for anything else."""

import asyncio
from dataclasses import replace

import pytest

from gateway.reader.model import parse_signing_request
from gateway.reader.signing import PinProblem, TypedPin, sign
from gateway.virtual.folder import CardFolder
from gateway.virtual.pins import Pin
from gateway.virtual.tries import MemoryTries
from tests.reader.browser import (
    AGENT,
    GATEWAY,
    GOOD,
    PASSWORD,
    PIN,
    REGISTRATION,
    WRONG_PASSWORD,
    WRONG_PIN,
    Browser,
    assert_nothing_signed,
    tries,
)
from tests.reader.conftest import ManualClock

pytestmark = pytest.mark.anyio


class TestTries:
    async def test_a_wrong_pin_costs_one_try_and_signs_nothing(
        self, browser: Browser, folder: CardFolder
    ) -> None:
        address = await browser.ask()
        page = await browser.type(f"{address}/cards/hanako", authentication_pin=WRONG_PIN)
        assert page.status == 422
        assert_nothing_signed(page)
        assert "Tries left: 2" in page.text
        assert tries(folder) == (5, 2)

    async def test_a_wrong_signature_password_leaves_the_other_pin_alone(
        self, browser: Browser, folder: CardFolder
    ) -> None:
        address = await browser.ask(REGISTRATION)
        page = await browser.type(
            f"{address}/cards/hanako", signature_pin=WRONG_PASSWORD, authentication_pin=WRONG_PIN
        )
        assert_nothing_signed(page)
        assert tries(folder) == (4, 3)

    async def test_one_right_pin_of_two_yields_nothing(
        self, browser: Browser, folder: CardFolder
    ) -> None:
        address = await browser.ask(REGISTRATION)
        page = await browser.type(
            f"{address}/cards/hanako", signature_pin=PASSWORD, authentication_pin=WRONG_PIN
        )
        assert_nothing_signed(page)
        assert tries(folder) == (5, 2)

    @pytest.mark.parametrize("typed", ["", "739", "73911", "73a1", "７３９１", " 7391"])
    async def test_a_malformed_pin_costs_no_try(
        self, browser: Browser, folder: CardFolder, typed: str
    ) -> None:
        address = await browser.ask()
        page = await browser.type(f"{address}/cards/hanako", authentication_pin=typed)
        assert page.status == 422
        assert_nothing_signed(page)
        assert "No try was used" in page.text
        assert tries(folder) == (5, 3)

    @pytest.mark.parametrize(
        ("password", "pin"),
        [("short", PIN), ("", PIN), (PASSWORD, ""), (PASSWORD, "12345"), ("WITH SPACE", WRONG_PIN)],
    )
    async def test_one_malformed_pin_keeps_the_other_from_the_card(
        self, browser: Browser, folder: CardFolder, password: str, pin: str
    ) -> None:
        address = await browser.ask(REGISTRATION)
        page = await browser.type(
            f"{address}/cards/hanako", signature_pin=password, authentication_pin=pin
        )
        assert_nothing_signed(page)
        assert tries(folder) == (5, 3)

    async def test_the_right_pin_gives_the_tries_back(
        self, browser: Browser, folder: CardFolder
    ) -> None:
        address = await browser.ask()
        await browser.type(f"{address}/cards/hanako", authentication_pin=WRONG_PIN)
        assert tries(folder) == (5, 2)
        page = await browser.type(f"{address}/cards/hanako", authentication_pin=PIN)
        assert page.answer is not None
        assert tries(folder) == (5, 3)

    @pytest.mark.parametrize("shown", ["", "2", "4", "0", "-1", "３", "3 ", "x"])
    async def test_a_try_that_was_not_shown_is_not_spent(
        self, browser: Browser, folder: CardFolder, shown: str
    ) -> None:
        address = await browser.ask()
        data = {"authentication_pin": PIN, "authentication_tries": shown}
        page = await browser.send(f"{address}/cards/hanako", data)
        assert page.status == 422
        assert_nothing_signed(page)
        assert tries(folder) == (5, 3)

    async def test_a_form_sent_twice_costs_one_try(
        self, browser: Browser, folder: CardFolder
    ) -> None:
        address = await browser.ask()
        data = {"authentication_pin": WRONG_PIN, "authentication_tries": "3"}
        for _ in range(2):
            assert_nothing_signed(await browser.send(f"{address}/cards/hanako", data))
        assert tries(folder) == (5, 2)

    @pytest.mark.parametrize("name", ["authentication_pin", "authentication_tries"])
    async def test_a_repeated_field_costs_no_try(
        self, browser: Browser, folder: CardFolder, name: str
    ) -> None:
        address = await browser.ask()
        response = await browser.client.post(
            f"{address}/cards/hanako",
            content=f"authentication_pin=0000&authentication_tries=3&{name}=3",
            headers={"Origin": AGENT, "Content-Type": "application/x-www-form-urlencoded"},
        )
        assert response.status_code == 400
        assert tries(folder) == (5, 3)


class TestTheLastTry:
    @pytest.fixture
    async def address(self, browser: Browser, folder: CardFolder) -> str:
        address = await browser.ask()
        for _ in range(2):
            await browser.type(f"{address}/cards/hanako", authentication_pin=WRONG_PIN)
        assert tries(folder) == (5, 1)
        return f"{address}/cards/hanako"

    async def test_it_is_asked_for_in_so_many_words(self, browser: Browser, address: str) -> None:
        page = await browser.open(address)
        assert "This is the last try" in page.text
        assert page.element("authentication_last_try")["type"] == "checkbox"
        assert "checked" not in page.element("authentication_last_try")

    @pytest.mark.parametrize("pin", [PIN, WRONG_PIN])
    @pytest.mark.parametrize("confirmation", [{}, {"authentication_last_try": "on"}])
    async def test_it_is_not_spent_without_confirmation(
        self,
        browser: Browser,
        folder: CardFolder,
        address: str,
        pin: str,
        confirmation: dict[str, str],
    ) -> None:
        page = await browser.type(address, authentication_pin=pin, **confirmation)
        assert page.status == 422
        assert_nothing_signed(page)
        assert tries(folder) == (5, 1)

    async def test_confirmed_and_right_it_signs(
        self, browser: Browser, folder: CardFolder, address: str
    ) -> None:
        page = await browser.type(
            address, authentication_pin=PIN, authentication_last_try="confirmed"
        )
        assert page.answer is not None
        assert page.answer["outcome"] == "signed"
        assert tries(folder) == (5, 3)

    async def test_confirmed_and_wrong_it_locks(
        self, browser: Browser, folder: CardFolder, address: str
    ) -> None:
        page = await browser.type(
            address, authentication_pin=WRONG_PIN, authentication_last_try="confirmed"
        )
        assert page.status == 200
        assert page.answer == {
            "challenge_id": "a-challenge_1",
            "outcome": "locked",
            "tries_remaining": "0",
        }
        assert tries(folder) == (5, 0)

    async def test_a_locked_card_stays_locked(
        self, browser: Browser, folder: CardFolder, address: str
    ) -> None:
        await browser.type(
            address, authentication_pin=WRONG_PIN, authentication_last_try="confirmed"
        )
        again = f"{await browser.ask()}/cards/hanako"
        page = await browser.open(again)
        assert "This card is locked" in page.text
        assert not page.has("authentication_pin")
        for tries_seen in ("0", "1", "3"):
            again = f"{await browser.ask()}/cards/hanako"
            data = {"authentication_pin": PIN, "authentication_tries": tries_seen}
            page = await browser.send(again, {**data, "authentication_last_try": "confirmed"})
            assert page.answer is not None
            assert page.answer["outcome"] == "locked"
        assert tries(folder) == (5, 0)

    async def test_a_locked_authentication_pin_stops_a_registration_too(
        self, browser: Browser, folder: CardFolder, address: str
    ) -> None:
        await browser.type(
            address, authentication_pin=WRONG_PIN, authentication_last_try="confirmed"
        )
        register = f"{await browser.ask(REGISTRATION)}/cards/hanako"
        data = {"signature_pin": WRONG_PASSWORD, "signature_tries": "5", "authentication_pin": PIN}
        page = await browser.send(register, data)
        assert page.answer is not None
        assert page.answer["outcome"] == "locked"
        assert tries(folder) == (5, 0)


async def test_the_signature_password_locks_after_five(
    browser: Browser, folder: CardFolder
) -> None:
    address = f"{await browser.ask(REGISTRATION)}/cards/hanako"
    typed = {"signature_pin": WRONG_PASSWORD, "authentication_pin": PIN}
    for remaining in (4, 3, 2, 1):
        assert_nothing_signed(await browser.type(address, **typed))
        assert tries(folder) == (remaining, 3)
    assert_nothing_signed(await browser.type(address, **typed))
    assert tries(folder) == (1, 3)
    page = await browser.type(address, **typed, signature_last_try="confirmed")
    assert page.answer == {
        "challenge_id": "a-challenge_1",
        "outcome": "locked",
        "tries_remaining": "0",
    }
    assert tries(folder) == (0, 3)
    # The authentication certificate lives on.
    sign_in = await browser.type(f"{await browser.ask()}/cards/hanako", authentication_pin=PIN)
    assert sign_in.answer is not None
    assert sign_in.answer["outcome"] == "signed"


async def test_counters_outlive_the_agent(
    browser: Browser, folder: CardFolder, clock: ManualClock
) -> None:
    address = await browser.ask()
    await browser.type(f"{address}/cards/hanako", authentication_pin=WRONG_PIN)
    clock.advance(10**7)
    page = await browser.open(f"{await browser.ask()}/cards/hanako")
    assert page.forms[1].fields["authentication_tries"] == "2"


async def test_five_wrong_pins_at_once_cost_one_try(browser: Browser, folder: CardFolder) -> None:
    address = f"{await browser.ask()}/cards/hanako"
    data = {"authentication_pin": WRONG_PIN, "authentication_tries": "3"}
    for page in await asyncio.gather(*(browser.send(address, data) for _ in range(5))):
        assert_nothing_signed(page)
    assert tries(folder) == (5, 2)


def test_a_try_spent_between_look_and_deed_is_noticed(folder: CardFolder) -> None:
    class SpentMeanwhile(MemoryTries):
        """Another window spends a try right after this one looked."""

        def spend(self, pin: Pin, seen: int | None) -> int:
            super().spend(pin, None)
            return super().spend(pin, seen)

    counters = SpentMeanwhile()
    card = replace(folder.load("hanako"), tries=counters)
    request = parse_signing_request(GOOD, GATEWAY)
    typed = {Pin.AUTHENTICATION: TypedPin(PIN, tries_seen=3, last_try_confirmed=False)}
    assert sign(card, request, typed) == (PinProblem(Pin.AUTHENTICATION, "changed"),)
    assert counters.remaining(Pin.AUTHENTICATION) == 2
