"""Tries every row of a table at an endpoint, and looks at what a refusal leaves behind."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import count, islice
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx2
import pytest

from gateway.consent.records import consents
from gateway.oidc.records import grants, refresh_tokens
from gateway.web import parameters
from tests.oidc.bad_input.rows import INVALID, OK, Form, Table, cases
from tests.support.gateway import Gateway
from tests.support.log import count as rows_of
from tests.support.untouched import check_unheard

STATUS = {"invalid_client": 401, "invalid_token": 401, "insufficient_scope": 403}
"""Of the others it is 400."""
PRIVATE = frozenset(
    {"code", "code_verifier", "refresh_token", "device_code", "auth_req_id", "subject_token"}
    | {"assertion", "token", "access_token", "client_secret", "client_assertion", "user_code"}
    | {"id_token_hint", "request", "client_notification_token", "state", "nonce"}
)
"""What of a request stands in no log."""
BOUGHT = ("access_token", "refresh_token", "id_token", "device_code", "auth_req_id", "request_uri")
PAGE = "a page, and nobody is told"
ASKS = "the resident is asked"


class Asked(Mapping[str, str]):
    """Parameters that remember by which names they were asked for."""

    def __init__(self, given: Mapping[str, str], names: set[str]) -> None:
        self._given, self._names = given, names

    def __getitem__(self, name: str) -> str:
        self._names.add(name)
        return self._given[name]

    def __contains__(self, name: object) -> bool:
        self._names.add(str(name))
        return name in self._given

    def __iter__(self) -> Iterator[str]:
        return iter(self._given)

    def __len__(self) -> int:
        return len(self._given)


@dataclass(slots=True)
class Recorder:
    """Which names the code reads while `is_on`."""

    names: set[str] = field(default_factory=set)
    is_on: bool = False


@pytest.fixture
def recorder(monkeypatch: pytest.MonkeyPatch) -> Recorder:
    recorder, parse = Recorder(), parameters.parse_parameters

    def parse_parameters(*arguments: Any) -> Mapping[str, str]:
        given = parse(*arguments)
        return Asked(given, recorder.names) if recorder.is_on else given

    monkeypatch.setattr(parameters, "parse_parameters", parse_parameters)
    return recorder


def said(answer: httpx2.Response) -> str:
    """By an endpoint that programs call."""
    if answer.status_code in (200, 201):
        return OK
    error: str = answer.json()["error"]
    assert answer.status_code == STATUS.get(error, 400), answer.text
    return error


def shown(answer: httpx2.Response) -> str:
    """By an endpoint that browsers come to. Where a service is told, it stands before the word."""
    if answer.status_code != 303:
        return PAGE if answer.status_code in (400, 422) else OK
    to = urlsplit(answer.headers["location"])
    if not to.netloc:
        return ASKS
    assert f"{to.scheme}://{to.netloc}{to.path}" == "https://health.example.test/callback"
    told = parse_qs(to.query or to.fragment)
    return OK if "code" in told else f"back: {told['error'][0]}"


@dataclass(slots=True)
class Door:
    gateway: Gateway
    recorder: Recorder
    good: Callable[[], Awaitable[Form]]
    """A request that is answered, anew each time."""
    send: Callable[[str], Awaitable[httpx2.Response]]
    says: Callable[[httpx2.Response], str] = said
    malformed: str = INVALID
    beside: str = OK
    """What a good request is answered with that holds something unexpected."""
    private: set[str] = field(default_factory=set)

    async def check(self, table: Table, caplog: pytest.LogCaptureFixture) -> None:
        """That each cell is as it is written, and there is a row for all that is read."""
        wrong = [found async for found in self._found(table)]
        assert not wrong, "\n".join(wrong)
        assert self.recorder.names == set(table)
        await check_unheard(self.gateway, caplog, *self.private)
        assert "Traceback" not in caplog.text

    async def _found(self, table: Table) -> AsyncIterator[str]:
        beside = urlencode({**await self.good(), "unexpected": "x", "": "x"})
        if (found := await self._try(beside)) != self.beside:
            yield f"something unexpected beside it: {found}"
        for name, row in table.items():
            for number in count():
                form = await self.good()  # what was good once is good no more
                self.private |= {form[one] for one in PRIVATE & form.keys()}
                case = next(islice(cases(name, row, form, self.malformed), number, None), None)
                if case is None:
                    break
                what, body, expected = case
                found = await self._try(body)
                if found != expected:
                    yield f"{name}, {what}: {found}, not {expected}"

    async def _try(self, body: str) -> str:
        before = await self._rows()
        self.recorder.is_on = True
        answer = await self.send(body)
        self.recorder.is_on = False
        found = self.says(answer)
        assert "Traceback" not in answer.text
        if found != OK and await self._rows() != before:
            return f"{found}, and it left something behind"
        if found != OK and answer.headers.get("content-type") == "application/json":
            assert not set(BOUGHT) & answer.json().keys()
        return found

    async def _rows(self) -> list[int]:
        return [await rows_of(self.gateway, table) for table in (grants, refresh_tokens, consents)]
