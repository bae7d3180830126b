"""Deeds that need two people: who asks, who decides, and that one of many decisions counts."""

import asyncio
from dataclasses import replace

import pytest

from gateway.errors import Conflict, InvalidField, NoSuchThing
from gateway.operators.deeds import DeedKind, DeedState, TwoPersonDeed
from gateway.operators.model import OperatorState, Role
from gateway.operators.registry import change, suspend
from gateway.operators.rules import OperatorChange
from gateway.operators.two_person import approve, ask, find_deed, list_deeds, refuse, withdraw
from gateway.store.api import Records
from tests.operators.deeds import DOCUMENT, SUBJECT, WEEK, asked, everything, read_deed
from tests.operators.people import LATER, NOW, active

pytestmark = pytest.mark.anyio


async def test_what_was_asked_waits(records: Records) -> None:
    clerk = await active(records, "clerk", Role.CLERK)
    deed = await asked(records, clerk)
    assert (deed.state, deed.asked_by, deed.expires_at) == (
        DeedState.WAITING,
        clerk.operator_id,
        NOW + WEEK,
    )
    assert (deed.subject, deed.document_number) == (SUBJECT, DOCUMENT)
    assert (deed.decided_by, deed.decided_at, deed.result) == (None, None, None)
    assert await read_deed(records, deed) == deed


@pytest.mark.parametrize("text", ["", "\u3000", "1" * 101, "1\n2"])
async def test_nothing_is_asked_without_its_document(records: Records, text: str) -> None:
    clerk = await active(records, "clerk", Role.CLERK)
    with pytest.raises(InvalidField, match="document_number"):
        await asked(records, clerk, document_number=text)
    assert await everything(records) == []


@pytest.mark.parametrize("text", ["", "x" * 401])
async def test_nothing_is_asked_without_a_reason(records: Records, text: str) -> None:
    clerk = await active(records, "clerk", Role.CLERK)
    with pytest.raises(InvalidField, match="reason"):
        await asked(records, clerk, reason=text)
    assert await everything(records) == []


@pytest.mark.parametrize(
    ("kind", "tenant_id", "role", "own"),
    [
        (DeedKind.RESIDENT_DELETION, None, Role.AUDITOR, None),
        (DeedKind.RESIDENT_DELETION, "hanasaki", Role.CLERK, "hanasaki"),
        (DeedKind.EXPORT, None, Role.CLERK, None),
        (DeedKind.EXPORT, "minato", Role.AUDITOR, "hanasaki"),
        (DeedKind.EXPORT, None, Role.AUDITOR, "hanasaki"),
        (DeedKind.TENANT_END, "hanasaki", Role.ADMINISTRATOR, "hanasaki"),
        (DeedKind.EXPORT, "nowhere", Role.AUDITOR, None),
    ],
)
async def test_whoever_may_not_ask_asks_in_vain(
    records: Records, kind: DeedKind, tenant_id: str | None, role: Role, own: str | None
) -> None:
    asker = await active(records, "asker", role, own)
    with pytest.raises(NoSuchThing):
        await asked(records, asker, kind, tenant_id)
    assert await everything(records) == []


async def test_the_same_is_asked_once_at_a_time(records: Records) -> None:
    clerk = await active(records, "clerk", Role.CLERK)
    other = await active(records, "other", Role.CLERK)
    deed = await asked(records, clerk)
    with pytest.raises(Conflict, match="waits"):
        await asked(records, other, document_number="another number")
    await asked(records, clerk, subject={"resident": "another"})
    async with records.writing() as connection:
        await withdraw(connection, deed.deed_id, clerk, NOW)
    await asked(records, other)
    assert len(await everything(records)) == 3


async def test_of_many_who_ask_for_the_same_at_once_one_does(records: Records) -> None:
    clerk = await active(records, "clerk", Role.CLERK)
    done = await asyncio.gather(*(asked(records, clerk) for _ in range(4)), return_exceptions=True)
    assert sorted(type(one).__name__ for one in done) == ["Conflict"] * 3 + ["TwoPersonDeed"]
    assert len(await everything(records)) == 1


async def test_another_person_approves(records: Records) -> None:
    clerk, chief = await active(records, "clerk", Role.CLERK), await active(records, "chief")
    deed = await asked(records, clerk)
    async with records.writing() as connection:
        approved = await approve(connection, deed.deed_id, chief, LATER)
    assert approved == replace(
        deed, state=DeedState.APPROVED, decided_by=chief.operator_id, decided_at=LATER
    )
    assert await read_deed(records, deed) == approved


async def test_nobody_approves_what_they_asked_for(records: Records) -> None:
    chief = await active(records, "chief")
    deed = await asked(records, chief)
    for decide in (approve, refuse):
        with pytest.raises(Conflict, match="another person"):
            async with records.writing() as connection:
                await decide(connection, deed.deed_id, chief, LATER)
    assert await read_deed(records, deed) == deed


