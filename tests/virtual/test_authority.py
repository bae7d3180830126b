"""The demo CA's certificates and CRLs have the shape of the real ones."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

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


class TestRevocation:
    @pytest.fixture
    def book(self, authority: DemoAuthority, tmp_path: Path) -> DemoAuthority:
        """A copy with a ledger of its own."""
        authority.save(tmp_path)
        return DemoAuthority.load(tmp_path)

    def test_a_revoked_certificate_stands_in_its_issuers_list_of_its_town_only(
        self, book: DemoAuthority, key: PrivateKey
    ) -> None:
        elsewhere = replace(HANAKO, municipality=TWIN_TOWN)
        book.issue_signature(elsewhere, NOW, generation=1, key=key)
        leaf = book.issue_signature(HANAKO, NOW, generation=2, key=key).certificate
        book.revoke(leaf, x509.ReasonFlags.affiliation_changed, NOW)
        lists = {name: _load(der) for name, der in book.crls(NOW).items()}
        found = {
            name: entry
            for name, crl in lists.items()
            if (entry := crl.get_revoked_certificate_by_serial_number(leaf.serial_number))
        }
        assert list(found) == ["jpki-sign-2-99421.crl"]
        entry = found["jpki-sign-2-99421.crl"]
        reason = entry.extensions.get_extension_for_class(x509.CRLReason).value.reason
        assert reason is x509.ReasonFlags.affiliation_changed
        assert entry.revocation_date_utc == NOW

    def test_every_root_has_a_list_for_every_town_it_may_have_issued_for(
        self, book: DemoAuthority, key: PrivateKey
    ) -> None:
        book.issue_signature(replace(HANAKO, municipality=TWIN_TOWN), NOW, key=key)
        assert {name for name in book.crls(NOW) if name.endswith("99105.crl")} == {
            "jpki-sign-1-99105.crl",
            "jpki-sign-2-99105.crl",
        }

    def test_a_list_speaks_of_the_distribution_point_its_certificates_name(
        self, book: DemoAuthority, key: PrivateKey
    ) -> None:
        leaf = book.issue_authentication(HANAKO, NOW, key=key).certificate
        crl = _load(book.crl("jpki-auth", 1, HANASAKI, NOW))
        issuer = book.issuer("jpki-auth", 1).certificate
        scope = crl.extensions.get_extension_for_class(x509.IssuingDistributionPoint)
        (point,) = leaf.extensions.get_extension_for_class(x509.CRLDistributionPoints).value
        assert scope.critical
        assert scope.value.full_name == point.full_name
        assert crl.is_signature_valid(issuer.public_key())  # type: ignore[arg-type]
        assert crl.issuer == issuer.subject
        named = crl.extensions.get_extension_for_class(x509.AuthorityKeyIdentifier).value
        subject_key = issuer.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
        assert named.key_identifier == subject_key.digest

    def test_unspecified_is_said_by_leaving_the_reason_out(
        self, book: DemoAuthority, key: PrivateKey
    ) -> None:
        leaf = book.issue_signature(HANAKO, NOW, key=key).certificate
        book.revoke(leaf, x509.ReasonFlags.unspecified, NOW)
        (entry,) = _load(book.crl("jpki-sign", 1, HANASAKI, NOW))
        assert list(entry.extensions) == []

    def test_a_later_list_has_a_higher_number(self, book: DemoAuthority, key: PrivateKey) -> None:
        numbers = [
            _load(book.crl("jpki-sign", 1, HANASAKI, at))
            .extensions.get_extension_for_class(x509.CRLNumber)
            .value.crl_number
            for at in (NOW, NOW + timedelta(milliseconds=1))
        ]
        assert numbers[0] < numbers[1]

    def test_a_list_can_be_made_stale_and_customised(self, book: DemoAuthority) -> None:
        crl = _load(
            book.crl(
                "jpki-sign",
                1,
                HANASAKI,
                NOW - timedelta(days=2),
                next_update=NOW - timedelta(days=1),
                customise=lambda template: template.without_extension(
                    ExtensionOID.ISSUING_DISTRIBUTION_POINT
                ).with_extension(x509.CRLNumber(7), critical=True),
            )
        )
        assert crl.next_update_utc == NOW - timedelta(days=1)
        assert {extension.oid for extension in crl.extensions} == {
            ExtensionOID.AUTHORITY_KEY_IDENTIFIER,
            ExtensionOID.CRL_NUMBER,
        }

    def test_a_stranger_to_the_book_cannot_be_revoked(
        self, book: DemoAuthority, authority: DemoAuthority, key: PrivateKey
    ) -> None:
        unknown = authority.issue_signature(HANAKO, NOW, key=key).certificate
        foreign = authority.issue_signature(
            HANAKO, NOW, key=key, customise=lambda template: replace(template, issuer=ELSEWHERE)
        ).certificate
        before = book.crls(NOW)
        for certificate in (unknown, foreign):
            with pytest.raises(LookupError):
                book.revoke(certificate, x509.ReasonFlags.key_compromise, NOW)
        assert book.crls(NOW) == before

    def test_the_written_lists_are_whole_files(self, book: DemoAuthority, tmp_path: Path) -> None:
        folder = tmp_path / "crl"
        book.write_crls(folder, NOW)
        book.write_crls(folder, NOW + timedelta(days=1))
        assert {path.name for path in folder.iterdir()} == set(book.crls(NOW))
        for path in folder.iterdir():
            assert _load(path.read_bytes()).last_update_utc == NOW + timedelta(days=1)


def _load(der: bytes) -> x509.CertificateRevocationList:
    return x509.load_der_x509_crl(der)


def test_a_saved_authority_remembers_everything(
    authority: DemoAuthority, key: PrivateKey, tmp_path: Path
) -> None:
    leaf = authority.issue_signature(HANAKO, NOW, key=key).certificate
    authority.save(tmp_path)
    loaded = DemoAuthority.load(tmp_path)
    loaded.revoke(leaf, x509.ReasonFlags.superseded, datetime(2026, 11, 19, tzinfo=UTC))
    loaded.save(tmp_path)
    again = DemoAuthority.load(tmp_path)
    assert again.anchors() == authority.anchors()
    assert again.crls(NOW) == loaded.crls(NOW)
    crl = _load(again.crl("jpki-sign", 1, HANASAKI, NOW))
    assert crl.get_revoked_certificate_by_serial_number(leaf.serial_number) is not None
    next_leaf = again.issue_signature(HANAKO, NOW, key=key).certificate
    assert next_leaf.serial_number == leaf.serial_number + 1


def test_the_authoritys_file_is_for_its_owner_only(
    authority: DemoAuthority, tmp_path: Path
) -> None:
    authority.save(tmp_path / "authority")
    (file,) = (tmp_path / "authority").iterdir()
    assert file.stat().st_mode & 0o777 == 0o600
    file.chmod(0o640)
    with pytest.raises(PermissionError, match="chmod 600"):
        DemoAuthority.load(tmp_path / "authority")
