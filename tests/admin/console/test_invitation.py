"""An invitation's pages: whoever has the link sets how they sign in, once, from their networks."""

import pytest

from gateway.operators.model import Operator, OperatorState
from gateway.operators.passkeys import list_passkeys
from gateway.operators.records import passkeys
from gateway.operators.registry import find_by_login_name
from tests.admin.console.invited import PASSWORD, code_from, invite, set_passkey, set_password
from tests.support.authenticator import Authenticator
from tests.support.gateway import ISSUER
from tests.support.log import count, log_text
from tests.support.operators import Office

pytestmark = pytest.mark.anyio
ELSEWHERE = "198.51.100.7"


@pytest.fixture
async def administrator(office: Office) -> Operator:
    return await office.operator()


@pytest.fixture
async def link(office: Office, administrator: Operator) -> str:
    return await invite(office, administrator)


async def taro(office: Office) -> Operator:
    async with office.gateway.provider.records.reading() as connection:
        found = await find_by_login_name(connection, "taro@hanasaki.example")
    assert found is not None
    return found


async def test_the_page_says_who_is_invited_to_what_and_tells_no_other_site(
    office: Office, link: str
) -> None:
    async with office.browser() as browser:
        page = await browser.get(link, params={"lang": "en"})
    assert page.status_code == 200
    for words in ("花咲　太郎", "taro@hanasaki.example", "The whole platform", "Clerk"):
        assert words in page.text
    assert page.headers["referrer-policy"] == "no-referrer"
    assert page.headers["cache-control"] == "no-store"


async def test_somebody_of_a_tenant_reads_its_name(office: Office, administrator: Operator) -> None:
    link = await invite(office, administrator, "/admin/tenants/hanasaki")
    async with office.browser() as browser:
        page = await browser.get(link)
    assert "<dd>町</dd>" in page.text


async def test_with_a_passkey_one_is_in_at_once_and_sees_the_notice_first(
    office: Office, link: str
) -> None:
    async with office.browser() as browser:
        answer = await set_passkey(browser, link, Authenticator(ISSUER), "執務室のパソコン")
        assert (answer.status_code, answer.headers["location"]) == (303, "/admin")
        home = await browser.get("/admin/")
        assert home.headers["location"] == "/admin/notice?to=/admin/"
    operator = await taro(office)
    assert operator.state is OperatorState.ACTIVE
    assert operator.last_signed_in_at is not None
    async with office.gateway.provider.records.reading() as connection:
        (passkey,) = await list_passkeys(connection, operator.operator_id)
    assert passkey.name == "執務室のパソコン"


async def test_with_a_password_and_the_apps_code_one_is_in_at_once(
    office: Office, link: str
) -> None:
    async with office.browser() as browser:
        picture = await browser.get(f"{link}/qr.svg")
        assert picture.headers["content-type"] == "image/svg+xml"
        assert picture.headers["referrer-policy"] == "no-referrer"
        assert picture.text.startswith("<svg")
        answer = await set_password(office, browser, link)
        assert (answer.status_code, answer.headers["location"]) == (303, "/admin")
        account = await browser.get("/admin/account")
        assert "taro@hanasaki.example" in account.text
        over = await browser.get(link)
        assert over.status_code == 404
        assert (await browser.get(f"{link}/qr.svg")).status_code == 404
        assert (await browser.post(f"{link}/passkey")).status_code == 404
    told = await log_text(office.gateway)
    assert PASSWORD not in told
    assert link.rpartition("/")[2] not in told


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"password": "short", "password_again": "short"}, "password"),
        ({"password_again": PASSWORD + "!"}, "password_again"),
        ({"code": "000000"}, "code"),
    ],
)
async def test_what_is_wrong_is_told_at_its_field_and_the_secret_stays_the_same(
    office: Office, link: str, changes: dict[str, str], field: str
) -> None:
    async with office.browser() as browser:
        page = await browser.get(link)
        wrong = await set_password(office, browser, link, **changes)
        assert wrong.status_code == 422
        assert f'id="{field}" name="{field}" required aria-invalid="true"' in wrong.text
        assert code_from(office, wrong.text) == code_from(office, page.text)
        assert wrong.headers["referrer-policy"] == "no-referrer"
        assert (await taro(office)).state is OperatorState.INVITED
        assert (await browser.get("/admin/account")).status_code == 303
        assert (await set_password(office, browser, link)).status_code == 303


