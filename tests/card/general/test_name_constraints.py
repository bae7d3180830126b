"""What a CA's nameConstraints permit and exclude, in every form of name (RFC 5280 §4.2.1.10)."""

from ipaddress import ip_address, ip_network

import pytest
from cryptography import x509

from gateway.card.api import CertificateError, Reason
from tests.card.forge import oid_der, tlv
from tests.card.general.pki import check, issue, name

DNS, URI = x509.DNSName, x509.UniformResourceIdentifier
# As a certificate's own is read: the constructor's rules are those of the Python it runs on.
MAIL = x509.RFC822Name._init_without_validation
DN, OTHER, ID = x509.DirectoryName, x509.OtherName, x509.RegisteredID
CONSTRAINTS_OID = "2.5.29.30"


def ip(text: str) -> x509.IPAddress:
    return x509.IPAddress(ip_network(text) if "/" in text else ip_address(text))


def other(oid: str = "1.2.3.4", value: bytes = b"\x0c\x01a") -> x509.OtherName:
    return OTHER(x509.ObjectIdentifier(oid), value)


TOWN, HALL = name("x").rdns[:2], name("x", "Hall").rdns[:2]

WITHIN = [
    (DNS("town.example"), DNS("town.example")),
    (DNS("town.example"), DNS("www.Town.EXAMPLE")),
    (DNS("town.example"), DNS("*.town.example")),
    (DNS(""), DNS("anything.example")),
    (MAIL("a@town.example"), MAIL("a@TOWN.example")),
    (MAIL("town.example"), MAIL("a@town.example")),
    (MAIL(".town.example"), MAIL("a@hall.town.example")),
    (URI("www.town.example"), URI("https://u@www.TOWN.example:443/a?b#c")),
    (URI(".town.example"), URI("ldap://dir.town.example/o=a")),
    (DN(x509.Name(TOWN)), DN(name("anyone"))),
    (ip("192.0.2.0/24"), ip("192.0.2.7")),
    (ip("2001:db8::/32"), ip("2001:db8::7")),
]
OUTSIDE = [
    (DNS("town.example"), DNS("mytown.example")),
    (DNS("www.town.example"), DNS("town.example")),
    (MAIL("a@town.example"), MAIL("A@town.example")),
    (MAIL("town.example"), MAIL("a@hall.town.example")),
    (MAIL(".town.example"), MAIL("a@town.example")),
    (MAIL(".town.example"), MAIL("a@mytown.example")),
    (URI("town.example"), URI("https://www.town.example/")),
    (URI(".town.example"), URI("https://town.example/")),
    (URI("town.example"), URI("https://elsewhere.example/?https://town.example/")),
    (DN(x509.Name(TOWN)), DN(name("anyone", "Hall"))),
    (DN(name("anyone")), DN(x509.Name(TOWN))),
    (ip("192.0.2.0/24"), ip("192.0.3.7")),
    (ip("192.0.2.0/24"), ip("2001:db8::7")),
]
# What is constrained and cannot be compared refuses, whichever way it is constrained.
NOT_UNDERSTOOD = [
    (DNS(".town.example"), DNS("www.town.example")),
    (DNS("town.example"), DNS("a..town.example")),
    (MAIL("town.example"), MAIL("town.example")),
    (MAIL("town.example"), MAIL("a@[192.0.2.7]")),
    (MAIL("town.example"), other("1.3.6.1.5.5.7.8.9", b"\x0c\x0ea@town.example")),
    (URI("town.example"), URI("urn:town.example")),
    (URI("town.example"), URI("https:///town.example")),
    (URI("town.example"), URI("https://192.0.2.7/")),
    (URI("town.example"), URI("https://[2001:db8::7]/")),
    (URI("town.example"), URI("https://a@b@town.example/")),
    (other("1.2.3.5"), other("1.2.3.4")),
    (ID(x509.ObjectIdentifier("1.2.3")), ID(x509.ObjectIdentifier("1.2.3"))),
]


def verdict(
    found: x509.GeneralName,
    permitted: list[x509.GeneralName] | None = None,
    excluded: list[x509.GeneralName] | None = None,
) -> Reason | None:
    root = issue("root")
    constraints = x509.NameConstraints(permitted, excluded)
    ca = issue("ca", root, extensions=[(constraints, True)])
    leaf = issue("leaf", ca, ca=False, extensions=[(x509.SubjectAlternativeName([found]), False)])
    try:
        check(leaf, ca, anchor=root)
    except CertificateError as refusal:
        return refusal.reason
    return None


