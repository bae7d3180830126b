"""What goes out wrong for one service while a fault is in force, and whether it ever did."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Any

Changed = Callable[[Mapping[str, Any]], dict[str, Any]]


class Signing(Enum):
    """How an ID token is signed."""

    OURS = auto()
    NOTHING = auto()
    """`alg: none`, no signature."""
    BROKEN = auto()
    """Our key's, of something else."""
    STRANGER = auto()
    """A key that nobody published, under a kid of its own."""
    EMBEDDED = auto()
    """The same, which the header brings along."""
    PUBLIC_KEY = auto()
    """HMAC with our public key for a secret."""
    NEXT = auto()
    """A new key, published from now on."""


@dataclass(frozen=True, slots=True)
class TokenAnswer:
    """What /token answers instead."""

    status: int
    body: Mapping[str, Any] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Fault:
    """Nothing of it: all as it should be."""

    id_token: Changed | None = None
    """Its claims."""
    signing: Signing = Signing.OURS
    token: Callable[[Mapping[str, Any]], TokenAnswer] | None = None
    """The answer to a code that was good."""
    userinfo: Changed | None = None
    answer: Callable[[Mapping[str, str]], dict[str, str]] | None = None
    """The authorization response, on its way through the browser."""

    @property
    def is_in_id_token(self) -> bool:
        return self.id_token is not None or self.signing is not Signing.OURS


@dataclass(slots=True)
class Tampering:
    """The one fault that is in force now, if any is."""

    fault: Fault = field(default_factory=Fault)
    reached: bool = False
    """Whether it went out: a service that never got that far has shown nothing."""

    @contextmanager
    def by(self, fault: Fault) -> Iterator[None]:
        self.fault, self.reached = fault, False
        try:
            yield
        finally:
            self.fault = Fault()


def with_members(**members: Any) -> Changed:
    """Those are set; None leaves one out."""

    def change(before: Mapping[str, Any]) -> dict[str, Any]:
        after = {**before, **members}
        return {name: value for name, value in after.items() if value is not None}

    return change
