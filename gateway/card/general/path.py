"""One path, checked step by step in the order of RFC 5280 §6.1."""

from datetime import datetime

from gateway.card.api import CertificateError, Reason
from gateway.card.general.certificate import Certificate, check_critical_extensions
from gateway.card.general.effort import Effort
from gateway.card.general.extensions import KeyUsage
from gateway.card.general.model import FinalError, PolicyInputs, RevocationCheck
from gateway.card.general.name_scope import NameScope
from gateway.card.general.policy import PolicyState
from gateway.card.general.signatures import Signatures


def check_path(
    path: tuple[Certificate, ...],
    *,
    at: datetime,
    inputs: PolicyInputs,
    signatures: Signatures,
    effort: Effort,
) -> frozenset[str]:
    """All but revocation, from the anchor to the leaf. Returns the valid policies; raises
    CertificateError."""
    anchor, *below = path
    *_, leaf = below
    check_anchor(anchor, at)
    # RFC 5937 §3.2: what the anchor's own certificate says binds the path as well.
    length = narrow_length(len(below), anchor)
    scope = NameScope().narrowed_by(anchor.name_constraints)
    policies = PolicyState(len(below), inputs, effort)
    policies.constrain(anchor.policy)
    issuer = anchor
    for subject in below:
        signatures.check(subject, issuer)  # §6.1.3 (a) (1)
        check_validity(subject, at)  # (a) (2)
        check_chaining(subject, issuer)  # (a) (4)
        if subject is leaf or not subject.is_self_issued:
            scope.check(subject, effort)  # (b), (c)
        policies.process(subject, is_leaf=subject is leaf)  # (d)-(f)
        check_critical_extensions(subject)  # §6.1.4 (o), §6.1.5 (f)
        if subject is not leaf:
            policies.prepare(subject)  # §6.1.4 (a), (b), (h)-(j)
            scope = scope.narrowed_by(subject.name_constraints)  # (g)
            check_may_issue(subject)  # (k), (n)
            length = count_issuer(length, subject)  # (l), (m)
            issuer = subject
    return policies.finish(leaf)  # §6.1.5


def check_revocation(
    path: tuple[Certificate, ...],
    revocation: RevocationCheck,
    *,
    at: datetime,
    signatures: Signatures,
) -> None:
    """§6.1.3 (a) (3), asked last: no evidence is worth anything for a path that fails. One that is
    revoked refuses, though of another nothing could be told; a leaf that is, whatever other path
    there may be."""
    could_not_tell: CertificateError | None = None
    for place in range(1, len(path)):
        issuers = path[place - 1 :: -1]
        try:
            revocation(path[place], issuers, signatures.key(issuers[0]), at)
        except CertificateError as error:
            if error.reason is Reason.REVOKED and place == len(path) - 1:
                raise FinalError(error.reason, error.message) from error
            if not error.reason.could_not_tell:
                raise
            could_not_tell = could_not_tell or error
    if could_not_tell is not None:
        raise could_not_tell


def check_anchor(anchor: Certificate, at: datetime) -> None:
    """It was pinned, but must still be a CA's (RFC 5937 §3.2); version 1 cannot say so."""
    if not anchor.is_valid(at):
        raise CertificateError(Reason.ANCHOR_EXPIRED, "the anchor is not valid at that time")
    check_critical_extensions(anchor)
    if anchor.version == 3:
        check_may_issue(anchor)


def check_validity(subject: Certificate, at: datetime) -> None:
    if subject.is_valid(at):
        return
    if at < subject.not_before:
        raise CertificateError(Reason.NOT_YET_VALID, "its first day is in the future")
    raise CertificateError(Reason.EXPIRED, "its last day is past")


def check_chaining(subject: Certificate, issuer: Certificate) -> None:
    if subject.issuer != issuer.subject:
        raise CertificateError(Reason.UNTRUSTED_ISSUER, "its issuer has another name")


def check_may_issue(issuer: Certificate) -> None:
    """A certificate of version 1 or 2 cannot say that it is a CA's, and so is none."""
    if issuer.key_usage is not None and KeyUsage.KEY_CERT_SIGN not in issuer.key_usage:
        raise CertificateError(Reason.WRONG_KEY_USAGE, "an issuer's keyUsage lacks keyCertSign")
    if not issuer.is_ca:
        raise CertificateError(Reason.NOT_A_CA, "an issuer's basicConstraints do not say CA")


def count_issuer(length: int, issuer: Certificate) -> int:
    """What is left of max_path_length; a self-issued certificate does not count."""
    if not issuer.is_self_issued:
        if length == 0:
            raise CertificateError(Reason.PATH_TOO_LONG, "more issuers than a pathLenConstraint")
        length -= 1
    return narrow_length(length, issuer)


def narrow_length(length: int, issuer: Certificate) -> int:
    constraints = issuer.basic_constraints
    if constraints is None or constraints.path_length is None:
        return length
    return min(length, constraints.path_length)
