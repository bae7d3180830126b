"""The consent page asks the resident, in plain words, once; and nobody else can answer."""

import pytest

from gateway.oidc.model import VERIFIED_CLAIMS
from gateway.oidc.scopes import NEED_CONSENT
from gateway.tenants.client_records import find_client_record
from gateway.tenants.logos import put_logo
from tests.consent.asked import CLIENT, OWN_FORM, RETURN_TO, SCOPES, Asked
from tests.support.gateway import Gateway
from tests.tenants.pictures import png

pytestmark = pytest.mark.anyio


async def test_the_page_says_who_wants_what_for_what(asked: Asked) -> None:
    page = await asked.open(await asked.path())
    assert page.status == 200
    for words in (
        "健康アプリ",
        "健診のご案内",
        "氏名",
        "住所",
        "個人番号（マイナンバー）は渡されません",
    ):
        assert words in page.text
    assert "生年月日" not in page.text
    english = await asked.open(f"{await asked.path()}&ui_locales=en")
    for words in ("Health", "Check-ups", "Your name", "Your address"):
        assert words in english.text


async def test_the_page_names_the_decision_and_whom_to_ask(asked: Asked) -> None:
    page = await asked.open(await asked.path())
    assert "花総発第12号" in page.text
    assert "健康課 0000-00-0000" in page.text
    assert "/consent/logo" not in page.text


async def test_the_logo_is_shown_to_whoever_is_asked_and_to_nobody_else(asked: Asked) -> None:
    path = await asked.path()
    logo = path.replace("/consent?", "/consent/logo?")
    assert (await asked.browser.get(logo)).status_code == 404
    await put_logo_of(asked.gateway)
    assert logo in (await asked.open(path)).text
    shown = await asked.browser.get(logo)
    assert (shown.status_code, shown.headers["content-type"]) == (200, "image/png")
    async with asked.gateway.browser() as stranger:
        assert (await stranger.get(logo)).status_code == 400


async def put_logo_of(gateway: Gateway) -> None:
    now = gateway.clock()
    async with gateway.provider.records.writing() as connection:
        service = await find_client_record(connection, "hanasaki", CLIENT)
        await put_logo(connection, "hanasaki", CLIENT, "image/png", png(8, 8), service.version, now)


@pytest.mark.parametrize("scope", [*sorted(NEED_CONSENT), VERIFIED_CLAIMS])
async def test_every_scope_that_needs_consent_has_its_words(scope: str, asked: Asked) -> None:
    for language in ("ja", "en"):
        page = await asked.open(f"{await asked.path(scope)}&ui_locales={language}")
        assert page.status == 200


async def test_its_form_may_end_at_the_service(asked: Asked) -> None:
    answer = await asked.browser.get(await asked.path())
    policy = answer.headers["content-security-policy"]
    assert policy.endswith("form-action 'self' https://health.example.test")
    assert answer.headers["cache-control"] == "no-store"


async def test_agreeing_gives_what_was_shown_and_goes_on(asked: Asked) -> None:
    answer = await asked.decide(await asked.path(), "agree")
    assert (answer.status_code, answer.headers["location"]) == (303, RETURN_TO)
    assert await asked.given() == frozenset(SCOPES)


async def test_declining_gives_nothing_and_goes_back(asked: Asked) -> None:
    answer = await asked.decide(await asked.path(), "decline")
    assert (answer.status_code, answer.headers["location"]) == (303, f"{RETURN_TO}?declined=1")
    assert await asked.given() == frozenset()


async def test_a_question_is_answered_once(asked: Asked) -> None:
    path = await asked.path()
    await asked.decide(path, "decline")
    again = await asked.decide(path, "agree")
    assert again.status_code == 400
    assert "location" not in again.headers
    assert await asked.given() == frozenset()
    assert (await asked.open(path)).status == 400


async def test_another_resident_neither_sees_nor_answers_it(asked: Asked, gateway: Gateway) -> None:
    path = await asked.path()
    other = await gateway.resident("花咲　太郎")
    async with gateway.browser() as browser:
        await gateway.sign_in(browser, other)
        stranger = Asked(gateway, browser, other)
        page = await stranger.open(path)
        assert (page.status, "健康アプリ" in page.text) == (400, False)
        assert (await stranger.decide(path, "agree")).status_code == 400
        assert await stranger.given() == frozenset()
    assert await asked.given() == frozenset()
    # The stranger's attempt has not used the question up.
    assert (await asked.decide(path, "agree")).status_code == 303


async def test_nobody_answers_without_a_session(asked: Asked, gateway: Gateway) -> None:
    path = await asked.path()
    async with gateway.browser() as browser:
        nobody = Asked(gateway, browser, asked.resident)
        assert (await nobody.open(path)).status == 400
        assert (await nobody.decide(path, "agree")).status_code == 400
    assert await asked.given() == frozenset()


@pytest.mark.parametrize(
    "headers", [{"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.example"}]
)
async def test_another_sites_form_agrees_to_nothing(headers: dict[str, str], asked: Asked) -> None:
    path = await asked.path()
    data = {"task": path.partition("task=")[2], "decision": "agree"}
    refused = await asked.browser.post("/consent", data=data, headers=headers)
    assert refused.status_code == 403
    assert await asked.given() == frozenset()
    assert (await asked.browser.post("/consent", data=data, headers=OWN_FORM)).status_code == 303


@pytest.mark.parametrize("change", [{"decision": "yes"}, {"decision": ""}, {"task": "unknown"}])
async def test_one_wrong_field_decides_nothing(change: dict[str, str], asked: Asked) -> None:
    path = await asked.path()
    good = {"task": path.partition("task=")[2], "decision": "agree"}
    answer = await asked.browser.post("/consent", data={**good, **change}, headers=OWN_FORM)
    assert answer.status_code == 400
    assert "この画面は開けません" in answer.text
    assert await asked.given() == frozenset()
    assert (await asked.browser.post("/consent", data=good, headers=OWN_FORM)).status_code == 303


async def test_a_form_is_a_form_and_small(asked: Asked) -> None:
    path = await asked.path()
    data = {"task": path.partition("task=")[2], "decision": "agree"}
    post = asked.browser.post
    assert (await post("/consent", json=data, headers=OWN_FORM)).status_code == 400
    twice = {**data, "decision": ["agree", "decline"]}
    assert (await post("/consent", data=twice, headers=OWN_FORM)).status_code == 400
    flood = {**data, **{f"f{number}": "x" * 16_000 for number in range(5)}}
    assert (await post("/consent", data=flood, headers=OWN_FORM)).status_code == 413
    assert await asked.given() == frozenset()


async def test_the_question_ends_with_its_time(asked: Asked, gateway: Gateway) -> None:
    path = await asked.path()
    gateway.clock.forward(seconds=1_800)
    await gateway.sign_in(asked.browser, asked.resident)
    assert (await asked.open(path)).status == 400
    assert (await asked.decide(path, "agree")).status_code == 400


async def test_a_services_name_is_text(asked: Asked) -> None:
    page = await asked.open(await asked.path(name="<script>alert(1)</script>"))
    assert "<script" not in page.text


async def test_other_methods_are_told_which_are_there(asked: Asked) -> None:
    answer = await asked.browser.delete("/consent")
    assert answer.status_code == 405
    assert set(answer.headers["allow"].split(", ")) == {"GET", "HEAD", "POST"}
