"""Who asks for a passkey, and what comes back. Pure."""

from dataclasses import dataclass, field
from datetime import timedelta
from urllib.parse import urlsplit

LIFETIME = timedelta(minutes=5)
"""Of a challenge."""


class InvalidAnswer(Exception):  # noqa: N818 - it says what is, as those of errors.py do
    """Not a passkey's answer to what was asked, whatever is wrong with it."""


@dataclass(frozen=True, slots=True)
class Party:
    """The relying party, as authenticators know it."""

    issuer: str
    name: str
    """As a browser shows it next to the key."""
    milliseconds: int = int(LIFETIME.total_seconds() * 1000)

    @property
    def origin(self) -> str:
        parts = urlsplit(self.issuer)
        return f"{parts.scheme}://{parts.netloc}"

    @property
    def rp_id(self) -> str:
        return urlsplit(self.issuer).hostname or ""


@dataclass(frozen=True, slots=True)
class Assertion:
    """A passkey's answer to a challenge of ours. Its signature is unchecked."""

    credential_id: str
    operator_id: str | None
    """As the authenticator keeps it with the key (the user handle)."""
    challenge: bytes = field(repr=False)
    unverified_answer: str = field(repr=False)
