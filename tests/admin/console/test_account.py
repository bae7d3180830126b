"""One's own account: passkeys, password, tokens and sessions, each for its owner only."""

import json

import httpx2
import pytest

from gateway.operators.model import Operator, Role
from gateway.operators.passkeys import Passkey, list_passkeys
from gateway.operators.registry import find_by_login_name
from tests.admin.console.invited import PASSWORD, invite, set_passkey, set_password
from tests.support.authenticator import Authenticator
from tests.support.gateway import ISSUER
from tests.support.log import log_text
from tests.support.operators import API, Office, no_longer_fresh

pytestmark = pytest.mark.anyio
NEW_PASSWORD = "another horse, another battery"


@pytest.fixture
async def administrator(office: Office) -> Operator:
    return await office.operator()


@pytest.fixture
async def link(office: Office, administrator: Operator) -> str:
    return await invite(office, administrator)


async def enter(browser: httpx2.AsyncClient, link: str) -> Authenticator:
    authenticator = Authenticator(ISSUER)
    await set_passkey(browser, link, authenticator)
    await browser.post("/admin/notice", data={"training_received": "yes"})
    return authenticator


async def own_passkeys(office: Office) -> tuple[Passkey, ...]:
    async with office.gateway.provider.records.reading() as connection:
        taro = await find_by_login_name(connection, "taro@hanasaki.example")
        assert taro is not None
        return await list_passkeys(connection, taro.operator_id)


async def add(browser: httpx2.AsyncClient, name: str) -> httpx2.Response:
    options = await browser.post("/admin/account/new-passkey/options")
    answer = Authenticator(ISSUER).create(json.dumps(options.json()))
    return await browser.post("/admin/account/passkeys", data={"answer": answer, "name": name})


async def test_the_page_says_who_one_is_and_what_one_may(office: Office) -> None:
    clerk = await office.operator(Role.CLERK)
    auditor = await office.operator(Role.AUDITOR, "hanasaki")
    async with office.at_desk(clerk) as desk:
        page = await desk.get("/admin/account", params={"lang": "en"})
        assert "clerk@platform" in page.text
        assert "Search and see residents" in page.text
        assert "See and search the logs" not in page.text
    async with office.at_desk(auditor) as desk:
        page = await desk.get("/admin/account", params={"lang": "en"})
        assert "See and search the logs" in page.text
        assert "Search and see residents" not in page.text
    async with office.browser() as browser:
        assert (await browser.get("/admin/account")).status_code == 303


async def test_a_passkey_is_added_renamed_and_removed(office: Office, link: str) -> None:
    async with office.browser() as browser:
        await enter(browser, link)
        assert (await browser.get("/admin/account/new-passkey")).status_code == 200
        office.gateway.clock.forward(seconds=1)
        added = await add(browser, "予備の鍵")
        assert added.headers["location"] == "/admin/account?done=passkey_added"
        first, second = await own_passkeys(office)
        assert second.name == "予備の鍵"
        path = f"/admin/account/passkeys/{second.credential_id}"
        assert "予備の鍵" in (await browser.get(path)).text
        renamed = await browser.post(path, data={"name": "金庫の鍵"})
        assert renamed.headers["location"] == "/admin/account?done=passkey_renamed"
        page = await browser.get("/admin/account")
        assert "金庫の鍵" in page.text
        assert (await browser.get(f"{path}/removal")).status_code == 200
        removed = await browser.post(f"{path}/removal")
        assert removed.headers["location"] == "/admin/account?done=passkey_removed"
    assert await own_passkeys(office) == (first,)
    for deed, name in (("added", "予備の鍵"), ("renamed", "金庫の鍵"), ("removed", "金庫の鍵")):
        (entry,) = await office.log(f"passkey.{deed}")
        assert (entry.kind, entry.detail) == ("authentication", {"name": name})


async def test_the_last_way_in_is_not_removed(office: Office, link: str) -> None:
    async with office.browser() as browser:
        await enter(browser, link)
        (only,) = await own_passkeys(office)
        page = await browser.post(f"/admin/account/passkeys/{only.credential_id}/removal")
        assert page.status_code == 409
        assert 'role="alert"' in page.text
    assert await own_passkeys(office) == (only,)
    assert await office.log("passkey.removed") == []


async def test_passkeys_are_added_and_removed_in_their_owners_presence_only(
    office: Office, link: str
) -> None:
    async with office.browser() as browser:
        await enter(browser, link)
        await add(browser, "予備の鍵")
        before = await own_passkeys(office)
        no_longer_fresh(office)
        one = f"/admin/account/passkeys/{before[0].credential_id}"
        for led in (
            await browser.get("/admin/account/new-passkey"),
            await browser.post("/admin/account/new-passkey/options"),
            await browser.post("/admin/account/passkeys", data={"answer": "{}", "name": "鍵"}),
            await browser.get(f"{one}/removal"),
            await browser.post(f"{one}/removal"),
        ):
            assert led.status_code == 303
            assert led.headers["location"].startswith("/admin/again")
    assert await own_passkeys(office) == before


async def test_what_is_no_passkey_or_no_name_adds_nothing(office: Office, link: str) -> None:
    async with office.browser() as browser:
        await enter(browser, link)
        before = await own_passkeys(office)
        forged = await browser.post(
            "/admin/account/passkeys", data={"answer": "{}", "name": "<i>鍵"}
        )
        assert forged.status_code == 422
        assert 'value="&lt;i&gt;鍵"' in forged.text
        unnamed = await add(browser, "\u202e")
        assert unnamed.status_code == 422
        assert 'aria-invalid="true"' in unnamed.text
        path = f"/admin/account/passkeys/{before[0].credential_id}"
        wrong = await browser.post(path, data={"name": "\u202e"})
        assert wrong.status_code == 422
        assert 'aria-invalid="true"' in wrong.text
    assert await own_passkeys(office) == before


