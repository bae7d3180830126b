"""What the reader agent may say instead of bringing signatures."""

import pytest

from tests.login.visitor import RETURN_TO, Visitor, failure, handover
from tests.support.gateway import Gateway

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize(
    ("outcome", "status", "says"),
    [
        ("cancelled", 200, "取りやめました"),
        ("locked", 403, "市区町村の窓口"),
        ("no_signature_certificate", 403, "署名用の証明書がありません"),
    ],
)
async def test_each_outcome_has_a_page_that_says_what_to_do(
    outcome: str, status: int, says: str, visitor: Visitor
) -> None:
    form = handover(await visitor.arrive(), "registration")
    answer = await visitor.bring(
        form, {"challenge_id": form.fields["challenge_id"], "outcome": outcome}
    )
    assert failure(answer) == (outcome, status)
    assert says in answer.text
    assert f'href="{RETURN_TO}?cancelled=1"' in answer.text
    assert await visitor.session() is None


@pytest.mark.parametrize(
    ("tries", "language", "says"),
    [
        ("2", "ja", "あと 2 回まちがえると"),
        ("1", "en", "Tries left before the card&#39;s PIN is locked: 1"),
        ("0", "ja", "残っていません"),
        ("0", "en", "No try is left"),
        (None, "ja", None),
    ],
)
async def test_how_many_tries_remain_is_said_where_the_reader_told(
    tries: str | None, language: str, says: str | None, visitor: Visitor
) -> None:
    await visitor.arrive()
    visitor.browser.headers["Accept-Language"] = language
    form = handover(await visitor.arrive(), "sign_in")
    told = {} if tries is None else {"tries_remaining": tries}
    answer = await visitor.bring(form, {"outcome": "cancelled", **told})
    assert answer.status_code == 200
    if says is None:
        assert "回まちがえると" not in answer.text
    else:
        assert says in answer.text


async def test_a_locked_card_is_not_told_to_try_again(visitor: Visitor) -> None:
    form = handover(await visitor.arrive(), "sign_in")
    locked = await visitor.bring(form, {"outcome": "locked", "tries_remaining": "0"})
    cancelled = await visitor.bring(form, {"outcome": "cancelled"})
    assert 'href="/login?' not in locked.text
    assert 'href="/login?' in cancelled.text


async def test_the_page_on_the_way_asks_for_no_click_and_works_without_a_script(
    visitor: Visitor, gateway: Gateway
) -> None:
    form = handover(await visitor.arrive(), "sign_in")
    page = await visitor.carry(form, {"outcome": "cancelled", "more": "of something"})
    assert page.status_code == 200
    assert '<script src="/static/submit.js" defer></script>' in page.text
    assert "data-submit" in page.text
    assert '<button type="submit"' in page.text
    assert "of something" not in page.text
    assert "set-cookie" not in page.headers
