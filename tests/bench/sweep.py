"""A list of a million revoked certificates against a million bindings, a hundredth of them on it:
CPU of a binding, memory, how long others wait. `.venv/bin/python -m tests.bench.sweep`.
"""

import asyncio
import itertools
import json
import secrets
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Annotated

import typer
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import load_pem_x509_certificate
from rich.console import Console

from gateway.audit.log import AuditLog
from gateway.card.api import Anchor, CertificateIdentity, CertificateType
from gateway.clock import system_clock
from gateway.keys.hashing import KeyedHash
from gateway.oidc.ending import revoke_of_residents
from gateway.residents.certificate_hashes import certificate_hash
from gateway.residents.model import ResidentState
from gateway.residents.records import certificates, residents
from gateway.residents.revocations import Revocations
from gateway.residents.sweep import Sweep
from gateway.store.api import Records
from gateway.store.memory import MemoryMoments
from gateway.store.migrate import migrate
from gateway.store.records import open_records
from gateway.virtual.authority import DemoAuthority
from plugins.crl import CrlDirectory
from tests.bench.crl import peak_mebibytes, write_list
from tests.bench.measure import where

out = Console(soft_wrap=True, highlight=False)
progress = Console(stderr=True, highlight=False)

ANCHOR_SET, TYPE = "jpki-auth", CertificateType.AUTHENTICATION
KEYED_HASH = KeyedHash(bytes(32))
_CHUNK = 20_000
_TICK_SECONDS = 0.005


def main(
    bindings: Annotated[int, typer.Option(min=1_000, help="And so many on the list.")] = 1_000_000,
    bound_of_a_hundred: Annotated[int, typer.Option(min=0, max=100)] = 1,
) -> None:
    """One sweep, in a process of its own."""
    with tempfile.TemporaryDirectory(prefix="genkan-sweep-") as name:
        folder = Path(name)
        progress.print(f"a list of {bindings:,} ...")
        _publish(folder, bindings)
        progress.print(f"{bindings:,} bindings ...")
        asyncio.run(_fill(folder, bindings, bound_of_a_hundred))
        progress.print("the sweep ...")
        program = (
            "import asyncio, json, sys; from pathlib import Path;"
            "from tests.bench.sweep import measure_once;"
            "print(json.dumps(asyncio.run(measure_once(Path(sys.argv[1])))))"
        )
        command = [sys.executable, "-c", program, name]
        done = subprocess.run(command, stdout=subprocess.PIPE, check=True)  # noqa: S603
    figures = json.loads(done.stdout)
    out.print(where(system_clock()))
    out.print(f"CPU-µs a binding (<= 20): {figures['cpu'] / bindings * 1e6:.1f}")
    for told in ("seconds", "found", "peak MiB", "of it before, MiB", "longest wait, ms"):
        out.print(f"{told}: {figures[told]:,.1f}")


async def measure_once(folder: Path) -> dict[str, float]:
    records, source = open_records(_url(folder)), _source(folder)
    sweep = Sweep(
        records=records,
        moments=MemoryMoments(system_clock),
        keyed_hash=KEYED_HASH,
        revocations=Revocations(AuditLog(records, KEYED_HASH), revoke_of_residents, system_clock),
        sources=[source],
        certificate_types={ANCHOR_SET: TYPE},
        clock=system_clock,
    )
    try:
        await source.revoked(system_clock())
        before, waits = peak_mebibytes(), [0.0]
        ticking = asyncio.create_task(_tick(waits))
        began, cpu = time.perf_counter(), time.process_time()
        await sweep.once()
        cpu, seconds = time.process_time() - cpu, time.perf_counter() - began
        ticking.cancel()
        async with records.reading() as connection:
            found = certificates.c.found_revoked_at.is_not(None)
            rows = await connection.execute(certificates.select().where(found))
            count = len(rows.all())
    finally:
        await records.close()
    return {
        "cpu": cpu,
        "seconds": seconds,
        "found": count,
        "peak MiB": peak_mebibytes(),
        "of it before, MiB": before,
        "longest wait, ms": max(waits) * 1e3,
    }


async def _tick(waits: list[float]) -> None:
    """How much later than asked for somebody else has their turn."""
    while True:
        began = time.perf_counter()
        await asyncio.sleep(_TICK_SECONDS)
        waits.append(time.perf_counter() - began - _TICK_SECONDS)


def _publish(folder: Path, count: int) -> None:
    authority = DemoAuthority.create(system_clock() - timedelta(days=1))
    issuer = authority.issuer(ANCHOR_SET, 2).certificate
    (folder / "issuer.pem").write_bytes(issuer.public_bytes(Encoding.PEM))
    (folder / "crls").mkdir()
    write_list(authority, folder / "crls" / "town.crl", count)


def _source(folder: Path) -> CrlDirectory:
    issuer = load_pem_x509_certificate((folder / "issuer.pem").read_bytes())
    fingerprint = issuer.fingerprint(hashes.SHA256()).hex().upper()
    source = CrlDirectory({"directory": str(folder / "crls")})
    source.trust([Anchor(issuer, ANCHOR_SET, fingerprint)])
    return source


def _url(folder: Path) -> str:
    return f"sqlite:///{folder}/genkan.db"


async def _fill(folder: Path, count: int, bound_of_a_hundred: int) -> None:
    await migrate(_url(folder))
    source = _source(folder)
    lists = await source.revoked(system_clock())
    while not lists:  # indexing a long list takes longer than a question waits
        await asyncio.sleep(1)
        lists = await source.revoked(system_clock())
    revoked = (
        certificate_hash(KEYED_HASH, TYPE, CertificateIdentity(ANCHOR_SET, entry.serial_number))
        for number, entry in enumerate(lists[0].entries())
        if number % 100 < bound_of_a_hundred
    )
    others = (KEYED_HASH.hash("other", str(number)) for number in itertools.count())
    bound = itertools.islice(itertools.chain(revoked, others), count)
    records = open_records(_url(folder))
    try:
        while some := list(itertools.islice(bound, _CHUNK)):
            await _add(records, some)
    finally:
        await records.close()


async def _add(records: Records, bound: Sequence[str]) -> None:
    now = system_clock()
    people = [secrets.token_hex(16) for _ in bound]
    async with records.writing() as connection:
        await connection.execute(
            residents.insert(),
            [
                {
                    "resident_id": each,
                    "common_id": each,
                    "state": ResidentState.ACTIVE,
                    "created_at": now,
                }
                for each in people
            ],
        )
        await connection.execute(
            certificates.insert(),
            [
                {
                    "identity_hash": identity_hash,
                    "resident_id": each,
                    "certificate_type": TYPE,
                    "not_after": now,
                    "bound_at": now,
                }
                for identity_hash, each in zip(bound, people, strict=True)
            ],
        )


if __name__ == "__main__":
    typer.run(main)
