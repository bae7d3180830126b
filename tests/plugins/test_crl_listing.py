"""What the CRL directory names as revoked, for whoever has let somebody in before."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509

from gateway.card.api import ListingSource, RevokedCertificate, RevokedCertificates
from gateway.virtual.template import CrlTemplate, RevokedEntry
from tests.card.world import NOW, Keys
from tests.plugins.crl_world import NEXT_UPDATE, PUBLISHED, CrlWorld

pytestmark = pytest.mark.anyio
# removeFromCRL is for delta CRLs; "unspecified" is said by no reason at all (RFC 5280 §5.3.1).
LEFT_OUT = (x509.ReasonFlags.remove_from_crl, x509.ReasonFlags.unspecified)
FLAGS = [flag for flag in x509.ReasonFlags if flag not in LEFT_OUT]


@pytest.fixture(autouse=True)
def _pinned(crls: CrlWorld) -> None:
    crls.source.trust(tuple(crls.world.anchors()))


async def only(crls: CrlWorld) -> RevokedCertificates:
    (found,) = await crls.source.revoked(NOW)
    return found


async def test_a_list_is_named_under_the_set_of_its_issuer_with_all_its_entries(
    crls: CrlWorld,
) -> None:
    crls.revoke(x509.ReasonFlags.affiliation_changed)
    crls.write(crls.crl())
    assert isinstance(crls.source, ListingSource)
    found = await only(crls)
    serial_number = crls.issued.certificate.serial_number
    expected = [RevokedCertificate(serial_number, PUBLISHED, "affiliationChanged")]
    assert (found.anchor_set, found.this_update) == ("jpki-auth", PUBLISHED)
    assert list(found.entries()) == expected
    assert list(found.entries()) == expected, "it begins anew"
    assert str(serial_number) not in repr(list(found.entries()))


async def test_entries_are_what_cryptography_reads(crls: CrlWorld) -> None:
    """Serial numbers of all lengths, all reasons, dates of both forms."""
    entries = tuple(
        RevokedEntry(
            1 << bits,
            datetime(2040 + bits % 15, 1 + bits % 12, 3, tzinfo=UTC),
            ((x509.CRLReason(FLAGS[bits % len(FLAGS)]), False),),
        )
        for bits in range(158)
    )

    def fill(crl: CrlTemplate) -> CrlTemplate:
        return replace(crl, revoked=entries)

    content = crls.crl(fill)
    crls.write(content)
    expected = {
        (each.serial_number, each.revocation_date_utc) for each in x509.load_der_x509_crl(content)
    }
    found = list((await only(crls)).entries())
    assert {(each.serial_number, each.revoked_at) for each in found} == expected
    assert {each.serial_number: each.reason for each in found} == {
        1 << bits: FLAGS[bits % len(FLAGS)].value for bits in range(158)
    }
    assert len(found) == len(entries)


async def test_the_digest_is_of_the_content_and_two_files_of_one_content_are_one(
    crls: CrlWorld,
) -> None:
    content = crls.crl()
    crls.write(content)
    crls.write(content, "copy.crl")
    before = await only(crls)
    assert list(before.entries()) == []
    crls.revoke()
    crls.write(crls.crl(), "copy.crl")
    assert {each.digest for each in await crls.source.revoked(NOW)} > {before.digest}


async def test_each_set_has_its_own_lists(crls: CrlWorld) -> None:
    crls.write(crls.crl(), "auth.crl")
    crls.write(crls.crl(kind="sign"), "sign.crl")
    found = await crls.source.revoked(NOW)
    assert sorted(each.anchor_set for each in found) == ["jpki-auth", "jpki-sign"]


async def test_a_stale_list_still_names_what_was_revoked(crls: CrlWorld) -> None:
    crls.revoke()
    crls.write(crls.crl())
    (found,) = await crls.source.revoked(NEXT_UPDATE + timedelta(days=3))
    assert len(list(found.entries())) == 1


async def test_a_list_that_has_not_begun_names_nothing_yet(crls: CrlWorld) -> None:
    crls.revoke()
    crls.write(crls.crl(lambda crl: replace(crl, this_update=NOW + timedelta(seconds=1))))
    assert await crls.source.revoked(NOW) == ()
    assert len(await crls.source.revoked(NOW + timedelta(seconds=1))) == 1


async def test_a_list_that_no_pinned_ca_has_signed_names_nothing(
    crls: CrlWorld, keys: Keys
) -> None:
    crls.revoke()
    crls.write(crls.crl(lambda crl: replace(crl, issuer_key=keys.other)))
    assert await crls.source.revoked(NOW) == ()


async def test_a_spoilt_file_leaves_the_last_good_list(crls: CrlWorld) -> None:
    crls.revoke()
    crls.write(crls.crl())
    before = await only(crls)
    crls.write(b"spoilt")
    assert (await only(crls)).digest == before.digest


async def test_a_list_that_goes_while_it_is_read_is_read_to_its_end(crls: CrlWorld) -> None:
    crls.revoke()
    crls.write(crls.crl())
    entries = (await only(crls)).entries()
    (crls.folder / "list.crl").unlink()
    assert await crls.source.revoked(NOW) == ()
    assert len(list(entries)) == 1
