"""Fetching one CRL by a program of the operator's own, which writes its DER to standard output."""

import asyncio
from collections.abc import Sequence

from plugins.crl.errors import UnusableError
from plugins.crl.program import Complaint, end, exited, reading, start
from plugins.crl.receiving import Receiving
from plugins.crl.sources import URL

CHUNK = 1 << 16


async def fetch_by_program(program: Sequence[str], url: str, receiving: Receiving) -> None:
    """Whoever stops waiting ends the program too. Raises UnusableError, or OSError."""
    complaint = Complaint()
    process = start([url if each == URL else each for each in program])
    try:
        output = asyncio.StreamReader()
        async with (
            reading(process.stdout, asyncio.StreamReaderProtocol(output)),
            reading(process.stderr, complaint),
        ):
            while chunk := await output.read(CHUNK):
                receiving.take(chunk, None)
            await complaint.ended.wait()
            await exited(process)
    finally:
        await end(process)
    if process.returncode:
        raise UnusableError(_failure(process.returncode, complaint.first_line))
    if not receiving.size:
        raise UnusableError("its program wrote nothing")


def _failure(returncode: int, complaint: str) -> str:
    how = f"with exit code {returncode}" if returncode > 0 else f"by signal {-returncode}"
    return f"its program ended {how}" + (f": {complaint}" if complaint else "")
