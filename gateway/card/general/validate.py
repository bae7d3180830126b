"""Is there a path from this leaf to an anchor that holds (RFC 5280 §6.1, RFC 4158)."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import lru_cache

from gateway.card.api import CertificateError, Reason
from gateway.card.general.build import PathBuilder
from gateway.card.general.certificate import Certificate, parse_certificate
from gateway.card.general.effort import PATH, Effort
from gateway.card.general.model import FinalError, GeneralPath, PolicyInputs, RevocationCheck
from gateway.card.general.path import check_path, check_revocation
from gateway.card.general.signatures import Signatures

MAX_CERTIFICATES = 512
"""Of the pool, and of the anchors: no PKI hands a leaf more."""

MAX_REMEMBERED = 128
MAX_REMEMBERED_OCTETS = 4_096


def validate(
    unverified_leaf: bytes,
    pool: Sequence[bytes],
    anchors: Sequence[bytes],
    *,
    at: datetime,
    policies: frozenset[str],
    explicit_policy: bool = False,
    inhibit_any_policy: bool = False,
    inhibit_policy_mapping: bool = False,
    revocation: RevocationCheck | None,
) -> GeneralPath:
    """Raises CertificateError, with the reason of the path that came furthest. `revocation` is
    None only where whoever asks does without it."""
    readable, unreadable = read_certificates(pool)
    trusted, unreadable_anchors = read_certificates(anchors)
    return find_path(
        parse_certificate(unverified_leaf),
        pool=readable,
        anchors=trusted,
        at=at,
        inputs=PolicyInputs(policies, explicit_policy, inhibit_any_policy, inhibit_policy_mapping),
        revocation=revocation,
        unreadable=(*unreadable, *unreadable_anchors),
    )


def read_certificates(
    unverified: Sequence[bytes],
) -> tuple[list[Certificate], list[CertificateError]]:
    """Those that can be read, and what is wrong with the others, which are of use to no path."""
    if len(unverified) > MAX_CERTIFICATES:
        raise CertificateError(Reason.PATH_TOO_COMPLEX, f"more than {MAX_CERTIFICATES} at once")
    found, refusals = [], []
    for der in dict.fromkeys(unverified):
        try:
            is_small = len(der) <= MAX_REMEMBERED_OCTETS
            found.append(_remembered(der) if is_small else parse_certificate(der))
        except CertificateError as refusal:
            refusals.append(refusal)
    return found, refusals


@lru_cache(MAX_REMEMBERED)
def _remembered(der: bytes) -> Certificate:
    """The certificates of CAs come again and again."""
    return parse_certificate(der)


def find_path(
    leaf: Certificate,
    *,
    pool: Iterable[Certificate],
    anchors: Sequence[Certificate],
    at: datetime,
    inputs: PolicyInputs,
    revocation: RevocationCheck | None,
    unreadable: Sequence[CertificateError] = (),
) -> GeneralPath:
    """The first path that holds; raises CertificateError."""
    effort = Effort()
    signatures = Signatures(effort)
    builder = PathBuilder(pool, anchors, signatures, effort, at)
    refusals: list[CertificateError] = []
    for path in builder.paths(leaf):
        effort.spend(PATH)
        try:
            valid = check_path(path, at=at, inputs=inputs, signatures=signatures, effort=effort)
            if revocation is not None:
                check_revocation(path, revocation, at=at, signatures=signatures)
        except FinalError:
            raise
        except CertificateError as refusal:
            refusals.append(refusal)
        else:
            return GeneralPath(path, valid)
    raise most_telling(refusals, builder.refusals, unreadable)


def most_telling(
    of_paths: Sequence[CertificateError],
    of_candidates: Sequence[CertificateError],
    unreadable: Sequence[CertificateError],
) -> CertificateError:
    """A path that lacked evidence alone, else the likeliest path, else the likeliest issuer."""
    for refusal in of_paths:
        if refusal.reason.could_not_tell:
            return refusal
    for refusal in (*of_paths, *of_candidates):
        return refusal
    message = "no certificate leads from it to an anchor"
    if unreadable:
        message += f"; {len(unreadable)} cannot be read: {unreadable[0].message}"
    return CertificateError(Reason.UNTRUSTED_ISSUER, message)
