"""The pages of reviews: both side by side, differences in words, decided by a second press."""

import httpx2
import pytest

from gateway.operators.model import Role
from tests.residents.people import HANAKO, HANAKO_MOVED, SABURO, auth, register
from tests.support.operators import API, Office

pytestmark = pytest.mark.anyio
PAGE = "/admin/reviews"
ENGLISH = {"Accept-Language": "en"}


@pytest.fixture
async def review(office: Office) -> str:
    """Hanako, and somebody with a new card and the same four attributes."""
    residents, now = office.gateway.provider.residents, office.gateway.clock()
    await register(residents, 1, 2, HANAKO, now)
    await register(residents, 3, 4, HANAKO, now)
    office.gateway.clock.forward(days=3)
    return await the_review(office)


async def the_review(office: Office) -> str:
    operator = await office.operator(Role.ADMINISTRATOR, login_name="who-looks")
    async with office.at_desk(operator) as desk:
        (listed,) = (await desk.get(f"{API}/reviews")).json()["items"]
    return f"{PAGE}/{listed['review_id']}"


async def test_the_queue_says_why_and_how_long(office: Office, review: str) -> None:
    async with office.at_desk(await office.operator(Role.CLERK)) as desk:
        page = await desk.get(PAGE, headers=ENGLISH)
    assert f'href="{review}"' in page.text
    assert "A new card has the same basic attributes as somebody known" in page.text
    assert "3 days" in page.text


async def test_both_are_opened_side_by_side_and_each_look_is_logged(
    office: Office, review: str
) -> None:
    async with office.at_desk(await office.operator(Role.CLERK)) as desk:
        closed = await desk.get(review)
        assert "花咲　花子" not in closed.text
        opened = await desk.post(f"{review}/views", data={}, headers=ENGLISH)
    assert opened.text.count("花咲　花子") == 2
    assert opened.text.count(">Same</span>") == 4
    assert "Different" not in opened.text
    assert len({entry.resident for entry in await office.log("resident.viewed")}) == 2


async def test_differences_are_marked_in_words(office: Office) -> None:
    residents, now = office.gateway.provider.residents, office.gateway.clock()
    await register(residents, 1, 2, HANAKO, now)
    await register(residents, 3, 4, SABURO, now)
    await register(residents, 1, 4, SABURO, now)
    path = await the_review(office)
    async with office.at_desk(await office.operator(Role.CLERK)) as desk:
        opened = await desk.post(f"{path}/views", data={}, headers=ENGLISH)
    assert opened.text.count(">Different</span>") == 4
    assert opened.text.count("Has substitute characters") == 1
    # What is not possible is not offered.
    assert 'value="other_person"' in opened.text
    assert 'value="same_person"' not in opened.text


async def test_of_whom_nothing_was_bound_nothing_is_shown(office: Office) -> None:
    residents, now = office.gateway.provider.residents, office.gateway.clock()
    await register(residents, 1, 2, HANAKO, now)
    await register(residents, 1, 4, SABURO, now)
    path = await the_review(office)
    async with office.at_desk(await office.operator(Role.CLERK)) as desk:
        opened = await desk.post(f"{path}/views", data={}, headers=ENGLISH)
    assert "花咲　花子" in opened.text
    assert "三郎" not in opened.text
    assert ">Same</span>" not in opened.text
    assert len(await office.log("resident.viewed")) == 1


async def test_a_decision_is_made_by_the_second_press(office: Office, review: str) -> None:
    async with office.at_desk(await office.operator(Role.CLERK)) as desk:
        asked = await _decide(desk, review, decision="same_person")
        assert (asked.status_code, 'name="sure"' in asked.text) == (200, True)
        assert await office.log("review.decided") == []
        done = await _decide(desk, review, decision="same_person", sure="1")
        assert done.headers["location"] == f"{PAGE}?done=review_decided"
        assert review not in (await desk.get(PAGE)).text
        after = await desk.get(review, headers=ENGLISH)
        assert "clerk (clerk@platform)" in after.text
        assert 'name="decision"' not in after.text
        again = await _decide(desk, review, decision="refused", sure="1")
        assert again.status_code == 409
    assert len(await office.log("review.decided")) == 2
    found = await office.gateway.provider.residents.find(auth(3))
    assert found is not None


@pytest.mark.parametrize("form", [{"go": "1"}, {"decision": "<b>", "sure": "1"}])
async def test_without_a_choice_nothing_is_decided(
    office: Office, review: str, form: dict[str, str]
) -> None:
    async with office.at_desk(await office.operator(Role.CLERK)) as desk:
        answer = await _decide(desk, review, **form)
    assert answer.status_code == 422
    assert 'role="alert"' in answer.text
    assert await office.log("review.decided") == []


async def _decide(desk: httpx2.AsyncClient, review: str, **form: str) -> httpx2.Response:
    return await desk.post(f"{review}/decision", data=form)


async def test_what_is_impossible_is_not_decided_either(office: Office) -> None:
    residents, now = office.gateway.provider.residents, office.gateway.clock()
    await register(residents, 1, 2, HANAKO, now)
    await register(residents, 3, 4, HANAKO_MOVED, now)
    await register(residents, 1, 4, HANAKO, now)
    path = await the_review(office)
    async with office.at_desk(await office.operator(Role.CLERK)) as desk:
        answer = await _decide(desk, path, decision="same_person", sure="1")
        assert answer.status_code == 422
    assert await office.log("review.decided") == []


@pytest.mark.parametrize(("role", "tenant_id"), [(Role.AUDITOR, None), (Role.CLERK, "hanasaki")])
async def test_nobody_else_sees_a_review(
    office: Office, review: str, role: Role, tenant_id: str | None
) -> None:
    async with office.at_desk(await office.operator(role, tenant_id)) as desk:
        for path in (PAGE, review):
            assert (await desk.get(path)).status_code == 403
        opened = await desk.post(f"{review}/views", data={})
        assert (opened.status_code, "花子" in opened.text) == (403, False)
        assert (await _decide(desk, review, decision="refused", sure="1")).status_code == 403
    assert await office.log("resident.viewed") == []
