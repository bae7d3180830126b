"""What a signer says of himself counts where he signed it, and must be what it says."""

import hashlib
from datetime import UTC, datetime

import pytest

from gateway.card.api import CertificateError, Reason
from gateway.card.documents.model import UnverifiedSignature
from tests.card.documents import xml_forge as forge
from tests.card.documents.xml_forge import APPLICATION, DSIG, Signer, reference, signed_info
from tests.card.forge import der
from tests.card.world import Keys, World

XADES = "http://uri.etsi.org/01903/v1.3.2#"
TIME = "<SigningTime>2026-11-20T12:00:00+09:00</SigningTime>"
NOON = datetime(2026, 11, 20, 3, 0, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def signer(tmp_path_factory: pytest.TempPathFactory, keys: Keys) -> Signer:
    issued = World(tmp_path_factory.mktemp("xml"), keys).issue("sign")
    return Signer(issued.private_key, der(issued.certificate))


def properties(inside: str) -> str:
    return (
        f'<SignedProperties xmlns="{XADES}" Id="said"><SignedSignatureProperties>{inside}'
        "</SignedSignatureProperties></SignedProperties>"
    )


def said(signer: Signer, inside: str, *, covered: bool = True, beside: str = "") -> bytes:
    text = properties(inside)
    references = [reference("#ApplData", APPLICATION)]
    if covered:
        references.append(reference("#said", text))
    place = f'<Object><QualifyingProperties xmlns="{XADES}">{{}}</QualifyingProperties></Object>'
    objects = place.format(text) if not beside else ""
    made = forge.signature(signer, signed_info(*references), objects=objects)
    return forge.application(made, beside and text)


def certificate(octets: bytes, algorithm: str = forge.SHA256, hash_name: str = "sha256") -> str:
    digest = forge.text_of(hashlib.new(hash_name, octets).digest())
    return (
        "<SigningCertificateV2><Cert><CertDigest>"
        f'<DigestMethod xmlns="{DSIG}" Algorithm="{algorithm}"></DigestMethod>'
        f'<DigestValue xmlns="{DSIG}">{digest}</DigestValue>'
        "</CertDigest></Cert></SigningCertificateV2>"
    )


def time_of(document: bytes, signer: Signer) -> datetime | None:
    (found,) = forge.read(document)
    assert forge.stands(found, signer), found
    assert isinstance(found, UnverifiedSignature)
    return found.claimed_signing_time


def test_a_time_is_the_signers_where_he_signed_it(signer: Signer) -> None:
    assert time_of(said(signer, TIME), signer) == NOON
    assert time_of(said(signer, TIME, covered=False), signer) is None
    assert time_of(said(signer, TIME, beside="the signature"), signer) is None
    assert time_of(said(signer, ""), signer) is None


@pytest.mark.parametrize(
    "time",
    [
        TIME + TIME,
        "<SigningTime>2026-11-20T12:00:00</SigningTime>",
        "<SigningTime>2026-11-20</SigningTime>",
        "<SigningTime>2026-02-30T12:00:00Z</SigningTime>",
        "<SigningTime>0001-01-01T00:00:00+09:00</SigningTime>",
        "<SigningTime>２０２６-11-20T12:00:00Z</SigningTime>",
        "<SigningTime></SigningTime>",
        "<SigningTime><a></a>2026-11-20T12:00:00Z</SigningTime>",
    ],
)
def test_a_time_that_is_no_instant_is_refused(time: str, signer: Signer) -> None:
    assert refusal(said(signer, time)) is Reason.MALFORMED_DOCUMENT


def test_the_certificate_is_the_one_the_signer_names(signer: Signer) -> None:
    own, other = signer.certificate, signer.certificate + b"another"

    assert time_of(said(signer, TIME + certificate(own)), signer) == NOON
    assert refusal(said(signer, TIME + certificate(other))) is Reason.SIGNATURE_MISMATCH
    older = certificate(other).replace("SigningCertificateV2", "SigningCertificate")
    assert refusal(said(signer, older)) is Reason.SIGNATURE_MISMATCH


@pytest.mark.parametrize(
    ("named", "reason"),
    [
        (certificate(b"", DSIG + "sha1", "sha1"), Reason.UNSUPPORTED_SIGNATURE),
        ("<SigningCertificate></SigningCertificate>", Reason.SIGNATURE_MISMATCH),
        ("<SigningCertificate><Cert></Cert></SigningCertificate>", Reason.MALFORMED_DOCUMENT),
        (
            "<SigningCertificate><Cert><CertDigest></CertDigest></Cert></SigningCertificate>",
            Reason.MALFORMED_DOCUMENT,
        ),
    ],
)
def test_a_certificate_that_is_not_named_so_is_refused(
    named: str, reason: Reason, signer: Signer
) -> None:
    assert refusal(said(signer, named)) is reason


def refusal(document: bytes) -> Reason:
    (found,) = forge.read(document)
    assert isinstance(found, CertificateError), found
    return found.reason
