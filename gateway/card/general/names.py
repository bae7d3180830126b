"""Distinguished names, compared as RFC 5280 §7.1 compares them."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Name:
    """Equal to every other encoding of the same name."""

    rdns: tuple[tuple[bytes, ...], ...]
    der: bytes = field(compare=False, repr=False)

    @property
    def is_empty(self) -> bool:
        return not self.rdns


def parse_name(der: bytes) -> Name:
    """The whole of `der` must be one Name; raises DerError."""
    raise NotImplementedError
