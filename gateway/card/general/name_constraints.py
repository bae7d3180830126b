"""Which names the certificates below a CA may carry (RFC 5280 §4.2.1.10, §6.1.3 (b), (c))."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import islice
from types import MappingProxyType

from gateway.card.der import DerError
from gateway.card.general.crl_der import SEQUENCE, read_values, read_whole
from gateway.card.general.general_names import (
    MAX_NAMES,
    GeneralName,
    NameForm,
    read_general_name,
)
from gateway.card.general.name_forms import Comparable, NotUnderstoodError, read_subtree

PERMITTED, EXCLUDED = 0xA0, 0xA1

Subtrees = Mapping[NameForm, tuple[Comparable | None, ...]]
"""None stands for a subtree that no rule explains: nothing of its form can be told to lie outside
or within."""
NO_SUBTREES: Subtrees = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class NameConstraints:
    permitted: Subtrees
    excluded: Subtrees


def read_name_constraints(der: bytes) -> NameConstraints:
    """Raises DerError."""
    values = list(read_values(read_whole(der, SEQUENCE)))
    tags = [each.tag for each in values]
    if not tags or tags != [tag for tag in (PERMITTED, EXCLUDED) if tag in tags]:
        raise DerError("nameConstraints is empty or its fields are not in order")
    found = {each.tag: _read_subtrees(each.content) for each in values}
    return NameConstraints(found.get(PERMITTED, NO_SUBTREES), found.get(EXCLUDED, NO_SUBTREES))


def _read_subtrees(content: bytes) -> Subtrees:
    found: dict[NameForm, list[Comparable | None]] = {}
    subtrees = list(islice(read_values(content), MAX_NAMES + 1))
    if not 1 <= len(subtrees) <= MAX_NAMES:
        raise DerError("a list of subtrees is empty or too long")
    for subtree in subtrees:
        parts = list(read_values(subtree.content))
        # RFC 5280 §4.2.1.10: minimum is zero, so not written (X.690 §11.5); maximum is absent.
        if subtree.tag != SEQUENCE or len(parts) != 1:
            raise DerError("a subtree is not made of a base alone")
        base = read_general_name(parts[0])
        found.setdefault(base.form, []).append(_comparable(base))
    return {form: tuple(bases) for form, bases in found.items()}


def _comparable(base: GeneralName) -> Comparable | None:
    try:
        return read_subtree(base)
    except NotUnderstoodError:
        return None
