"""Trust, validity and revocation of a document's signers: the one pipeline's, to the last check."""

import logging
from collections.abc import Sequence
from datetime import timedelta

import pytest
from cryptography.x509 import ReasonFlags

from gateway.card.api import CertificateError, CertificateType, Reason, StatusValue
from gateway.card.documents import verify as verifying
from gateway.card.documents.cms import read_cms
from gateway.card.documents.model import (
    Covers,
    ReadSignature,
    UnverifiedDocument,
    UnverifiedSignature,
)
from gateway.card.documents.verify import DocumentVerifier, VerifiedDocument
from gateway.card.model import CheckOutcome, Outcome
from gateway.virtual.authority import DemoAuthority
from tests.card.documents.cms_maker import Signer, make_cms
from tests.card.documents.desk import CONTENT, Desk, cms, reason
from tests.card.forge import der
from tests.card.world import ISSUED_AT, NOW, PERSON, Known, World

pytestmark = pytest.mark.anyio


async def test_a_good_signature_passes_every_check(desk: Desk) -> None:
    found = await desk.verify(make_cms(CONTENT, desk.signer()))

    verification = found.signatures[0].verification
    assert {check.outcome for check in verification.checks} == {CheckOutcome.PASSED}
    assert verification.certificate_type is CertificateType.SIGNATURE
    assert verification.status is not None
    assert verification.basic_attributes is not None
    assert verification.basic_attributes.name == PERSON.name


async def test_the_authentication_certificate_signs_no_documents(desk: Desk) -> None:
    assert await desk.signed_by(desk.signer("sign")) is None
    assert await desk.signed_by(desk.signer("auth")) is Reason.WRONG_CERTIFICATE_TYPE


async def test_a_ca_nobody_pinned_vouches_for_nobody(desk: Desk) -> None:
    key = desk.world.keys.other
    stranger = DemoAuthority.create(ISSUED_AT, new_key=lambda: key)
    issued = stranger.issue_signature(PERSON, ISSUED_AT, key=key)
    found = await desk.verify(make_cms(CONTENT, Signer(der(issued.certificate), key)))

    assert found.outcome is Outcome.REFUSED
    assert reason(found) in (Reason.UNTRUSTED_ISSUER, Reason.BAD_ISSUER_SIGNATURE)
    assert found.signatures[0].verification.certificate_type is None


async def test_a_revoked_certificate_refuses(desk: Desk) -> None:
    world = desk.world
    issued = world.issue("sign")
    document = make_cms(CONTENT, Signer(der(issued.certificate), world.keys.card))
    world.authority.write_crls(world.crl_folder, NOW)
    assert (await desk.verify(document, sources=[world.crl_source()])).accepted

    world.authority.revoke(issued.certificate, ReasonFlags.affiliation_changed, NOW)
    world.authority.write_crls(world.crl_folder, NOW)
    found = await desk.verify(document, sources=[world.crl_source()])
    assert (found.outcome, reason(found)) == (Outcome.REFUSED, Reason.REVOKED)


async def test_what_revocation_cannot_tell_is_undetermined(desk: Desk) -> None:
    document = make_cms(CONTENT, desk.signer())
    unknown, stale = Known(StatusValue.UNKNOWN), Known(StatusValue.UNKNOWN, stale=True)
    for source, expected in ((unknown, Reason.STATUS_UNKNOWN), (stale, Reason.STATUS_STALE)):
        found = await desk.verify(document, sources=[source])
        assert (found.outcome, reason(found)) == (Outcome.UNDETERMINED, expected)
        assert found.covers is None
        assert found.signatures[0].verification.basic_attributes is None


async def test_validity_is_that_of_now_whatever_time_the_signer_claims(desk: Desk) -> None:
    document = make_cms(CONTENT, desk.signer())
    assert (await desk.verify(document, now=NOW)).accepted
    later = await desk.verify(document, now=NOW + timedelta(days=1600))
    assert reason(later) is Reason.EXPIRED
    earlier = await desk.verify(document, now=ISSUED_AT - timedelta(days=1))
    assert reason(earlier) is Reason.NOT_YET_VALID


async def test_another_ones_signature_refuses(desk: Desk) -> None:
    signer = Signer(desk.signer().certificate, desk.world.keys.other)
    assert await desk.signed_by(signer) is Reason.SIGNATURE_MISMATCH


async def test_a_signature_that_could_not_be_read_asks_nobody(desk: Desk) -> None:
    source = Known(StatusValue.GOOD)
    broken = make_cms(CONTENT, desk.signer(), certificates=[])
    found = await desk.verify(broken, sources=[source])

    verification = found.signatures[0].verification
    assert (verification.outcome, source.asked) == (Outcome.REFUSED, 0)
    assert verification.reason is Reason.MALFORMED_DOCUMENT
    assert [check.outcome for check in verification.checks[1:]] == [CheckOutcome.NOT_DONE] * 6


async def verified(world: World, signatures: Sequence[ReadSignature]) -> VerifiedDocument:
    async def read(_: UnverifiedDocument) -> Sequence[ReadSignature]:
        return signatures

    return await DocumentVerifier(read, world.verifier()).verify(cms(b"."), NOW)


def good_signature(desk: Desk, covers: Covers) -> UnverifiedSignature:
    (found,) = read_cms(cms(make_cms(CONTENT, desk.signer())))
    assert isinstance(found, UnverifiedSignature)
    return UnverifiedSignature(
        found.unverified_certificate, found.signature, found.encoding, found.digest, covers
    )


BROKEN = CertificateError(Reason.DOCUMENT_CHANGED, "other content was signed")


async def test_a_document_is_covered_as_far_as_an_accepted_signature_reaches(desk: Desk) -> None:
    whole, part, earlier = (
        good_signature(desk, covers)
        for covers in (Covers.WHOLE, Covers.PART, Covers.EARLIER_REVISION)
    )
    for signatures, covers in (
        ([earlier, whole], Covers.WHOLE),
        ([whole, earlier], Covers.WHOLE),
        ([earlier], Covers.EARLIER_REVISION),
        ([part, part], Covers.PART),
    ):
        found = await verified(desk.world, signatures)
        assert (found.outcome, found.covers) == (Outcome.ACCEPTED, covers)
    refused = await verified(desk.world, [earlier, BROKEN])
    assert (refused.outcome, refused.covers) == (Outcome.REFUSED, Covers.EARLIER_REVISION)
    assert (await verified(desk.world, [BROKEN])).covers is None


async def test_a_document_without_signatures_or_with_too_many_is_refused(desk: Desk) -> None:
    most = [good_signature(desk, Covers.WHOLE)] * verifying.MOST_SIGNATURES
    assert (await verified(desk.world, most)).accepted
    for signatures, expected in (
        ([], Reason.NOT_SIGNED),
        ([*most, most[0]], Reason.DOCUMENT_TOO_COMPLEX),
    ):
        found = await verified(desk.world, signatures)
        assert (found.outcome, found.reason) == (Outcome.REFUSED, expected)
        assert (found.signatures, found.covers, found.accepted) == ((), None, False)


async def test_neither_a_log_line_nor_a_repr_holds_the_document(
    desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    signer = desk.signer()
    changed = make_cms(CONTENT, signer, holds=b"secret content")
    for document in (make_cms(CONTENT, signer), changed):
        found = await desk.verify(document)
        text = caplog.text + repr(found) + repr(read_cms(cms(document)))
        for secret in (CONTENT.decode(), "secret content", PERSON.name, "b'0\\x82"):
            assert secret not in text
