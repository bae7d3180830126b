"""What OpenSSL signs is accepted here, and what is made here OpenSSL verifies."""

import dataclasses
from pathlib import Path

import pytest

from gateway.card.api import Reason
from tests.card.documents import cms_maker as maker
from tests.card.documents.cms_maker import make_cms, usual_attributes
from tests.card.documents.desk import CONTENT, Desk, reason
from tests.card.documents.openssl_cms import OpenSSL

pytestmark = pytest.mark.anyio


@pytest.fixture
def openssl(tmp_path: Path) -> OpenSSL:
    return OpenSSL(tmp_path)


@pytest.mark.parametrize(
    "options",
    [
        (),
        ("-keyid",),
        ("-noattr",),
        ("-nosmimecap",),
        ("-cades",),
        ("-md", "sha384"),
        ("-md", "sha512"),
    ],
    ids=" ".join,
)
async def test_what_openssl_signs_is_accepted(
    desk: Desk, openssl: OpenSSL, options: tuple[str, ...]
) -> None:
    issued = desk.world.issue("sign")
    beside = openssl.sign(issued, CONTENT, *options)
    assert await desk.accepts(beside, CONTENT)
    assert reason(await desk.verify(beside, CONTENT + b".")) is not None
    # In BER of indefinite length too, as it is streamed.
    for form in (("-nodetach",), ("-nodetach", "-stream")):
        assert await desk.accepts(openssl.sign(issued, CONTENT, *options, *form))


async def test_what_openssl_signs_with_a_curve_is_accepted(desk: Desk, openssl: OpenSSL) -> None:
    for key, hash_name in ((desk.world.keys.p256, "sha256"), (desk.world.keys.p384, "sha384")):
        issued = desk.world.issue("sign", key=key)
        assert await desk.accepts(openssl.sign(issued, CONTENT, "-md", hash_name), CONTENT)


async def test_a_certificate_that_openssl_leaves_out_is_missed(
    desk: Desk, openssl: OpenSSL
) -> None:
    issued = desk.world.issue("sign")
    found = await desk.verify(openssl.sign(issued, CONTENT, "-nocerts"), CONTENT)
    assert reason(found) is Reason.MALFORMED_DOCUMENT


@pytest.mark.parametrize(
    "options", [("-md", "sha1"), ("-keyopt", "rsa_padding_mode:pss")], ids=" ".join
)
async def test_what_openssl_signs_otherwise_is_refused(
    desk: Desk, openssl: OpenSSL, options: tuple[str, ...]
) -> None:
    signed = openssl.sign(desk.world.issue("sign"), CONTENT, *options)
    assert openssl.verifies(signed, CONTENT)
    assert reason(await desk.verify(signed, CONTENT)) is Reason.UNSUPPORTED_SIGNATURE


async def test_both_agree_on_what_is_made_here(desk: Desk, openssl: OpenSSL) -> None:
    wrong = [
        *maker.without(usual_attributes(CONTENT), maker.MESSAGE_DIGEST),
        (maker.MESSAGE_DIGEST, [maker.message_digest(b"other")]),
    ]
    signer = desk.signer()
    again = dataclasses.replace(signer, by_key_identifier=True)
    documents = {
        "good": make_cms(CONTENT, signer),
        "two": make_cms(CONTENT, signer, again, certificates=[signer.certificate]),
        "without attributes": make_cms(CONTENT, desk.signer(attributes=())),
        "changed": make_cms(CONTENT, signer, holds=CONTENT + b"."),
        "another digest": make_cms(CONTENT, desk.signer(attributes=wrong)),
        "another key": make_cms(CONTENT, maker.Signer(signer.certificate, desk.world.keys.other)),
        "no certificate": make_cms(CONTENT, signer, certificates=[]),
    }
    ours = {name: await desk.accepts(document) for name, document in documents.items()}
    theirs = {name: openssl.verifies(document) for name, document in documents.items()}
    assert ours == theirs
    assert [name for name, accepted in ours.items() if accepted] == [
        *("good", "two", "without attributes"),
    ]
