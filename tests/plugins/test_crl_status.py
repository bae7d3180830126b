"""What CRLs say of a certificate, and which of them may say it: one wrong thing each."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes

from gateway.card.api import StatusValue, ValidationContext
from gateway.virtual.names import AnchorSet, distribution_point_name
from gateway.virtual.person import HANASAKI, Municipality
from gateway.virtual.revocation_list import CustomiseCrl, issuing_distribution_point
from gateway.virtual.template import CertificateTemplate, RevokedEntry
from tests.card.forge import Node, extension, extensions, forge, key_usage, parse, tlv
from tests.card.world import NOW, PERSON, Keys
from tests.plugins.crl_world import CONTEXT, NEXT_UPDATE, PUBLISHED, CrlWorld

pytestmark = pytest.mark.anyio

GOOD, REVOKED, UNKNOWN = StatusValue.GOOD, StatusValue.REVOKED, StatusValue.UNKNOWN
SECOND = timedelta(seconds=1)
FOREIGN_OID = "1.3.6.1.4.1.99999.1"
SCOPE = distribution_point_name(AnchorSet.AUTH, HANASAKI)
IDP = "2.5.29.28"


def at(now: datetime) -> ValidationContext:
    return replace(CONTEXT, now=now)


# --- what it says ---------------------------------------------------------------------------


async def test_a_certificate_on_no_fresh_list_is_good(crls: CrlWorld) -> None:
    crls.write(crls.crl())

    status = await crls.status()

    assert status.value is GOOD
    assert status.source == "crl"
    assert status.this_update == PUBLISHED
    assert status.next_update == NEXT_UPDATE


@pytest.mark.parametrize(
    "reason", [each for each in x509.ReasonFlags if each is not x509.ReasonFlags.remove_from_crl]
)
async def test_a_certificate_on_the_list_is_revoked_and_the_reason_is_told(
    crls: CrlWorld, reason: x509.ReasonFlags
) -> None:
    crls.revoke(reason)
    crls.write(crls.crl())

    status = await crls.status()

    assert status.value is REVOKED
    assert status.revocation_reason == reason.value
    assert status.revoked_at == PUBLISHED
    assert status.this_update == PUBLISHED


async def test_an_entry_without_a_reason_is_unspecified(crls: CrlWorld) -> None:
    crls.revoke(x509.ReasonFlags.unspecified)
    crls.write(crls.crl())

    assert (await crls.status()).revocation_reason == "unspecified"


async def test_a_neighbours_revocation_is_not_ones_own(crls: CrlWorld) -> None:
    neighbour = crls.world.issue("auth")
    crls.revoke(issued=neighbour)
    crls.write(crls.crl())

    assert (await crls.status()).value is GOOD
    assert (await crls.status(neighbour)).value is REVOKED


async def test_a_list_of_ten_thousand_is_read(crls: CrlWorld) -> None:
    entries = tuple(RevokedEntry(serial, PUBLISHED) for serial in range(1_000, 11_000))
    own = RevokedEntry(crls.issued.certificate.serial_number, PUBLISHED)

    assert await crls.value(crls.crl(lambda crl: replace(crl, revoked=entries))) is GOOD
    assert await crls.value(crls.crl(lambda crl: replace(crl, revoked=(*entries, own)))) is REVOKED


async def test_without_a_list_it_could_not_tell(crls: CrlWorld) -> None:
    status = await crls.status()

    assert status.value is UNKNOWN
    assert not status.stale
    assert status.detail == "no CRL covers the certificate's distribution point"


async def test_each_generation_needs_a_list_of_its_own(crls: CrlWorld) -> None:
    """Their lists have the same name and the same scope."""
    old = crls.world.issue("auth", generation=1)
    crls.write(crls.crl(generation=2), "second.crl")
    assert (await crls.status()).value is GOOD
    assert (await crls.status(old)).value is UNKNOWN

    crls.write(crls.crl(generation=1), "first.crl")
    assert (await crls.status()).value is GOOD
    assert (await crls.status(old)).value is GOOD


async def test_another_issuers_entry_for_the_same_number_does_not_count(crls: CrlWorld) -> None:
    """Signed by the sibling generation, in the same scope: it speaks of its own certificates."""
    own = RevokedEntry(crls.issued.certificate.serial_number, PUBLISHED)
    crls.write(crls.crl(lambda crl: replace(crl, revoked=(own,)), generation=1), "first.crl")
    crls.write(crls.crl(generation=2), "second.crl")

    assert (await crls.status()).value is GOOD


async def test_any_usable_evidence_of_revocation_wins(crls: CrlWorld) -> None:
    """A newer list without the entry lies beside the one with it."""
    crls.write(crls.crl(_numbered(9)), "a.crl")
    crls.revoke()
    crls.write(crls.crl(_numbered(5)), "b.crl")

    assert (await crls.status()).value is REVOKED


async def test_a_serial_number_listed_twice_is_revoked(crls: CrlWorld) -> None:
    own = RevokedEntry(crls.issued.certificate.serial_number, PUBLISHED)

    assert await crls.value(crls.crl(lambda crl: replace(crl, revoked=(own, own)))) is REVOKED


@pytest.mark.parametrize("offset", [timedelta(days=30), -timedelta(days=3_650)])
async def test_the_date_of_an_entry_does_not_undo_it(crls: CrlWorld, offset: timedelta) -> None:
    """A revocation of tomorrow, and one before the certificate was made."""
    own = RevokedEntry(crls.issued.certificate.serial_number, NOW + offset)

    assert await crls.value(crls.crl(lambda crl: replace(crl, revoked=(own,)))) is REVOKED


# --- freshness ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("now", "value"),
    [
        (PUBLISHED - SECOND, UNKNOWN),
        (PUBLISHED, GOOD),
        (NEXT_UPDATE, GOOD),
        (NEXT_UPDATE + SECOND, UNKNOWN),
    ],
)
async def test_a_list_is_fresh_from_its_first_second_to_its_last(
    crls: CrlWorld, now: datetime, value: StatusValue
) -> None:
    crls.write(crls.crl())

    assert (await crls.status(context=at(now))).value is value


async def test_a_stale_list_is_told_apart_from_none(crls: CrlWorld) -> None:
    crls.write(crls.crl())

    status = await crls.status(context=at(NEXT_UPDATE + SECOND))

    assert status.value is UNKNOWN
    assert status.stale
    assert status.next_update == NEXT_UPDATE


async def test_a_stale_list_still_proves_a_revocation(crls: CrlWorld) -> None:
    """Nothing is ever taken back."""
    crls.revoke()
    crls.write(crls.crl())

    assert (await crls.status(context=at(NEXT_UPDATE + SECOND))).value is REVOKED


async def test_a_fresh_list_makes_up_for_a_stale_one(crls: CrlWorld) -> None:
    crls.write(crls.crl(lambda crl: replace(crl, next_update=NOW - SECOND)), "old.crl")
    assert (await crls.status()).stale

    crls.write(crls.crl(_numbered(2**60)), "new.crl")
    assert (await crls.status()).value is GOOD


async def test_a_list_of_the_future_proves_nothing(crls: CrlWorld) -> None:
    crls.write(crls.crl(lambda crl: replace(crl, this_update=NOW + SECOND)))

    status = await crls.status()

    assert status.value is UNKNOWN
    assert status.detail == "its CRL begins in the future"


async def test_a_list_of_the_future_does_not_spoil_todays(crls: CrlWorld) -> None:
    tomorrow = crls.crl(
        lambda crl: _numbered(2**60)(replace(crl, this_update=NOW + timedelta(hours=9)))
    )
    crls.write(tomorrow, "tomorrow.crl")
    crls.write(crls.crl(), "today.crl")

    assert (await crls.status()).value is GOOD


async def test_a_list_without_next_update_is_unusable(crls: CrlWorld) -> None:
    def change(tbs: Node) -> None:
        del tbs.children[4]

    assert await crls.value(crls.forged(lambda tbs: None)) is GOOD
    assert await crls.value(crls.forged(change)) is UNKNOWN


# --- whose list it is -----------------------------------------------------------------------


def _numbered(number: int) -> CustomiseCrl:
    return lambda crl: crl.with_extension(x509.CRLNumber(number))


async def test_a_list_signed_by_another_key_is_unusable(crls: CrlWorld, keys: Keys) -> None:
    assert await crls.value(crls.crl(lambda crl: replace(crl, issuer_key=keys.other))) is UNKNOWN


async def test_a_list_signed_by_another_generation_under_this_ones_name_is_unusable(
    crls: CrlWorld,
) -> None:
    sibling = crls.world.authority.issuer("jpki-auth", 1).private_key

    assert await crls.value(crls.crl(lambda crl: replace(crl, issuer_key=sibling))) is UNKNOWN


async def test_a_list_whose_signature_is_broken_is_unusable(crls: CrlWorld) -> None:
    broken = bytearray(crls.crl())
    broken[-1] ^= 1

    assert await crls.value(bytes(broken)) is UNKNOWN


async def test_a_list_changed_after_it_was_signed_is_unusable(crls: CrlWorld) -> None:
    crls.revoke()
    whole = parse(crls.crl())
    entry = whole.children[0].children[5].children[0]
    entry.children[0].content = b"\x7f"

    assert await crls.value(whole.encode()) is UNKNOWN


async def test_a_list_under_another_name_is_unusable(crls: CrlWorld) -> None:
    """Its signature and its scope are right."""
    elsewhere = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "Elsewhere")])

    assert await crls.value(crls.crl(lambda crl: replace(crl, issuer=elsewhere))) is UNKNOWN


async def test_a_list_signed_with_sha_1_is_unusable(crls: CrlWorld) -> None:
    sha1 = bytes.fromhex("300d06092a864886f70d0101050500")

    def change(tbs: Node) -> None:
        tbs.children[1].replacement = sha1

    forged = parse(forge(crls.crl(), crls.world.ca_key(), change, hashes.SHA1()))  # noqa: S303
    forged.children[1].replacement = sha1

    assert await crls.value(forged.encode()) is UNKNOWN


async def test_two_names_for_the_signature_algorithm_are_unusable(crls: CrlWorld) -> None:
    def change(tbs: Node) -> None:
        tbs.children[1].replacement = bytes.fromhex("300d06092a864886f70d01010c0500")

    assert await crls.value(crls.forged(change)) is UNKNOWN


@pytest.mark.parametrize("kind", ["other generation", "other serial", "other name"])
async def test_a_list_whose_key_identifier_is_another_ones_is_unusable(
    crls: CrlWorld, kind: str
) -> None:
    first = crls.world.authority.issuer("jpki-auth", 1).certificate
    second = crls.world.authority.issuer("jpki-auth", 2).certificate
    own = x509.SubjectKeyIdentifier.from_public_key(second.public_key()).digest
    other = x509.SubjectKeyIdentifier.from_public_key(first.public_key()).digest
    names = [x509.DirectoryName(second.issuer)]
    wrong = {
        "other generation": x509.AuthorityKeyIdentifier(other, None, None),
        "other serial": x509.AuthorityKeyIdentifier(own, names, first.serial_number),
        "other name": x509.AuthorityKeyIdentifier(
            own, [x509.DirectoryName(SCOPE)], second.serial_number
        ),
    }[kind]
    right = x509.AuthorityKeyIdentifier(own, names, second.serial_number)

    assert await crls.value(crls.crl(lambda crl: crl.with_extension(right))) is GOOD
    assert await crls.value(crls.crl(lambda crl: crl.with_extension(wrong))) is UNKNOWN


async def test_a_list_without_a_key_identifier_is_told_by_its_signature(crls: CrlWorld) -> None:
    oid = x509.AuthorityKeyIdentifier.oid

    assert await crls.value(crls.crl(lambda crl: crl.without_extension(oid))) is GOOD


# --- its scope ------------------------------------------------------------------------------


async def test_another_municipalitys_list_does_not_cover_it(crls: CrlWorld) -> None:
    elsewhere = Municipality(prefecture="Hanazono-ken", city="Yamabuki-shi", code="99422")
    crls.world.issue("auth", person=replace(PERSON, municipality=elsewhere))
    crls.write(crls.crl(lambda crl: crl.with_extension(_scope_of(elsewhere), critical=True)))

    assert (await crls.status()).value is UNKNOWN


def _scope_of(municipality: Municipality) -> x509.IssuingDistributionPoint:
    return issuing_distribution_point(distribution_point_name(AnchorSet.AUTH, municipality))


async def test_a_list_without_a_distribution_point_does_not_cover_it(crls: CrlWorld) -> None:
    oid = x509.IssuingDistributionPoint.oid

    assert await crls.value(crls.crl(lambda crl: crl.without_extension(oid))) is UNKNOWN


def _idp(**change: object) -> x509.IssuingDistributionPoint:
    good: dict[str, object] = {
        "full_name": [x509.DirectoryName(SCOPE)],
        "relative_name": None,
        "only_contains_user_certs": False,
        "only_contains_ca_certs": False,
        "only_some_reasons": None,
        "indirect_crl": False,
        "only_contains_attribute_certs": False,
    }
    return x509.IssuingDistributionPoint(**{**good, **change})  # type: ignore[arg-type]


RELATIVE = x509.RelativeDistinguishedName(
    [x509.NameAttribute(x509.NameOID.COMMON_NAME, "Hanasaki-machi CRLDP")]
)


@pytest.mark.parametrize(
    ("scope", "value"),
    [
        (_idp(), GOOD),
        (_idp(only_contains_user_certs=True), GOOD),
        (_idp(only_contains_ca_certs=True), UNKNOWN),
        (_idp(only_contains_attribute_certs=True), UNKNOWN),
        (_idp(indirect_crl=True), UNKNOWN),
        (_idp(only_some_reasons=frozenset({x509.ReasonFlags.key_compromise})), UNKNOWN),
        (_idp(full_name=None, relative_name=RELATIVE), UNKNOWN),
        (_idp(full_name=None, only_contains_user_certs=True), UNKNOWN),
        (_idp(full_name=[x509.UniformResourceIdentifier("http://crl.example.test")]), UNKNOWN),
        (_idp(full_name=[x509.DirectoryName(SCOPE), x509.DNSName("crl.example.test")]), UNKNOWN),
        (_idp(full_name=[x509.DirectoryName(x509.Name(list(SCOPE)[:-1]))]), UNKNOWN),
    ],
    ids=[
        "as it should be",
        "persons only",
        "CAs only",
        "attribute certificates only",
        "indirect",
        "some reasons only",
        "a relative name",
        "no name",
        "a URI",
        "two names",
        "the prefecture's name",
    ],
)
async def test_the_scope_of_a_list_is_the_certificates_distribution_point(
    crls: CrlWorld, scope: x509.IssuingDistributionPoint, value: StatusValue
) -> None:
    assert await crls.value(crls.crl(lambda crl: crl.with_extension(scope, critical=True))) is value


async def test_a_scope_that_is_not_critical_counts_too(crls: CrlWorld) -> None:
    assert await crls.value(crls.crl(lambda crl: crl.with_extension(_idp()))) is GOOD
    indirect = crls.crl(lambda crl: crl.with_extension(_idp(indirect_crl=True)))
    assert await crls.value(indirect) is UNKNOWN


def _points(*points: x509.DistributionPoint) -> x509.CRLDistributionPoints:
    return x509.CRLDistributionPoints(points)


def _point(**change: object) -> x509.DistributionPoint:
    good: dict[str, object] = {
        "full_name": [x509.DirectoryName(SCOPE)],
        "relative_name": None,
        "reasons": None,
        "crl_issuer": None,
    }
    return x509.DistributionPoint(**{**good, **change})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("points", "value"),
    [
        (_points(_point()), GOOD),
        (_points(_point(full_name=[x509.UniformResourceIdentifier("http://x.test")])), UNKNOWN),
        (_points(_point(crl_issuer=[x509.DirectoryName(SCOPE)])), UNKNOWN),
        (_points(_point(reasons=frozenset({x509.ReasonFlags.key_compromise}))), UNKNOWN),
        (_points(_point(full_name=None, relative_name=RELATIVE)), UNKNOWN),
        (_points(_point(), _point()), UNKNOWN),
        (None, UNKNOWN),
    ],
    ids=["a directoryName", "a URI", "another issuer", "some reasons", "relative", "two", "none"],
)
async def test_a_certificate_names_one_place_where_its_issuer_lists_all(
    crls: CrlWorld, points: x509.CRLDistributionPoints | None, value: StatusValue
) -> None:
    def change(template: CertificateTemplate) -> CertificateTemplate:
        if points is None:
            return template.without_extension(x509.CRLDistributionPoints.oid)
        return template.with_extension(points)

    crls.write(crls.crl())
    issued = crls.world.issue("auth", customise=change)

    assert (await crls.status(issued)).value is value


# --- its form -------------------------------------------------------------------------------


async def test_an_unknown_critical_extension_makes_it_unusable(crls: CrlWorld) -> None:
    def change(tbs: Node, *, critical: bool) -> None:
        extensions(tbs).append(extension(FOREIGN_OID, b"\x05\x00", critical=critical))

    assert await crls.value(crls.forged(lambda tbs: change(tbs, critical=False))) is GOOD
    assert await crls.value(crls.forged(lambda tbs: change(tbs, critical=True))) is UNKNOWN


@pytest.mark.parametrize("value", [x509.CRLNumber(5), x509.AuthorityKeyIdentifier(b"", None, None)])
async def test_what_must_not_be_critical_makes_it_unusable(
    crls: CrlWorld, value: x509.ExtensionType
) -> None:
    assert await crls.value(crls.crl(lambda crl: crl.with_extension(value, critical=True))) is (
        UNKNOWN
    )


async def test_a_delta_is_unusable(crls: CrlWorld) -> None:
    delta = x509.DeltaCRLIndicator(1)

    critical = crls.crl(lambda crl: crl.with_extension(delta, critical=True))
    assert await crls.value(critical) is UNKNOWN
    assert await crls.value(crls.crl(lambda crl: crl.with_extension(delta))) is UNKNOWN


UNKNOWN_ENTRY = x509.UnrecognizedExtension(x509.ObjectIdentifier(FOREIGN_OID), b"\x05\x00")


@pytest.mark.parametrize(
    ("entry_extension", "value"),
    [
        ((x509.CRLReason(x509.ReasonFlags.superseded), False), GOOD),
        ((x509.InvalidityDate(PUBLISHED), False), GOOD),
        ((x509.InvalidityDate(PUBLISHED), True), GOOD),
        ((UNKNOWN_ENTRY, False), GOOD),
        ((UNKNOWN_ENTRY, True), UNKNOWN),
        ((x509.CertificateIssuer([x509.DirectoryName(SCOPE)]), True), UNKNOWN),
        ((x509.CertificateIssuer([x509.DirectoryName(SCOPE)]), False), UNKNOWN),
        ((x509.CRLReason(x509.ReasonFlags.remove_from_crl), False), UNKNOWN),
    ],
)
async def test_one_entry_that_is_not_understood_makes_the_whole_list_unusable(
    crls: CrlWorld, entry_extension: tuple[x509.ExtensionType, bool], value: StatusValue
) -> None:
    """It stands at somebody else's number."""
    entry = RevokedEntry(77_777, PUBLISHED, (entry_extension,))

    assert await crls.value(crls.crl(lambda crl: replace(crl, revoked=(entry,)))) is value


