"""Whatever bytes are handed in: our own refusals, in bounded time, and no second good one."""

from collections.abc import Sequence

import pytest
from cryptography import x509
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.card.api import CertificateError, Reason
from gateway.card.general.certificate import MAX_CERTIFICATE, parse_certificate
from gateway.card.general.general_names import MAX_NAMES
from gateway.card.general.policy_extensions import ANY_POLICY
from gateway.card.general.validate import validate
from tests.card.forge import Change, Field, extension, extensions, oid_der, replace_field, tlv
from tests.card.general.pki import AT, Entity, check, issue, mappings, name, policies
from tests.support.cpu_time import within

SUBJECT_ALTERNATIVE_NAME, NAME_CONSTRAINTS = "2.5.29.17", "2.5.29.30"
A_SECOND_PER_MEGABYTE = 1e-6
COMBINING = tlv(0x30, oid_der("2.5.4.3") + tlv(0x0C, ("\u0315" * 128 + "\u0300" * 128).encode()))
"""An attribute whose marks are in the wrong order, as many as a name may have."""
HALF = 30_000
"""Octets: what one extension may hold, so that its certificate is not too long."""


@pytest.fixture(scope="module")
def path() -> tuple[Entity, Entity, Entity]:
    """One of every extension that is read."""
    root = issue("root")
    subtree = x509.NameConstraints([x509.DirectoryName(x509.Name(name("x").rdns[:2]))], None)
    ca = issue(
        "ca", root, extensions=[(subtree, True), policies("1.2.3"), mappings(("1.2.3", "1.2.4"))]
    )
    san = x509.SubjectAlternativeName([x509.DNSName("town.example")])
    leaf = issue("leaf", ca, ca=False, extensions=[(san, False), policies("1.2.4")])
    return leaf, ca, root


def outcome(leaf: bytes, pool: Sequence[bytes], anchors: Sequence[bytes]) -> Reason | None:
    try:
        validate(leaf, pool, anchors, at=AT, policies=frozenset({ANY_POLICY}), revocation=None)
    except CertificateError as refusal:
        return refusal.reason
    return None


def test_a_certificate_with_any_octet_changed_is_refused(
    path: tuple[Entity, Entity, Entity],
) -> None:
    leaf, ca, root = (each.der for each in path)
    assert outcome(leaf, [ca], [root]) is None

    for at in range(len(leaf)):
        for bit in (0x01, 0x80):
            changed = leaf[:at] + bytes((leaf[at] ^ bit,)) + leaf[at + 1 :]
            assert outcome(changed, [ca], [root]) is not None, at


def test_an_intermediate_with_any_octet_changed_leads_nowhere(
    path: tuple[Entity, Entity, Entity],
) -> None:
    leaf, ca, root = (each.der for each in path)

    for at in range(len(ca)):
        changed = ca[:at] + bytes((ca[at] ^ 0x01,)) + ca[at + 1 :]
        assert outcome(leaf, [changed], [root]) is not None, at


@given(st.binary(max_size=200), st.integers(0, 2_000), st.integers(0, 60))
@settings(max_examples=400, deadline=None)
def test_any_bytes_in_any_place_are_refused_by_name(junk: bytes, at: int, cut: int) -> None:
    der = GOOD[: at % len(GOOD)] + junk + GOOD[at % len(GOOD) + cut :]
    try:
        parse_certificate(der)
    except CertificateError:
        return
    assert outcome(der, [], [GOOD]) is not None or der == GOOD


GOOD = issue("root").der


def add(oid: str, value: bytes) -> Change:
    return lambda tbs: extensions(tbs).append(extension(oid, value))


def subtrees(*bases: bytes) -> bytes:
    return tlv(0x30, tlv(0xA1, b"".join(tlv(0x30, base) for base in bases)))


def hostile_names() -> dict[str, tuple[bytes, bytes]]:
    """A CA's constraints and a leaf's names: as many as fit, or as long as fit."""
    many = [tlv(0x82, f"a{number}.example".encode()) for number in range(MAX_NAMES)]
    constraints = [tlv(0x82, f"b{number}.example".encode()) for number in range(MAX_NAMES)]
    rdn = tlv(0x31, tlv(0x30, oid_der("2.5.4.3") + tlv(0x0C, b"a")))
    deep = tlv(0xA4, tlv(0x30, rdn * (HALF // len(rdn))))
    long_host = tlv(0x82, b"a." * (HALF // 2) + b"a")
    mailboxes = [tlv(0x81, b"a" * 12 + b"@" + b"-" * 12)] * MAX_NAMES
    uris = [tlv(0x86, b"a://" + b"@" * (HALF - 100))]
    return {
        "many": (subtrees(*constraints), tlv(0x30, b"".join(many))),
        "deep": (subtrees(deep), tlv(0x30, deep)),
        "long": (subtrees(tlv(0x82, b"b.example")), tlv(0x30, long_host)),
        "mailboxes": (subtrees(tlv(0x81, b"b.example")), tlv(0x30, b"".join(mailboxes))),
        "uris": (subtrees(tlv(0x86, b"b.example")), tlv(0x30, b"".join(uris))),
    }


@pytest.mark.parametrize("case", hostile_names())
def test_names_that_are_many_or_long_end_in_time(case: str) -> None:
    constraints, names = hostile_names()[case]
    root = issue("root")
    ca = issue("ca", root, change=add(NAME_CONSTRAINTS, constraints))
    leaf = issue("leaf", ca, ca=False, change=add(SUBJECT_ALTERNATIVE_NAME, names))

    with within(0.1), pytest.raises(CertificateError) as refusal:
        check(leaf, ca, anchor=root)
    assert refusal.value.reason in (Reason.PATH_TOO_COMPLEX, Reason.NAME_NOT_PERMITTED)


def test_a_megabyte_of_certificates_costs_no_more_than_its_length() -> None:
    root = issue("root")
    leaf = issue("leaf", root, ca=False)
    small = [issue(f"ca {number}", root).der for number in range(8)]
    large = [issue("ca", root, change=add("1.2.3", bytes(HALF))).der for _ in range(32)]
    no_names = tlv(0x30, tlv(0x82, b"") * (HALF // 2))
    nameless = add(SUBJECT_ALTERNATIVE_NAME, no_names)
    busy = [issue("ca", root, change=nameless).der for _ in range(32)]
    empty = [extension(f"1.2.{number}", b"") for number in range(HALF // 12)]
    many = [issue("ca", root, change=lambda tbs: extensions(tbs).extend(empty)) for _ in range(32)]
    split = [each.der for each in many]
    marks = replace_field(Field.SUBJECT, tlv(0x30, tlv(0x31, COMBINING) * (HALF // 530)))
    marked = [issue("ca", root, change=marks).der for _ in range(32)]

    for pool in (small, large, busy, split, marked, [bytes(MAX_CERTIFICATE)] * 16):
        with within(A_SECOND_PER_MEGABYTE * sum(map(len, pool))):
            assert outcome(leaf.der, pool, [root.der]) is None
