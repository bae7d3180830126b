"""Is there a path from this leaf to an anchor that holds (RFC 5280 §6.1, RFC 4158)."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from gateway.card.api import CertificateError, Reason
from gateway.card.general.build import PathBuilder
from gateway.card.general.certificate import Certificate, parse_certificate
from gateway.card.general.effort import PATH, Effort
from gateway.card.general.model import FinalError, GeneralPath, PolicyInputs, RevocationCheck
from gateway.card.general.path import check_path, check_revocation
from gateway.card.general.signatures import Signatures

MAX_CERTIFICATES = 512
"""Of the pool, and of the anchors: no PKI hands a leaf more."""


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
    return find_path(
        parse_certificate(unverified_leaf),
        pool=read_certificates(pool),
        anchors=read_certificates(anchors),
        at=at,
        inputs=PolicyInputs(policies, explicit_policy, inhibit_any_policy, inhibit_policy_mapping),
        revocation=revocation,
    )


def read_certificates(unverified: Sequence[bytes]) -> list[Certificate]:
    """Those that can be read; what cannot is not of use to any path."""
    if len(unverified) > MAX_CERTIFICATES:
        raise CertificateError(Reason.PATH_TOO_COMPLEX, f"more than {MAX_CERTIFICATES} at once")
    found = []
    for der in unverified:
        try:
            found.append(parse_certificate(der))
        except CertificateError:
            continue
    return found


def find_path(
    leaf: Certificate,
    *,
    pool: Iterable[Certificate],
    anchors: Sequence[Certificate],
    at: datetime,
    inputs: PolicyInputs,
    revocation: RevocationCheck | None,
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
    raise most_telling(refusals, builder.refusals)


def most_telling(
    of_paths: Sequence[CertificateError], of_candidates: Sequence[CertificateError]
) -> CertificateError:
    """A path that lacked evidence alone, else the likeliest path, else the likeliest issuer."""
    for refusal in of_paths:
        if refusal.reason.could_not_tell:
            return refusal
    for refusal in (*of_paths, *of_candidates):
        return refusal
    return CertificateError(Reason.UNTRUSTED_ISSUER, "no certificate leads from it to an anchor")
