"""`genkan card check --batch`: lines in, answers out, in order; nothing else goes out."""

from collections.abc import Iterator
from importlib.metadata import EntryPoints
from typing import BinaryIO

from gateway.card.api import CardProfile, EvidenceChecker
from gateway.card.batch.check import RequestChecker
from gateway.card.batch.evidence import Checkers
from gateway.card.batch.lines import answer_line
from gateway.card.batch.request import Profile
from gateway.plugins import load_plugins

MAX_LINE = 64 * 1024 * 1024
"""Bytes. A request of a megabyte is normal; a longer line is read past and answered as none."""
TOO_LONG = b""

JPKI_PROFILES = (Profile.JPKI_SIGN, Profile.JPKI_AUTH)


def load_checkers(installed: EntryPoints) -> Checkers:
    """Without their tables: what comes with a request is judged by itself."""
    crl, ocsp = load_plugins(
        "gateway.evidence_checkers", ("crl", "ocsp"), {}, EvidenceChecker, installed
    )
    return Checkers(crl, ocsp)


def make_checker(installed: EntryPoints) -> RequestChecker:
    """With the profiles' own marks, whatever the settings of this gateway say."""
    profiles = load_plugins("gateway.card_profiles", JPKI_PROFILES, {}, CardProfile, installed)
    return RequestChecker(profiles, load_checkers(installed))


async def run_batch(lines: BinaryIO, answers: BinaryIO, checker: RequestChecker) -> None:
    for line in read_lines(lines):
        answers.write(await answer_line(line, checker))
        answers.flush()


def read_lines(stream: BinaryIO, limit: int = MAX_LINE) -> Iterator[bytes]:
    while line := stream.readline(limit + 1):
        yield line if len(line) <= limit else TOO_LONG
        while len(line) > limit and not line.endswith(b"\n"):
            line = stream.readline(limit + 1)
