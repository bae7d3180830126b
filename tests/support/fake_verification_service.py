"""A platform operator that is not one: its API over real TLS, with whatever fault a test wants."""

import asyncio
import contextlib
import json
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from gateway.card.api import CertificateIdentity
from tests.support.throwaway_ca import HOST, ThrowawayCa
from tests.support.token_endpoint import RefusedError, TokenEndpoint

JSON_TYPE = "application/json"
TOKEN_PATH = "/token"
BASE_PATH = "/jpki"


@dataclass(frozen=True)
class Asked:
    """One HTTP request, complete."""

    path: str
    headers: Mapping[str, str]
    """Names in lower case."""
    body: bytes

    @property
    def json(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.body)
        return found


@dataclass(frozen=True)
class Known:
    """What the service knows of one certificate."""

    status: Mapping[str, Any]
    holder: str = "one person"
    older: tuple[CertificateIdentity, ...] = ()


Fault = Callable[[Asked, asyncio.StreamWriter], Awaitable[None]]
Change = Callable[[dict[str, Any]], object]


@dataclass
class FakeVerificationService:
    certificates: dict[CertificateIdentity, Known] = field(default_factory=dict)
    tokens: TokenEndpoint | None = None
    """None: mTLS."""
    change: Change | None = None
    """What becomes of an answer that would be right."""
    fault: Fault | None = None
    """Instead of any answer."""
    out_of_order: set[str] = field(default_factory=set)
    """Paths of calls that cannot be answered just now."""
    asked: list[Asked] = field(default_factory=list)
    """Without the token endpoint's."""
    base_url: str = ""
    connections: set[asyncio.Task[None]] = field(default_factory=set)

    def connect(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections.add(asyncio.create_task(self._serve(reader, writer)))

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        # A client that has had enough goes away, and so does one that TLS refuses.
        with contextlib.suppress(OSError, EOFError):
            try:
                await self._answer(await _read(reader), writer)
                await writer.drain()
            finally:
                writer.close()
                await writer.wait_closed()

    async def _answer(self, asked: Asked, writer: asyncio.StreamWriter) -> None:
        if asked.path == TOKEN_PATH and self.tokens is not None:
            writer.write(_token_reply(self.tokens, asked.body))
            return
        self.asked.append(asked)
        if self.tokens is not None and not _is_authorized(asked, self.tokens.good_tokens):
            writer.write(http(b"", status="401 Unauthorized"))
        elif asked.path in self.out_of_order:
            writer.write(http(b"", status="503 Service Unavailable"))
        elif self.fault is not None:
            await self.fault(asked, writer)
        else:
            answer: object = self._found(asked)
            if self.change is not None and isinstance(answer, dict):
                answer = self.change(answer)
            writer.write(http(json.dumps(answer).encode()))

    def _found(self, asked: Asked) -> dict[str, Any]:
        question = asked.json
        if asked.path == f"{BASE_PATH}/v1/same-holder":
            return {**question, "value": self._holder(question)}
        known = self.certificates.get(_identity(question["certificate"]))
        if asked.path == f"{BASE_PATH}/v1/certificate-status":
            return {**question, **({"value": "unknown"} if known is None else known.status)}
        assert asked.path == f"{BASE_PATH}/v1/predecessors"
        older = () if known is None else known.older
        names = [_name(identity) for identity in older]
        return {**question, "known": known is not None, "predecessors": names}

    def _holder(self, question: Mapping[str, Any]) -> str:
        sign = self.certificates.get(_identity(question["signature"]))
        auth = self.certificates.get(_identity(question["authentication"]))
        if sign is None or auth is None:
            return "unknown"
        return "same" if sign.holder == auth.holder else "other"


@contextlib.asynccontextmanager
async def serving(
    ca: ThrowawayCa, service: FakeVerificationService
) -> AsyncIterator[FakeVerificationService]:
    """On loopback. Without a token endpoint it demands a client certificate of the same CA."""
    party = ca.server()
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(party.certificate_file, party.key_file)
    if service.tokens is None:
        tls.verify_mode = ssl.CERT_REQUIRED
        tls.load_verify_locations(ca.ca_file)
    server = await asyncio.start_server(service.connect, HOST, 0, ssl=tls)
    origin = f"https://{HOST}:{server.sockets[0].getsockname()[1]}"
    service.base_url = origin + BASE_PATH
    if service.tokens is not None:
        service.tokens.url = origin + TOKEN_PATH
    async with server:
        yield service
        for connection in service.connections:
            connection.cancel()
        await asyncio.gather(*service.connections, return_exceptions=True)


def http(
    body: bytes,
    *,
    status: str = "200 OK",
    media_type: str = JSON_TYPE,
    headers: tuple[str, ...] = (),
    length: int | None = None,
) -> bytes:
    told = f"Content-Length: {len(body) if length is None else length}"
    head = (f"HTTP/1.1 {status}", f"Content-Type: {media_type}", told, *headers)
    return "\r\n".join((*head, "", "")).encode() + body


async def _read(reader: asyncio.StreamReader) -> Asked:
    first, *lines = (await reader.readuntil(b"\r\n\r\n")).decode("ascii").strip().split("\r\n")
    method, path, _ = first.split(" ")
    assert method == "POST"
    headers = {name.lower(): value for name, value in (line.split(": ", 1) for line in lines)}
    return Asked(path, headers, await reader.readexactly(int(headers["content-length"])))


def _token_reply(tokens: TokenEndpoint, body: bytes) -> bytes:
    try:
        return http(json.dumps(tokens.grant(body)).encode())
    except RefusedError as error:
        return http(json.dumps({"error": str(error)}).encode(), status="401 Unauthorized")


def _is_authorized(asked: Asked, good_tokens: set[str]) -> bool:
    scheme, _, token = asked.headers.get("authorization", "").partition(" ")
    return scheme == "Bearer" and token in good_tokens


def _identity(name: Mapping[str, str]) -> CertificateIdentity:
    return CertificateIdentity(name["issuer"], int(name["serial_number"], 16))


def _name(identity: CertificateIdentity) -> dict[str, str]:
    return {"issuer": identity.anchor_set, "serial_number": f"{identity.serial_number:x}"}
