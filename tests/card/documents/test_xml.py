"""What is read of XML signatures that are as they should be."""

from base64 import b64decode
from pathlib import Path
from urllib.parse import quote

import pytest

from gateway.card.api import CertificateError, Reason
from gateway.card.documents.model import Covers, UnverifiedSignature
from gateway.card.model import HashAlgorithm, Presentation, SignatureEncoding
from tests.card.documents import xml_forge as forge
from tests.card.documents.xml_forge import Signer, read, reference, signature, signed_info
from tests.card.forge import der
from tests.card.world import NOW, Keys, World


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory, keys: Keys) -> World:
    folder: Path = tmp_path_factory.mktemp("xml")
    return World(folder, keys)


@pytest.fixture(scope="module")
def signer(world: World) -> Signer:
    issued = world.issue("sign")
    return Signer(issued.private_key, der(issued.certificate))


@pytest.fixture(scope="module")
def other(world: World) -> Signer:
    issued = world.issue("sign", key=world.keys.other)
    return Signer(issued.private_key, der(issued.certificate))


def only(document: bytes, signer: Signer) -> UnverifiedSignature:
    (found,) = read(document)
    assert forge.stands(found, signer), found
    assert isinstance(found, UnverifiedSignature)
    return found


def test_an_application_to_e_gov(signer: Signer) -> None:
    found = only(forge.good(signer), signer)

    assert found.encoding is SignatureEncoding.PKCS1
    assert found.digest.hash_algorithm is HashAlgorithm.SHA256
    assert found.covers is Covers.PART
    assert found.references == ("#ApplData", "#構成情報")
    assert found.claimed_signing_time is None


@pytest.mark.anyio
async def test_its_signature_takes_the_one_pipeline(world: World, signer: Signer) -> None:
    found = only(forge.good(signer), signer)

    verification = await world.verifier().verify(
        Presentation(found.unverified_certificate, found.signature, found.encoding, found.digest),
        NOW,
    )

    assert verification.accepted


def test_an_identifier_may_be_written_with_percent_encoding(signer: Signer) -> None:
    uri = "#" + quote("構成情報")
    info = signed_info(reference(uri, forge.STRUCTURE))

    assert only(forge.application(signature(signer, info)), signer).references == (uri,)


@pytest.mark.parametrize(
    "transforms",
    [
        (forge.transform(forge.ENVELOPED), forge.transform(forge.C14N)),
        (forge.transform(forge.ENVELOPED), forge.transform(forge.C14N_1_1)),
        (forge.transform(forge.ENVELOPED), forge.transform(forge.EXCLUSIVE)),
        (forge.transform(forge.ENVELOPED), forge.transform(forge.C14N + "#WithComments")),
        (forge.transform(forge.ENVELOPED),),
    ],
)
def test_an_enveloped_signature_covers_the_whole(
    signer: Signer, transforms: tuple[str, ...]
) -> None:
    found = only(forge.enveloped(signer, *transforms), signer)

    assert found.covers is Covers.WHOLE
    assert found.references == ("",)


def test_the_whole_begins_before_its_root(signer: Signer) -> None:
    document = forge.enveloped(signer, before='<?xml-stylesheet href="a.xsl"?>\n')

    assert only(document, signer).covers is Covers.WHOLE
    (found,) = read(document.replace(b"a.xsl", b"b.xsl"))
    assert isinstance(found, CertificateError)
    assert found.reason is Reason.DOCUMENT_CHANGED


@pytest.mark.parametrize("method", [forge.C14N, forge.C14N + "#WithComments"])
@pytest.mark.parametrize("place", [b"</\xe6\xb0\x8f\xe5\x90\x8d>", b"<\xe7\x94\xb3\xe8\xab\x8b>"])
def test_a_comment_is_covered_by_nobody_so_the_whole_is_not(
    signer: Signer, method: str, place: bytes
) -> None:
    """XML Signature 1.1 §4.4.3.3: a same-document reference loses the comments first, whatever
    canonicalises it."""
    transforms = (forge.transform(forge.ENVELOPED), forge.transform(method))
    document = forge.enveloped(signer, *transforms).replace(place, b"<!-- -->" + place)

    assert only(document, signer).covers is Covers.PART


