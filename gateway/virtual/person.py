"""A virtual resident, as the municipality's register would describe them to the CA."""

from dataclasses import dataclass, field
from datetime import date

# First day of each era and its digit in the certificate.
_ERAS = (
    (date(2019, 5, 1), 5),
    (date(1989, 1, 8), 4),
    (date(1926, 12, 25), 3),
    (date(1912, 7, 30), 2),
    (date(1868, 10, 23), 1),
)
_ERA_UNKNOWN = 0


@dataclass(frozen=True, slots=True)
class Municipality:
    """Where the certificate is issued; names as the certificate romanises them."""

    prefecture: str
    city: str
    code: str
    """Five digits, part of the authentication certificate's CN."""


HANASAKI = Municipality(prefecture="Hanazono-ken", city="Hanasaki-machi", code="99421")
"""花咲町: a town of the demo. No prefecture has the number 99."""


@dataclass(frozen=True, slots=True)
class Person:
    name: str = field(repr=False)
    """Family and given name with U+3000 between them."""
    address: str = field(repr=False)
    birth_date: date = field(repr=False)
    gender: str = field(repr=False)
    """1 male, 2 female, 3 unknown."""
    municipality: Municipality = HANASAKI
    name_substitution: str | None = field(default=None, repr=False)
    """One 0/1 per character; None: no character was substituted."""
    address_substitution: str | None = field(default=None, repr=False)

    @property
    def certificate_birth_date(self) -> str:
        """EYYYYMMDD: the Gregorian date behind a digit for its era."""
        era = next((digit for first, digit in _ERAS if self.birth_date >= first), _ERA_UNKNOWN)
        return f"{era}{self.birth_date:%Y%m%d}"
