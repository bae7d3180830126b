"""The sign-in page: two forms to the resident's own reader agent, no PIN, and a way out."""

from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.login.visitor import AGENT, RETURN_TO, TASK, Visitor, handover, read
from tests.support.gateway import ACR_STRONG, ISSUER, Gateway
from tests.support.town import HANAKO, Town

pytestmark = pytest.mark.anyio


async def test_both_forms_go_to_the_agent_with_a_challenge_each(visitor: Visitor) -> None:
    page = await visitor.arrive()
    forms = [handover(page, purpose) for purpose in ("sign_in", "registration")]
    assert {form.action for form in forms} == {f"{AGENT}/sign"}
    assert {form.method for form in forms} == {"post"}
    assert len({form.fields["challenge"] for form in forms}) == 2
    for form in forms:
        assert set(form.fields) == {
            "challenge_id",
            "challenge",
            "purpose",
            "return_to",
            "ui_locales",
        }
        assert form.fields["return_to"].startswith(f"{ISSUER}/login/card/return?")
        assert len(form.fields["challenge"]) == 43


async def test_the_page_lets_forms_go_to_the_agent_and_the_service_only(visitor: Visitor) -> None:
    path = await visitor.gateway.provider.login_tasks.begin(TASK)
    answer = await visitor.browser.get(path)
    policy = answer.headers["content-security-policy"]
    assert policy.endswith(f"form-action 'self' {AGENT} https://health.example.test")
    # The agent has to see who asks.
    assert answer.headers["referrer-policy"] == "origin"
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith("__Host-genkan_browser=")
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie


async def test_no_pin_and_no_individual_number_is_asked_for(visitor: Visitor) -> None:
    page = await visitor.arrive()
    fields = {name for form in page.forms for name in form.fields}
    assert not [name for name in fields if "pin" in name or "password" in name]
    assert 'type="password"' not in page.text
    assert 'type="text"' not in page.text
    assert "個人番号（マイナンバー）は読み取りません" in page.text


async def test_a_browser_keeps_its_name_from_page_to_page(visitor: Visitor) -> None:
    await visitor.arrive()
    path = await visitor.gateway.provider.login_tasks.begin(TASK)
    assert "set-cookie" not in (await visitor.browser.get(path)).headers


async def test_the_language_goes_all_the_way(visitor: Visitor) -> None:
    path = await visitor.gateway.provider.login_tasks.begin(TASK)
    page = await visitor.open(f"{path}&ui_locales=en")
    form = handover(page, "sign_in")
    assert '<html lang="en">' in page.text
    assert "Health" in page.text
    assert form.fields["ui_locales"] == "en"
    back = parse_qs(urlsplit(form.fields["return_to"]).query)
    assert back["ui_locales"] == ["en"]
    carried = read(await visitor.carry(form, {"outcome": "cancelled"}))
    assert '<html lang="en">' in carried.text
    failed = await visitor.bring(form, {"outcome": "cancelled"})
    assert '<html lang="en">' in failed.text


async def test_the_way_out_leads_back_to_the_request(visitor: Visitor) -> None:
    page = await visitor.arrive()
    assert f"{RETURN_TO}?cancelled=1" in page.links


async def test_a_service_that_wants_the_signature_certificate_is_served_first(
    visitor: Visitor,
) -> None:
    page = await visitor.arrive(replace(TASK, acr_values=(ACR_STRONG,)))
    assert "署名用電子証明書での確認を求めています" in page.text
    assert "署名用電子証明書での確認を求めています" not in (await visitor.arrive()).text


async def test_a_services_name_is_text(visitor: Visitor) -> None:
    page = await visitor.arrive(replace(TASK, client_name_ja='<b>"&'))
    assert "<b>" not in page.text
    assert "&lt;b&gt;&#34;&amp;" in page.text


@pytest.mark.parametrize("path", ["/", "/login"])
async def test_whoever_comes_by_without_a_service_sees_whether_they_are_signed_in(
    path: str, visitor: Visitor, gateway: Gateway, town: Town
) -> None:
    assert "サインインしています" not in (await visitor.open(path)).text
    await visitor.register(town.card(HANAKO, gateway.clock()))
    page = await visitor.open(path)
    assert (page.status, "サインインしています" in page.text) == (200, True)
    assert HANAKO.name not in page.text
