"""The extensions of a certificate: as cryptography reads them, and which of them are kept."""

import pytest
from cryptography import x509

from gateway.card.api import CertificateExtensions
from gateway.card.certificate import parse_certificate
from tests.card.forge import der, extension, extensions
from tests.card.world import World

KINDS = pytest.mark.parametrize("kind", ["auth", "sign"])
SHARED = (x509.KeyUsage, x509.CertificatePolicies, x509.CRLDistributionPoints)


def read(certificate: x509.Certificate) -> CertificateExtensions:
    return parse_certificate(der(certificate)).extensions


@KINDS
def test_each_is_what_cryptography_reads_in_the_whole_certificate(world: World, kind: str) -> None:
    certificate = world.issue(kind).certificate
    found = [(each.oid, each.critical, each.value) for each in read(certificate).values()]
    assert found == [(each.oid, each.critical, each.value) for each in certificate.extensions]
    assert len(found) >= 6


@KINDS
def test_what_the_certificates_of_a_ca_have_in_common_is_found_out_once(
    world: World, kind: str
) -> None:
    first, second = (read(world.issue(kind).certificate) for _ in range(2))
    for shared in SHARED:
        assert first[shared.oid].value is second[shared.oid].value


def test_so_is_where_a_ca_answers_questions(world: World) -> None:
    access = x509.AuthorityInformationAccess.oid
    first, second = (read(world.issue("auth").certificate) for _ in range(2))
    assert first[access].value is second[access].value


def test_what_says_who_somebody_is_is_kept_nowhere(world: World) -> None:
    certificate = world.issue("sign").certificate
    first, second = read(certificate), read(certificate)
    for own in (x509.SubjectAlternativeName, x509.SubjectKeyIdentifier):
        assert first[own.oid].value == second[own.oid].value
        assert first[own.oid].value is not second[own.oid].value


@pytest.mark.parametrize("oid", ["1.3.6.1.4.1.9999.1", "1.3.6.1.5.5.7.1.2"])
def test_what_nobody_knows_may_say_who_somebody_is_and_is_kept_nowhere(
    world: World, oid: str
) -> None:
    own = world.forged(lambda tbs: extensions(tbs).append(extension(oid, b"\x04\x01\x07")))
    first, second = (parse_certificate(own).extensions for _ in range(2))
    found = [each[x509.ObjectIdentifier(oid)] for each in (first, second)]
    assert found[0].value == found[1].value
    assert found[0].value is not found[1].value