@pytest.mark.parametrize(("subtree", "found"), WITHIN)
def test_a_name_within_a_subtree(subtree: x509.GeneralName, found: x509.GeneralName) -> None:
    assert verdict(found, permitted=[subtree]) is None
    assert verdict(found, excluded=[subtree]) is Reason.NAME_NOT_PERMITTED


@pytest.mark.parametrize(("subtree", "found"), OUTSIDE)
def test_a_name_outside_a_subtree(subtree: x509.GeneralName, found: x509.GeneralName) -> None:
    assert verdict(found, permitted=[subtree]) is Reason.NAME_NOT_PERMITTED
    if not isinstance(subtree, DN):  # the leaf's own subject lies within one of them
        assert verdict(found, excluded=[subtree]) is None


@pytest.mark.parametrize(("subtree", "found"), NOT_UNDERSTOOD)
def test_what_cannot_be_compared_is_refused(
    subtree: x509.GeneralName, found: x509.GeneralName
) -> None:
    assert verdict(found, permitted=[subtree]) is Reason.NAME_NOT_PERMITTED
    assert verdict(found, excluded=[subtree]) is Reason.NAME_NOT_PERMITTED


@pytest.mark.parametrize("found", [other(), MAIL("nobody"), URI("urn:a"), DNS("a..b")])
def test_a_form_that_is_not_constrained_is_free(found: x509.GeneralName) -> None:
    assert verdict(found, permitted=[ip("192.0.2.0/24")]) is None


def test_one_of_many_permitted_subtrees_is_enough() -> None:
    permitted: list[x509.GeneralName] = [DNS("a.example"), DNS("b.example")]

    assert verdict(DNS("www.b.example"), permitted=permitted) is None
    assert verdict(DNS("www.c.example"), permitted=permitted) is Reason.NAME_NOT_PERMITTED


def test_excluded_wins_over_permitted() -> None:
    permitted: list[x509.GeneralName] = [DNS("example")]
    excluded: list[x509.GeneralName] = [DNS("b.example")]

    assert verdict(DNS("a.example"), permitted, excluded) is None
    assert verdict(DNS("b.example"), permitted, excluded) is Reason.NAME_NOT_PERMITTED


def test_a_wildcard_that_covers_an_excluded_host_is_refused() -> None:
    excluded: list[x509.GeneralName] = [DNS("secret.town.example")]

    assert verdict(DNS("*.town.example"), excluded=excluded) is Reason.NAME_NOT_PERMITTED
    assert verdict(DNS("*.hall.example"), excluded=excluded) is None


def test_a_ca_further_down_cannot_permit_again() -> None:
    """RFC 5280 §6.1.4 (g): permitted subtrees intersect."""
    root = issue("root")
    wide = x509.NameConstraints([DNS("town.example")], None)
    narrow = x509.NameConstraints([DNS("www.town.example")], None)
    elsewhere = x509.NameConstraints([DNS("elsewhere.example")], None)
    first = issue("first", root, extensions=[(wide, True)])

    def leaf_below(constraints: x509.NameConstraints, host: str) -> None:
        second = issue("second", first, extensions=[(constraints, True)])
        san = x509.SubjectAlternativeName([DNS(host)])
        leaf = issue("leaf", second, ca=False, extensions=[(san, False)])
        check(leaf, first, second, anchor=root)

    leaf_below(narrow, "www.town.example")
    for constraints, host in (
        (narrow, "ftp.town.example"),
        (elsewhere, "www.elsewhere.example"),
        (elsewhere, "www.town.example"),
    ):
        with pytest.raises(CertificateError, match="name_not_permitted"):
            leaf_below(constraints, host)


def test_the_subject_is_a_directory_name_too() -> None:
    root = issue("root")
    constraints = x509.NameConstraints([DN(x509.Name(TOWN))], None)
    ca = issue("ca", root, extensions=[(constraints, True)])

    check(issue(name("leaf"), ca, ca=False), ca, anchor=root)
    with pytest.raises(CertificateError, match="name_not_permitted"):
        check(issue(name("leaf", "Hall"), ca, ca=False), ca, anchor=root)


