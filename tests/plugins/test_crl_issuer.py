"""Whose CRL it is: the name, the key and the signature of the certificate's own issuer."""

from dataclasses import replace

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes

from gateway.card.api import StatusValue
from gateway.virtual.names import AnchorSet, distribution_point_name
from gateway.virtual.person import HANASAKI
from gateway.virtual.template import CertificateTemplate
from tests.card.forge import Node, forge, key_usage, parse
from tests.card.world import Keys
from tests.plugins.crl_world import CONTEXT, CrlWorld

pytestmark = pytest.mark.anyio

GOOD, UNKNOWN = StatusValue.GOOD, StatusValue.UNKNOWN
SCOPE = distribution_point_name(AnchorSet.AUTH, HANASAKI)


async def test_a_list_signed_by_another_key_is_unusable(crls: CrlWorld, keys: Keys) -> None:
    assert await crls.problem(crls.crl(lambda crl: replace(crl, issuer_key=keys.other))) == (
        "not signed by the certificate's issuer"
    )


async def test_a_list_signed_by_another_generation_under_this_ones_name_is_unusable(
    crls: CrlWorld,
) -> None:
    sibling = crls.world.authority.issuer("jpki-auth", 1).private_key

    assert await crls.problem(crls.crl(lambda crl: replace(crl, issuer_key=sibling))) == (
        "not signed by the certificate's issuer"
    )


async def test_a_list_whose_signature_is_broken_is_unusable(crls: CrlWorld) -> None:
    broken = bytearray(crls.crl())
    broken[-1] ^= 1

    assert await crls.problem(bytes(broken)) == ("not signed by the certificate's issuer")


async def test_a_list_changed_after_it_was_signed_is_unusable(crls: CrlWorld) -> None:
    crls.revoke()
    whole = parse(crls.crl())
    entry = whole.children[0].children[5].children[0]
    entry.children[0].content = b"\x7f"

    assert await crls.problem(whole.encode()) == ("not signed by the certificate's issuer")


async def test_a_list_under_another_name_is_unusable(crls: CrlWorld) -> None:
    """Its signature and its scope are right."""
    elsewhere = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "Elsewhere")])

    assert await crls.problem(crls.crl(lambda crl: replace(crl, issuer=elsewhere))) == (
        "issued under another name"
    )


async def test_a_list_signed_with_sha_1_is_unusable(crls: CrlWorld) -> None:
    sha1 = bytes.fromhex("300d06092a864886f70d0101050500")

    def change(tbs: Node) -> None:
        tbs.children[1].replacement = sha1

    forged = parse(forge(crls.crl(), crls.world.ca_key(), change, hashes.SHA1()))  # noqa: S303
    forged.children[1].replacement = sha1

    assert await crls.problem(forged.encode()) == ("signed by an algorithm not allowed")


async def test_two_names_for_the_signature_algorithm_are_unusable(crls: CrlWorld) -> None:
    def change(tbs: Node) -> None:
        tbs.children[1].replacement = bytes.fromhex("300d06092a864886f70d01010c0500")

    assert await crls.problem(crls.forged(change)) == (
        "not a CRL in DER (the signature algorithm stands in it in two versions)"
    )


@pytest.mark.parametrize(
    ("kind", "problem"),
    [
        ("other generation", "issued by another generation of the CA"),
        ("other serial", "issued by another certificate of the CA"),
        ("other name", "issued by another certificate of the CA"),
    ],
)
async def test_a_list_whose_key_identifier_is_another_ones_is_unusable(
    crls: CrlWorld, kind: str, problem: str
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
    assert await crls.problem(crls.crl(lambda crl: crl.with_extension(wrong))) == (problem)


async def test_a_list_without_a_key_identifier_is_told_by_its_signature(crls: CrlWorld) -> None:
    oid = x509.AuthorityKeyIdentifier.oid

    assert await crls.value(crls.crl(lambda crl: crl.without_extension(oid))) is GOOD


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
