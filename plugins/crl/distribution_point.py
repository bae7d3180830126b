"""Where a certificate's issuer lists its revocations (RFC 5280 §4.2.1.13)."""

from collections.abc import Iterator
from functools import lru_cache

from cryptography import x509

from gateway.card.api import CertificateExtension, CertificatePath

KEPT = 4_096
"""More than there are municipalities: all certificates of one name the same place."""


def distribution_point(leaf: x509.Certificate) -> bytes | None:
    """The DER of the directoryName where the leaf's own issuer lists all its revocations
    (RFC 5280 §4.2.1.13); None for a leaf without one, or with more than one."""
    try:
        points = leaf.extensions.get_extension_for_class(x509.CRLDistributionPoints).value
    except x509.ExtensionNotFound:
        return None
    return _only_directory_name(points)


def distribution_point_of(path: CertificatePath) -> bytes | None:
    """The same, found out once for all certificates that say the same."""
    extension = path.extensions.get(x509.CRLDistributionPoints.oid)
    return None if extension is None else _kept(extension)


@lru_cache(KEPT)
def _kept(extension: CertificateExtension) -> bytes | None:
    points = extension.value
    return _only_directory_name(points) if isinstance(points, x509.CRLDistributionPoints) else None


def _only_directory_name(points: x509.CRLDistributionPoints) -> bytes | None:
    names = list(_directory_names(points))
    return names[0].public_bytes() if len(names) == 1 else None


def _directory_names(points: x509.CRLDistributionPoints) -> Iterator[x509.Name]:
    for point in points:
        if point.crl_issuer is None and point.reasons is None:
            for name in point.full_name or ():
                if isinstance(name, x509.DirectoryName):
                    yield name.value
