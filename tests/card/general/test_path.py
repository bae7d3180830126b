"""RFC 5280 §6.1, one wrong thing at a time, the good path beside it."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest
from cryptography import x509

from gateway.card.algorithms import PublicKey
from gateway.card.api import CertificateError, Reason
from gateway.card.general.certificate import Certificate, parse_certificate
from tests.card.forge import Change, Field, extension, extensions, key_usage, replace_field, tlv
from tests.card.general.pki import AT, NOT_AFTER, NOT_BEFORE, Entity, check, issue, name

SECOND = timedelta(seconds=1)
UNKNOWN_OID = "1.2.3.4.5"


def reason(leaf: Entity, *pool: Entity, anchor: Entity, at: datetime = AT) -> Reason | None:
    try:
        check(leaf, *pool, anchor=anchor, at=at)
    except CertificateError as refusal:
        return refusal.reason
    return None


def below(root: Entity, ca: Entity | None = None) -> Reason | None:
    """What becomes of a good leaf below this CA."""
    if ca is None:
        return reason(issue("leaf", root, ca=False), anchor=root)
    return reason(issue("leaf", ca, ca=False), ca, anchor=root)


def add(oid: str, value: bytes, *, critical: bool) -> Change:
    return lambda tbs: extensions(tbs).append(extension(oid, value, critical=critical))


def test_the_path_that_was_found_is_told() -> None:
    root = issue("root")
    ca = issue("ca", root)
    leaf = issue("leaf", ca, ca=False)

    found = check(leaf, ca, anchor=root)

    assert [each.der for each in found.certificates] == [root.der, ca.der, leaf.der]
    assert (found.anchor.der, found.leaf.der) == (root.der, leaf.der)


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        (NOT_BEFORE - SECOND, Reason.NOT_YET_VALID),
        (NOT_BEFORE, None),
        (NOT_AFTER, None),
        (NOT_AFTER + SECOND - timedelta(microseconds=1), None),
        (NOT_AFTER + SECOND, Reason.EXPIRED),
    ],
)
@pytest.mark.parametrize("of_the_ca", [True, False])
def test_validity_to_the_second(
    at: datetime,
    expected: Reason | None,
    of_the_ca: bool,  # noqa: FBT001
) -> None:
    longer = {"not_before": datetime(2020, 1, 1), "not_after": datetime(2040, 1, 1)}  # noqa: DTZ001
    root = issue("root", **longer)  # type: ignore[arg-type]
    ca = issue("ca", root, **({} if of_the_ca else longer))  # type: ignore[arg-type]
    leaf = issue("leaf", ca, ca=False, **(longer if of_the_ca else {}))  # type: ignore[arg-type]

    assert reason(leaf, ca, anchor=root, at=at) is expected


def test_an_anchor_past_its_validity_is_no_anchor() -> None:
    root = issue("root", not_after=AT - SECOND)

    assert below(root) is Reason.ANCHOR_EXPIRED
    assert reason(issue("leaf", root, ca=False), anchor=root, at=AT - SECOND) is None


def test_an_issuer_is_a_ca() -> None:
    root = issue("root")
    usage = (key_usage("key_cert_sign"), True)

    assert below(root, issue("ca", root)) is None
    assert below(root, issue("ca", root, ca=False, extensions=[usage])) is Reason.NOT_A_CA
    no_constraints = issue("ca", root, without=[x509.BasicConstraints])
    assert below(root, no_constraints) is Reason.NOT_A_CA


def test_an_anchor_is_a_ca_too() -> None:
    usage = (key_usage("key_cert_sign"), True)

    assert below(issue("root")) is None
    assert below(issue("root", ca=False, extensions=[usage])) is Reason.NOT_A_CA


def test_an_issuers_key_usage_allows_it_to_sign_certificates() -> None:
    root = issue("root")
    crl_only = (key_usage("crl_sign"), True)

    assert below(root, issue("ca", root, without=[x509.KeyUsage])) is None
    assert below(root, issue("ca", root, extensions=[crl_only])) is Reason.WRONG_KEY_USAGE
    assert below(issue("root", extensions=[crl_only])) is Reason.WRONG_KEY_USAGE


def test_basic_constraints_need_not_be_critical() -> None:
    """RFC 5280 §6.1.4 (k) asks for CA alone."""
    root = issue("root")
    loose = (x509.BasicConstraints(ca=True, path_length=None), False)

    assert below(root, issue("ca", root, extensions=[loose])) is None


def _old_version(tbs_version: bytes) -> Change:
    def change(tbs: object) -> None:
        children = tbs.children  # type: ignore[attr-defined]
        children[Field.VERSION].replacement = tbs_version
        children[-1].replacement = b""

    return change


def test_an_issuer_of_an_old_version_cannot_say_that_it_is_a_ca() -> None:
    root = issue("root")

    assert below(root, issue("ca", root, change=_old_version(b""))) is Reason.NOT_A_CA
    two = bytes.fromhex("a003020101")
    assert below(root, issue("ca", root, change=_old_version(two))) is Reason.NOT_A_CA


def test_an_anchor_of_version_1_was_pinned_all_the_same() -> None:
    assert below(issue("root", change=_old_version(b""))) is None


def test_a_leaf_of_version_1_is_read() -> None:
    root = issue("root")

    assert reason(issue("leaf", root, ca=False, change=_old_version(b"")), anchor=root) is None


def _chain(root: Entity, *lengths: int | None, names: Sequence[str] = ()) -> Reason | None:
    cas: list[Entity] = []
    for number, length in enumerate(lengths):
        common_name = names[number] if names else f"ca {number}"
        cas.append(issue(common_name, cas[-1] if cas else root, path_length=length))
    return reason(issue("leaf", cas[-1], ca=False), *cas, anchor=root)


def test_a_path_length_counts_the_cas_below() -> None:
    root = issue("root")

    assert _chain(root, 0) is None
    assert _chain(root, 1, None) is None
    assert _chain(root, 0, None) is Reason.PATH_TOO_LONG
    assert _chain(root, 1, None, None) is Reason.PATH_TOO_LONG
    assert _chain(root, None, 0, None) is Reason.PATH_TOO_LONG
    assert _chain(root, 1, 9, None) is Reason.PATH_TOO_LONG


def test_a_path_length_does_not_count_the_self_issued() -> None:
    assert _chain(issue("root"), 0, None, names=["ca", "ca"]) is None


def test_the_anchors_path_length_binds() -> None:
    assert _chain(issue("root", path_length=1), None) is None
    assert _chain(issue("root", path_length=0), None) is Reason.PATH_TOO_LONG


def test_an_extension_nobody_knows_is_not_critical() -> None:
    root = issue("root")
    known_nowhere = add(UNKNOWN_OID, b"\x05\x00", critical=True)
    told_only = add(UNKNOWN_OID, b"\x05\x00", critical=False)

    assert reason(issue("leaf", root, ca=False, change=told_only), anchor=root) is None
    assert below(root, issue("ca", root, change=told_only)) is None
    unknown = Reason.UNKNOWN_CRITICAL_EXTENSION
    assert reason(issue("leaf", root, ca=False, change=known_nowhere), anchor=root) is unknown
    assert below(root, issue("ca", root, change=known_nowhere)) is unknown
    assert below(issue("root", change=known_nowhere)) is unknown


def test_nobody_but_the_issuer_has_signed_it() -> None:
    root, ca = issue("root"), issue("ca", issue("root"))
    impostor = Entity(ca.name, issue("x").key, ca.der)
    leaf = issue("leaf", impostor, ca=False, without=[x509.AuthorityKeyIdentifier])
    under_root = issue(
        "leaf",
        Entity(root.name, impostor.key, b""),
        ca=False,
        without=[x509.AuthorityKeyIdentifier],
    )

    assert reason(under_root, anchor=root) is Reason.BAD_ISSUER_SIGNATURE
    assert reason(leaf, ca, anchor=root) is Reason.BAD_ISSUER_SIGNATURE


def test_an_issuer_of_another_name_is_not_trusted() -> None:
    root = issue("root")
    other = Entity(name("other"), root.key, root.der)

    assert reason(issue("leaf", other, ca=False), anchor=root) is Reason.UNTRUSTED_ISSUER


def test_a_signature_of_a_broken_octet_is_nobodys() -> None:
    root = issue("root")
    leaf = issue("leaf", root, ca=False)
    signature = parse_certificate(leaf.der).signature
    at = leaf.der.index(b"\x00" + signature)
    broken = Entity(leaf.name, leaf.key, leaf.der[:at] + b"\x01" + leaf.der[at + 1 :])

    assert reason(broken, anchor=root) is Reason.BAD_ISSUER_SIGNATURE


def test_an_algorithm_that_is_not_allowed_is_named() -> None:
    root = issue("root")
    leaf = issue("leaf", root, ca=False)
    with_sha256, with_sha512 = (bytes.fromhex(f"300a06082a8648ce3d0403{n}") for n in ("02", "04"))
    changed = Entity(leaf.name, leaf.key, leaf.der.replace(with_sha256, with_sha512))

    assert reason(changed, anchor=root) is Reason.UNSUPPORTED_ALGORITHM


def test_a_key_that_is_not_allowed_is_named() -> None:
    root = issue("root")
    dsa = bytes.fromhex("301306072a8648ce380401") + b"\x03\x02\x00\x01"
    key = replace_field(Field.KEY, tlv(0x30, dsa))

    assert below(root, issue("ca", root, change=key)) is Reason.UNSUPPORTED_ALGORITHM


class Asked:
    """Answers for certificates by their common names, and remembers who was asked for."""

    def __init__(self, **answers: Reason) -> None:
        self.answers = answers
        self.asked: list[tuple[str, int]] = []

    def __call__(
        self,
        subject: Certificate,
        issuers: tuple[Certificate, ...],
        working_public_key: PublicKey,
        at: datetime,
    ) -> None:
        assert at == AT
        common_name = x509.load_der_x509_certificate(subject.der).subject.rdns[-1]
        assert subject.issuer == issuers[0].subject
        asked = str(next(iter(common_name)).value)
        self.asked.append((asked, len(issuers)))
        if asked in self.answers:
            raise CertificateError(self.answers[asked], "so it was told")


def test_revocation_is_asked_for_every_certificate_below_the_anchor() -> None:
    root = issue("root")
    ca = issue("ca", root)
    asked = Asked()

    check(issue("leaf", ca, ca=False), ca, anchor=root, revocation=asked)

    assert asked.asked == [("ca", 1), ("leaf", 2)]


@pytest.mark.parametrize(
    ("ca_is", "leaf_is", "expected"),
    [
        (None, Reason.REVOKED, Reason.REVOKED),
        (Reason.REVOKED, None, Reason.REVOKED),
        (Reason.STATUS_UNKNOWN, None, Reason.STATUS_UNKNOWN),
        (None, Reason.STATUS_STALE, Reason.STATUS_STALE),
        (Reason.STATUS_STALE, Reason.STATUS_UNKNOWN, Reason.STATUS_STALE),
        (Reason.STATUS_UNKNOWN, Reason.REVOKED, Reason.REVOKED),
        (Reason.REVOKED, Reason.STATUS_UNKNOWN, Reason.REVOKED),
    ],
)
def test_revoked_wins_over_what_could_not_be_told(
    ca_is: Reason | None, leaf_is: Reason | None, expected: Reason
) -> None:
    root = issue("root")
    ca = issue("ca", root)
    said = {"ca": ca_is, "leaf": leaf_is}
    asked = Asked(**{key: value for key, value in said.items() if value is not None})

    with pytest.raises(CertificateError) as refusal:
        check(issue("leaf", ca, ca=False), ca, anchor=root, revocation=asked)
    assert refusal.value.reason is expected


def test_nobody_asks_for_a_path_that_fails_anyway() -> None:
    root = issue("root")
    asked = Asked(leaf=Reason.STATUS_UNKNOWN)

    leaf = issue("leaf", root, ca=False, not_after=AT - SECOND)

    with pytest.raises(CertificateError, match="expired"):
        check(leaf, anchor=root, revocation=asked)
    assert asked.asked == []
