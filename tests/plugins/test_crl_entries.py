"""The entries of generated CRLs of all shapes: each is found, and nothing else is."""

import random
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime

import pytest
from cryptography import x509

from plugins.crl.entries import WINDOW, read_entries
from plugins.crl.entry import read_entry
from plugins.crl.errors import UnusableError
from plugins.crl.index import RevocationList, make_sections
from plugins.crl.outline import read_outline
from plugins.crl.revocation_list import read_facts
from plugins.crl.row import Revocation, width
from plugins.crl.signed_by import read_signature
from tests.card.forge import TRUE, oid_der, tlv
from tests.plugins.crl_world import CrlWorld
from tests.support.cpu_time import within

REASON, INVALIDITY = "2.5.29.21", "2.5.29.24"


def serial_of(length: int, chosen: random.Random) -> int:
    """A number whose DER has this length."""
    if length == 1:
        return chosen.randrange(0x80)
    return chosen.randrange(1 << (8 * length - 9), 1 << (8 * length - 1))


def utc_time(at: datetime) -> bytes:
    if at.year >= 2050:
        return tlv(0x18, at.strftime("%Y%m%d%H%M%SZ").encode())
    return tlv(0x17, at.strftime("%y%m%d%H%M%SZ").encode())


def extension(oid: str, value: bytes, *, critical: bool = False) -> bytes:
    return tlv(0x30, oid_der(oid) + (TRUE if critical else b"") + tlv(0x04, value))


def entry(serial: bytes, time: bytes, *extensions: bytes) -> bytes:
    rest = tlv(0x30, b"".join(extensions)) if extensions else b""
    return tlv(0x30, tlv(0x02, serial) + time + rest)


