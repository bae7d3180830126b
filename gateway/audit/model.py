"""One envelope for all six logs: who did what, to what, from where, and how it ended. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class LogKind(StrEnum):
    """The six logs. The first three are written in the transaction of what they describe."""

    OPERATION = "operation"
    """操作: what an operator did."""
    AUTHENTICATION = "authentication"
    """認証: who proved, or failed to prove, who they are."""
    EVENT = "event"
    """イベント: what the gateway itself did or noticed."""
    ACCESS = "access"
    """アクセス: a person's request, by browser, and how it was answered."""
    COMMUNICATION = "communication"
    """通信: an exchange with a program: a service, a reader, an operator's own."""
    ERROR = "error"
    """エラー: what failed."""


class Outcome(StrEnum):
    DONE = "done"
    REFUSED = "refused"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Origin:
    """Who asks, from where, with which request."""

    actor: str
    """`operator:ID`, `client:ID`, `resident`, `host` (a command on this machine), `gateway`."""
    address: str | None = None
    request_id: str | None = None


GATEWAY = Origin("gateway")
HOST = Origin("host")


@dataclass(frozen=True, slots=True)
class Entry:
    """One line. `detail` names fields, states and reasons; it never holds a secret, a token, a
    certificate or a basic attribute."""

    at: datetime
    kind: LogKind
    deed: str
    """Noun and past participle: `service.changed`, `resident.signed_in`."""
    outcome: Outcome
    origin: Origin
    tenant_id: str | None = None
    client_id: str | None = None
    resident: str | None = None
    """A pseudonym (`AuditLog.pseudonym`)."""
    detail: Mapping[str, str] = field(default_factory=dict)
