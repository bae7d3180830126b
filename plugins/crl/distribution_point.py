"""Where a certificate's issuer lists its revocations (RFC 5280 §4.2.1.13)."""

from collections.abc import Iterator

from cryptography import x509


def distribution_point(leaf: x509.Certificate) -> bytes | None:
    """The DER of the directoryName where the leaf's own issuer lists all its revocations
    (RFC 5280 §4.2.1.13); None for a leaf without one, or with more than one."""
    try:
        points = leaf.extensions.get_extension_for_class(x509.CRLDistributionPoints).value
    except x509.ExtensionNotFound:
        return None
    names = list(_directory_names(points))
    return names[0].public_bytes() if len(names) == 1 else None


def _directory_names(points: x509.CRLDistributionPoints) -> Iterator[x509.Name]:
    for point in points:
        if point.crl_issuer is None and point.reasons is None:
            for name in point.full_name or ():
                if isinstance(name, x509.DirectoryName):
                    yield name.value