def number(serial: int) -> bytes:
    return serial.to_bytes(serial.bit_length() // 8 + 1)


def reason(code: int, *, critical: bool = False) -> bytes:
    return extension(REASON, tlv(0x0A, bytes((code,))), critical=critical)


NOW = utc_time(datetime(2026, 11, 20, tzinfo=UTC))
INVALID_SINCE = extension(INVALIDITY, tlv(0x18, b"20261101000000Z"))
FOREIGN = extension("1.3.6.1.4.1.99999.1", bytes(200))
SHAPES: list[tuple[bytes, ...]] = [
    (),
    (reason(1),),
    (reason(3),),
    (reason(4, critical=True),),
    (reason(6), INVALID_SINCE),
    (INVALID_SINCE,),
    (FOREIGN,),
]


def rows_of(content: bytes) -> bytes:
    return b"".join(read_entries(content, 0, len(content)).blocks())


def list_of(crls: CrlWorld, content: bytes) -> RevocationList:
    whole = crls.crl()
    outline = read_outline(whole)
    rows = read_entries(content, 0, len(content))
    counts, buffer = sorted(rows.counts().items()), b"".join(rows.blocks())
    sections, end = make_sections(buffer, 0, counts)
    assert end == len(buffer)
    facts, signature = read_facts(outline), read_signature(whole, outline)
    return RevocationList(facts, signature, "", buffer, sections)


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("odd", [0.0, 0.01, 1.0])
def test_each_entry_is_found_with_its_date_and_its_reason(
    crls: CrlWorld, seed: int, odd: float
) -> None:
    """Whatever the shapes of its neighbours, and wherever a window cuts it."""
    chosen = random.Random(100 * seed + odd)  # noqa: S311
    wanted: dict[int, Revocation] = {}
    entries = []
    for _ in range(4 * WINDOW // 40):
        serial = serial_of(chosen.randint(1, 20), chosen)
        is_odd = chosen.random() < odd
        year = chosen.choice([1950, 1999, 2000, 2049, *([2050, 2999] if is_odd else [])])
        at = datetime(year, chosen.randint(1, 12), chosen.randint(1, 28), 23, 59, 58, tzinfo=UTC)
        shape = chosen.choice(SHAPES if is_odd else SHAPES[:3])
        if serial in wanted:
            continue
        reasons = {(): "unspecified", SHAPES[1]: "keyCompromise", SHAPES[2]: "affiliationChanged"}
        reasons |= {SHAPES[3]: "superseded", SHAPES[4]: "certificateHold"}
        wanted[serial] = Revocation(at, reasons.get(shape, "unspecified"))
        entries.append(entry(number(serial), utc_time(at), *shape))

    found = list_of(crls, b"".join(entries))

    assert len(found) == len(wanted)
    assert all(found.find(serial) == revocation for serial, revocation in wanted.items())
    misses = (serial_of(chosen.randint(1, 20), chosen) for _ in range(5_000))
    assert not any(found.find(serial) for serial in misses if serial not in wanted)


def test_what_is_found_is_what_cryptography_finds(crls: CrlWorld) -> None:
    crls.revoke(x509.ReasonFlags.affiliation_changed)
    crls.revoke(issued=crls.world.issue("auth"))
    der = crls.crl()
    content = der[slice(*read_outline(der).entries)]
    found = list_of(crls, content)

    for each in x509.load_der_x509_crl(der):
        mine = found.find(each.serial_number)
        assert mine is not None
        assert mine.revoked_at == each.revocation_date_utc


@pytest.mark.parametrize(
    "day", ["000229", "240229", "260228", "260430", "261231", "500101", "491231"]
)
def test_a_day_that_exists_is_read(day: str) -> None:
    assert rows_of(entry(b"\x05", tlv(0x17, f"{day}000000Z".encode())))


ODD_ENTRIES: dict[str, bytes] = {
    "no such day": entry(b"\x05", tlv(0x17, b"260229000000Z")),
    "the 31st of April": entry(b"\x05", tlv(0x17, b"260431000000Z")),
    "month 13": entry(b"\x05", tlv(0x17, b"261301000000Z")),
    "hour 24": entry(b"\x05", tlv(0x17, b"261101240000Z")),
    "second 60": entry(b"\x05", tlv(0x17, b"261101235960Z")),
    "no seconds": entry(b"\x05", tlv(0x17, b"2611012359Z")),
    "an offset": entry(b"\x05", tlv(0x17, b"261101235959+0900")),
    "a fraction": entry(b"\x05", tlv(0x18, b"20601101235959.5Z")),
    "GeneralizedTime before 2050": entry(b"\x05", tlv(0x18, b"20261101235959Z")),
    "a text for a time": entry(b"\x05", tlv(0x0C, b"261101235959Z")),
    "a negative number": entry(b"\x85", NOW),
    "a number that is not minimal": entry(b"\x00\x05", NOW),
    "a number of no octets": entry(b"", NOW),
    "a number of 21 octets": entry(b"\x01" * 21, NOW),
    "empty extensions": tlv(0x30, tlv(0x02, b"\x05") + NOW + tlv(0x30, b"")),
    "an extension twice": entry(b"\x05", NOW, reason(1), reason(1)),
    "reason 7": entry(b"\x05", NOW, reason(7)),
    "reason 11": entry(b"\x05", NOW, reason(11)),
    "removeFromCRL": entry(b"\x05", NOW, reason(8)),
    "a reason of two octets": entry(b"\x05", NOW, extension(REASON, tlv(0x0A, b"\x00\x01"))),
    "a reason that is an integer": entry(b"\x05", NOW, extension(REASON, tlv(0x02, b"\x01"))),
    "an unknown critical extension": entry(
        b"\x05", NOW, extension("1.3.6.1.4.1.99999.1", b"", critical=True)
    ),
    "a certificateIssuer": entry(b"\x05", NOW, extension("2.5.29.29", b"\x30\x00")),
    "critical written as FALSE": entry(
        b"\x05", NOW, tlv(0x30, oid_der(REASON) + b"\x01\x01\x00" + tlv(0x04, b"\x0a\x01\x01"))
    ),
    "something behind the extensions": tlv(
        0x30, tlv(0x02, b"\x05") + NOW + tlv(0x30, reason(1)) + b"\x05\x00"
    ),
    "no time": tlv(0x30, tlv(0x02, b"\x05")),
    "another sequence": tlv(0x31, tlv(0x02, b"\x05") + NOW),
    "a length that is not minimal": b"\x30\x81\x12" + tlv(0x02, b"\x05") + NOW,
    "an indefinite length": b"\x30\x80" + tlv(0x02, b"\x05") + NOW + b"\x00\x00",
}
ENTRY = entry(b"\x7f", NOW, reason(1))
PLACES: dict[str, Callable[[bytes], bytes]] = {
    "alone": lambda odd: odd,
    "first": lambda odd: odd + ENTRY * 50,
    "last": lambda odd: ENTRY * 50 + odd,
    "at a window's end": lambda odd: ENTRY * (WINDOW // len(ENTRY)) + odd + ENTRY * 5,
}


@pytest.mark.parametrize("place", PLACES.values(), ids=PLACES)
@pytest.mark.parametrize("odd", ODD_ENTRIES.values(), ids=ODD_ENTRIES)
def test_one_entry_that_is_not_understood_is_never_skipped(
    odd: bytes, place: Callable[[bytes], bytes]
) -> None:
    assert rows_of(place(ENTRY))

    with pytest.raises(UnusableError):
        rows_of(place(odd))


@pytest.mark.parametrize("extra", [-17, -1, 1, 14])
def test_a_length_that_does_not_fit_its_parts_is_refused(extra: int) -> None:
    """Both common shapes, each with the other's length, and lengths in between."""
    for good in (entry(b"\x05", NOW), entry(b"\x05", NOW, reason(1))):
        wrong = bytearray(good + ENTRY)
        wrong[1] += extra if wrong[1] + extra > 0 else 1

        with pytest.raises(UnusableError):
            rows_of(bytes(wrong))


def test_an_entry_cut_anywhere_is_refused() -> None:
    for end in range(1, len(ENTRY)):
        with pytest.raises(UnusableError):
            rows_of(ENTRY * 3 + ENTRY[:end])


def test_an_entry_within_an_entrys_number_is_not_taken_for_one() -> None:
    """Twenty octets can spell an entry: its own bytes are nobody's revocation."""
    inner = b"\x30\x12\x02\x01\x05" + NOW
    assert len(inner) == 20
    whole = entry(inner, NOW) * 2_000
    assert len(rows_of(whole)) == 2_000 * width(20)
    with pytest.raises(UnusableError):
        rows_of(b"\x00" + inner)


@pytest.mark.parametrize(
    "odd", [entry(b"\x05", NOW, *SHAPES[4]), ENTRY + FOREIGN * 3, b"\x30" * 100]
)
def test_a_megabyte_of_anything_is_read_in_time(odd: bytes) -> None:
    with within(1), suppress(UnusableError):
        rows_of(odd * (1_000_000 // len(odd)))


@pytest.mark.parametrize("good", [ENTRY, entry(b"\x05", NOW), entry(b"\x00" + b"\xff" * 16, NOW)])
def test_the_pattern_reads_what_the_strict_reader_reads(good: bytes) -> None:
    """Every byte of an entry, at every value."""
    for at in range(len(good)):
        for value in range(256):
            changed = good[:at] + bytes((value,)) + good[at + 1 :]
            assert _or_none(rows_of, changed) == _or_none(strictly, changed)


def strictly(content: bytes) -> bytes:
    row, end = read_entry(content, 0, len(content))
    if end != len(content):
        raise UnusableError("something stands behind it")
    return row


def _or_none(read: Callable[[bytes], bytes], content: bytes) -> bytes | None:
    try:
        return read(content)
    except UnusableError:
        return None


def test_an_empty_list_has_no_rows() -> None:
    assert rows_of(b"") == b""
