"""The demo CA's certificates and CRLs have the shape of the real ones."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from asn1crypto.x509 import Certificate as Asn1Certificate
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, ExtensionOID, NameOID

from gateway.virtual.authority import DemoAuthority, Issued
from gateway.virtual.keys import PrivateKey, new_p384_key
from gateway.virtual.names import AnchorSet
from gateway.virtual.person import HANASAKI, Municipality
from gateway.virtual.profile import (
    ADDRESS,
    ADDRESS_SUBSTITUTION,
    AUTHENTICATION_POLICY,
    BIRTH_DATE,
    GENDER,
    NAME,
    NAME_SUBSTITUTION,
    SIGNATURE_POLICY,
)
from tests.virtual.conftest import HANAKO, NOW

SETS = [AnchorSet.SIGN, AnchorSet.AUTH]
ELSEWHERE = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Another authority")])
TWIN_TOWN = Municipality(prefecture="Hanazono-ken", city="Tsukimi-shi-Kita-ku", code="99105")


@pytest.fixture(scope="module")
def signature(authority: DemoAuthority, key: PrivateKey) -> Issued:
    return authority.issue_signature(HANAKO, NOW, key=key)


@pytest.fixture(scope="module")
def authentication(authority: DemoAuthority, key: PrivateKey) -> Issued:
    return authority.issue_authentication(HANAKO, NOW, key=key)


def test_there_are_two_hierarchies_of_two_generations(authority: DemoAuthority) -> None:
    assert [anchor_set for anchor_set, _ in authority.anchors()] == [
        "jpki-sign",
        "jpki-sign",
        "jpki-auth",
        "jpki-auth",
    ]
    assert len({_key_identifier(certificate) for _, certificate in authority.anchors()}) == 4


def _key_identifier(certificate: x509.Certificate) -> bytes:
    return certificate.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value.digest


@pytest.mark.parametrize("anchor_set", SETS)
def test_the_generations_share_a_name_and_a_row_of_serial_numbers(
    authority: DemoAuthority, anchor_set: AnchorSet
) -> None:
    first, second = (authority.issuer(anchor_set, generation) for generation in (1, 2))
    assert first.certificate.subject == second.certificate.subject
    assert (first.certificate.serial_number, second.certificate.serial_number) == (1, 2)


def test_the_two_hierarchies_have_different_names(authority: DemoAuthority) -> None:
    assert len({certificate.subject for _, certificate in authority.anchors()}) == 2


def test_nothing_of_the_demo_can_be_taken_for_jpki(
    authority: DemoAuthority, signature: Issued, authentication: Issued
) -> None:
    roots = [certificate for _, certificate in authority.anchors()]
    for certificate in (*roots, signature.certificate, authentication.certificate):
        (organization,) = certificate.issuer.get_attributes_for_oid(NameOID.ORGANIZATION_NAME)
        assert organization.value == "GENKAN-DEMO"
        der = certificate.public_bytes(Encoding.DER)
        assert b"jpki.go.jp" not in der
        assert "公的個人認証サービス".encode() not in der.replace(
            "公的個人認証サービス署名用".encode(), b""
        ).replace("公的個人認証サービス利用者証明用".encode(), b"")


@pytest.mark.parametrize("anchor_set", SETS)
@pytest.mark.parametrize("generation", [1, 2])
def test_a_root_signs_itself_and_may_issue(
    authority: DemoAuthority, anchor_set: AnchorSet, generation: int
) -> None:
    root = authority.issuer(anchor_set, generation).certificate
    root.verify_directly_issued_by(root)
    extensions = root.extensions
    basic = extensions.get_extension_for_class(x509.BasicConstraints)
    usage = extensions.get_extension_for_class(x509.KeyUsage)
    assert basic.critical
    assert (basic.value.ca, basic.value.path_length) == (True, None)
    assert usage.critical
    assert usage.value.key_cert_sign
    assert usage.value.crl_sign
    assert not usage.value.digital_signature
    with pytest.raises(x509.ExtensionNotFound):
        extensions.get_extension_for_class(x509.AuthorityKeyIdentifier)
    assert root.not_valid_before_utc < NOW < root.not_valid_after_utc


@pytest.mark.parametrize("generation", [1, 2])
def test_a_leaf_is_issued_by_the_generation_its_key_identifier_names(
    authority: DemoAuthority, key: PrivateKey, generation: int
) -> None:
    leaf = authority.issue_signature(HANAKO, NOW, generation=generation, key=key).certificate
    issuer = authority.issuer("jpki-sign", generation).certificate
    other = authority.issuer("jpki-sign", 3 - generation).certificate
    leaf.verify_directly_issued_by(issuer)
    with pytest.raises(InvalidSignature):
        leaf.verify_directly_issued_by(other)
    named = leaf.extensions.get_extension_for_class(x509.AuthorityKeyIdentifier).value
    subject_key = issuer.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
    assert named.key_identifier == subject_key.digest
    assert named.authority_cert_serial_number == issuer.serial_number
    assert named.authority_cert_issuer == [x509.DirectoryName(issuer.subject)]


def test_serial_numbers_follow_one_another(authority: DemoAuthority, key: PrivateKey) -> None:
    leaves = [
        authority.issue_authentication(HANAKO, NOW, generation=generation, key=key).certificate
        for generation in (1, 2, 1)
    ]
    first = leaves[0].serial_number
    assert [leaf.serial_number for leaf in leaves] == [first, first + 1, first + 2]


def test_a_signature_certificate_carries_the_basic_attributes(signature: Issued) -> None:
    parsed = Asn1Certificate.load(signature.certificate.public_bytes(Encoding.DER))
    names = [name.chosen.native for name in parsed.subject_alt_name_value]
    assert [(name["type_id"], name["value"]) for name in names] == [
        (NAME, "花咲　花子"),
        (BIRTH_DATE, "319850401"),
        (GENDER, "2"),
        (ADDRESS, "花園県花咲町中央１丁目２番３号"),
        (NAME_SUBSTITUTION, "00000"),
        (ADDRESS_SUBSTITUTION, "000000000000000"),
    ]


def test_an_address_longer_than_127_bytes_is_still_der(
    authority: DemoAuthority, key: PrivateKey
) -> None:
    address = "花" * 200
    person = replace(HANAKO, address=address, address_substitution="1" + "0" * 199)
    leaf = authority.issue_signature(person, NOW, key=key).certificate
    parsed = Asn1Certificate.load(leaf.public_bytes(Encoding.DER), strict=True)
    values = [name.chosen.native["value"] for name in parsed.subject_alt_name_value]
    assert address in values
    assert "1" + "0" * 199 in values


def test_the_name_stands_nowhere_but_in_the_attributes(
    signature: Issued, authentication: Issued
) -> None:
    (common_name,) = signature.certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    assert isinstance(common_name.value, str)
    assert len(common_name.value) == 28
    assert common_name.value.isdigit()
    der = authentication.certificate.public_bytes(Encoding.DER)
    assert HANAKO.name.encode() not in der
    assert b"19850401" not in der


def test_an_authentication_certificate_names_the_municipality_only(authentication: Issued) -> None:
    leaf = authentication.certificate
    assert [attribute.oid for attribute in leaf.subject] == [
        NameOID.COUNTRY_NAME,
        NameOID.COMMON_NAME,
    ]
    (common_name,) = leaf.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    assert isinstance(common_name.value, str)
    assert len(common_name.value) == 23
    assert common_name.value[14:19] == HANASAKI.code
    with pytest.raises(x509.ExtensionNotFound):
        leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName)


def test_four_marks_tell_the_two_certificates_apart(
    signature: Issued, authentication: Issued
) -> None:
    sign, auth = signature.certificate.extensions, authentication.certificate.extensions
    assert _policy(sign) == SIGNATURE_POLICY
    assert _policy(auth) == AUTHENTICATION_POLICY
    assert _usages(sign) == (True, True)
    assert _usages(auth) == (True, False)
    with pytest.raises(x509.ExtensionNotFound):
        sign.get_extension_for_class(x509.ExtendedKeyUsage)
    assert list(auth.get_extension_for_class(x509.ExtendedKeyUsage).value) == [
        ExtendedKeyUsageOID.CLIENT_AUTH
    ]
    assert signature.certificate.issuer != authentication.certificate.issuer


def _policy(extensions: x509.Extensions) -> str:
    found = extensions.get_extension_for_class(x509.CertificatePolicies)
    assert found.critical
    policies: list[x509.PolicyInformation] = list(found.value)
    return policies[0].policy_identifier.dotted_string


def _usages(extensions: x509.Extensions) -> tuple[bool, bool]:
    found = extensions.get_extension_for_class(x509.KeyUsage)
    assert found.critical
    return found.value.digital_signature, found.value.content_commitment


@pytest.mark.parametrize(
    "issue", [DemoAuthority.issue_signature, DemoAuthority.issue_authentication]
)
def test_a_customised_certificate_differs_in_one_thing(
    authority: DemoAuthority, key: PrivateKey, issue: Callable[..., Issued]
) -> None:
    leaf = issue(
        authority,
        HANAKO,
        NOW,
        key=key,
        customise=lambda template: replace(
            template.without_extension(ExtensionOID.ISSUER_ALTERNATIVE_NAME).with_extension(
                x509.BasicConstraints(ca=True, path_length=None), critical=True
            ),
            not_after=NOW,
        ),
    ).certificate
    assert leaf.not_valid_after_utc == NOW
    assert leaf.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    with pytest.raises(x509.ExtensionNotFound):
        leaf.extensions.get_extension_for_class(x509.IssuerAlternativeName)
    assert leaf.extensions.get_extension_for_class(x509.SubjectKeyIdentifier)


def test_the_next_generation_hierarchy_signs_with_p384() -> None:
    authority = DemoAuthority.create(NOW, new_key=new_p384_key)
    issued = authority.issue_signature(HANAKO, NOW, key=new_p384_key())
    assert isinstance(issued.certificate.public_key(), ec.EllipticCurvePublicKey)
    issued.certificate.verify_directly_issued_by(authority.issuer("jpki-sign", 1).certificate)
    algorithm = issued.certificate.signature_hash_algorithm
    assert algorithm is not None
    assert algorithm.name == "sha384"
