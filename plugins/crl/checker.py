"""What one CRL that came with a request says of one certificate; nothing of it is kept."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from cryptography import x509

from gateway.card.api import CertificateStatus
from plugins.crl.decision import (
    IN_THE_FUTURE,
    NO_POINT,
    NOT_COVERED,
    SOURCE,
    STALE,
    decide,
    unknown,
)
from plugins.crl.distribution_point import distribution_point
from plugins.crl.entries import read_entries
from plugins.crl.errors import UnusableError
from plugins.crl.index import RevocationList, make_sections
from plugins.crl.outline import Outline, read_outline
from plugins.crl.revocation_list import ListFacts, read_facts
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
        point = distribution_point(certificate)
        if point is None:
            return unknown(NO_POINT)
        second = at.replace(microsecond=0)
        try:
            outline = read_outline(unverified_evidence)
            facts = read_facts(outline)
            if facts.distribution_point != point:
                return unknown(NOT_COVERED)
            if facts.this_update > second:
                return unknown(IN_THE_FUTURE)
            found = _verified(unverified_evidence, outline, facts, issuer)
        except UnusableError as error:
            return unknown(str(error))
        if facts.next_update < second:
            # Nothing is kept here that it was the last good copy of: it says nothing any more, be
            # it good or bad.
            return replace(unknown(STALE), stale=True, this_update=facts.this_update)
        return decide(certificate.serial_number, [found], None, second)


def _verified(
    der: bytes, outline: Outline, facts: ListFacts, issuer: x509.Certificate
) -> RevocationList:
    signature = read_signature(der, outline)
    check_signed_by(facts, signature, issuer)
    rows = read_entries(der, *outline.entries)
    counts, buffer = sorted(rows.counts().items()), b"".join(rows.blocks())
    sections, _ = make_sections(buffer, 0, counts)
    return RevocationList(facts, signature, "", buffer, sections)
