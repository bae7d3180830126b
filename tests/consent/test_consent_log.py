"""What a resident agrees to, or does not, is in the log; without the log nothing is agreed."""

import pytest

from gateway.audit.model import Entry, LogKind, Origin, Outcome
from tests.consent.asked import Asked
from tests.support.gateway import NOW, Gateway
from tests.support.log import break_log, logged

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize(
    ("decision", "deed"), [("agree", "consent.given"), ("decline", "consent.declined")]
)
async def test_a_decision_is_one_entry(
    gateway: Gateway, asked: Asked, decision: str, deed: str
) -> None:
    path = await asked.path()
    answer = await asked.decide(path, decision)
    assert (await asked.decide(path, decision)).status_code == 400  # it is answered
    assert await logged(gateway) == [
        Entry(
            NOW,
            LogKind.EVENT,
            deed,
            Outcome.DONE,
            Origin("resident", "127.0.0.1", answer.headers["x-request-id"]),
            tenant_id="hanasaki",
            client_id="health",
            resident=gateway.provider.audit.pseudonym(asked.resident.resident_id),
            detail={"scopes": "profile address"},
        )
    ]


async def test_being_asked_is_none(gateway: Gateway, asked: Asked) -> None:
    assert (await asked.open(await asked.path())).status == 200
    assert await logged(gateway) == []


@pytest.mark.parametrize("decision", ["agree", "decline"])
async def test_without_the_log_nothing_is_decided(
    gateway: Gateway, asked: Asked, decision: str
) -> None:
    path = await asked.path()
    await break_log(gateway)
    answer = await asked.decide(path, decision)
    assert (answer.status_code, "location" in answer.headers) == (500, False)
    assert not await asked.given()
