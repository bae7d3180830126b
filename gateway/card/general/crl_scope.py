"""What a CRL covers of one certificate (RFC 5280 §6.3.3 (b), (d))."""

from dataclasses import dataclass

from gateway.card.api import CertificateError, Reason
from gateway.card.der import DerError
from gateway.card.general.certificate import Certificate
from gateway.card.general.crl_form import RevocationList
from gateway.card.general.crl_points import (
    NO_REASONS,
    DistributionPoint,
    IssuingDistributionPoint,
    Reasons,
    as_general_name,
    read_distribution_points,
)
from gateway.card.general.names import Name
from gateway.card.general.oids import CRL_DISTRIBUTION_POINTS


@dataclass(frozen=True, slots=True)
class Subject:
    """What of a certificate decides which CRLs speak of it."""

    issuer: Name
    serial_number: int
    is_ca: bool
    points: tuple[DistributionPoint, ...]
    """The certificate's own and, last, the one that RFC 5280 §6.3.3 lets every certificate have:
    named as its issuer, for all reasons."""

    @property
    def crl_issuers(self) -> frozenset[Name]:
        named = {each.value for point in self.points for each in point.crl_issuer}
        return frozenset({self.issuer, *(each for each in named if isinstance(each, Name))})


def read_subject(certificate: Certificate) -> Subject:
    """CertificateError where its distribution points cannot be read."""
    own = certificate.extensions.get(CRL_DISTRIBUTION_POINTS)
    try:
        points = () if own is None else read_distribution_points(own.value, certificate.issuer)
    except DerError as error:
        raise CertificateError(Reason.MALFORMED_CERTIFICATE, str(error)) from error
    implied = DistributionPoint(names=frozenset({as_general_name(certificate.issuer)}))
    return Subject(
        issuer=certificate.issuer,
        serial_number=certificate.serial_number,
        is_ca=certificate.is_ca,
        points=(*points, implied),
    )


def covered_reasons(subject: Subject, crl: RevocationList) -> Reasons:
    """The reasons for which `crl` tells whether this certificate is revoked; none: it does not
    speak of it at all."""
    own = crl.issuing_point or IssuingDistributionPoint()
    if own.only_attribute_certificates:
        return NO_REASONS
    if own.only_ca_certificates if not subject.is_ca else own.only_user_certificates:
        return NO_REASONS
    found = NO_REASONS
    for point in subject.points:
        if _is_issuer(point, subject, crl, own) and _is_named(point, own):
            found |= point.reasons & own.only_some_reasons
    return found


def _is_issuer(
    point: DistributionPoint, subject: Subject, crl: RevocationList, own: IssuingDistributionPoint
) -> bool:
    """(b)(1): the CRL is issued by whom the point names; by default the certificate's issuer."""
    if point.crl_issuer:
        return own.indirect and as_general_name(crl.issuer) in point.crl_issuer
    return crl.issuer == subject.issuer


def _is_named(point: DistributionPoint, own: IssuingDistributionPoint) -> bool:
    """(b)(2)(i): they have a name in common, where the CRL names a point at all."""
    if own.names is None:
        return True
    return not own.names.isdisjoint(point.crl_issuer if point.names is None else point.names)
