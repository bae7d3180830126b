"""The form of a CRL: what is not understood makes it unusable."""

from dataclasses import replace

import pytest
from cryptography import x509

from gateway.card.api import StatusValue
from gateway.virtual.names import AnchorSet, distribution_point_name
from gateway.virtual.person import HANASAKI
from gateway.virtual.template import RevokedEntry
from tests.card.forge import (
    Node,
    extension,
    extensions,
    find_extension,
    leaves,
    parse,
    set_value,
    tlv,
)
from tests.plugins.crl_world import NEXT_UPDATE, PUBLISHED, CrlWorld

pytestmark = pytest.mark.anyio

GOOD = StatusValue.GOOD
FOREIGN_OID = "1.3.6.1.4.1.99999.1"
SCOPE = distribution_point_name(AnchorSet.AUTH, HANASAKI)


async def test_an_unknown_critical_extension_makes_it_unusable(crls: CrlWorld) -> None:
    def change(tbs: Node, *, critical: bool) -> None:
        extensions(tbs).append(extension(FOREIGN_OID, b"\x05\x00", critical=critical))

    assert await crls.value(crls.forged(lambda tbs: change(tbs, critical=False))) is GOOD
    assert await crls.problem(crls.forged(lambda tbs: change(tbs, critical=True))) == (
        "unknown critical extension 1.3.6.1.4.1.99999.1"
    )


@pytest.mark.parametrize("value", [x509.CRLNumber(5), x509.AuthorityKeyIdentifier(b"", None, None)])
async def test_what_must_not_be_critical_makes_it_unusable(
    crls: CrlWorld, value: x509.ExtensionType
) -> None:
    content = crls.crl(lambda crl: crl.with_extension(value, critical=True))

    problem = f"unknown critical extension {value.oid.dotted_string}"
    assert await crls.problem(content) == problem


async def test_a_delta_is_unusable(crls: CrlWorld) -> None:
    delta = x509.DeltaCRLIndicator(1)

    critical = crls.crl(lambda crl: crl.with_extension(delta, critical=True))
    assert await crls.problem(critical) == ("unknown critical extension 2.5.29.27")
    assert await crls.problem(crls.crl(lambda crl: crl.with_extension(delta))) == ("a delta CRL")


UNKNOWN_ENTRY = x509.UnrecognizedExtension(x509.ObjectIdentifier(FOREIGN_OID), b"\x05\x00")


OTHER_ISSUER = x509.CertificateIssuer([x509.DirectoryName(SCOPE)])
UNKNOWN_ENTRY_PROBLEM = "unknown entry extension 1.3.6.1.4.1.99999.1"
INDIRECT = "an entry names a certificateIssuer: an indirect CRL"


@pytest.mark.parametrize(
    "entry_extension",
    [
        (x509.CRLReason(x509.ReasonFlags.superseded), False),
        (x509.InvalidityDate(PUBLISHED), False),
        (x509.InvalidityDate(PUBLISHED), True),
        (UNKNOWN_ENTRY, False),
    ],
)
async def test_an_entry_that_is_understood_leaves_the_list_usable(
    crls: CrlWorld, entry_extension: tuple[x509.ExtensionType, bool]
) -> None:
    entry = RevokedEntry(77_777, PUBLISHED, (entry_extension,))

    assert await crls.value(crls.crl(lambda crl: replace(crl, revoked=(entry,)))) is GOOD


@pytest.mark.parametrize(
    ("entry_extension", "problem"),
    [
        ((UNKNOWN_ENTRY, True), UNKNOWN_ENTRY_PROBLEM),
        ((OTHER_ISSUER, True), INDIRECT),
        ((OTHER_ISSUER, False), INDIRECT),
        (
            (x509.CRLReason(x509.ReasonFlags.remove_from_crl), False),
            "removeFromCRL outside a delta CRL",
        ),
    ],
)
async def test_one_entry_that_is_not_understood_makes_the_whole_list_unusable(
    crls: CrlWorld, entry_extension: tuple[x509.ExtensionType, bool], problem: str
) -> None:
    """It stands at somebody else's number."""
    entry = RevokedEntry(77_777, PUBLISHED, (entry_extension,))

    assert await crls.problem(crls.crl(lambda crl: replace(crl, revoked=(entry,)))) == problem


@pytest.mark.parametrize("version", [b"", b"\x02\x01\x00", b"\x02\x01\x02", b"\x02\x02\x00\x01"])
async def test_a_list_of_another_version_than_2_is_unusable(crls: CrlWorld, version: bytes) -> None:
    """A list without a version is of version 1, which has no extensions."""

    def change(tbs: Node) -> None:
        tbs.children[0].replacement = version

    assert await crls.problem(crls.forged(change)) == "not a CRL of version 2"


async def test_an_extension_twice_makes_it_unusable(crls: CrlWorld) -> None:
    forged = crls.forged(lambda tbs: extensions(tbs).append(extensions(tbs)[0]))

    assert await crls.problem(forged) == ("not a CRL in DER (DuplicateExtension)")


async def test_a_time_before_2050_is_not_written_as_generalized_time(crls: CrlWorld) -> None:
    """RFC 5280 §5.1.2.4."""

    def change(tbs: Node) -> None:
        tbs.children[4].replacement = tlv(0x18, NEXT_UPDATE.strftime("%Y%m%d%H%M%SZ").encode())

    assert await crls.problem(crls.forged(change)) == (
        "a year before 2050 is written as GeneralizedTime"
    )


async def test_a_scope_whose_name_is_of_bits_is_unusable_and_spoils_no_other_list(
    crls: CrlWorld,
) -> None:
    """cryptography raises a TypeError for it."""

    def change(tbs: Node) -> None:
        scope = parse(find_extension(tbs, "2.5.29.28").children[-1].content)
        country = next(each for each in leaves(scope) if each.content == b"JP")
        country.tag, country.content = 0x03, b"\0JP"
        set_value(find_extension(tbs, "2.5.29.28"), scope.encode())

    assert await crls.problem(crls.forged(change)) == "not a CRL in DER (TypeError)"
    crls.write(crls.crl(), "other.crl")
    assert (await crls.status()).value is GOOD
