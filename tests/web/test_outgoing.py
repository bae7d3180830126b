"""What the gateway sends ends in time, whoever it is sent to."""

import anyio
import httpx2
import pytest

from gateway.web import outgoing
from gateway.web.outgoing import Outgoing, UndeliveredError

pytestmark = pytest.mark.anyio


class LetterByLetter(httpx2.AsyncBaseTransport):
    """No step takes too long, and none is the last."""

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        await anyio.sleep_forever()
        raise AssertionError


async def test_who_answers_letter_by_letter_is_not_listened_to_for_ever(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(outgoing, "PATIENCE_SECONDS", 0.05)
    sender = Outgoing(LetterByLetter())
    with anyio.fail_after(5), pytest.raises(UndeliveredError) as refused:
        await sender.post("https://health.example.test/", form={"logout_token": "secret"})
    assert str(refused.value) == "TimeoutError"
    await sender.aclose()
