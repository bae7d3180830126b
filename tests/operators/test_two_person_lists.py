"""What was asked for: lists by tenant and state, and the result that is noted once."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest

from gateway.errors import Conflict
from gateway.operators.deeds import ANY, DeedKind
from gateway.operators.model import Role
from gateway.operators.two_person import approve, ask, find_deed, list_deeds, note_result
from gateway.store.api import Records
from tests.operators.deeds import DOCUMENT, WEEK, asked, read_deed
from tests.operators.people import LATER, NOW, active

pytestmark = pytest.mark.anyio


async def test_the_result_of_an_approved_deed_is_noted_once(records: Records) -> None:
    clerk, chief = await active(records, "clerk", Role.CLERK), await active(records, "chief")
    deed = await asked(records, clerk)

    async def note(result: Mapping[str, Any]) -> None:
        async with records.writing() as connection:
            await note_result(connection, deed.deed_id, result)

    with pytest.raises(Conflict):
        await note({"certificate": "1"})
    async with records.writing() as connection:
        await approve(connection, deed.deed_id, chief, LATER)
    await note({"certificate": "2"})
    with pytest.raises(Conflict):
        await note({"certificate": "3"})
    found = await read_deed(records, deed)
    assert found is not None
    assert found.result == {"certificate": "2"}


async def test_a_list_is_of_one_tenant_and_comes_in_pages(records: Records) -> None:
    auditor = await active(records, "auditor", Role.AUDITOR)
    made = [
        await asked(records, auditor, DeedKind.EXPORT, tenant_id, subject={"number": number})
        for number, tenant_id in enumerate((None, "hanasaki", "hanasaki", "hanasaki", "minato"))
    ]
    async with records.reading() as connection:
        own = await list_deeds(connection, "hanasaki", LATER, limit=2)
        rest = await list_deeds(connection, "hanasaki", LATER, limit=2, after=own[-1])
        platform = await list_deeds(connection, None, LATER, limit=9)
        everyones = await list_deeds(connection, ANY, LATER, limit=9)
        assert await find_deed(connection, "f" * 32, LATER) is None
    assert len(own) == 2
    assert len(rest) == 1
    assert sorted(one.deed_id for one in own + rest) == sorted(one.deed_id for one in made[1:4])
    assert platform == made[:1]
    assert {one.deed_id for one in everyones} == {one.deed_id for one in made}


async def test_the_latest_comes_first(records: Records) -> None:
    auditor = await active(records, "auditor", Role.AUDITOR)
    async with records.writing() as connection:
        for minute in (2, 1, 3):
            at = NOW + timedelta(minutes=minute)
            subject = {"minute": minute}
            await ask(connection, DeedKind.EXPORT, None, subject, DOCUMENT, "x", auditor, WEEK, at)
    listed = []
    async with records.reading() as connection:
        page = await list_deeds(connection, None, LATER, limit=1)
        for _ in range(3):
            listed += page
            page = await list_deeds(connection, None, LATER, limit=1, after=page[-1])
    assert [deed.subject["minute"] for deed in listed] == [3, 2, 1]
    assert page == []
