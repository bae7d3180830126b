"""An HTTP server on loopback that answers each OCSP request as a test wants it to."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field, replace

from cryptography.x509 import OCSPNonce
from cryptography.x509.ocsp import load_der_ocsp_request

from tests.plugins.ocsp_forge import ResponseTemplate, nonce_extension


@dataclass(frozen=True)
class Asked:
    """One HTTP request: its head in lower case, and the OCSP request in it."""

    head: str
    body: bytes

    @property
    def nonce(self) -> bytes | None:
        extensions = load_der_ocsp_request(self.body).extensions
        return next((it.value.nonce for it in extensions if isinstance(it.value, OCSPNonce)), None)


Answer = Callable[[Asked, asyncio.StreamWriter], Awaitable[None]]


@dataclass
class Responder:
    answer: Answer
    asked: list[Asked] = field(default_factory=list)
    url: str = ""
    connections: set[asyncio.Task[None]] = field(default_factory=set)

    def connect(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections.add(asyncio.create_task(self._serve(reader, writer)))

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("ascii").lower()
            length = int(head.split("content-length:")[1].split("\r\n")[0])
            asked = Asked(head, await reader.readexactly(length))
            self.asked.append(asked)
            await self.answer(asked, writer)
            await writer.drain()
        except ConnectionError:
            pass  # the client has had enough
        finally:
            writer.close()

    async def close(self) -> None:
        """Whoever is still being answered is no more."""
        for connection in self.connections:
            connection.cancel()
        await asyncio.gather(*self.connections, return_exceptions=True)


@contextlib.asynccontextmanager
async def responding(answer: Answer) -> AsyncIterator[Responder]:
    responder = Responder(answer)
    server = await asyncio.start_server(responder.connect, "127.0.0.1", 0)
    host, port = server.sockets[0].getsockname()
    responder.url = f"http://{host}:{port}/"
    async with server:
        yield responder
        await responder.close()


def http(
    body: bytes, *, status: str = "200 OK", headers: tuple[str, ...] = (), length: int | None = None
) -> bytes:
    told = f"Content-Length: {len(body) if length is None else length}"
    head = (f"HTTP/1.1 {status}", "Content-Type: application/ocsp-response", told, *headers)
    return "\r\n".join((*head, "", "")).encode() + body


def always(reply: bytes) -> Answer:
    async def answer(asked: Asked, writer: asyncio.StreamWriter) -> None:
        writer.write(reply)

    return answer


def signed(response: ResponseTemplate) -> Answer:
    """That response, with the nonce that was sent."""

    async def answer(asked: Asked, writer: asyncio.StreamWriter) -> None:
        nonce = asked.nonce
        extensions = response.extensions if nonce is None else nonce_extension(nonce)
        writer.write(http(replace(response, extensions=extensions).encode()))

    return answer