def test_a_comment_in_the_signature_itself_is_no_part_of_the_document(signer: Signer) -> None:
    document = forge.enveloped(signer).replace(b"<KeyInfo>", b"<!-- --><KeyInfo>")

    assert only(document, signer).covers is Covers.WHOLE


def test_an_enveloping_signature(signer: Signer) -> None:
    content = f'<Object xmlns="{forge.DSIG}" Id="it"><申請 xmlns="">a</申請></Object>'
    document = signature(signer, signed_info(reference("#it", content)), objects=content)

    found = only(document.encode(), signer)

    assert found.covers is Covers.PART
    assert found.references == ("#it",)


def test_a_manifest_covers_itself_and_not_what_it_lists(signer: Signer) -> None:
    listed = reference("#ApplData", "something else")
    manifest = f'<Manifest xmlns="{forge.DSIG}" Id="list">{listed}</Manifest>'
    info = signed_info(
        reference("#list", manifest).replace(
            "<Reference ", f'<Reference Type="{forge.DSIG}Manifest" '
        )
    )
    document = forge.application(signature(signer, info, objects=f"<Object>{manifest}</Object>"))

    found = only(document, signer)

    assert found.covers is Covers.PART
    assert found.references == ("#list",)


@pytest.mark.parametrize("curve", ["p256", "p384"])
def test_ecdsa_is_r_and_s(world: World, curve: str) -> None:
    issued = world.issue("sign", key=getattr(world.keys, curve))
    signer = Signer(issued.private_key, der(issued.certificate))
    method = f"{forge.MORE}ecdsa-{forge.hash_name(signer.key)}"
    info = signed_info(*forge.references(), method=method)

    found = only(forge.application(signature(signer, info)), signer)

    assert found.encoding is SignatureEncoding.ECDSA_RAW
    assert found.digest.hash_algorithm == forge.hash_name(signer.key)


def test_several_signatures_are_told_in_their_order(signer: Signer, other: Signer) -> None:
    first = signature(signer, signed_info(reference("#ApplData", forge.APPLICATION)))
    second = signature(other, signed_info(reference("#構成情報", forge.STRUCTURE)))

    one, two = read(forge.application(first, second))

    assert forge.stands(one, signer)
    assert forge.stands(two, other)
    assert isinstance(two, UnverifiedSignature)
    assert two.references == ("#構成情報",)


def test_a_broken_signature_does_not_hide_another(signer: Signer, other: Signer) -> None:
    broken = signature(signer, signed_info(reference("#ApplData", "something else")))
    sound = signature(other, signed_info(reference("#構成情報", forge.STRUCTURE)))

    for document, at in (
        (forge.application(broken, sound), 1),
        (forge.application(sound, broken), 0),
    ):
        found = read(document)
        refused = found[1 - at]
        assert forge.stands(found[at], other)
        assert isinstance(refused, CertificateError)
        assert refused.reason is Reason.DOCUMENT_CHANGED


def test_the_chain_may_stand_beside_the_certificate(world: World, signer: Signer) -> None:
    authority = der(world.authority.issuer("jpki-sign", 2).certificate)
    for chain in ((signer.certificate, authority), (authority, signer.certificate)):
        made = signature(signer, signed_info(*forge.references()), key_info=forge.x509_data(chain))
        only(forge.application(made), signer)


def test_a_digest_of_signed_info_is_not_one_of_what_stands_around_it(signer: Signer) -> None:
    """Exclusive canonicalisation: the namespaces around are none of the signature's."""
    info = signed_info(*forge.references(), c14n=forge.EXCLUSIVE)
    document = forge.application(signature(signer, info))
    around = document.replace("<署名情報>".encode(), '<署名情報 xmlns:p="urn:p">'.encode())

    assert only(around, signer).digest == only(document, signer).digest


def test_base64_may_be_folded(signer: Signer) -> None:
    document = forge.good(signer)
    value = b64decode(document.split(b"<SignatureValue>")[1].split(b"</")[0])
    folded = document.replace(
        forge.text_of(value).encode(),
        forge.text_of(value).encode()[:76] + b"\r\n  " + forge.text_of(value).encode()[76:],
    )

    assert only(folded, signer).signature == value
