"""Whatever bytes come as a CRL: nothing changed is believed, nothing but our own error leaves."""

from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.card.api import CertificateError, Reason
from gateway.card.general.crl import CrlEvidence
from gateway.card.general.crl_form import UnusableCrlError, read_crl
from tests.card.forge import tlv
from tests.card.general.crl_cases import LEAF, OTHER, POINT, ROOT, SOME, SUB
from tests.card.general.crl_forge import (
    INDIRECT,
    ask,
    certificate_issuer,
    delta,
    entry,
    make_crl,
    number,
    point,
    serial_number,
)
from tests.card.general.pki import check, name
from tests.support.cpu_time import cpu_seconds, within

MEGABYTE = 1_000_000
RICH = make_crl(
    ROOT,
    OTHER,
    entry(78, 1),
    entry(79, 6, certificate_issuer(SUB.name)),
    extensions=[point(POINT, flags=[INDIRECT], reasons=SOME), delta(1)],
)
GOOD = make_crl(ROOT, OTHER)


def read(der: bytes) -> None:
    try:
        read_crl(der)
    except UnusableCrlError:
        return


@pytest.mark.parametrize("place", range(len(GOOD)))
def test_a_crl_of_which_one_octet_differs_makes_nobody_good(place: int) -> None:
    for change in (0x01, 0x20, 0x80, 0xFF):
        changed = GOOD[:place] + bytes((GOOD[place] ^ change,)) + GOOD[place + 1 :]
        with pytest.raises(CertificateError) as refused:
            ask(LEAF, [changed], anchor=ROOT)
        assert refused.value.reason is Reason.STATUS_UNKNOWN


def test_a_rich_crl_of_which_one_octet_differs_is_read_or_refused() -> None:
    read_crl(RICH)
    for place in range(len(RICH)):
        for change in (0x01, 0x02, 0x10, 0x20, 0x40, 0x80, 0xFF):
            read(RICH[:place] + bytes((RICH[place] ^ change,)) + RICH[place + 1 :])


def test_a_crl_that_ends_early_is_refused() -> None:
    for end in range(len(RICH)):
        with pytest.raises(UnusableCrlError):
            read_crl(RICH[:end])


@settings(deadline=None, max_examples=300)
@given(st.binary(max_size=300), st.integers(0, len(RICH)), st.integers(0, len(RICH)))
def test_a_crl_with_something_else_inside_is_read_or_refused(
    inside: bytes, start: int, end: int
) -> None:
    read(RICH[:start] + inside + RICH[end:])


def entries(one: bytes) -> list[bytes]:
    return [one] * (MEGABYTE // len(one))


ISSUERS = [
    entry(1, 1, certificate_issuer(name(f"Town {place}"))) for place in range(MEGABYTE // 130)
]


@pytest.mark.parametrize(
    ("told", "content"),
    [
        ("nothing", bytes(MEGABYTE)),
        ("sequences in sequences", b"\x30\x80" * (MEGABYTE // 2)),
        ("a million values in the place of three", tlv(0x30, bytes(MEGABYTE))),
        ("one serial number", entries(OTHER)),
        ("an issuer each", ISSUERS),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_megabyte_is_answered_in_a_time_that_is_linear(
    told: str, content: bytes | list[bytes]
) -> None:
    if isinstance(content, list):
        full, half = (
            make_crl(ROOT, *some, extensions=[point(flags=[INDIRECT])])
            for some in (content, content[::2])
        )
    else:
        full, half = content, content[::2]
    assert took(full) < 3 * took(half) + 0.02, told


def took(der: bytes) -> float:
    def answer() -> None:
        with suppress(CertificateError):
            ask(LEAF, [der], anchor=ROOT)

    return cpu_seconds(answer)


def test_a_megabyte_of_good_crls_is_answered_in_time() -> None:
    """Thousands, each to be verified: there is a bound on the work."""
    crls = [make_crl(ROOT, crl_number=number(each)) for each in range(3000)]
    evidence = CrlEvidence(crls, [])
    with within(0.5), pytest.raises(CertificateError, match="too much work"):
        check(LEAF, anchor=ROOT, revocation=evidence)


def test_a_revocation_is_found_among_ten_thousand_entries() -> None:
    others = [entry(each) for each in range(1, 10_001)]
    ask(LEAF, [make_crl(ROOT, *others)], anchor=ROOT)
    with pytest.raises(CertificateError) as refused:
        ask(LEAF, [make_crl(ROOT, *others, entry(serial_number(LEAF)))], anchor=ROOT)
    assert refused.value.reason is Reason.REVOKED
