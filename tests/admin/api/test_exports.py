"""Lines leave the logs by two people's word, to whoever asked, so that a spreadsheet is safe."""

import csv
import io
from typing import Any

import httpx2
import pytest

from gateway.operators.model import Operator, Role
from tests.admin.api.log_book import entry, line, write, write_lines
from tests.support.gateway import NOW
from tests.support.operators import API, Office

pytestmark = pytest.mark.anyio
TENANT = f"{API}/tenants/hanasaki"
ASKED = {"filter": {"kind": "authentication"}, "document_number": "花総発第12号", "reason": "監査"}


async def ask(desk: httpx2.AsyncClient, **changes: Any) -> str:
    answer = await desk.post(f"{TENANT}/exports", json={**ASKED, **changes})
    assert answer.status_code == 201, answer.text
    deed_id: str = answer.json()["deed_id"]
    return deed_id


async def approve(office: Office, second: Operator, deed_id: str) -> None:
    async with office.at_desk(second) as desk:
        answer = await desk.put(f"{TENANT}/deeds/{deed_id}/approval")
        assert answer.status_code == 200, answer.text


def rows(text: str) -> list[dict[str, str]]:
    assert text.startswith("\ufeff")
    return list(csv.DictReader(io.StringIO(text[1:])))


async def test_what_two_people_agreed_on_is_downloaded_by_whoever_asked(office: Office) -> None:
    await write(office, entry(NOW, 1), entry(NOW, 2, tenant_id="minato"))
    await write(office, entry(NOW, 3, deed="=HYPERLINK(1)"))
    auditor = await office.operator(Role.AUDITOR, "hanasaki")
    second = await office.operator(Role.ADMINISTRATOR, "hanasaki")
    office.gateway.clock.forward(minutes=1)
    async with office.at_desk(auditor) as desk:
        deed_id = await ask(desk)
        early = await desk.get(f"{TENANT}/exports/{deed_id}")
        assert early.status_code == 409
        assert await office.log("export.downloaded") == []
        await write(office, entry(office.gateway.clock(), 4))
        await approve(office, second, deed_id)
        answer = await desk.get(f"{TENANT}/exports/{deed_id}")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/csv")
    assert answer.headers["cache-control"] == "no-store"
    assert f'filename="genkan-log-{deed_id}.csv"' in answer.headers["content-disposition"]
    found = rows(answer.text)
    assert [row["detail"] for row in found] == ['{"level":"3"}', '{"level":"1"}']
    assert found[0]["deed"] == "'=HYPERLINK(1)"
    (downloaded,) = await office.log("export.downloaded")
    assert downloaded.detail == {"deed": deed_id}


async def test_nobody_else_downloads_it_and_nobody_after_its_time(office: Office) -> None:
    auditor = await office.operator(Role.AUDITOR, "hanasaki")
    second = await office.operator(Role.ADMINISTRATOR, "hanasaki")
    async with office.at_desk(auditor) as desk:
        deed_id = await ask(desk)
        await approve(office, second, deed_id)
        async with office.at_desk(second) as another:
            assert (await another.get(f"{TENANT}/exports/{deed_id}")).status_code == 404
        office.gateway.clock.forward(days=7)
        await office.sign_in(desk, auditor)
        late = await desk.get(f"{TENANT}/exports/{deed_id}")
    assert late.status_code == 409
    assert await office.log("export.downloaded") == []


async def test_the_platforms_export_holds_lines_of_the_files_too(office: Office) -> None:
    write_lines(office, line(NOW, 1))
    await write(office, entry(NOW, 2, tenant_id="minato"))
    asker = await office.operator(login_name="asker")
    second = await office.operator(login_name="second")
    office.gateway.clock.forward(minutes=1)
    async with office.at_desk(asker) as desk:
        wanted = {**ASKED, "filter": {"until": "2026-11-21T09:00:01Z"}}
        deed_id = (await desk.post(f"{API}/exports", json=wanted)).json()["deed_id"]
        async with office.at_desk(second) as another:
            await another.put(f"{API}/deeds/{deed_id}/approval")
        answer = await desk.get(f"{API}/exports/{deed_id}")
    assert [row["kind"] for row in rows(answer.text)] == ["authentication", "access"]


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"document_number": ""}, 422),
        ({"document_number": "x" * 101}, 400),
        ({"reason": ""}, 422),
        ({"reason": "x" * 401}, 400),
        ({"filter": {"kind": "gossip"}}, 400),
        ({"filter": {"until": "0001-01-01T00:00:00Z"}}, 422),
    ],
)
async def test_an_export_without_its_reasons_is_not_asked_for(
    office: Office, changes: dict[str, Any], status: int
) -> None:
    auditor = await office.operator(Role.AUDITOR, "hanasaki")
    async with office.at_desk(auditor) as desk:
        answer = await desk.post(f"{TENANT}/exports", json={**ASKED, **changes})
        assert answer.status_code == status
        assert (await desk.get(f"{TENANT}/exports")).json() == []
        assert await office.log("export.asked") == []
        await ask(desk)
        (listed,) = (await desk.get(f"{TENANT}/exports")).json()
    assert (listed["state"], listed["document_number"]) == ("waiting", "花総発第12号")
    assert listed["subject"]["until"] == "2026-11-21T09:00:18Z"


async def test_everybody_lists_their_own_exports_alone(office: Office) -> None:
    auditor = await office.operator(Role.AUDITOR, "hanasaki")
    another = await office.operator(Role.ADMINISTRATOR, "hanasaki")
    async with office.at_desk(auditor) as desk:
        await ask(desk)
    async with office.at_desk(another) as desk:
        assert (await desk.get(f"{TENANT}/exports")).json() == []


async def test_no_export_holds_what_was_written_after_it_was_asked_for(office: Office) -> None:
    auditor = await office.operator(Role.AUDITOR, "hanasaki")
    second = await office.operator(Role.ADMINISTRATOR, "hanasaki")
    await write(office, entry(NOW, 1))
    office.gateway.clock.forward(minutes=1)
    async with office.at_desk(auditor) as desk:
        deed_id = await ask(
            desk, filter={"kind": "authentication", "until": "2199-01-01T00:00:00Z"}
        )
        (listed,) = (await desk.get(f"{TENANT}/exports")).json()
        assert listed["subject"]["until"] == "2026-11-21T09:01:18Z"
        await approve(office, second, deed_id)
        office.gateway.clock.forward(minutes=1)
        await write(office, entry(office.gateway.clock(), 2))
        answer = await desk.get(f"{TENANT}/exports/{deed_id}")
    assert [row["detail"] for row in rows(answer.text)] == ['{"level":"1"}']
