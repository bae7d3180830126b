"""基本4情報: what a signature certificate says of the person."""

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum


class AttributeOrigin(StrEnum):
    """Whether a text is the person's exact writing."""

    EXACT = "exact"
    SUBSTITUTED = "substituted"
    """The certificate marks 代替文字: never the exact legal name or address."""


@dataclass(frozen=True, slots=True)
class BasicAttributes:
    """基本4情報 as the signature certificate carries them; None where it carries none."""

    name: str | None = field(repr=False)
    name_substitution: str | None = field(repr=False)
    """One 0/1 per character; a 1 marks a 代替文字."""
    gender: str | None = field(repr=False)
    """1 male, 2 female, 3 unknown: the certificate's own digit."""
    birth_date: str | None = field(repr=False)
    """The certificate's own nine characters, EYYYYMMDD."""
    address: str | None = field(repr=False)
    address_substitution: str | None = field(repr=False)

    @property
    def is_complete(self) -> bool:
        """Whether all four are there: enough to say who somebody is."""
        return all((self.name, self.gender, self.birth_date, self.address))

    @property
    def birthday(self) -> date | None:
        """The birth date as a calendar date; None where it is absent or partly unknown. The date
        is Gregorian: the digit of the era before it adds nothing, and changes nothing where it is
        of another era."""
        raw = self.birth_date
        if raw is None or len(raw) != 9 or not raw.isascii() or not raw.isdigit():
            return None
        try:
            return date(int(raw[1:5]), int(raw[5:7]), int(raw[7:9]))
        except ValueError:
            return None

    @property
    def name_origin(self) -> AttributeOrigin:
        return _origin(self.name_substitution)

    @property
    def address_origin(self) -> AttributeOrigin:
        return _origin(self.address_substitution)


def _origin(substitution: str | None) -> AttributeOrigin:
    marked = substitution is not None and "1" in substitution
    return AttributeOrigin.SUBSTITUTED if marked else AttributeOrigin.EXACT
