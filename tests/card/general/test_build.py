"""Of many certificates the right ones are found, in bounded time."""

import pytest
from cryptography import x509

from gateway.card.api import CertificateError, Reason
from gateway.card.general.build import MAX_DEPTH
from gateway.card.general.validate import MAX_CERTIFICATES
from tests.card.general.pki import AT, Entity, check, issue, name, new_key, policies
from tests.card.general.test_path import Asked
from tests.support.cpu_time import within

AKI = x509.AuthorityKeyIdentifier
SKI = x509.SubjectKeyIdentifier


def path_names(*certificates: Entity) -> list[bytes]:
    return [each.der for each in certificates]


def found(leaf: Entity, *pool: Entity, anchor: Entity) -> list[bytes]:
    return [each.der for each in check(leaf, *pool, anchor=anchor).certificates]


def test_what_does_not_belong_to_the_path_does_no_harm() -> None:
    root = issue("root")
    ca = issue("ca", root)
    leaf = issue("leaf", ca, ca=False)
    junk = Entity(name("junk"), root.key, b"\x30\x03junk")
    stranger = issue("stranger", issue("elsewhere"))

    assert found(leaf, junk, stranger, leaf, root, ca, ca, anchor=root) == path_names(
        root, ca, leaf
    )


def test_the_order_of_the_pool_does_not_matter() -> None:
    root = issue("root")
    first = issue("first", root)
    second = issue("second", first)
    leaf = issue("leaf", second, ca=False)

    expected = path_names(root, first, second, leaf)
    assert found(leaf, first, second, anchor=root) == expected
    assert found(leaf, second, first, anchor=root) == expected


def test_of_one_name_the_key_that_signed_is_found() -> None:
    root = issue("root")
    generations = [issue("ca", root) for _ in range(5)]
    leaf = issue("leaf", generations[3], ca=False, without=[AKI])

    assert found(leaf, *generations, anchor=root)[1] == generations[3].der


def test_another_path_is_tried_where_one_does_not_hold() -> None:
    """One key, certified three times: only once as it should be."""
    root, key = issue("root"), new_key()
    expired = issue("ca", root, key=key, not_after=AT.replace(month=2))
    narrow = issue("bridge", root, path_length=0)
    too_long = issue("ca", narrow, key=key)
    good_bridge = issue("good bridge", root)
    good = issue("ca", good_bridge, key=key)
    leaf = issue("leaf", good, ca=False)

    pool = (expired, narrow, too_long, good_bridge, good)
    assert found(leaf, *pool, anchor=root) == path_names(root, good_bridge, good, leaf)
    with pytest.raises(CertificateError, match="path_too_long"):
        check(leaf, *pool[1:3], anchor=root)
    with pytest.raises(CertificateError, match="expired"):
        check(leaf, expired, anchor=root)


def test_a_ca_that_is_revoked_ends_its_path_and_a_leaf_that_is_ends_the_search() -> None:
    root, key = issue("root"), new_key()
    first, second = issue("first", root), issue("second", root)
    leaf = issue("leaf", issue("ca", first, key=key), ca=False)
    pool = (first, second, issue("ca", first, key=key), issue("ca", second, key=key))

    assert check(leaf, *pool, anchor=root, revocation=Asked(first=Reason.REVOKED))
    asked = Asked(leaf=Reason.REVOKED)
    with pytest.raises(CertificateError, match="revoked"):
        check(leaf, *pool, anchor=root, revocation=asked)
    assert len(asked.asked) == 3


def test_a_path_that_lacks_evidence_alone_is_told_before_one_that_fails() -> None:
    root, key = issue("root"), new_key()
    expired = issue("ca", root, key=key, not_after=AT.replace(month=2))
    good = issue("ca", root, key=key)
    leaf = issue("leaf", good, ca=False)

    with pytest.raises(CertificateError, match="status_unknown"):
        check(leaf, expired, good, anchor=root, revocation=Asked(ca=Reason.STATUS_UNKNOWN))


def test_every_anchor_is_tried() -> None:
    root, other = issue("root"), issue("root")
    leaf = issue("leaf", root, ca=False, without=[AKI])

    assert check(leaf, anchor=[other, root]).anchor.der == root.der
    with pytest.raises(CertificateError, match="bad_issuer_signature"):
        check(leaf, anchor=[other])
    with pytest.raises(CertificateError, match="untrusted_issuer"):
        check(leaf, anchor=[])


def test_an_anchor_may_itself_have_been_issued_by_another() -> None:
    """RFC 5280 §6.1.1 (d): an anchor is a name and a key."""
    cross = issue("ca", issue("elsewhere"))

    assert check(issue("leaf", cross, ca=False), anchor=cross)


