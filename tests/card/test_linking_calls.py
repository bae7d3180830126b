"""A linking plugin that breaks its contract has told nothing."""

from datetime import datetime
from typing import Any

import pytest

from gateway.card.api import (
    CertificateIdentity,
    CertificateLinking,
    CertificateType,
    HolderAnswer,
    Predecessors,
)
from gateway.card.linking_calls import MAX_PREDECESSORS, ask_predecessors, ask_same_holder
from tests.card.world import NOW

pytestmark = pytest.mark.anyio

SECRET = 987_654_321
SIGNATURE = CertificateIdentity("jpki-sign", SECRET)
AUTHENTICATION = CertificateIdentity("jpki-auth", SECRET)
OLDER = CertificateIdentity("jpki-auth", 7)
UNTOLD = Predecessors(known=False)


class Saying:
    """Answers with whatever it is given, or raises it."""

    name = "saying"

    def __init__(self, answer: Any) -> None:
        self._answer = answer

    def _say(self, *asked: object) -> Any:
        if isinstance(self._answer, Exception):
            raise self._answer
        return self._answer

    async def same_holder(
        self, signature: CertificateIdentity, authentication: CertificateIdentity, now: datetime
    ) -> HolderAnswer:
        answer: HolderAnswer = self._say(signature, authentication)
        return answer

    async def predecessors(
        self, certificate: CertificateIdentity, certificate_type: CertificateType, now: datetime
    ) -> Predecessors:
        answer: Predecessors = self._say(certificate)
        return answer


def plugin(answer: object) -> CertificateLinking:
    return Saying(answer)


async def holder(answer: object) -> HolderAnswer:
    return await ask_same_holder(plugin(answer), SIGNATURE, AUTHENTICATION, NOW)


async def predecessors(answer: object) -> Predecessors:
    kind = CertificateType.AUTHENTICATION
    return await ask_predecessors(plugin(answer), AUTHENTICATION, kind, NOW)


def naming(*identities: Any) -> Predecessors:
    return Predecessors(known=True, identities=identities)


@pytest.mark.parametrize("answer", HolderAnswer)
async def test_a_holder_answer_is_taken_as_it_is(answer: HolderAnswer) -> None:
    assert await holder(answer) is answer


@pytest.mark.parametrize(
    "answer", [None, True, "same", 1, Predecessors(known=True), ValueError(f"{SECRET}")]
)
async def test_anything_else_is_no_answer(answer: object, caplog: pytest.LogCaptureFixture) -> None:
    assert await holder(answer) is HolderAnswer.UNKNOWN
    assert "linking plugin saying" in caplog.text
    assert str(SECRET) not in caplog.text


@pytest.mark.parametrize("answer", [naming(), naming(OLDER), naming(OLDER, SIGNATURE)])
async def test_predecessors_are_taken_as_they_are(answer: Predecessors) -> None:
    assert await predecessors(answer) == answer


async def test_what_could_not_be_told_names_nobody() -> None:
    assert await predecessors(UNTOLD) == UNTOLD
    assert await predecessors(Predecessors(known=False, identities=(OLDER,))) == UNTOLD


@pytest.mark.parametrize(
    "answer",
    [
        None,
        (),
        (OLDER,),
        HolderAnswer.SAME,
        Predecessors(known=1),  # type: ignore[arg-type]
        Predecessors(known="no"),  # type: ignore[arg-type]
        Predecessors(known=True, identities=[OLDER]),  # type: ignore[arg-type]
        Predecessors(known=True, identities=None),  # type: ignore[arg-type]
        naming("jpki-auth:7"),
        naming(OLDER, None),
        naming(CertificateIdentity("jpki-auth", "7")),  # type: ignore[arg-type]
        naming(CertificateIdentity(None, 7)),  # type: ignore[arg-type]
        naming(CertificateIdentity("jpki-auth", 1 << 160)),
        naming(*(CertificateIdentity("jpki-auth", n) for n in range(MAX_PREDECESSORS + 1))),
        ValueError(f"{SECRET}"),
        KeyError(SECRET),
    ],
)
async def test_an_answer_of_another_shape_tells_nothing(
    answer: object, caplog: pytest.LogCaptureFixture
) -> None:
    assert await predecessors(answer) == UNTOLD
    assert "linking plugin saying" in caplog.text
    assert str(SECRET) not in caplog.text


async def test_as_many_as_may_be_are_taken() -> None:
    answer = naming(*(CertificateIdentity("jpki-auth", n) for n in range(MAX_PREDECESSORS)))
    assert await predecessors(answer) == answer
    answer = naming(CertificateIdentity("jpki-auth", (1 << 160) - 1))
    assert await predecessors(answer) == answer
