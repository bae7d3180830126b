"""CMS documents: who signed them, with the content in them or beside them."""

from typing import Any

import pytest

from gateway.card.api import CertificateError, Reason
from gateway.card.documents import signed_data
from gateway.card.documents.cms import read_cms
from gateway.card.documents.model import Covers
from gateway.card.model import Outcome
from tests.card.documents import cms_maker as maker
from tests.card.documents.cms_maker import Signer, make_cms
from tests.card.documents.desk import CONTENT, Desk, cms, reason, refusal
from tests.card.forge import der, oid_der, tlv

pytestmark = pytest.mark.anyio


async def test_a_document_that_holds_its_content_is_accepted_whole(desk: Desk) -> None:
    found = await desk.verify(make_cms(CONTENT, desk.signer()))

    (signature,) = found.signatures
    assert (found.outcome, found.reason, found.covers) == (Outcome.ACCEPTED, None, Covers.WHOLE)
    assert (signature.covers, signature.references) == (Covers.WHOLE, ())
    assert signature.claimed_signing_time == maker.SIGNED_AT
    assert signature.verification.basic_attributes is not None


async def test_a_document_that_lies_beside_is_accepted(desk: Desk) -> None:
    assert await desk.accepts(make_cms(CONTENT, desk.signer(), attached=False), CONTENT)


async def test_an_empty_content_can_be_signed_too(desk: Desk) -> None:
    assert await desk.accepts(make_cms(b"", desk.signer()))
    assert await desk.accepts(make_cms(b"", desk.signer(), attached=False), b"")


async def test_content_that_was_changed_is_told(desk: Desk) -> None:
    other = CONTENT.replace("住民票".encode(), "印鑑証".encode())
    inside = await desk.verify(make_cms(CONTENT, desk.signer(), holds=other))
    beside = await desk.verify(make_cms(CONTENT, desk.signer(), attached=False), other)

    for found in (inside, beside):
        assert (found.outcome, found.covers) == (Outcome.REFUSED, None)
        assert reason(found) is Reason.DOCUMENT_CHANGED
        assert found.signatures[0].covers is None


async def test_content_is_in_one_place(desk: Desk) -> None:
    detached = make_cms(CONTENT, desk.signer(), attached=False)
    assert await desk.accepts(detached, CONTENT)
    assert refusal(detached) is Reason.MALFORMED_DOCUMENT
    attached = make_cms(CONTENT, desk.signer())
    assert await desk.accepts(attached)
    for beside in (b"something else", CONTENT):
        assert refusal(attached, beside) is Reason.MALFORMED_DOCUMENT


@pytest.mark.parametrize("hash_name", ["sha256", "sha384", "sha512"])
async def test_rsa_signs_any_hash_of_today(desk: Desk, hash_name: str) -> None:
    plain = desk.signer(hash_name=hash_name)
    named = desk.signer(hash_name=hash_name, algorithm=maker.RSA_WITH[hash_name])

    for signer in (plain, named):
        assert await desk.signed_by(signer) is None


async def test_a_curve_signs_its_own_hash(desk: Desk) -> None:
    for key, right, wrong in (
        (desk.world.keys.p256, "sha256", "sha384"),
        (desk.world.keys.p384, "sha384", "sha256"),
    ):
        certificate = der(desk.world.issue("sign", key=key).certificate)
        assert await desk.signed_by(Signer(certificate, key, right)) is None
        found = await desk.signed_by(Signer(certificate, key, wrong))
        assert found is Reason.UNSUPPORTED_SIGNATURE


@pytest.mark.parametrize(
    "change",
    [
        {"hash_name": "sha1"},
        {"algorithm": maker.RSA_PSS, "parameters": tlv(0x30, b"")},
        {"algorithm": maker.RSA_PSS},
        {"algorithm": maker.RSA_WITH["sha512"]},
        {"algorithm": maker.ECDSA_WITH["sha256"], "parameters": b""},
        {"algorithm": "1.2.3.4"},
    ],
    ids=["sha1", "pss", "pss without parameters", "two hashes", "ecdsa", "unknown"],
)
async def test_other_algorithms_are_refused(desk: Desk, change: dict[str, Any]) -> None:
    assert await desk.signed_by(desk.signer(**change)) is Reason.UNSUPPORTED_SIGNATURE


async def test_sha_1_is_refused_where_the_curve_names_it(desk: Desk) -> None:
    key = desk.world.keys.p256
    signer = Signer(der(desk.world.issue("sign", key=key).certificate), key, "sha1")
    assert await desk.signed_by(signer) is Reason.UNSUPPORTED_SIGNATURE


