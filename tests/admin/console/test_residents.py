"""The pages of residents: nothing typed in an address, every look logged, each change explained."""

import pytest

from gateway.operators.model import Role
from gateway.residents.model import Resident
from tests.support.log import log_text, logged
from tests.support.operators import Office, no_longer_fresh

pytestmark = pytest.mark.anyio
PAGE = "/admin/residents"
BY_NAME = {"name": "花咲 花子", "birth_date": "1985-04-12"}


@pytest.fixture
async def hanako(office: Office) -> Resident:
    return await office.gateway.resident("花咲　花子")


def of(resident: Resident, *below: str) -> str:
    return "/".join((PAGE, resident.resident_id, *below))


async def test_somebody_is_found_by_the_form_s_own_answer(office: Office, hanako: Resident) -> None:
    service = await office.gateway.service()
    links = office.gateway.provider.links
    await links.put(service.client_id, hanako.resident_id, "H-1", office.gateway.clock())
    async with office.at_desk(await office.operator(Role.CLERK)) as desk:
        asked = (
            BY_NAME,
            {"common_id": hanako.common_id},
            {"client_id": "health", "local_id": "H-1"},
        )
        for form in asked:
            page = await desk.post(PAGE, data=form)
            assert (page.status_code, page.headers["cache-control"]) == (200, "no-store")
            assert f'href="{of(hanako)}"' in page.text
            assert page.text.count(hanako.common_id) >= 1
        nobody = await desk.post(PAGE, data={"name": "湊 太郎"})
        assert (nobody.status_code, PAGE + "/" in nobody.text) == (200, False)
    assert len(await office.log("resident.searched")) == 4
    assert "花咲 花子" not in await log_text(office.gateway)


@pytest.mark.parametrize(
    ("form", "field", "kept"),
    [
        ({"common_id": "<b>"}, "common_id", "&lt;b&gt;"),
        ({"name": "花子", "birth_date": "12 April"}, "birth_date", "花子"),
        ({"client_id": "health"}, "local_id", "health"),
        ({"name": "x" * 256}, "name", "x" * 256),
        ({}, "name", ""),
    ],
)
async def test_what_cannot_be_searched_by_is_told_at_its_field(
    office: Office, form: dict[str, str], field: str, kept: str
) -> None:
    async with office.at_desk(await office.operator(Role.CLERK)) as desk:
        page = await desk.post(PAGE, data={**form, "go": "1"})
    assert page.status_code == 422
    assert f'href="#{field}"' in page.text
    assert page.text.count('aria-invalid="true"') == 1
    assert f'value="{kept}"' in page.text
    assert "<b>" not in page.text
    assert await office.log("resident.searched") == []


async def test_the_page_shows_no_name_before_it_is_opened_and_logged(
    office: Office, hanako: Resident
) -> None:
    audit = office.gateway.provider.audit
    clerk = await office.operator(Role.CLERK)
    async with office.at_desk(clerk) as desk:
        closed = await desk.get(of(hanako))
        assert hanako.common_id in closed.text
        assert "花咲　花子" not in closed.text
        assert await office.log("resident.viewed") == []
        opened = await desk.post(of(hanako, "views"), data={})
        assert "花咲　花子" in opened.text
        assert "花園県花咲町桜台一丁目２番３号" in opened.text
        assert "1985-04-12" in opened.text
        # A clerk may not read the logs.
        assert "/admin/logs" not in closed.text
    (look,) = await office.log("resident.viewed")
    assert look.resident == audit.pseudonym(hanako.resident_id)
    async with office.at_desk(await office.operator()) as desk:
        page = await desk.get(of(hanako), headers={"Accept-Language": "en"})
        assert f"/admin/logs?resident={look.resident}" in page.text
        assert "Signature certificate" in page.text


async def test_what_a_service_calls_somebody_is_only_text(office: Office, hanako: Resident) -> None:
    service = await office.gateway.service(client_name_ja="<i>健康</i>")
    now = office.gateway.clock()
    await office.gateway.provider.links.put(service.client_id, hanako.resident_id, "<script>", now)
    async with office.at_desk(await office.operator()) as desk:
        page = await desk.get(of(hanako))
    assert "&lt;i&gt;健康&lt;/i&gt;" in page.text
    assert "<script>" not in page.text


