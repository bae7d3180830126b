"""CRLs of a million entries and of ten: indexing against cryptography's bare signature check, in
one run; look-ups; memory. `.venv/bin/python -m tests.bench.crl`.
"""

import json
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.serialization import Encoding
from rich.console import Console

from gateway.clock import system_clock
from gateway.virtual.authority import DemoAuthority
from gateway.virtual.person import HANASAKI
from plugins.crl.build import build_here, index_path
from plugins.crl.index_file import open_index
from tests.bench.measure import where
from tests.card.forge import parse, tlv

out = Console(soft_wrap=True, highlight=False)
progress = Console(stderr=True, highlight=False)

MILLION = 1_000_000
LOOK_UPS = 20_000
_REASON = bytes.fromhex("300c300a0603551d1504030a01")
_NO_LIMIT = 1 << 40


def main(
    rounds: Annotated[int, typer.Option(min=1, help="The figures are medians.")] = 3,
    millions: Annotated[int, typer.Option(min=1, help="The larger list.")] = 10,
) -> None:
    """Indexing, look-ups and memory, as ratios where the machine does not matter."""
    with tempfile.TemporaryDirectory(prefix="genkan-crl-") as name:
        folder = Path(name)
        authority = DemoAuthority.create(system_clock())
        issuer = authority.issuer("jpki-auth", 2)
        certificate = folder / "issuer.pem"
        certificate.write_bytes(issuer.certificate.public_bytes(Encoding.PEM))
        figures = {}
        for count in (MILLION, millions * MILLION):
            progress.print(f"a list of {count:,} ...")
            file = folder / f"{count}.crl"
            write_list(authority, file, count)
            figures[count] = _measure(file, folder, rounds if count == MILLION else 1)
        _print(figures[MILLION], figures[millions * MILLION], millions)


def measure_once(file: Path, folder: Path) -> dict[str, float]:
    """One round, in a process of its own: its memory is told too."""
    issuer = x509.load_pem_x509_certificate((folder / "issuer.pem").read_bytes())
    began = time.perf_counter()
    digest = build_here(file, folder, [issuer], _NO_LIMIT)
    seconds = time.perf_counter() - began
    peak = peak_mebibytes()
    found = open_index(index_path(folder, digest), digest)
    hits = _some_numbers(file)
    misses = [random.getrandbits(128) for _ in range(LOOK_UPS)]
    return {
        "seconds": seconds,
        "peak MiB": peak,
        "bytes an entry": len(found.buffer) / len(found),
        "hit, us": _each(lambda: [found.find(number) for number in hits], len(hits)),
        "miss, us": _each(lambda: [found.find(number) for number in misses], len(misses)),
        "bare seconds": _bare(file, issuer),
    }


def _bare(file: Path, issuer: x509.Certificate) -> float:
    """What cryptography alone takes to say that it is signed."""
    crl, key = x509.load_der_x509_crl(file.read_bytes()), issuer.public_key()
    began = time.perf_counter()
    assert crl.is_signature_valid(key)  # type: ignore[arg-type]
    return time.perf_counter() - began


def peak_mebibytes() -> float:
    """Of this program alone; what wait4(2) tells includes its parent's before the exec."""
    status = Path("/proc/self/status").read_text()
    return next(int(line.split()[1]) for line in status.splitlines() if "VmHWM" in line) / 1024


def _each(work: Callable[[], object], count: int) -> float:
    """The second time: the pages of the file are there."""
    work()
    began = time.perf_counter()
    work()
    return (time.perf_counter() - began) / count * 1e6


def _measure(file: Path, folder: Path, rounds: int) -> dict[str, float]:
    program = (
        "import json, sys; from pathlib import Path; from tests.bench.crl import measure_once;"
        "print(json.dumps(measure_once(Path(sys.argv[1]), Path(sys.argv[2]))))"
    )
    command = [sys.executable, "-c", program, str(file), str(folder)]
    found = []
    for number in range(1, rounds + 1):
        progress.print(f"round {number} of {rounds}")
        done = subprocess.run(command, capture_output=True, check=True)  # noqa: S603
        found.append(json.loads(done.stdout))
    return {name: statistics.median(each[name] for each in found) for name in found[0]}


def write_list(authority: DemoAuthority, file: Path, count: int) -> None:
    """A list of the demo CA with as many entries: numbers of 16 random octets, a date, a reason."""
    whole = parse(authority.crl("jpki-auth", 2, HANASAKI, system_clock()))
    tbs, algorithm, _ = whole.children
    chosen = random.Random(count)  # noqa: S311
    entries = tlv(0x30, b"".join(_entry(chosen) for _ in range(count)))
    fields = [each.encode() for each in tbs.children]
    signed = tlv(0x30, b"".join([*fields[:5], entries, fields[-1]]))
    key = authority.issuer("jpki-auth", 2).private_key
    signature = key.sign(signed, padding.PKCS1v15(), hashes.SHA256())  # type: ignore[arg-type,call-arg]
    file.write_bytes(tlv(0x30, signed + algorithm.encode() + tlv(0x03, b"\x00" + signature)))


def _entry(chosen: random.Random) -> bytes:
    serial = chosen.randrange(1 << 120, 1 << 128)
    octets = serial.to_bytes(serial.bit_length() // 8 + 1)
    month, day, hour, minute = (chosen.randrange(1, end) for end in (13, 29, 24, 60))
    date = b"26%02d%02d%02d%02d00Z" % (month, day, hour, minute)
    rest = b"\x17\x0d" + date + _REASON + bytes((chosen.choice((1, 3, 4, 5)),))
    return tlv(0x30, tlv(0x02, octets) + rest)


def _some_numbers(file: Path) -> list[int]:
    crl = x509.load_der_x509_crl(file.read_bytes())
    step = max(1, len(crl) // LOOK_UPS)
    numbers = [entry.serial_number for at, entry in enumerate(crl) if at % step == 0]
    random.shuffle(numbers)
    return numbers


def _print(one: dict[str, float], many: dict[str, float], millions: int) -> None:
    out.print(where(system_clock()))
    for name in one:
        out.print(f"{name}: {one[name]:,.2f} at 1 M, {many[name]:,.2f} at {millions} M")
    slowest, slowest_of_many = (max(each["hit, us"], each["miss, us"]) for each in (one, many))
    ratios = {
        "verified and indexed / is_signature_valid, 1 M (<= 0.8)": one["seconds"]
        / one["bare seconds"],
        f"the same, {millions} M": many["seconds"] / many["bare seconds"],
        f"{millions} M / 1 M, seconds (<= 12 at 10 M)": many["seconds"] / one["seconds"],
        "look-up, the larger / 1 M (<= 2)": slowest_of_many / slowest,
    }
    for name, ratio in ratios.items():
        out.print(f"{name}: {ratio:.2f}")


if __name__ == "__main__":
    typer.run(main)
