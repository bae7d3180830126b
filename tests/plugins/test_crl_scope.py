"""Which certificates a CRL speaks of: one distribution point, whole."""

from dataclasses import replace

import pytest
from cryptography import x509

from gateway.card.api import StatusValue
from gateway.virtual.names import AnchorSet, distribution_point_name
from gateway.virtual.person import HANASAKI, Municipality
from gateway.virtual.revocation_list import issuing_distribution_point
from gateway.virtual.template import CertificateTemplate
from tests.card.world import PERSON
from tests.plugins.crl_world import CrlWorld

pytestmark = pytest.mark.anyio

GOOD, UNKNOWN = StatusValue.GOOD, StatusValue.UNKNOWN
SCOPE = distribution_point_name(AnchorSet.AUTH, HANASAKI)


async def test_another_municipalitys_list_does_not_cover_it(crls: CrlWorld) -> None:
    elsewhere = Municipality(prefecture="Hanazono-ken", city="Yamabuki-shi", code="99422")
    crls.world.issue("auth", person=replace(PERSON, municipality=elsewhere))
    crls.write(crls.crl(lambda crl: crl.with_extension(_scope_of(elsewhere), critical=True)))

    assert (await crls.status()).value is UNKNOWN


def _scope_of(municipality: Municipality) -> x509.IssuingDistributionPoint:
    return issuing_distribution_point(distribution_point_name(AnchorSet.AUTH, municipality))


async def test_a_list_without_a_distribution_point_does_not_cover_it(crls: CrlWorld) -> None:
    content = crls.crl(lambda crl: crl.without_extension(x509.IssuingDistributionPoint.oid))

    assert await crls.problem(content) == "it has no issuingDistributionPoint"


def _idp(**change: object) -> x509.IssuingDistributionPoint:
    good: dict[str, object] = {
        "full_name": [x509.DirectoryName(SCOPE)],
        "relative_name": None,
        "only_contains_user_certs": False,
        "only_contains_ca_certs": False,
        "only_some_reasons": None,
        "indirect_crl": False,
        "only_contains_attribute_certs": False,
    }
    return x509.IssuingDistributionPoint(**{**good, **change})  # type: ignore[arg-type]


RELATIVE = x509.RelativeDistinguishedName(
    [x509.NameAttribute(x509.NameOID.COMMON_NAME, "Hanasaki-machi CRLDP")]
)


@pytest.mark.parametrize("scope", [_idp(), _idp(only_contains_user_certs=True)])
async def test_a_list_for_persons_covers_a_person(
    crls: CrlWorld, scope: x509.IssuingDistributionPoint
) -> None:
    content = crls.crl(lambda crl: crl.with_extension(scope, critical=True))

    assert await crls.value(content) is GOOD


NOT_PERSONS = "it does not cover the certificates of persons"
NO_NAME = "its distribution point is not one directoryName"
URI = x509.UniformResourceIdentifier("http://crl.example.test")
DIRECTORY = x509.DirectoryName(SCOPE)
PREFECTURE = x509.DirectoryName(x509.Name(list(SCOPE)[:-1]))


@pytest.mark.parametrize(
    ("scope", "problem"),
    [
        (_idp(only_contains_ca_certs=True), NOT_PERSONS),
        (_idp(only_contains_attribute_certs=True), NOT_PERSONS),
        (_idp(indirect_crl=True), "an indirect CRL"),
        (
            _idp(only_some_reasons=frozenset({x509.ReasonFlags.key_compromise})),
            "it covers some reasons only",
        ),
        (_idp(full_name=None, relative_name=RELATIVE), NO_NAME),
        (_idp(full_name=None, only_contains_user_certs=True), NO_NAME),
        (_idp(full_name=[URI]), NO_NAME),
        (_idp(full_name=[DIRECTORY, x509.DNSName("crl.example.test")]), NO_NAME),
        (_idp(full_name=[PREFECTURE]), "no CRL covers the certificate's distribution point"),
    ],
    ids=[
        "CAs only",
        "attribute certificates only",
        "indirect",
        "some reasons only",
        "a relative name",
        "no name",
        "a URI",
        "two names",
        "the prefecture's name",
    ],
)
async def test_the_scope_of_a_list_is_the_certificates_distribution_point(
    crls: CrlWorld, scope: x509.IssuingDistributionPoint, problem: str
) -> None:
    content = crls.crl(lambda crl: crl.with_extension(scope, critical=True))

    assert await crls.problem(content) == problem


async def test_a_scope_that_is_not_critical_counts_too(crls: CrlWorld) -> None:
    assert await crls.value(crls.crl(lambda crl: crl.with_extension(_idp()))) is GOOD
    indirect = crls.crl(lambda crl: crl.with_extension(_idp(indirect_crl=True)))
    assert await crls.problem(indirect) == "an indirect CRL"


def _points(*points: x509.DistributionPoint) -> x509.CRLDistributionPoints:
    return x509.CRLDistributionPoints(points)


def _point(**change: object) -> x509.DistributionPoint:
    good: dict[str, object] = {
        "full_name": [x509.DirectoryName(SCOPE)],
        "relative_name": None,
        "reasons": None,
        "crl_issuer": None,
    }
    return x509.DistributionPoint(**{**good, **change})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("points", "value"),
    [
        (_points(_point()), GOOD),
        (_points(_point(full_name=[x509.UniformResourceIdentifier("http://x.test")])), UNKNOWN),
        (_points(_point(crl_issuer=[x509.DirectoryName(SCOPE)])), UNKNOWN),
        (_points(_point(reasons=frozenset({x509.ReasonFlags.key_compromise}))), UNKNOWN),
        (_points(_point(full_name=None, relative_name=RELATIVE)), UNKNOWN),
        (_points(_point(), _point()), UNKNOWN),
        (None, UNKNOWN),
    ],
    ids=["a directoryName", "a URI", "another issuer", "some reasons", "relative", "two", "none"],
)
async def test_a_certificate_names_one_place_where_its_issuer_lists_all(
    crls: CrlWorld, points: x509.CRLDistributionPoints | None, value: StatusValue
) -> None:
    def change(template: CertificateTemplate) -> CertificateTemplate:
        if points is None:
            return template.without_extension(x509.CRLDistributionPoints.oid)
        return template.with_extension(points)

    crls.write(crls.crl())
    issued = crls.world.issue("auth", customise=change)

    assert (await crls.status(issued)).value is value