def test_an_email_attribute_of_the_subject_is_a_mailbox() -> None:
    root = issue("root")
    constraints = x509.NameConstraints([MAIL("town.example")], None)
    ca = issue("ca", root, extensions=[(constraints, True)])

    def subject(mailbox: str) -> x509.Name:
        return x509.Name([x509.NameAttribute(x509.NameOID.EMAIL_ADDRESS, mailbox)])

    check(issue(subject("a@town.example"), ca, ca=False), ca, anchor=root)
    with pytest.raises(CertificateError, match="name_not_permitted"):
        check(issue(subject("a@elsewhere.example"), ca, ca=False), ca, anchor=root)


def test_a_self_issued_ca_is_not_constrained_but_a_self_issued_leaf_is() -> None:
    """RFC 5280 §6.1.3 (b)."""
    root = issue("root")
    constraints = x509.NameConstraints([DN(x509.Name(HALL))], None)
    old = issue("ca", root, extensions=[(constraints, True)])
    new = issue("ca", old)

    check(issue(name("leaf", "Hall"), new, ca=False), old, new, anchor=root)
    with pytest.raises(CertificateError, match="name_not_permitted"):
        check(issue("ca", old, ca=False), old, anchor=root)


def test_the_anchors_own_constraints_bind() -> None:
    constraints = x509.NameConstraints([DN(x509.Name(TOWN))], None)
    root = issue("root", extensions=[(constraints, True)])

    check(issue(name("leaf"), root, ca=False), anchor=root)
    with pytest.raises(CertificateError, match="name_not_permitted"):
        check(issue(name("leaf", "Hall"), root, ca=False), anchor=root)


BASE = tlv(0x30, tlv(0x82, b"town.example"))


@pytest.mark.parametrize(
    ("value", "readable"),
    [
        (tlv(0x30, tlv(0xA0, BASE)), True),
        (tlv(0x30, tlv(0xA0, BASE) + tlv(0xA1, BASE)), True),
        (tlv(0x30, b""), False),
        (tlv(0x30, tlv(0xA0, b"")), False),
        (tlv(0x30, tlv(0xA1, BASE) + tlv(0xA0, BASE)), False),
        (tlv(0x30, tlv(0xA0, BASE) + tlv(0xA0, BASE)), False),
        (tlv(0x30, tlv(0xA2, BASE)), False),
        (tlv(0x30, tlv(0xA0, tlv(0x30, b""))), False),
        (tlv(0x30, tlv(0xA0, tlv(0x30, tlv(0x82, b"a") + tlv(0x80, b"\x01")))), False),
        (tlv(0x30, tlv(0xA0, tlv(0x30, tlv(0x82, b"a") + tlv(0x81, b"\x01")))), False),
        (tlv(0x30, tlv(0xA0, BASE)) + b"\x00", False),
    ],
)
def test_constraints_of_another_shape_make_a_certificate_of_no_use(
    value: bytes,
    readable: bool,  # noqa: FBT001
) -> None:
    root = issue("root")
    raw = x509.UnrecognizedExtension(x509.ObjectIdentifier(CONSTRAINTS_OID), value)
    ca = issue("ca", root, extensions=[(raw, True)])
    leaf = issue("leaf", ca, ca=False)

    if readable:
        check(leaf, ca, anchor=root)
        return
    with pytest.raises(CertificateError, match="cannot be read"):
        check(leaf, ca, anchor=root)


@pytest.mark.parametrize("mask", ["ff00ff00", "00ffffff", "ffffff01"])
def test_a_mask_with_a_gap_lets_no_address_pass(mask: str) -> None:
    root = issue("root")
    subtree = tlv(0x30, tlv(0x87, bytes.fromhex("c0000200" + mask)))
    raw = x509.UnrecognizedExtension(
        x509.ObjectIdentifier(CONSTRAINTS_OID), tlv(0x30, tlv(0xA1, subtree))
    )
    ca = issue("ca", root, extensions=[(raw, True)])
    san = x509.SubjectAlternativeName([ip("203.0.113.7")])

    with pytest.raises(CertificateError, match="name_not_permitted"):
        check(issue("leaf", ca, ca=False, extensions=[(san, False)]), ca, anchor=root)


def test_an_oid_is_written_as_the_forge_writes_it() -> None:
    """Or the otherName of a mailbox would not be known for one."""
    assert oid_der("1.3.6.1.5.5.7.8.9") == bytes.fromhex("06082b06010505070809")
