"""All that the lists of the directory name as revoked, for whoever has let somebody in before."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from functools import partial

from gateway.card.api import Anchor, RevokedCertificate, RevokedCertificates
from plugins.crl.files import Loaded, Reading
from plugins.crl.index import RevocationList
from plugins.crl.memory import fingerprint_of
from plugins.crl.row import read_row, read_serial_number


def list_revoked(
    loaded: Loaded, anchors: Mapping[str, Anchor], now: datetime
) -> Sequence[RevokedCertificates]:
    """Each content once, under the set of the CA that has signed it. One that has not begun says
    nothing yet."""
    found = {}
    for reading in loaded.readings.values():
        each = reading.revocation_list
        if each is None or each.facts.this_update > now:
            continue
        for anchor_set in _anchor_sets(reading, anchors):
            found[anchor_set, each.digest] = RevokedCertificates(
                anchor_set, each.digest, each.facts.this_update, partial(_entries, each)
            )
    return tuple(found.values())


def _anchor_sets(reading: Reading, anchors: Mapping[str, Anchor]) -> set[str]:
    return {anchors[fingerprint_of(scope)].anchor_set for scope in reading.scopes}


def _entries(each: RevocationList) -> Iterator[RevokedCertificate]:
    for row in each.rows():
        revocation = read_row(row)
        yield RevokedCertificate(read_serial_number(row), revocation.revoked_at, revocation.reason)
