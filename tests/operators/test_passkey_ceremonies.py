"""Passkeys in a browser: what is asked, and what is no answer to it."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import cbor2
import pytest

from gateway.operators.model import Operator
from gateway.operators.passkey_ceremonies import Ceremonies, Purpose
from gateway.operators.passkey_model import InvalidAnswer, Party
from gateway.operators.passkeys import (
    NewPasskey,
    Passkey,
)
from gateway.store.memory import MemoryMoments
from tests.operators.door import changed
from tests.operators.people import NOW, OPERATOR
from tests.support.authenticator import PRESENT, VERIFIED, Authenticator, decode, encode
from tests.support.gateway import MovableClock

ISSUER = "https://id.example.test:8443"
SIGN_IN, AGAIN = Purpose.SIGN_IN, Purpose.REAUTHENTICATION


class Page:
    """A browser page of the gateway, with an authenticator next to it."""

    def __init__(self) -> None:
        self.clock = MovableClock()
        self.ceremonies = Ceremonies(MemoryMoments(self.clock), Party(ISSUER + "/", "Genkan"))
        self.authenticator = Authenticator(ISSUER)

    async def register(self, operator: Operator = OPERATOR) -> Passkey:
        options = await self.ceremonies.ask_to_register(operator, (), "browser")
        new = await self.ceremonies.registered(self.authenticator.create(options), "browser")
        return kept(new, operator)

    async def answer(self, purpose: Purpose = SIGN_IN) -> str:
        options = await self.ceremonies.ask_to_authenticate(purpose, "browser")
        return self.authenticator.get(options)

    async def check(self, answer: str, passkey: Passkey) -> int:
        assertion = await self.ceremonies.answered(answer, SIGN_IN, "browser")
        return self.ceremonies.verify(assertion, passkey)


@pytest.fixture
def page() -> Page:
    return Page()


@pytest.mark.anyio
async def test_a_page_asks_for_a_discoverable_key_and_a_verified_person(page: Page) -> None:
    passkey = await page.register()
    asked = json.loads(await page.ceremonies.ask_to_register(OPERATOR, [passkey], "browser"))
    assert asked["rp"] == {"id": "id.example.test", "name": "Genkan"}
    assert asked["authenticatorSelection"] == {
        "residentKey": "required",
        "requireResidentKey": True,
        "userVerification": "required",
    }
    assert asked["attestation"] == "none"
    assert asked["user"]["name"] == OPERATOR.login_name
    assert decode(asked["user"]["id"]) == OPERATOR.operator_id.encode()
    assert [one["id"] for one in asked["excludeCredentials"]] == [passkey.credential_id]
    assert len(decode(asked["challenge"])) == 32


@pytest.mark.anyio
async def test_a_sign_in_page_tells_nothing_of_who_has_a_passkey(page: Page) -> None:
    passkey = await page.register()
    anybody = json.loads(await page.ceremonies.ask_to_authenticate(SIGN_IN, "browser"))
    assert anybody["allowCredentials"] == []
    assert (anybody["rpId"], anybody["userVerification"]) == ("id.example.test", "required")
    own = json.loads(await page.ceremonies.ask_to_authenticate(AGAIN, "browser", [passkey]))
    assert [one["id"] for one in own["allowCredentials"]] == [passkey.credential_id]
    assert anybody["challenge"] != own["challenge"]


@pytest.mark.anyio
async def test_a_registered_passkey_answers(page: Page) -> None:
    passkey = await page.register()
    assertion = await page.ceremonies.answered(await page.answer(), SIGN_IN, "browser")
    assert assertion.credential_id == passkey.credential_id
    assert assertion.operator_id == OPERATOR.operator_id
    assert page.ceremonies.verify(assertion, passkey) == 1


def elsewhere(authenticator: Authenticator) -> None:
    authenticator.origin = "https://id.example.test.evil.example"


def other_port(authenticator: Authenticator) -> None:
    authenticator.origin = "https://id.example.test"


def other_site(authenticator: Authenticator) -> None:
    authenticator.rp_id = "example.test"


def framed(authenticator: Authenticator) -> None:
    authenticator.cross_origin = True


def nobody_there(authenticator: Authenticator) -> None:
    authenticator.flags = VERIFIED


def unverified(authenticator: Authenticator) -> None:
    authenticator.flags = PRESENT


CHANGES = [elsewhere, other_port, other_site, framed, nobody_there, unverified]


@pytest.mark.anyio
@pytest.mark.parametrize("change", CHANGES)
async def test_no_key_is_registered_in_another_way(
    page: Page, change: Callable[[Authenticator], None]
) -> None:
    change(page.authenticator)
    with pytest.raises(InvalidAnswer):
        await page.register()


@pytest.mark.anyio
@pytest.mark.parametrize("change", CHANGES)
async def test_no_key_answers_in_another_way(
    page: Page, change: Callable[[Authenticator], None]
) -> None:
    passkey = await page.register()
    change(page.authenticator)
    with pytest.raises(InvalidAnswer):
        await page.check(await page.answer(), passkey)


@pytest.mark.anyio
async def test_a_signature_of_another_key_or_over_other_data_is_none(page: Page) -> None:
    passkey = await page.register()
    other = Page()
    other.ceremonies = page.ceremonies
    await other.register(replace(OPERATOR, operator_id="1" * 32))
    with pytest.raises(InvalidAnswer):
        await page.check(await other.answer(), passkey)
    answer = await page.answer()
    auth_data = decode(json.loads(answer)["response"]["authenticatorData"])
    later = auth_data[:-4] + (9).to_bytes(4, "big")
    with pytest.raises(InvalidAnswer):
        await page.check(changed(answer, authenticatorData=encode(later)), passkey)


@pytest.mark.anyio
async def test_a_challenge_is_good_once_for_one_browser_and_one_purpose(page: Page) -> None:
    passkey = await page.register()
    answer = await page.answer()
    assert await page.check(answer, passkey) == 1
    with pytest.raises(InvalidAnswer):
        await page.check(answer, passkey)
    stolen = await page.answer()
    with pytest.raises(InvalidAnswer):
        await page.ceremonies.answered(stolen, SIGN_IN, "another browser")
    with pytest.raises(InvalidAnswer):  # whoever tried has spent it
        await page.check(stolen, passkey)
    with pytest.raises(InvalidAnswer):
        await page.check(await page.answer(AGAIN), passkey)


@pytest.mark.anyio
async def test_a_challenge_is_good_for_five_minutes(page: Page) -> None:
    passkey = await page.register()
    in_time = await page.answer()
    page.clock.now += timedelta(seconds=299)
    assert await page.check(in_time, passkey) == 1
    late = await page.answer()
    page.clock.now += timedelta(seconds=300)
    with pytest.raises(InvalidAnswer):
        await page.check(late, passkey)


@pytest.mark.anyio
async def test_a_challenge_of_somebody_elses_making_is_none_of_ours(page: Page) -> None:
    options = json.loads(await page.ceremonies.ask_to_register(OPERATOR, (), "browser"))
    options["challenge"] = encode(b"x" * 32)
    with pytest.raises(InvalidAnswer):
        await page.ceremonies.registered(page.authenticator.create(json.dumps(options)), "browser")


@pytest.mark.anyio
@pytest.mark.parametrize(
    "text",
    [
        "",
        "null",
        "[]",
        "{}",
        "[" * 100_000,
        '{"id":1}',
        '{"id":"a","rawId":"a","type":"public-key","response":{}}',
        '{"id":"\\u0000","rawId":"AA","type":"public-key","response":null}',
    ],
)
async def test_what_is_no_answer_at_all_is_refused(page: Page, text: str) -> None:
    with pytest.raises(InvalidAnswer):
        await page.ceremonies.registered(text, "browser")
    with pytest.raises(InvalidAnswer):
        await page.ceremonies.answered(text, SIGN_IN, "browser")


@pytest.mark.anyio
@pytest.mark.parametrize("part", ["clientDataJSON", "authenticatorData", "signature"])
@pytest.mark.parametrize("value", ["", "%%%", "AA", "\ud800", encode(b"\xff" * 500)])
async def test_a_broken_part_breaks_the_answer_only(page: Page, part: str, value: str) -> None:
    passkey = await page.register()
    broken = changed(await page.answer(), **{part: value})
    with pytest.raises(InvalidAnswer):
        await page.check(broken, passkey)


@pytest.mark.anyio
@pytest.mark.parametrize("handle", ["\ud800", encode(b"\xff" * 32)])
async def test_a_user_handle_that_is_none_of_ours_breaks_the_answer(
    page: Page, handle: str
) -> None:
    await page.register()
    broken = changed(await page.answer(), userHandle=handle)
    with pytest.raises(InvalidAnswer):
        await page.ceremonies.answered(broken, SIGN_IN, "browser")


@pytest.mark.anyio
async def test_a_key_that_is_no_point_on_its_curve_is_not_registered(page: Page) -> None:
    options = await page.ceremonies.ask_to_register(OPERATOR, (), "browser")
    answer = page.authenticator.create(options)
    attestation = cbor2.loads(decode(json.loads(answer)["response"]["attestationObject"]))
    key = {1: 2, 3: -7, -1: 1, -2: b"\x01" * 32, -3: b"\x01" * 32}
    attestation["authData"] = attestation["authData"][: 37 + 16 + 2 + 32] + cbor2.dumps(key)
    broken = changed(answer, attestationObject=encode(cbor2.dumps(attestation)))
    with pytest.raises(InvalidAnswer):
        await page.ceremonies.registered(broken, "browser")


def kept(made: NewPasskey, operator: Operator) -> Passkey:
    return Passkey(
        made.credential_id,
        operator.operator_id,
        made.public_key,
        made.sign_count,
        "鍵",
        NOW,
        None,
    )