def test_a_self_issued_leaf_is_no_anchor_of_its_own() -> None:
    leaf = issue("leaf", ca=False)

    with pytest.raises(CertificateError, match="untrusted_issuer"):
        check(leaf, leaf, anchor=issue("root"))


def test_key_identifiers_choose_and_only_a_wrong_one_refuses() -> None:
    root = issue("root")
    without_ski = issue("ca", root, without=[SKI])
    assert check(issue("leaf", without_ski, ca=False), without_ski, anchor=root)

    wrong = (AKI(b"another key", None, None), False)
    ca = issue("ca", root)
    assert check(issue("leaf", ca, ca=False), ca, anchor=root)
    with pytest.raises(CertificateError, match="untrusted_issuer"):
        check(issue("leaf", ca, ca=False, extensions=[wrong]), ca, anchor=root)


@pytest.mark.parametrize(
    ("serial", "issuer", "good"), [(0, "root", True), (1, "root", False), (0, "other", False)]
)
def test_an_issuer_and_serial_number_must_be_the_issuers(
    serial: int,
    issuer: str,
    good: bool,  # noqa: FBT001
) -> None:
    root = issue("root")
    ca = issue("ca", root)
    number = x509.load_der_x509_certificate(ca.der).serial_number + serial
    said = AKI(None, [x509.DirectoryName(name(issuer))], number)
    leaf = issue("leaf", ca, ca=False, extensions=[(said, False)])

    if good:
        assert check(leaf, ca, anchor=root)
        return
    with pytest.raises(CertificateError, match="untrusted_issuer"):
        check(leaf, ca, anchor=root)


def line(root: Entity, length: int) -> list[Entity]:
    """That many CAs, each below the one before."""
    cas = [issue("ca 0", root)]
    for number in range(1, length):
        cas.append(issue(f"ca {number}", cas[-1]))
    return cas


def test_a_path_is_as_deep_as_allowed_and_no_deeper() -> None:
    root = issue("root")
    cas = line(root, MAX_DEPTH)

    assert check(issue("leaf", cas[-2], ca=False), *cas, anchor=root)
    with pytest.raises(CertificateError, match="path_too_long"):
        check(issue("leaf", cas[-1], ca=False), *cas, anchor=root)


def timed_refusal(leaf: Entity, *pool: Entity, anchor: Entity) -> Reason:
    with within(0.2), pytest.raises(CertificateError) as refusal:
        check(leaf, *pool, anchor=anchor)
    return refusal.value.reason


def test_a_circle_of_cas_ends() -> None:
    keys = [new_key() for _ in range(3)]
    heads = [Entity(name(f"ca {number}"), key, b"") for number, key in enumerate(keys)]
    circle = [
        issue(head.name, heads[number - 1], key=head.key) for number, head in enumerate(heads)
    ]
    leaf = issue("leaf", circle[0], ca=False)

    assert timed_refusal(leaf, *circle, anchor=issue("root")) is Reason.UNTRUSTED_ISSUER
    # The same, when one of them has an anchor's name and not its signature.
    assert timed_refusal(leaf, *circle, anchor=issue("ca 1")) is Reason.UNTRUSTED_ISSUER


def test_a_storm_of_cas_that_all_certify_each_other_ends() -> None:
    """One name, twenty keys, each signed by each: 20! paths, and none leads to the anchor."""
    root = issue("ca")
    keys = [Entity(name("ca"), new_key(), b"") for _ in range(20)]
    plain: list[type[x509.ExtensionType]] = [SKI, AKI]
    storm = [issue("ca", other, key=one.key, without=plain) for one in keys for other in keys]
    leaf = issue("leaf", keys[0], ca=False, without=plain)

    assert timed_refusal(leaf, *storm, anchor=root) is Reason.PATH_TOO_COMPLEX


def test_a_storm_of_paths_that_all_fail_at_the_leaf_ends() -> None:
    """Four ways at each of eight levels: each path is whole, and lacks the policy."""
    root = issue("root")
    pool: list[Entity] = []
    above = [root]
    for number in range(8):
        key = new_key()
        level = [issue(f"ca {number}", above[0], key=key) for _ in range(4)]
        pool += level
        above = level
    leaf = issue("leaf", above[0], ca=False, extensions=[policies("1.2.3")])

    with within(0.2), pytest.raises(CertificateError, match="path_too_complex"):
        check(leaf, *pool, anchor=root, explicit_policy=True)


def test_more_certificates_than_anyone_needs_are_not_looked_at() -> None:
    root = issue("root")
    leaf = issue("leaf", root, ca=False)

    assert check(leaf, *[root] * MAX_CERTIFICATES, anchor=root)
    with pytest.raises(CertificateError, match="path_too_complex"):
        check(leaf, *[root] * (MAX_CERTIFICATES + 1), anchor=root)