async def test_another_sessions_challenge_adds_no_passkey(
    office: Office, administrator: Operator, link: str
) -> None:
    """Whoever steals an answer under way has nothing to use it with."""
    async with office.browser() as browser, office.at_desk(administrator) as desk:
        await enter(browser, link)
        options = await desk.post("/admin/account/new-passkey/options")
        answer = Authenticator(ISSUER).create(json.dumps(options.json()))
        form = {"answer": answer, "name": "鍵"}
        assert (await browser.post("/admin/account/passkeys", data=form)).status_code == 422
    assert len(await own_passkeys(office)) == 1


async def test_somebody_elses_passkey_is_not_there(
    office: Office, administrator: Operator, link: str
) -> None:
    async with office.browser() as browser:
        await enter(browser, link)
    (theirs,) = await own_passkeys(office)
    path = f"/admin/account/passkeys/{theirs.credential_id}"
    async with office.at_desk(administrator) as desk:
        assert (await desk.get(path)).status_code == 404
        assert (await desk.post(path, data={"name": "私の"})).status_code == 404
        assert (await desk.post(f"{path}/removal")).status_code == 404
    assert await own_passkeys(office) == (theirs,)


async def test_a_changed_password_signs_out_everywhere_and_is_the_one_that_counts(
    office: Office, link: str
) -> None:
    async with office.browser() as browser, office.browser() as other:
        await set_password(office, browser, link)
        assert (await browser.get("/admin/account/password")).status_code == 200
        other.cookies.update(browser.cookies)
        office.gateway.clock.forward(seconds=1)
        form = {"password": NEW_PASSWORD, "password_again": NEW_PASSWORD}
        changed = await browser.post("/admin/account/password", data=form)
        assert changed.headers["location"] == "/admin/sign-in?done=password_changed"
        assert 'role="status"' in (await browser.get(changed.headers["location"])).text
        for each in (browser, other):
            led = await each.get("/admin/account")
            assert led.headers["location"].startswith("/admin/sign-in")
        sign_in = {"login_name": "taro@hanasaki.example"}
        old = await browser.post("/admin/sign-in", data={**sign_in, "password": PASSWORD})
        assert old.status_code == 403
        new = await browser.post("/admin/sign-in", data={**sign_in, "password": NEW_PASSWORD})
        assert new.headers["location"].startswith("/admin/sign-in/code")
    (entry,) = await office.log("password.changed")
    assert entry.detail == {}
    assert NEW_PASSWORD not in await log_text(office.gateway)


@pytest.mark.parametrize(
    ("form", "field"),
    [
        ({"password": "short", "password_again": "short"}, "password"),
        ({"password": NEW_PASSWORD, "password_again": PASSWORD}, "password_again"),
        ({"password_again": PASSWORD}, "password"),
    ],
)
async def test_a_password_that_is_none_changes_nothing(
    office: Office, link: str, form: dict[str, str], field: str
) -> None:
    async with office.browser() as browser:
        await set_password(office, browser, link)
        wrong = await browser.post("/admin/account/password", data=form)
        assert wrong.status_code == 422
        assert f'id="{field}" name="{field}" required aria-invalid="true"' in wrong.text
        refused = await browser.put(f"{API}/me/password", json={"password": "short"})
        assert refused.status_code == 422
        assert (await browser.get("/admin/account")).status_code == 200
    assert await office.log("password.changed") == []


async def test_whoever_has_no_password_sets_none_and_nobody_changes_one_without_presence(
    office: Office, administrator: Operator, link: str
) -> None:
    form = {"password": NEW_PASSWORD, "password_again": NEW_PASSWORD}
    async with office.at_desk(administrator) as desk:
        assert (await desk.post("/admin/account/password", data=form)).status_code == 409
    async with office.browser() as browser:
        await set_password(office, browser, link)
        no_longer_fresh(office)
        for led in (
            await browser.get("/admin/account/password"),
            await browser.post("/admin/account/password", data=form),
        ):
            assert led.headers["location"].startswith("/admin/again")
    assert await office.log("password.changed") == []


async def test_one_signs_out_here_or_everywhere(office: Office, administrator: Operator) -> None:
    async with office.at_desk(administrator) as desk, office.at_desk(administrator) as other:
        assert (await desk.post("/admin/sign-out")).headers["location"] == "/admin/sign-in"
        assert (await desk.get("/admin/account")).status_code == 303
        assert (await other.get("/admin/account")).status_code == 200
        await office.sign_in(desk, administrator)
        office.gateway.clock.forward(seconds=1)
        everywhere = await other.post("/admin/account/sign-out")
        assert everywhere.headers["location"] == "/admin/sign-in?done=signed_out_everywhere"
        for each in (desk, other):
            assert (await each.get("/admin/account")).status_code == 303
    here, all_of_them = await office.log("operator.signed_out")
    assert (here.kind, here.detail) == ("authentication", {})
    assert all_of_them.detail == {"sessions": "all"}


async def test_a_sign_out_that_nobody_asked_for_is_not_in_the_log(
    office: Office, administrator: Operator
) -> None:
    async with office.browser() as browser:
        assert (await browser.post("/admin/sign-out")).status_code == 303
    async with office.at_desk(administrator) as desk:
        forged = await desk.post("/admin/sign-out", headers={"Origin": "https://evil.example"})
        assert forged.status_code == 403
        assert (await desk.get("/admin/account")).status_code == 200
    assert await office.log("operator.signed_out") == []
