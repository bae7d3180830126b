"""Deeds that were asked for, as their tests need them."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from gateway.operators.deeds import ANY, DeedKind, TwoPersonDeed
from gateway.operators.model import Operator
from gateway.operators.two_person import ask, find_deed, list_deeds
from gateway.store.api import Records
from tests.operators.people import LATER, NOW

WEEK = timedelta(days=7)
SUBJECT = {"resident": "a-pseudonym"}
DOCUMENT = "花情第123号"


async def asked(
    records: Records,
    asker: Operator,
    kind: DeedKind = DeedKind.RESIDENT_DELETION,
    tenant_id: str | None = None,
    *,
    subject: Mapping[str, Any] = SUBJECT,
    document_number: str = DOCUMENT,
    reason: str = "本人の申し出",
) -> TwoPersonDeed:
    async with records.writing() as connection:
        return await ask(
            connection, kind, tenant_id, subject, document_number, reason, asker, WEEK, NOW
        )


async def read_deed(records: Records, deed: TwoPersonDeed) -> TwoPersonDeed | None:
    async with records.reading() as connection:
        return await find_deed(connection, deed.deed_id, LATER)


async def everything(records: Records) -> list[TwoPersonDeed]:
    async with records.reading() as connection:
        return await list_deeds(connection, ANY, LATER, limit=100)
