"""Paths from a leaf through untrusted certificates to an anchor (RFC 4158, bounded)."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime

from gateway.card.api import CertificateError, Reason
from gateway.card.general.certificate import Certificate
from gateway.card.general.effort import COMPARISON, Effort
from gateway.card.general.general_names import NameForm
from gateway.card.general.model import FinalError
from gateway.card.general.names import Name
from gateway.card.general.signatures import Signatures

MAX_DEPTH = 10
"""Certificates below the anchor, the leaf among them."""


class PathBuilder:
    """Every path whose names chain and whose signatures hold; the likeliest first."""

    def __init__(
        self,
        pool: Iterable[Certificate],
        anchors: Sequence[Certificate],
        signatures: Signatures,
        effort: Effort,
        at: datetime,
    ) -> None:
        trusted = {each.der for each in anchors}
        untrusted = list({each.der: each for each in pool if each.der not in trusted}.values())
        self._anchors = _by_subject(anchors)
        self._distances = _distances(untrusted, anchors)
        self._pool = _by_subject(each for each in untrusted if each.issuer in self._distances)
        self._signatures = signatures
        self._effort = effort
        self._at = at
        self.refusals: list[CertificateError] = []
        """Why certificates that were tried did not come into a path."""

    def paths(self, leaf: Certificate) -> Iterator[tuple[Certificate, ...]]:
        """Each from the anchor to the leaf."""
        yield from self._extend((leaf,))

    def _extend(self, below: tuple[Certificate, ...]) -> Iterator[tuple[Certificate, ...]]:
        subject = below[0]
        for anchor in self._candidates(subject, self._anchors):
            if self._has_signed(anchor, subject):
                yield (anchor, *below)
        for issuer in self._candidates(subject, self._pool):
            if any(_is_same_ca(issuer, each) for each in below):
                continue
            if len(below) == MAX_DEPTH:
                self.refusals.append(
                    CertificateError(Reason.PATH_TOO_LONG, f"more than {MAX_DEPTH} certificates")
                )
                return
            if self._has_signed(issuer, subject):
                yield from self._extend((issuer, *below))

    def _candidates(
        self, subject: Certificate, issuers: Mapping[Name, Sequence[Certificate]]
    ) -> list[Certificate]:
        named = issuers.get(subject.issuer, ())
        self._effort.spend(COMPARISON * (1 + len(named)))
        return sorted(
            (issuer for issuer in named if not _contradicts(subject, issuer)),
            key=lambda issuer: (
                not _is_identified(subject, issuer),
                not issuer.is_valid(self._at),
                self._distances.get(issuer.issuer, 0),
            ),
        )

    def _has_signed(self, issuer: Certificate, subject: Certificate) -> bool:
        try:
            self._signatures.check(subject, issuer)
        except FinalError:
            raise
        except CertificateError as refusal:
            self.refusals.append(refusal)
            return False
        return True


def _by_subject(certificates: Iterable[Certificate]) -> Mapping[Name, Sequence[Certificate]]:
    found: dict[Name, list[Certificate]] = {}
    for each in certificates:
        found.setdefault(each.subject, []).append(each)
    return found


def _distances(pool: Iterable[Certificate], anchors: Iterable[Certificate]) -> Mapping[Name, int]:
    """How far below an anchor each name stands; what leads to none is not among them."""
    by_issuer: dict[Name, list[Name]] = {}
    for each in pool:
        by_issuer.setdefault(each.issuer, []).append(each.subject)
    found = {anchor.subject: 0 for anchor in anchors}
    level = list(found)
    while level:
        below = {name: found[issuer] + 1 for issuer in level for name in by_issuer.get(issuer, ())}
        level = [name for name in below if name not in found]
        found = below | found
    return found


def _is_same_ca(one: Certificate, other: Certificate) -> bool:
    """RFC 4158 §5.2: a name and key that come again lead nowhere new."""
    return (
        one.subject == other.subject
        and one.subject_public_key_info == other.subject_public_key_info
    )


def _is_identified(subject: Certificate, issuer: Certificate) -> bool:
    said = subject.authority_key_identifier
    return said is not None and said.key_identifier == issuer.subject_key_identifier is not None


def _contradicts(subject: Certificate, issuer: Certificate) -> bool:
    """RFC 5280 §4.2.1.1: what the subject says of its issuer's certificate is not so."""
    said = subject.authority_key_identifier
    if said is None:
        return False
    if None not in (said.key_identifier, issuer.subject_key_identifier) and (
        said.key_identifier != issuer.subject_key_identifier
    ):
        return True
    if said.serial_number is None:
        return False
    names = [name.value for name in said.issuer if name.form is NameForm.DIRECTORY]
    return said.serial_number != issuer.serial_number or (
        bool(names) and issuer.issuer not in names
    )
