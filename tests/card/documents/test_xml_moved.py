"""Signatures that are moved, mended or split: what stands then is what was signed."""

import pytest

from gateway.card.api import CertificateError, Reason
from tests.card.documents import xml_forge as forge
from tests.card.documents.xml_forge import (
    APPLICATION,
    C14N,
    Signer,
    application,
    reference,
    signature,
    signed_info,
)
from tests.card.forge import der
from tests.card.world import Keys, World


@pytest.fixture(scope="module")
def signer(tmp_path_factory: pytest.TempPathFactory, keys: Keys) -> Signer:
    issued = World(tmp_path_factory.mktemp("xml"), keys).issue("sign")
    return Signer(issued.private_key, der(issued.certificate))


def test_a_signature_that_is_moved_covers_the_same(signer: Signer) -> None:
    """Its References are by identifiers, wherever it stands; what they name is unchanged."""
    text = forge.good(signer).decode()
    start, end = text.index("<Signature "), text.index("</Signature>") + len("</Signature>")
    moved = text[:start] + text[end:]
    moved = moved.replace("<DataRoot>", "<DataRoot>" + text[start:end])

    (found,) = forge.read(moved.encode())

    assert forge.stands(found, signer), found


def test_a_signature_moved_into_what_it_covers_is_refused(signer: Signer) -> None:
    text = forge.good(signer).decode()
    start, end = text.index("<Signature "), text.index("</Signature>") + len("</Signature>")
    moved = text[:start] + text[end:]
    moved = moved.replace("</ApplData>", text[start:end] + "</ApplData>")

    (found,) = forge.read(moved.encode())

    assert isinstance(found, CertificateError)
    assert found.reason is Reason.MALFORMED_DOCUMENT


def test_a_signed_info_that_was_changed_is_not_what_was_signed(signer: Signer) -> None:
    """The References may be made to fit other content, but then the signature does not."""
    changed = APPLICATION.replace("1000", "9000")
    text = forge.good(signer).decode().replace(APPLICATION, changed)
    text = text.replace(forge.digest_of(APPLICATION), forge.digest_of(changed))

    (found,) = forge.read(text.encode())

    with pytest.raises(CertificateError) as error:
        forge.stands(found, signer)
    assert error.value.reason is Reason.SIGNATURE_MISMATCH


def test_a_digest_split_by_a_comment_is_read_as_it_was_signed(signer: Signer) -> None:
    """Canonicalisation leaves the comment out, so the signature stands: what is compared must then
    be the whole text, never what is before the comment."""
    digest = forge.digest_of(APPLICATION)
    text = forge.good(signer).decode()

    (found,) = forge.read(text.replace(digest, f"{digest[:8]}<!-- -->{digest[8:]}").encode())
    (other,) = forge.read(text.replace(digest, f"{digest}<!-- -->{digest}").encode())

    assert forge.stands(found, signer)
    assert isinstance(other, CertificateError)


def test_comments_that_are_signed_in_a_digest_are_refused(signer: Signer) -> None:
    digest = forge.digest_of(APPLICATION)
    info = signed_info(
        reference("#ApplData", APPLICATION, digest=f"{digest}<!-- -->"), c14n=C14N + "#WithComments"
    )

    (found,) = forge.read(application(signature(signer, info)))

    assert isinstance(found, CertificateError)
    assert found.reason is Reason.MALFORMED_DOCUMENT
