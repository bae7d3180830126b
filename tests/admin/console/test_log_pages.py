"""The pages of the logs: in words, every part a way on, and no way past one's own."""

import re
from datetime import timedelta

import pytest

from gateway.audit.model import Outcome
from gateway.audit.sealing import Sealing
from gateway.operators.model import Role
from tests.admin.api.log_book import entry, line, write, write_lines
from tests.support.gateway import NOW
from tests.support.operators import Office

pytestmark = pytest.mark.anyio
LOGS, OF_TENANT = "/admin/logs", "/admin/tenants/hanasaki/logs"
SECOND = timedelta(seconds=1)


async def test_a_line_is_told_in_words_and_leads_to_all_that_is_like_it(office: Office) -> None:
    boss = await office.operator()
    actor = f"operator:{boss.operator_id}"
    await write(
        office,
        entry(NOW, 7, deed="service.changed", actor=actor, client_id="health", resident="p" * 43),
    )
    async with office.at_desk(boss) as desk:
        page = (await desk.get(LOGS, headers={"accept-language": "ja"})).text
        assert "サービスを変更した" in page
        assert "administrator (administrator@platform)" in page
        for name, value in (
            ("actor", actor),
            ("client_id", "health"),
            ("tenant_id", "hanasaki"),
            ("resident", "p" * 43),
            ("address", "198.51.100.7"),
            ("request_id", f"{7:016x}"),
        ):
            link = f"{LOGS}?{name}={value.replace(':', '%3A')}"
            assert f'href="{link}"' in page, name
            assert (
                "Service changed"
                in (await desk.get(link, headers={"accept-language": "en"})).text.partition(
                    "<tbody>"
                )[2]
            )


async def test_times_are_japans_and_narrow_the_search(office: Office) -> None:
    await write(office, entry(NOW, address="192.0.2.1"), entry(NOW - SECOND, address="192.0.2.2"))
    async with office.at_desk(await office.operator(Role.AUDITOR)) as desk:
        late = (await desk.get(LOGS, params={"since": "2026-11-21T18:00"})).text
        early = (await desk.get(LOGS, params={"until": "2026-11-21T18:00"})).text
    assert ("192.0.2.1" in late, "192.0.2.2" in late) == (True, False)
    assert ("192.0.2.1" in early, "192.0.2.2" in early) == (False, True)
    assert 'value="2026-11-21T18:00"' in late


async def test_the_way_to_older_lines_keeps_the_filter_and_loses_none(office: Office) -> None:
    await write(
        office,
        *(
            entry(NOW - number * SECOND, address=f"192.0.2.{number}", deed="card.verified")
            for number in range(60)
        ),
        entry(NOW - 55 * SECOND, address="203.0.113.77"),
    )
    async with office.at_desk(await office.operator(Role.AUDITOR)) as desk:
        first = (await desk.get(LOGS, params={"deed": "card.verified"})).text
        (older,) = re.findall(r'href="(/admin/logs\?deed=card\.verified&amp;before=[^"]+)"', first)
        second = (await desk.get(older.replace("&amp;", "&"))).text
    shown = [re.findall(r"<code>(192\.0\.2\.\d+)</code>", page) for page in (first, second)]
    assert [len(page) for page in shown] == [50, 10]
    assert shown[0] + shown[1] == [f"192.0.2.{number}" for number in range(60)]
    assert "203.0.113.77" not in second
    assert f'href="{LOGS}?deed=card.verified"' in second


@pytest.mark.parametrize(
    "asked",
    [
        {"since": "yesterday"},
        {"until": "2026-13-01T00:00"},
        {"before": "x"},
        {"kind": "gossip"},
        {"kind": "null"},
        {"outcome": "perhaps"},
        {"since": "0001-01-01T00:00"},
        {"actor": "x" * 129},
    ],
)
async def test_what_cannot_be_searched_for_is_told_and_kept(
    office: Office, asked: dict[str, str]
) -> None:
    async with office.at_desk(await office.operator(Role.AUDITOR)) as desk:
        page = await desk.get(LOGS, params={**asked, "address": '"><b>x'})
        assert page.status_code == 422
        assert 'role="alert"' in page.text
        assert 'value="&#34;&gt;&lt;b&gt;x"' in page.text
        assert "<table" not in page.text
    assert await office.log("log.searched") == []


async def test_what_stands_in_a_line_is_text_and_no_page(office: Office) -> None:
    await write(
        office,
        entry(
            NOW,
            deed="<b>deed",
            actor="client:<i>",
            client_id="<u>",
            detail={"<s>": "<script>alert(1)</script>"},
        ),
    )
    async with office.at_desk(await office.operator(Role.AUDITOR)) as desk:
        page = (await desk.get(LOGS)).text
    for markup in ("<b>deed", "<i>", "<u>", "<s>", "<script>alert"):
        assert markup not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page


async def test_a_tenants_auditor_sees_their_own_lines_of_store_and_files(office: Office) -> None:
    boss = await office.operator()
    await write(
        office,
        entry(NOW, address="192.0.2.1", actor=f"operator:{boss.operator_id}"),
        entry(NOW, address="192.0.2.2", tenant_id="minato"),
    )
    write_lines(
        office,
        line(NOW, address="192.0.2.3", tenant_id="hanasaki"),
        line(NOW, address="192.0.2.4"),
    )
    async with office.at_desk(await office.operator(Role.AUDITOR, "hanasaki")) as desk:
        page = (await desk.get(OF_TENANT)).text
        assert (await desk.get("/admin/tenants/minato/logs")).status_code == 404
        assert (await desk.get(LOGS)).status_code == 403
    assert [f"192.0.2.{n}" in page for n in (1, 2, 3, 4)] == [True, False, True, False]
    assert boss.login_name in page
    assert 'name="tenant_id"' not in page


async def test_a_clerk_is_not_let_in_and_that_is_logged(office: Office) -> None:
    async with office.at_desk(await office.operator(Role.CLERK)) as desk:
        assert (await desk.get(LOGS)).status_code == 403
    (refused,) = await office.log("right.refused")
    assert (refused.outcome, refused.detail) == (Outcome.REFUSED, {"permission": "view_logs"})


async def test_the_page_says_how_far_the_log_is_sealed(office: Office) -> None:
    provider = office.gateway.provider
    await write(office, entry(NOW, 1))
    assert await Sealing(provider.records, provider.keys).seal(NOW) is not None
    await write(office, entry(NOW - SECOND, 2))
    async with office.at_desk(await office.operator(Role.AUDITOR)) as desk:
        page = (await desk.get(LOGS, headers={"accept-language": "en"})).text
    assert "No. 1, Nov 21, 2026" in page
    assert "genkan audit verify" in page
    assert page.count("sealed (entry 1)") == 1
    assert page.count("waits for the next seal (entry 2)") == 1
