"""GeneralName (RFC 5280 §4.2.1.6)."""

from dataclasses import dataclass
from enum import IntEnum
from itertools import islice

from gateway.card.der import DerError
from gateway.card.general.crl_der import SEQUENCE, Value, read_values, read_whole
from gateway.card.general.names import Name, parse_name


class NameForm(IntEnum):
    """The choices, by the number of their tag."""

    OTHER = 0
    RFC822 = 1
    DNS = 2
    X400 = 3
    DIRECTORY = 4
    EDI_PARTY = 5
    URI = 6
    IP = 7
    REGISTERED_ID = 8


# X.680 §31.2.7: a CHOICE is tagged explicitly; the others that are constructed are SEQUENCEs.
_CONSTRUCTED = {NameForm.OTHER, NameForm.X400, NameForm.DIRECTORY, NameForm.EDI_PARTY}
_FORMS = {0x80 | (0x20 if form in _CONSTRUCTED else 0) | form: form for form in NameForm}


MAX_NAMES = 1_024
"""In one list. Nobody has more; each is read, and compared with every subtree of its form."""


@dataclass(frozen=True, slots=True)
class GeneralName:
    form: NameForm
    value: str | bytes | Name
    """Text of rfc822Name, dNSName and URI; a Name; else the content as it stands."""


def read_general_names(content: bytes) -> tuple[GeneralName, ...]:
    """`content` of GeneralNames; raises DerError."""
    names = tuple(map(read_general_name, islice(read_values(content), MAX_NAMES + 1)))
    if not 1 <= len(names) <= MAX_NAMES:
        raise DerError("a list of names is empty or too long")
    return names


def read_alternative_names(der: bytes) -> tuple[GeneralName, ...]:
    return read_general_names(read_whole(der, SEQUENCE))


def read_general_name(value: Value) -> GeneralName:
    form = _FORMS.get(value.tag)
    if form is None:
        raise DerError("a name is of no known form")
    if form is NameForm.DIRECTORY:
        return GeneralName(form, parse_name(value.content))
    if form in (NameForm.RFC822, NameForm.DNS, NameForm.URI):
        if not value.content.isascii():
            raise DerError("a name is not IA5 text")
        return GeneralName(form, value.content.decode("ascii"))
    return GeneralName(form, value.content)
