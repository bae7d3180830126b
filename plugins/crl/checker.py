"""What one CRL that came with a request says of one certificate; nothing of it is kept."""

from collections.abc import Mapping
from datetime import datetime

from cryptography import x509

from gateway.card.api import CertificateStatus
from plugins.crl.decision import IN_THE_FUTURE, NO_POINT, NOT_COVERED, SOURCE, decide, unknown
from plugins.crl.distribution_point import distribution_point
from plugins.crl.entries import read_entries
from plugins.crl.errors import UnusableError
from plugins.crl.index import RevocationList, make_sections
from plugins.crl.outline import read_outline
from plugins.crl.revocation_list import read_facts
from plugins.crl.signed_by import check_signed_by, read_signature


class CrlChecker:
    """The same rules as for the lists of a directory, and the same code."""

    name = SOURCE

    def __init__(self, settings: Mapping[str, object]) -> None:
        """`[plugins.crl]` is about the directory: nothing of it is needed here."""

    def check(
        self,
        unverified_evidence: bytes,
        certificate: x509.Certificate,
        issuer: x509.Certificate,
        at: datetime,
    ) -> CertificateStatus:
        try:
            found = _verified(unverified_evidence, issuer)
        except UnusableError as error:
            return unknown(str(error))
        point = distribution_point(certificate)
        if point != found.facts.distribution_point:
            return unknown(NO_POINT if point is None else NOT_COVERED)
        if found.facts.this_update > at:
            return unknown(IN_THE_FUTURE)
        return decide(certificate.serial_number, [found], None, at)


def _verified(der: bytes, issuer: x509.Certificate) -> RevocationList:
    outline = read_outline(der)
    facts, signature = read_facts(outline), read_signature(der, outline)
    check_signed_by(facts, signature, issuer)
    rows = read_entries(der, *outline.entries)
    counts, buffer = sorted(rows.counts().items()), b"".join(rows.blocks())
    sections, _ = make_sections(buffer, 0, counts)
    return RevocationList(facts, signature, "", buffer, sections)
