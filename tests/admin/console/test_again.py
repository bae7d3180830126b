"""Before a dangerous deed: a passkey, or password and code, of whoever is signed in."""

import json
from datetime import timedelta

import httpx2
import pyotp
import pytest

from gateway.operators.model import Operator
from tests.admin.console.invited import (
    PASSWORD,
    code_from,
    invite,
    set_passkey,
    set_password,
)
from tests.support.authenticator import Authenticator
from tests.support.gateway import ISSUER
from tests.support.operators import API, Office, no_longer_fresh

pytestmark = pytest.mark.anyio
TO = "/admin/account/new-token"


@pytest.fixture
async def administrator(office: Office) -> Operator:
    return await office.operator()


async def prove_by_passkey(
    browser: httpx2.AsyncClient, authenticator: Authenticator, to: str = TO
) -> httpx2.Response:
    options = await browser.post("/admin/again/passkey")
    answer = authenticator.get(json.dumps(options.json()))
    return await browser.post("/admin/again/passkey/answer", data={"answer": answer, "to": to})


async def acknowledge(browser: httpx2.AsyncClient) -> None:
    await browser.post("/admin/notice", data={"training_received": "yes"})


async def test_a_passkey_proves_it_again_and_the_way_goes_on(
    office: Office, administrator: Operator
) -> None:
    link = await invite(office, administrator)
    async with office.browser() as browser:
        authenticator = Authenticator(ISSUER)
        await set_passkey(browser, link, authenticator)
        await acknowledge(browser)
        assert (await browser.get(TO)).status_code == 200
        no_longer_fresh(office)
        led = await browser.get(TO)
        assert led.headers["location"] == f"/admin/again?to={TO}"
        page = await browser.get(led.headers["location"])
        assert 'data-passkey="get"' in page.text
        assert 'name="password"' not in page.text
        before = dict(browser.cookies)
        proven = await prove_by_passkey(browser, authenticator)
        assert (proven.status_code, proven.headers["location"]) == (303, TO)
        assert dict(browser.cookies) != before
        assert (await browser.get(TO)).status_code == 200
        elsewhere = await prove_by_passkey(browser, authenticator, "//evil.example/admin")
        assert elsewhere.headers["location"] == "/admin"
    assert len(await office.log("operator.reauthenticated")) == 2


async def test_a_strangers_passkey_proves_nothing(office: Office, administrator: Operator) -> None:
    ours, theirs = Authenticator(ISSUER), Authenticator(ISSUER)
    link = await invite(office, administrator)
    other = await invite(office, administrator, login_name="jiro@hanasaki.example")
    async with office.browser() as browser, office.browser() as stranger:
        await set_passkey(browser, link, ours)
        await set_passkey(stranger, other, theirs)
        await acknowledge(browser)
        no_longer_fresh(office)
        options = (await browser.post("/admin/again/passkey")).json()
        answer = theirs.get(json.dumps({**options, "allowCredentials": []}))
        form = {"answer": answer, "to": TO}
        refused = await browser.post("/admin/again/passkey/answer", data=form)
        assert refused.status_code == 403
        assert 'role="alert"' in refused.text
        assert (await browser.get(TO)).status_code == 303
    assert await office.log("operator.reauthenticated") == []


async def test_a_password_and_a_new_code_prove_it_again(
    office: Office, administrator: Operator
) -> None:
    link = await invite(office, administrator)
    async with office.browser() as browser:
        page = await browser.get(link)
        code_now = code_from(office, page.text)
        await set_password(office, browser, link)
        await acknowledge(browser)
        no_longer_fresh(office)
        form = {"password": PASSWORD, "code": code_now, "to": TO}
        old = await browser.post("/admin/again", data=form)
        assert old.status_code == 403
        assert 'data-passkey="get"' not in old.text
        assert PASSWORD not in old.text
        secret = page.text.partition('<p class="secret">')[2].partition("<")[0].replace(" ", "")
        fresh = pyotp.TOTP(secret).at(office.gateway.clock.now)
        wrong = await browser.post("/admin/again", data={**form, "code": fresh, "password": "x"})
        assert wrong.status_code == 403
        office.gateway.clock.forward(seconds=30)
        fresh = pyotp.TOTP(secret).at(office.gateway.clock.now)
        proven = await browser.post("/admin/again", data={**form, "code": fresh})
        assert (proven.status_code, proven.headers["location"]) == (303, TO)
        assert (await browser.get(TO)).status_code == 200


async def test_it_is_for_whoever_is_signed_in_and_brings_an_answer(
    office: Office, administrator: Operator
) -> None:
    async with office.browser() as browser:
        for answer in (await browser.get("/admin/again"), await browser.post("/admin/again")):
            assert answer.headers["location"].startswith("/admin/sign-in")
        options = await browser.post("/admin/again/passkey")
        assert options.headers["location"].startswith("/admin/sign-in")
    async with office.at_desk(administrator) as desk:
        assert (await desk.post("/admin/again/passkey/answer", data={"to": TO})).status_code == 400


async def test_proving_it_again_makes_no_session_last_longer(
    office: Office, administrator: Operator
) -> None:
    link = await invite(office, administrator)
    authenticator = Authenticator(ISSUER)
    async with office.browser() as browser:
        await set_passkey(browser, link, authenticator)
        await acknowledge(browser)
        for _ in range(33):
            office.gateway.clock.now += timedelta(minutes=14, seconds=30)
            await prove_by_passkey(browser, authenticator)
        assert (await browser.get(TO)).status_code == 200
        office.gateway.clock.now += timedelta(minutes=5)
        late = await browser.get(TO)
        assert late.headers["location"].startswith("/admin/sign-in")


async def test_who_proves_themselves_by_a_token_makes_nobody_elses_session_fresh(
    office: Office, administrator: Operator
) -> None:
    """Somebody of hanasaki's, with a cookie that was the administrator's, and a token and a passkey
    of their own."""
    own = Authenticator(ISSUER)
    link = await invite(office, administrator, "/admin/tenants/hanasaki")
    async with office.browser() as thief:
        await set_passkey(thief, link, own)
        await acknowledge(thief)
        made = await thief.post(f"{API}/me/tokens", json={"name": "nightly", "days": 1})
        bearer = {"Authorization": f"Bearer {made.json()['token']}"}
    async with office.at_desk(administrator) as desk:
        no_longer_fresh(office)
        before = dict(desk.cookies)
        asked = await desk.post("/admin/again/passkey", headers=bearer)
        assert asked.headers["location"].startswith("/admin/sign-in")
        options = (await desk.post("/admin/again/passkey")).json()
        form = {"answer": own.get(json.dumps({**options, "allowCredentials": []})), "to": TO}
        answer = await desk.post("/admin/again/passkey/answer", data=form, headers=bearer)
        assert answer.headers["location"].startswith("/admin/sign-in")
        assert dict(desk.cookies) == before
        assert (await desk.get(TO)).headers["location"] == f"/admin/again?to={TO}"
    assert await office.log("operator.reauthenticated") == []