async def test_an_algorithm_has_no_parameters(desk: Desk) -> None:
    assert await desk.signed_by(desk.signer(parameters=b"")) is None
    found = await desk.signed_by(desk.signer(parameters=tlv(0x30, b"")))
    assert found is Reason.MALFORMED_DOCUMENT
    key = desk.world.keys.p256
    certificate = der(desk.world.issue("sign", key=key).certificate)
    assert await desk.signed_by(Signer(certificate, key)) is None
    curve = Signer(certificate, key, parameters=oid_der("1.2.840.10045.3.1.7"))
    assert await desk.signed_by(curve) is Reason.UNSUPPORTED_SIGNATURE


async def test_a_signer_is_found_by_key_identifier_too(desk: Desk) -> None:
    signer = desk.signer(by_key_identifier=True)
    assert await desk.signed_by(signer) is None
    other = der(desk.world.issue("sign", key=desk.world.keys.other).certificate)
    found = await desk.verify(make_cms(CONTENT, signer, certificates=[other]))
    assert reason(found) is Reason.MALFORMED_DOCUMENT


async def test_the_signers_certificate_has_to_be_there(desk: Desk) -> None:
    signer, other = desk.signer(), der(desk.world.issue("auth").certificate)
    for certificates in ([], [other]):
        found = await desk.verify(make_cms(CONTENT, signer, certificates=certificates))
        assert reason(found) is Reason.MALFORMED_DOCUMENT
    assert await desk.accepts(make_cms(CONTENT, signer, certificates=[other, signer.certificate]))


async def test_the_signer_is_one_certificate_and_no_other(desk: Desk) -> None:
    """Two certificates with one key identifier: which of them signs is not for us to choose."""
    first, second = (der(desk.world.issue("sign").certificate) for _ in "12")
    signer = Signer(first, desk.world.keys.card, by_key_identifier=True)
    assert await desk.accepts(make_cms(CONTENT, signer, certificates=[first]))
    assert await desk.accepts(make_cms(CONTENT, signer, certificates=[first, first]))
    found = await desk.verify(make_cms(CONTENT, signer, certificates=[first, second]))
    assert reason(found) is Reason.MALFORMED_DOCUMENT


async def test_of_two_signers_each_is_told_and_one_bad_one_is_enough(desk: Desk) -> None:
    good = desk.signer()
    bad = Signer(der(desk.world.issue("sign").certificate), desk.world.keys.other)
    assert await desk.accepts(make_cms(CONTENT, good, desk.signer()))

    for signers, outcomes in (((good, bad), "AR"), ((bad, good), "RA")):
        found = await desk.verify(make_cms(CONTENT, *signers))
        assert found.outcome is Outcome.REFUSED
        told = [each.verification.outcome.name[0] for each in found.signatures]
        assert "".join(told) == outcomes
        assert reason(found) is Reason.SIGNATURE_MISMATCH


async def test_a_document_without_a_signer_is_not_signed(desk: Desk) -> None:
    certificate = desk.signer().certificate
    assert refusal(make_cms(CONTENT, certificates=[certificate])) is Reason.NOT_SIGNED


async def test_only_signed_data_is_read(desk: Desk) -> None:
    other = maker.sequence(oid_der("1.2.840.113549.1.7.3"), tlv(0xA0, tlv(0x30, b"")))
    assert refusal(other) is Reason.MALFORMED_DOCUMENT
    good = make_cms(CONTENT, desk.signer())
    assert await desk.accepts(good)
    assert refusal(good + b"\x00") is Reason.MALFORMED_DOCUMENT


async def test_more_signers_or_certificates_than_anybody_needs_are_refused(desk: Desk) -> None:
    signer = desk.signer()
    most = make_cms(
        CONTENT, *[signer] * signed_data.MOST_SIGNERS, certificates=[signer.certificate]
    )
    assert len(read_cms(cms(most))) == signed_data.MOST_SIGNERS
    too_many = make_cms(
        CONTENT, *[signer] * (signed_data.MOST_SIGNERS + 1), certificates=[signer.certificate]
    )
    assert refusal(too_many) is Reason.DOCUMENT_TOO_COMPLEX
    certificates = [signer.certificate] * (signed_data.MOST_CERTIFICATES + 1)
    crowded = make_cms(CONTENT, signer, certificates=certificates)
    assert refusal(crowded) is Reason.DOCUMENT_TOO_COMPLEX


async def test_what_nobody_signed_changes_nothing(desk: Desk) -> None:
    """Unsigned attributes: time stamps and countersignatures are others' words."""
    unsigned = tlv(0xA1, maker.encode_attribute(("1.2.3.4", [tlv(0x04, b"later")])))
    assert await desk.signed_by(desk.signer(unsigned=unsigned)) is None


async def test_a_reader_raises_nothing_but_our_own(desk: Desk) -> None:
    for document in (b"", b"\x30", b"<html></html>", b"\x30\x80" * 500_000, b"\x30" * 1_000_000):
        with pytest.raises(CertificateError):
            read_cms(cms(document))
