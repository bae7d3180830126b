"""Documents are read in a process apart: what they bring with them meets nothing of the gateway's,
and what they take of time and memory is taken from nobody else."""

import asyncio
import logging
import os
import sys
from types import TracebackType
from typing import Self

from gateway.card.api import CertificateError, Reason
from gateway.card.documents.frames import (
    LENGTH_OCTETS,
    LONGEST_ANSWER,
    decode_answer,
    encode_document,
    frame,
)
from gateway.card.documents.model import ReadSignature, UnverifiedDocument

LONGEST_SECONDS = 10.0
PROGRAM = (sys.executable, "-P", "-m", "gateway.card.documents.apart_process")

logger = logging.getLogger(__name__)


class Apart:
    """One process, started with the first document and again after it ended; one document at a
    time. Entered when the gateway starts, left when it stops."""

    def __init__(self, seconds: float = LONGEST_SECONDS) -> None:
        self._seconds = seconds
        self._turn = asyncio.Lock()
        self._process: asyncio.subprocess.Process | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self._end()

    async def read(self, document: UnverifiedDocument) -> tuple[ReadSignature, ...]:
        """All its signatures, at least one. Raises CertificateError for a document that cannot be
        read, or not in time."""
        async with self._turn:
            payload = await self._exchange(encode_document(document))
        try:
            return decode_answer(payload)
        except ValueError as error:
            raise _too_complex("reading it led to no answer") from error

    async def _exchange(self, payload: bytes) -> bytes:
        process = await self._running()
        try:
            async with asyncio.timeout(self._seconds):
                return await _ask(process, payload)
        except TimeoutError as error:
            await self._end()
            raise _too_complex("reading it takes too long") from error
        except (OSError, EOFError) as error:
            await self._end()
            logger.warning("the process that reads documents ended (%s)", process.returncode)
            raise _too_complex("reading it ended the process") from error
        except BaseException:
            await self._end()  # its answer would be taken for the next document's
            raise

    async def _running(self) -> asyncio.subprocess.Process:
        process = self._process
        if process is None or process.returncode is not None:
            process = self._process = await asyncio.create_subprocess_exec(
                *PROGRAM,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.DEVNULL,
                env={name: os.environ[name] for name in ("PYTHONPATH",) if name in os.environ},
            )
        return process

    async def _end(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            if process.returncode is None:
                process.kill()
            await process.communicate()


async def _ask(process: asyncio.subprocess.Process, payload: bytes) -> bytes:
    assert process.stdin is not None  # noqa: S101 - both are pipes
    assert process.stdout is not None  # noqa: S101
    process.stdin.write(frame(payload))
    await process.stdin.drain()
    length = int.from_bytes(await process.stdout.readexactly(LENGTH_OCTETS))
    if length > LONGEST_ANSWER:
        raise EOFError("no answer of ours")
    return await process.stdout.readexactly(length)


def _too_complex(message: str) -> CertificateError:
    return CertificateError(Reason.DOCUMENT_TOO_COMPLEX, message)
