"""Which CRLs of a line count, and what they decide (issue's words: unusable, undetermined)."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta

import pytest
from cryptography import x509

from gateway.virtual.names import AnchorSet, distribution_point_name
from gateway.virtual.person import Municipality
from gateway.virtual.revocation_list import issuing_distribution_point
from gateway.virtual.template import CrlTemplate
from tests.card.batch.desk import ACCEPTED, base64, card_line, crl, verdict
from tests.card.forge import Node, forge
from tests.card.world import NOW, World

pytestmark = pytest.mark.anyio

HOUR, SECOND = timedelta(hours=1), timedelta(seconds=1)
UNKNOWN, STALE = ("undetermined", "status_unknown"), ("undetermined", "status_stale")
REVOKED = "refused", "revoked"
ELSEWHERE = Municipality("99999", "Elsewhere-ken", "Elsewhere-shi")

Template = Callable[[CrlTemplate], CrlTemplate]


def other_scope(template: CrlTemplate) -> CrlTemplate:
    point = issuing_distribution_point(distribution_point_name(AnchorSet.AUTH, ELSEWHERE))
    return template.with_extension(point, critical=True)


def some_reasons(template: CrlTemplate) -> CrlTemplate:
    point = template.extensions[-1][0]
    assert isinstance(point, x509.IssuingDistributionPoint)
    return template.with_extension(
        x509.IssuingDistributionPoint(
            full_name=point.full_name,
            relative_name=None,
            only_contains_user_certs=False,
            only_contains_ca_certs=False,
            only_some_reasons=frozenset({x509.ReasonFlags.key_compromise}),
            indirect_crl=False,
            only_contains_attribute_certs=False,
        ),
        critical=True,
    )


def foreign_identifier(template: CrlTemplate) -> CrlTemplate:
    return template.with_extension(x509.AuthorityKeyIdentifier(b"another", None, None))


UNUSABLE: Mapping[str, Template] = {
    "another municipality's": other_scope,
    "without a scope": lambda made: made.without_extension(x509.IssuingDistributionPoint.oid),
    "for some reasons": some_reasons,
    "of another key": foreign_identifier,
    "under another name": lambda made: replace(made, issuer=x509.Name([])),
    "a delta": lambda made: made.with_extension(x509.DeltaCRLIndicator(1), critical=True),
    "with an unknown critical extension": lambda made: made.with_extension(
        x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3"), b"\x05\x00"), critical=True
    ),
    "of the future": lambda made: replace(made, this_update=NOW + SECOND),
}


def revoke(
    world: World, certificate: x509.Certificate, reason: str = "superseded"
) -> x509.Certificate:
    world.authority.revoke(certificate, x509.ReasonFlags[reason], NOW - HOUR)
    return certificate


async def test_with_a_fresh_crl_it_is_accepted(world: World) -> None:
    assert await verdict(card_line(world, world.issue().certificate)) == ACCEPTED


async def test_without_any_it_is_not_known(world: World) -> None:
    certificate = world.issue().certificate

    assert await verdict(card_line(world, certificate, crls=[])) == UNKNOWN
    assert await verdict(card_line(world, certificate, crls=[], revocation="off")) == ACCEPTED


@pytest.mark.parametrize(
    "reason", ["unspecified", "key_compromise", "affiliation_changed", "certificate_hold"]
)
async def test_what_is_listed_is_refused_and_a_hold_is_final(world: World, reason: str) -> None:
    certificate = revoke(world, world.issue().certificate, reason)

    assert await verdict(card_line(world, certificate)) == REVOKED


async def test_revocation_is_left_out_only_when_the_line_says_so(world: World) -> None:
    certificate = revoke(world, world.issue().certificate)

    assert await verdict(card_line(world, certificate, revocation="off")) == ACCEPTED
    assert await verdict(card_line(world, certificate, revocation="require")) == REVOKED


@pytest.mark.parametrize("name", UNUSABLE)
async def test_one_that_is_unusable_proves_nothing_good_or_bad(world: World, name: str) -> None:
    certificate = world.issue().certificate
    good, unusable = crl(world), crl(world, customise=UNUSABLE[name])
    assert await verdict(card_line(world, certificate, crls=[unusable])) == UNKNOWN
    assert await verdict(card_line(world, certificate, crls=[unusable, good])) == ACCEPTED

    revoke(world, certificate)
    listing = crl(world, customise=UNUSABLE[name])
    assert await verdict(card_line(world, certificate, crls=[listing])) == UNKNOWN
    assert await verdict(card_line(world, certificate, crls=[listing, good])) == ACCEPTED


async def test_both_bounds_of_its_time_belong_to_it(world: World) -> None:
    certificate = world.issue().certificate
    lists = [crl(world, next_update=NOW + HOUR)]

    for at, expected in (
        (NOW - SECOND, UNKNOWN),
        (NOW, ACCEPTED),
        (NOW + HOUR, ACCEPTED),
        (NOW + HOUR + SECOND, STALE),
    ):
        assert await verdict(card_line(world, certificate, crls=lists, at=at)) == expected


async def test_a_stale_one_proves_nothing_though_it_lists_the_certificate(world: World) -> None:
    certificate = revoke(world, world.issue().certificate)
    lists = [crl(world, next_update=NOW + HOUR)]

    asked = card_line(world, certificate, crls=lists, at=NOW + HOUR + SECOND)

    assert await verdict(asked) == STALE


async def test_one_without_a_next_update_proves_nothing(world: World) -> None:
    certificate = world.issue().certificate

    def leave_out(tbs: Node) -> None:
        assert tbs.children[4].tag == 0x17
        del tbs.children[4]

    forged = forge(crl(world), world.ca_key(), leave_out)

    assert await verdict(card_line(world, certificate, crls=[forged])) == UNKNOWN


async def test_one_that_another_has_signed_proves_nothing(world: World) -> None:
    certificate = world.issue(generation=2).certificate
    good = crl(world)
    for key in (world.ca_key("auth", 1), world.keys.card):
        forged = forge(good, key, lambda tbs: None)
        assert await verdict(card_line(world, certificate, crls=[forged])) == UNKNOWN
    assert await verdict(card_line(world, certificate, crls=[crl(world, "sign")])) == UNKNOWN
    assert await verdict(card_line(world, certificate, crls=[good[:-1] + b"\x00"])) == UNKNOWN


async def test_any_usable_one_that_lists_it_decides(world: World) -> None:
    certificate = world.issue().certificate
    before = crl(world)
    revoke(world, certificate)
    after = crl(world)

    for lists in ([before, after], [after, before]):
        assert await verdict(card_line(world, certificate, crls=lists)) == REVOKED


@pytest.mark.parametrize("rubbish", [b"", b"\x30\x00", b"\x00" * 100, b"\xff" * 100])
async def test_rubbish_proves_nothing(world: World, rubbish: bytes) -> None:
    certificate = world.issue().certificate

    asked = card_line(world, certificate, crls=[rubbish], ocsp=[base64(rubbish)])

    assert await verdict(asked) == UNKNOWN


async def test_a_certificate_that_names_no_list_is_covered_by_none(world: World) -> None:
    oid = x509.CRLDistributionPoints.oid
    certificate = world.issue(customise=lambda made: made.without_extension(oid)).certificate

    assert await verdict(card_line(world, certificate)) == UNKNOWN