@pytest.mark.parametrize(
    ("role", "own", "state"),
    [
        (Role.AUDITOR, "hanasaki", OperatorState.ACTIVE),
        (Role.ADMINISTRATOR, "minato", OperatorState.ACTIVE),
        (Role.ADMINISTRATOR, "hanasaki", OperatorState.SUSPENDED),
        (Role.ADMINISTRATOR, None, OperatorState.SUSPENDED),
    ],
)
async def test_only_an_active_approver_of_the_tenant_decides(
    records: Records, role: Role, own: str | None, state: OperatorState
) -> None:
    auditor = await active(records, "auditor", Role.AUDITOR, "hanasaki")
    deed = await asked(records, auditor, DeedKind.EXPORT, "hanasaki")
    second = replace(await active(records, "second", role, own), state=state)
    for decide in (approve, refuse):
        with pytest.raises(NoSuchThing):
            async with records.writing() as connection:
                await decide(connection, deed.deed_id, second, LATER)
    assert await read_deed(records, deed) == deed
    chief = await active(records, "chief", tenant_id="hanasaki")
    async with records.writing() as connection:
        await approve(connection, deed.deed_id, chief, LATER)


async def test_a_tenants_administrator_does_not_decide_for_the_platform(records: Records) -> None:
    clerk = await active(records, "clerk", Role.CLERK)
    deed = await asked(records, clerk)
    chief = await active(records, "chief", tenant_id="hanasaki")
    with pytest.raises(NoSuchThing):
        async with records.writing() as connection:
            await approve(connection, deed.deed_id, chief, LATER)
    assert await read_deed(records, deed) == deed


async def test_a_deed_does_not_outlive_its_askers_authority(records: Records) -> None:
    chief, clerk = await active(records, "chief"), await active(records, "clerk", Role.CLERK)
    other = await active(records, "other", Role.CLERK)
    first = await asked(records, clerk)
    second = await asked(records, other, subject={"resident": "another"})
    async with records.writing() as connection:
        await suspend(connection, clerk.operator_id, clerk.version, NOW)
        demotion = OperatorChange(role=Role.AUDITOR)
        await change(connection, other.operator_id, demotion, other.version, NOW)
    for deed in (first, second):
        with pytest.raises(Conflict, match="whoever asked"):
            async with records.writing() as connection:
                await approve(connection, deed.deed_id, chief, LATER)
        assert await read_deed(records, deed) == deed
        async with records.writing() as connection:
            await refuse(connection, deed.deed_id, chief, LATER)


async def test_what_nobody_decided_in_time_has_expired(records: Records) -> None:
    clerk, chief = await active(records, "clerk", Role.CLERK), await active(records, "chief")
    deed = await asked(records, clerk)
    over = NOW + WEEK
    for decide, who in ((approve, chief), (refuse, chief), (withdraw, clerk)):
        with pytest.raises(Conflict, match="expired"):
            async with records.writing() as connection:
                await decide(connection, deed.deed_id, who, over)
    async with records.reading() as connection:
        found = await find_deed(connection, deed.deed_id, over)
        assert found == replace(deed, state=DeedState.EXPIRED)
        expired = await list_deeds(connection, None, over, state=DeedState.EXPIRED, limit=9)
        assert expired == [found]
        assert await list_deeds(connection, None, over, state=DeedState.WAITING, limit=9) == []
        assert await list_deeds(connection, None, LATER, state=DeedState.EXPIRED, limit=9) == []
    async with records.writing() as connection:  # and it may be asked again
        await ask(connection, deed.kind, None, SUBJECT, DOCUMENT, "x", clerk, WEEK, over)


async def test_of_many_decisions_at_once_one_counts(records: Records) -> None:
    clerk = await active(records, "clerk", Role.CLERK)
    chiefs = [await active(records, f"chief{number}") for number in range(4)]
    deed = await asked(records, clerk)

    async def decide(number: int) -> TwoPersonDeed:
        async with records.writing() as connection:
            how = (approve, refuse)[number % 2]
            return await how(connection, deed.deed_id, chiefs[number], LATER)

    decided = await asyncio.gather(*(decide(n) for n in range(4)), return_exceptions=True)
    (won,) = (one for one in decided if isinstance(one, TwoPersonDeed))
    assert [type(one) for one in decided].count(Conflict) == 3
    assert await read_deed(records, deed) == won


async def test_only_who_asked_withdraws(records: Records) -> None:
    clerk, chief = await active(records, "clerk", Role.CLERK), await active(records, "chief")
    deed = await asked(records, clerk)
    with pytest.raises(NoSuchThing):
        async with records.writing() as connection:
            await withdraw(connection, deed.deed_id, chief, LATER)
    async with records.writing() as connection:
        withdrawn = await withdraw(connection, deed.deed_id, clerk, LATER)
    assert withdrawn.state is DeedState.WITHDRAWN
    with pytest.raises(Conflict, match="withdrawn"):
        async with records.writing() as connection:
            await approve(connection, deed.deed_id, chief, LATER)
    assert await read_deed(records, deed) == withdrawn


async def test_whoever_was_suspended_while_they_waited_for_the_store_approves_nothing(
    records: Records,
) -> None:
    clerk, chief = await active(records, "clerk", Role.CLERK), await active(records, "chief")
    await active(records, "other")
    deed = await asked(records, clerk)
    async with records.writing() as connection:
        await suspend(connection, chief.operator_id, chief.version, NOW)
    with pytest.raises(NoSuchThing):
        async with records.writing() as connection:
            await approve(connection, deed.deed_id, chief, LATER)
    assert await read_deed(records, deed) == deed
