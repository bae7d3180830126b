"""How a CRL writes its times: the one thing about its form that cryptography lets pass."""

from asn1crypto.crl import TbsCertList
from cryptography import x509


def has_wrong_times(crl: x509.CertificateRevocationList) -> bool:
    """RFC 5280 §5.1.2.4 and §5.1.2.5: UTCTime through 2049."""
    outline = TbsCertList.load(crl.tbs_certlist_bytes)
    return any(
        outline[field].name == "general_time" and outline[field].native.year < 2050
        for field in ("this_update", "next_update")
    )
