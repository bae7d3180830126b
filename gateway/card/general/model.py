"""What the parts of the general profile hand to each other (RFC 5280 §6.1)."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from gateway.card.algorithms import PublicKey
from gateway.card.api import CertificateError
from gateway.card.general.certificate import Certificate
from gateway.card.general.policy_extensions import ANY_POLICY


@dataclass(frozen=True, slots=True)
class PolicyInputs:
    """RFC 5280 §6.1.1 (c), (e), (f), (g): what the asker demands of the policies."""

    user_initial: frozenset[str] = frozenset({ANY_POLICY})
    explicit_policy: bool = False
    inhibit_any_policy: bool = False
    inhibit_policy_mapping: bool = False


@dataclass(frozen=True, slots=True)
class GeneralPath:
    """Proof that `leaf` leads to `anchor`. Only `gateway.card.general.validate` makes one."""

    certificates: tuple[Certificate, ...]
    """From the anchor to the leaf."""
    policies: frozenset[str]
    """The user-constrained policy set (RFC 9618 §5.4); the anyPolicy alone where nothing narrowed
    it, empty where no policy is valid and none was asked for."""

    @property
    def anchor(self) -> Certificate:
        return self.certificates[0]

    @property
    def leaf(self) -> Certificate:
        return self.certificates[-1]


class FinalError(CertificateError):
    """A refusal that no other path can undo: it ends the search."""


class RevocationCheck(Protocol):
    """Asked for every certificate below the anchor, once all else of the path holds."""

    def __call__(
        self,
        subject: Certificate,
        issuers: tuple[Certificate, ...],
        working_public_key: PublicKey,
        at: datetime,
    ) -> None:
        """Returns where `subject` is good at `at`; raises CertificateError with REVOKED,
        STATUS_UNKNOWN or STATUS_STALE where not. `issuers` is the validated path above it: its
        issuer, whose key the working public key is, first; the anchor last."""
        ...
