"""What signxml signs is read here.

Its elements have Latin names, its signatures a prefix, and no xml:lang is above them: signxml
writes trees down in ASCII, and canonicalises elements in their places, where lxml loses these."""

from datetime import UTC, datetime

import pytest
from cryptography import x509
from lxml import etree  # type: ignore[import-untyped]
from signxml.algorithms import (
    CanonicalizationMethod,
    DigestAlgorithm,
    SignatureConstructionMethod,
    SignatureMethod,
)
from signxml.signer import SignatureReference, XMLSigner
from signxml.xades.xades import XAdESSigner

from gateway.card.api import CertificateError, Reason
from gateway.card.documents.model import Covers, UnverifiedSignature
from gateway.card.model import HashAlgorithm
from tests.card.documents import xml_forge as forge
from tests.card.documents.xml_forge import Signer
from tests.card.forge import der
from tests.card.world import Keys, World

DOCUMENT = (
    '<DataRoot xmlns="urn:a" xmlns:p="urn:p">\n'
    '<ApplData Id="ApplData" p:b="c"><Name>花咲　太郎</Name><p:Sum>1000</p:Sum></ApplData>\n'
    '<p:Signed><ds:Signature xmlns:ds="http://www.w3.org/2000/09/xmldsig#" Id="placeholder"/>'
    "</p:Signed> 末尾 </DataRoot>"
)
METHODS = {
    SignatureMethod.RSA_SHA256: HashAlgorithm.SHA256,
    SignatureMethod.RSA_SHA384: HashAlgorithm.SHA384,
    SignatureMethod.RSA_SHA512: HashAlgorithm.SHA512,
}


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory, keys: Keys) -> World:
    return World(tmp_path_factory.mktemp("xml"), keys)


@pytest.fixture(scope="module")
def signer(world: World) -> Signer:
    issued = world.issue("sign")
    return Signer(issued.private_key, der(issued.certificate))


def made_by_signxml(
    signer: Signer, by: XMLSigner, document: str = DOCUMENT, **how: object
) -> bytes:
    certificate = x509.load_der_x509_certificate(signer.certificate)
    root = by.sign(
        etree.fromstring(document.encode()),
        key=signer.key,
        cert=[certificate],
        **how,  # type: ignore[arg-type]
    )
    octets: bytes = etree.tostring(root, encoding="UTF-8")
    return octets


def only(document: bytes, signer: Signer) -> UnverifiedSignature:
    (found,) = forge.read(document)
    assert forge.stands(found, signer), found
    assert isinstance(found, UnverifiedSignature)
    return found


@pytest.mark.parametrize("canonical", list(CanonicalizationMethod))
@pytest.mark.parametrize("method", list(METHODS))
def test_enveloped(
    canonical: CanonicalizationMethod, method: SignatureMethod, signer: Signer
) -> None:
    by = XMLSigner(signature_algorithm=method, c14n_algorithm=canonical)

    found = only(made_by_signxml(signer, by), signer)

    assert found.covers is Covers.WHOLE
    assert found.digest.hash_algorithm is METHODS[method]


@pytest.mark.parametrize("digest", ["SHA256", "SHA384", "SHA512"])
def test_an_element_of_the_document(digest: str, signer: Signer) -> None:
    by = XMLSigner(digest_algorithm=DigestAlgorithm[digest])

    found = only(made_by_signxml(signer, by, reference_uri="#ApplData"), signer)

    assert found.covers is Covers.PART
    assert found.references == ("#ApplData",)


def test_prefixes_that_exclusive_canonicalisation_takes_along(signer: Signer) -> None:
    by = XMLSigner(c14n_algorithm=CanonicalizationMethod.EXCLUSIVE_XML_CANONICALIZATION_1_0)
    references = [SignatureReference(URI="#ApplData", inclusive_ns_prefixes=["p"])]

    only(made_by_signxml(signer, by, reference_uri=references), signer)


def test_enveloping(signer: Signer) -> None:
    by = XMLSigner(method=SignatureConstructionMethod.enveloping)

    found = only(made_by_signxml(signer, by, "<a>b</a>"), signer)

    assert found.covers is Covers.PART
    assert found.references == ("#object",)


@pytest.mark.parametrize("curve", ["p256", "p384"])
def test_elliptic_curves(curve: str, world: World) -> None:
    issued = world.issue("sign", key=getattr(world.keys, curve))
    signer = Signer(issued.private_key, der(issued.certificate))
    method = f"ecdsa-{forge.hash_name(signer.key)}"

    only(made_by_signxml(signer, XMLSigner(signature_algorithm=method)), signer)


def test_the_time_that_a_signer_claims(signer: Signer) -> None:
    document = made_by_signxml(signer, XAdESSigner())

    found = only(document, signer)

    said = document.decode().split("SigningTime")[1].split(">")[1].split("<")[0]
    assert found.claimed_signing_time == datetime.fromisoformat(said)
    assert found.claimed_signing_time.tzinfo is UTC
    assert found.covers is Covers.WHOLE
    assert len(found.references) == 3


def test_a_time_that_is_changed_is_a_changed_document(signer: Signer) -> None:
    document = made_by_signxml(signer, XAdESSigner())
    (found,) = forge.read(document.replace(b"SigningTime>20", b"SigningTime>19", 1))

    assert isinstance(found, CertificateError)
    assert found.reason is Reason.DOCUMENT_CHANGED