async def test_a_list_of_version_1_is_unusable(crls: CrlWorld) -> None:
    def version_1(tbs: Node) -> None:
        tbs.children[0].replacement = b""
        tbs.children[-1].replacement = b""

    def version_3(tbs: Node) -> None:
        tbs.children[0].replacement = b"\x02\x01\x02"

    for change in (version_1, version_3):
        assert await crls.value(crls.forged(change)) is UNKNOWN


async def test_an_extension_twice_makes_it_unusable(crls: CrlWorld) -> None:
    forged = crls.forged(lambda tbs: extensions(tbs).append(extensions(tbs)[0]))

    assert await crls.value(forged) is UNKNOWN


async def test_a_time_before_2050_is_not_written_as_generalized_time(crls: CrlWorld) -> None:
    """RFC 5280 §5.1.2.4."""

    def change(tbs: Node) -> None:
        tbs.children[4].replacement = tlv(0x18, NEXT_UPDATE.strftime("%Y%m%d%H%M%SZ").encode())

    assert await crls.value(crls.forged(change)) is UNKNOWN


@pytest.mark.parametrize(
    ("bits", "value"),
    [
        ({"key_cert_sign", "crl_sign"}, GOOD),
        ({"key_cert_sign"}, UNKNOWN),
        (None, GOOD),
    ],
    ids=["cRLSign", "no cRLSign", "no keyUsage at all"],
)
async def test_an_issuer_that_may_not_sign_lists_is_not_believed(
    crls: CrlWorld, bits: set[str] | None, value: StatusValue
) -> None:
    crls.write(crls.crl())
    path = crls.path()
    anchor = crls.world.authority.issuer("jpki-auth", 2)
    template = CertificateTemplate(
        issuer=anchor.certificate.subject,
        subject=anchor.certificate.subject,
        public_key=anchor.private_key.public_key(),
        serial_number=anchor.certificate.serial_number,
        not_before=anchor.certificate.not_valid_before_utc,
        not_after=anchor.certificate.not_valid_after_utc,
        extensions=() if bits is None else ((key_usage(*bits), True),),
        issuer_key=anchor.private_key,
        hash_algorithm=hashes.SHA256(),
    )

    status = await crls.source.status(
        replace(path, anchor=replace(path.anchor, certificate=template.sign())), CONTEXT
    )

    assert status.value is value


# --- rollback -------------------------------------------------------------------------------


async def test_an_older_list_in_the_place_of_a_newer_one_is_not_believed(crls: CrlWorld) -> None:
    crls.write(crls.crl(_numbered(7)))
    assert (await crls.status()).value is GOOD

    crls.write(crls.crl(_numbered(6)))
    rolled_back = await crls.status()
    assert rolled_back.value is UNKNOWN
    assert not rolled_back.stale

    crls.write(crls.crl(_numbered(8)))
    assert (await crls.status()).value is GOOD


async def test_a_list_without_a_number_is_not_believed_after_one_with_it(crls: CrlWorld) -> None:
    unnumbered = crls.crl(lambda crl: crl.without_extension(x509.CRLNumber.oid))
    crls.write(unnumbered)
    assert (await crls.status()).value is GOOD

    crls.write(crls.crl(_numbered(0)))
    assert (await crls.status()).value is GOOD

    crls.write(unnumbered)
    assert (await crls.status()).value is UNKNOWN