@pytest.mark.parametrize(
    ("before", "word", "state", "done"),
    [
        ((), "suspend", "suspended", "resident_suspended"),
        (("suspend",), "resume", "active", "resident_resumed"),
        ((), "deceased", "deceased", "resident_deceased"),
        (("deceased",), "undeceased", "suspended", "resident_undeceased"),
    ],
)
async def test_a_state_is_changed_on_a_page_that_says_what_happens(
    office: Office, hanako: Resident, before: tuple[str, ...], word: str, state: str, done: str
) -> None:
    async with office.at_desk(await office.operator(Role.CLERK)) as desk:
        for earlier in before:
            await desk.post(of(hanako, "state", earlier), data={"version": "1"})
        version = str(len(before) + 1)
        assert f'href="{of(hanako, "state", word)}"' in (await desk.get(of(hanako))).text
        page = await desk.get(of(hanako, "state", word))
        assert f'name="version" value="{version}"' in page.text
        answer = await desk.post(of(hanako, "state", word), data={"version": version})
        assert answer.headers["location"] == f"{of(hanako)}?done={done}"
        after = await desk.get(answer.headers["location"], headers={"Accept-Language": "en"})
        assert 'role="status"' in after.text
        words = {"suspended": "Suspended", "active": "Active", "deceased": "Deceased"}
        assert f">{words[state]}</span>" in after.text


async def test_what_does_not_fit_or_was_not_seen_changes_nothing(
    office: Office, hanako: Resident
) -> None:
    async with office.at_desk(await office.operator(Role.CLERK)) as desk:
        assert (await desk.get(of(hanako, "state", "resume"))).status_code == 409
        assert (await desk.get(of(hanako, "state", "gone"))).status_code == 404
        suspend = of(hanako, "state", "suspend")
        assert (await desk.post(suspend, data={"version": "2"})).status_code == 412
        assert (await desk.post(suspend, data={"go": "1"})).status_code == 428
        resume = of(hanako, "state", "resume")
        assert (await desk.post(resume, data={"version": "1"})).status_code == 409
        assert (await desk.get(f"{PAGE}/{'0' * 32}")).status_code == 404
    assert await logged(office.gateway, "resident.suspended", "resident.resumed") == []


@pytest.mark.parametrize(
    ("role", "tenant_id"),
    [(Role.AUDITOR, None), (Role.SERVICE_MANAGER, None), (Role.ADMINISTRATOR, "hanasaki")],
)
async def test_nobody_else_comes_near(
    office: Office, hanako: Resident, role: Role, tenant_id: str | None
) -> None:
    async with office.at_desk(await office.operator(role, tenant_id)) as desk:
        for path in (PAGE, of(hanako), of(hanako, "deletion"), of(hanako, "state", "suspend")):
            assert (await desk.get(path)).status_code in (403, 404), path
        for path in (PAGE, of(hanako, "views"), of(hanako, "deletion")):
            answer = await desk.post(path, data=BY_NAME)
            assert answer.status_code in (403, 404), path
            assert hanako.common_id not in answer.text
    assert await logged(office.gateway, "resident.viewed", "resident.searched") == []


async def test_a_deletion_is_asked_with_document_and_reason(
    office: Office, hanako: Resident
) -> None:
    async with office.at_desk(await office.operator(Role.CLERK)) as desk:
        assert f'href="{of(hanako, "deletion")}"' in (await desk.get(of(hanako))).text
        form = await desk.get(of(hanako, "deletion"))
        assert 'name="document_number"' in form.text
        half = await desk.post(of(hanako, "deletion"), data={"reason": "<b>"})
        assert half.status_code == 422
        assert 'id="document_number" name="document_number" required aria-invalid' in half.text
        assert 'value="&lt;b&gt;"' in half.text
        assert await office.log("deed.asked") == []
        reasons = {"document_number": "花住第7号", "reason": "本人の請求による"}
        asked = await desk.post(of(hanako, "deletion"), data=reasons)
        path, _, done = asked.headers["location"].partition("?")
        assert (path.startswith("/admin/deeds/"), done) == (True, "done=deed_asked")
        assert "花住第7号" in (await desk.get(path)).text
        twice = await desk.post(of(hanako, "deletion"), data=reasons)
        assert twice.status_code == 409
        assert 'value="花住第7号"' in twice.text
    assert len(await office.log("deed.asked")) == 1


async def test_before_a_deletion_one_proves_oneself_again(office: Office, hanako: Resident) -> None:
    async with office.at_desk(await office.operator(Role.CLERK)) as desk:
        no_longer_fresh(office)
        led = await desk.get(of(hanako, "deletion"))
        assert led.headers["location"].startswith("/admin/again?to=")
