"""The basic attributes of two residents, one beside the other. Pure."""

from dataclasses import dataclass, field

from gateway.admin.api.residents import AttributesView


@dataclass(frozen=True, slots=True)
class Written:
    """As the certificate has it; nothing where it carries none."""

    text: str = field(repr=False)
    substituted: bool = False
    """代替文字"""


@dataclass(frozen=True, slots=True)
class Compared:
    """One attribute. None: nothing is kept of that person."""

    word: str
    candidate: Written | None
    other: Written | None

    @property
    def same(self) -> bool | None:
        """To the letter; None where there are not two to compare."""
        if self.candidate is None or self.other is None:
            return None
        return self.candidate.text == self.other.text


def compare(candidate: AttributesView | None, other: AttributesView | None) -> tuple[Compared, ...]:
    left, right = _written(candidate), _written(other)
    words = ("name", "birth_date", "gender", "address")
    return tuple(Compared(word, left.get(word), right.get(word)) for word in words)


def _written(attributes: AttributesView | None) -> dict[str, Written]:
    if attributes is None:
        return {}
    return {
        "name": Written(attributes.name or "", attributes.name_substituted),
        "birth_date": Written(written_birth_date(attributes)),
        "gender": Written(attributes.gender or ""),
        "address": Written(attributes.address or "", attributes.address_substituted),
    }


def written_birth_date(attributes: AttributesView) -> str:
    """Where a part is not known, the card's own digits without the era's."""
    if attributes.birth_date is not None:
        return attributes.birth_date.isoformat()
    return (attributes.birth_date_on_card or "")[1:]