async def test_an_answer_that_is_no_passkeys_and_a_name_that_is_none_change_nothing(
    office: Office, link: str
) -> None:
    async with office.browser() as browser:
        form = {"answer": "{}", "name": "<b>"}
        wrong = await browser.post(f"{link}/passkey/answer", data=form)
        assert wrong.status_code == 422
        assert 'value="&lt;b&gt;"' in wrong.text
        unnamed = await set_passkey(browser, link, Authenticator(ISSUER), "\u202e")
        assert unnamed.status_code == 422
        assert 'id="name" name="name" required aria-invalid="true"' in unnamed.text
        none = await browser.post(f"{link}/passkey/answer", data={"name": "鍵"})
        assert none.status_code == 400
        assert (await taro(office)).state is OperatorState.INVITED
        assert await count(office.gateway, passkeys) == 0
        assert (await set_passkey(browser, link, Authenticator(ISSUER))).status_code == 303


async def test_a_link_that_is_used_over_or_nobodys_leads_to_whom_to_ask(
    office: Office, link: str
) -> None:
    async with office.browser() as browser:
        await browser.get("/static/passkey.js", params={"lang": "en"})
        for path in (f"/admin/invitations/{'x' * 43}", "/admin/invitations/short"):
            page = await browser.get(path, params={"lang": "en"})
            assert page.status_code == 404
            assert "Ask the administrator who invited you" in page.text
            assert page.headers["referrer-policy"] == "no-referrer"
        office.gateway.clock.forward(hours=73)
        assert (await browser.get(link)).status_code == 404
        late = await browser.post(f"{link}/password", data={"password": PASSWORD})
        assert late.status_code == 404
    assert (await taro(office)).state is OperatorState.INVITED


async def test_a_link_is_good_only_where_its_operators_own_list_lets_them_be(
    office: Office, link: str
) -> None:
    """The gate lets the address through: another tenant's people sit there."""
    await office.allow("minato", ELSEWHERE)
    async with office.browser(ELSEWHERE) as browser:
        page = await browser.get(link)
        assert page.status_code == 403
        assert "太郎" not in page.text
        assert (await browser.get(f"{link}/qr.svg")).status_code == 404
        assert (await browser.post(f"{link}/passkey")).status_code == 404
        form = {"password": PASSWORD, "password_again": PASSWORD, "code": "000000"}
        assert (await browser.post(f"{link}/password", data=form)).status_code == 403
        forged = {"answer": "{}", "name": "鍵"}
        assert (await browser.post(f"{link}/passkey/answer", data=forged)).status_code == 403
    assert (await taro(office)).state is OperatorState.INVITED
    async with office.browser() as browser:
        assert (await set_password(office, browser, link)).status_code == 303


async def test_another_sites_form_sets_nothing(office: Office, link: str) -> None:
    async with office.browser() as browser:
        page = await browser.get(link)
        browser.headers["Origin"] = "https://evil.example"
        for path in ("passkey", "passkey/answer", "password"):
            answer = await browser.post(
                f"{link}/{path}", data={"code": code_from(office, page.text)}
            )
            assert answer.status_code == 403
    assert (await taro(office)).state is OperatorState.INVITED


async def test_no_slash_too_many_leads_the_link_over_plain_http(office: Office, link: str) -> None:
    async with office.browser() as browser:
        assert (await browser.get(link)).status_code == 200
        for path in (f"{link}/", "/admin/sign-in/"):
            answer = await browser.get(path)
            assert answer.status_code == 404
            assert "location" not in answer.headers
