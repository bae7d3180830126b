"""The names that all CAs of a path together allow (RFC 5280 §6.1.2 (b), (c), §6.1.4 (g))."""

from collections.abc import Iterator
from dataclasses import dataclass

from gateway.card.api import CertificateError, Reason
from gateway.card.general import oids
from gateway.card.general.certificate import Certificate
from gateway.card.general.effort import COMPARISON, Effort
from gateway.card.general.general_names import GeneralName, NameForm
from gateway.card.general.name_constraints import NameConstraints, Subtrees
from gateway.card.general.name_forms import (
    Comparable,
    NotUnderstoodError,
    is_within,
    read_name,
    touches,
)
from gateway.card.general.names import attribute_values

# RFC 9598 §3: a mailbox too, though an otherName; its OID stands first in it.
_SMTP_UTF8_MAILBOX = bytes.fromhex("06082b06010505070809")


@dataclass(frozen=True, slots=True)
class NameScope:
    """Permitted is what every CA permits, so that nothing is ever permitted again; excluded is
    what any of them excludes."""

    permitted: tuple[Subtrees, ...] = ()
    excluded: tuple[Subtrees, ...] = ()

    def narrowed_by(self, constraints: NameConstraints | None) -> "NameScope":
        if constraints is None:
            return self
        return NameScope(
            permitted=(*self.permitted, constraints.permitted),
            excluded=(*self.excluded, constraints.excluded),
        )

    def check(self, certificate: Certificate, effort: Effort) -> None:
        """Raises CertificateError for the first name that lies outside."""
        if not self.permitted:
            return
        for name in _names(certificate):
            permitted = [each[name.form] for each in self.permitted if name.form in each]
            excluded = [each[name.form] for each in self.excluded if name.form in each]
            if permitted or excluded:
                effort.spend(COMPARISON * sum(map(len, (*permitted, *excluded))))
                _check(name, permitted, excluded)


def _check(
    name: GeneralName,
    permitted: list[tuple[Comparable | None, ...]],
    excluded: list[tuple[Comparable | None, ...]],
) -> None:
    try:
        compared = read_name(name)
    except NotUnderstoodError as error:
        raise _refusal(name, "is constrained and cannot be compared") from error
    if any(subtree is None for subtrees in (*permitted, *excluded) for subtree in subtrees):
        raise _refusal(name, "is constrained by what cannot be compared")
    for subtrees in permitted:
        if not any(is_within(compared, each) for each in subtrees if each is not None):
            raise _refusal(name, "is not permitted")
    for subtrees in excluded:
        if any(touches(compared, each) for each in subtrees if each is not None):
            raise _refusal(name, "is excluded")


def _refusal(name: GeneralName, why: str) -> CertificateError:
    return CertificateError(Reason.NAME_NOT_PERMITTED, f"a name of form {name.form.name} {why}")


def _names(certificate: Certificate) -> Iterator[GeneralName]:
    """All names that a certificate gives its subject, an e-mail attribute of the DN among them."""
    if not certificate.subject.is_empty:
        yield GeneralName(NameForm.DIRECTORY, certificate.subject)
        for _, content in attribute_values(certificate.subject, oids.EMAIL_ADDRESS):
            yield GeneralName(NameForm.RFC822, content.decode("latin-1"))
    for name in certificate.alternative_names:
        yield name
        if _is_mailbox(name):
            yield GeneralName(NameForm.RFC822, name.value)


def _is_mailbox(name: GeneralName) -> bool:
    return (
        name.form is NameForm.OTHER
        and isinstance(name.value, bytes)
        and name.value.startswith(_SMTP_UTF8_MAILBOX)
    )
