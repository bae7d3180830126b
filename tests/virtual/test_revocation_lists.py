"""What the demo CA revokes stands in one list, and its file remembers it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.x509.oid import ExtensionOID, NameOID

from gateway.virtual.authority import DemoAuthority
from gateway.virtual.keys import PrivateKey
from gateway.virtual.person import HANASAKI, Municipality
from tests.virtual.conftest import HANAKO, NOW

ELSEWHERE = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Another authority")])
TWIN_TOWN = Municipality(prefecture="Hanazono-ken", city="Tsukimi-shi-Kita-ku", code="99105")


def _load(der: bytes) -> x509.CertificateRevocationList:
    return x509.load_der_x509_crl(der)


@pytest.fixture
def book(authority: DemoAuthority, tmp_path: Path) -> DemoAuthority:
    """A copy with a ledger of its own."""
    authority.save(tmp_path)
    return DemoAuthority.load(tmp_path)


def test_a_revoked_certificate_stands_in_its_issuers_list_of_its_town_only(
    book: DemoAuthority, key: PrivateKey
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
    book: DemoAuthority, key: PrivateKey
) -> None:
    book.issue_signature(replace(HANAKO, municipality=TWIN_TOWN), NOW, key=key)
    assert {name for name in book.crls(NOW) if name.endswith("99105.crl")} == {
        "jpki-sign-1-99105.crl",
        "jpki-sign-2-99105.crl",
    }


def test_a_list_speaks_of_the_distribution_point_its_certificates_name(
    book: DemoAuthority, key: PrivateKey
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
    book: DemoAuthority, key: PrivateKey
) -> None:
    leaf = book.issue_signature(HANAKO, NOW, key=key).certificate
    book.revoke(leaf, x509.ReasonFlags.unspecified, NOW)
    (entry,) = _load(book.crl("jpki-sign", 1, HANASAKI, NOW))
    assert list(entry.extensions) == []


def test_a_later_list_has_a_higher_number(book: DemoAuthority, key: PrivateKey) -> None:
    numbers = [
        _load(book.crl("jpki-sign", 1, HANASAKI, at))
        .extensions.get_extension_for_class(x509.CRLNumber)
        .value.crl_number
        for at in (NOW, NOW + timedelta(milliseconds=1))
    ]
    assert numbers[0] < numbers[1]


def test_a_list_can_be_made_stale_and_customised(book: DemoAuthority) -> None:
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
    book: DemoAuthority, authority: DemoAuthority, key: PrivateKey
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


def test_the_written_lists_are_whole_files(book: DemoAuthority, tmp_path: Path) -> None:
    folder = tmp_path / "crl"
    book.write_crls(folder, NOW)
    book.write_crls(folder, NOW + timedelta(days=1))
    assert {path.name for path in folder.iterdir()} == set(book.crls(NOW))
    for path in folder.iterdir():
        assert _load(path.read_bytes()).last_update_utc == NOW + timedelta(days=1)


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
