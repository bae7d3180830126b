"""From a question to its answer, each step atomic: a question is taken once, an answer redeemed
once, whoever comes at the same time."""

from datetime import datetime, timedelta

from gateway.oidc.codes import token_hash
from gateway.oidc.devices.model import (
    Answer,
    Poll,
    Question,
    decode_poll,
    decode_question,
    encode,
)
from gateway.oidc.model import Grant
from gateway.settings import Oidc
from gateway.store.api import Moments, Redeemed, Replayed

QUESTION, POLL, ANSWER = "question", "poll", "answer"


async def ask(moments: Moments, settings: Oidc, question: Question) -> None:
    poll = Poll(question.way, question.client_id, question.resident_id, question.expires_at)
    lifetime = question.expires_at - question.asked_at
    memory = lifetime + timedelta(seconds=settings.code_seconds) + _memory(settings)
    await moments.put(POLL, question.poll_key, encode(poll), memory)
    await moments.put(QUESTION, question.question_id, encode(question), lifetime)


async def find(moments: Moments, question_id: str) -> Question | None:
    raw = await moments.get(QUESTION, question_id)
    return None if raw is None else decode_question(raw)


async def take(moments: Moments, question_id: str) -> Question | None:
    """Of all who answer at once, one has it; None: it is answered, or its time is over."""
    raw = await moments.take(QUESTION, question_id)
    return None if raw is None else decode_question(raw)


async def answer(
    moments: Moments, settings: Oidc, question: Question, grant: Grant | None, now: datetime
) -> None:
    """By whoever took the question. It may be fetched for as long as the question had left, and
    for as long as a code at least: the client may have polled a second ago."""
    shortest = timedelta(seconds=settings.code_seconds)
    lifetime = max(question.expires_at - now, shortest)
    await moments.put(ANSWER, question.poll_key, encode(Answer(grant)), lifetime)


async def find_poll(moments: Moments, poll_key: str) -> Poll | None:
    raw = await moments.get(POLL, poll_key)
    return None if raw is None else decode_poll(raw)


async def redeem(moments: Moments, settings: Oidc, poll_key: str) -> Redeemed | Replayed | None:
    """The answer; None: there is none yet. A replay is recognised for as long as what it bought
    may live."""
    return await moments.redeem(ANSWER, poll_key, _memory(settings))


def poll_key_of(secret: str) -> str:
    """A device_code or an auth_req_id is 256 random bits."""
    return token_hash(secret)


def _memory(settings: Oidc) -> timedelta:
    return timedelta(seconds=max(settings.access_token_seconds, settings.code_seconds))
