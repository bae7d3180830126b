"""What the logs' fixed words are called on a page: every deed, every detail, by its text's key."""

from collections.abc import Mapping

from gateway.audit.model import LogKind, Outcome

_STATES = ("created", "changed", "suspended", "resumed", "deleted", "restored")
_SECRETS = ("secret_rotated", "former_secret_ended")
_LOGOS = ("logo_changed", "logo_removed")

DEEDS: Mapping[LogKind, tuple[str, ...]] = {
    LogKind.OPERATION: (
        *(f"tenant.{deed}" for deed in (*_STATES, "ended")),
        *(f"service.{deed}" for deed in (*_STATES, *_SECRETS, *_LOGOS)),
        *(f"reader.{deed}" for deed in (*_STATES, *_SECRETS)),
        *(
            f"operator.{deed}"
            for deed in ("invited", "reinvited", "changed", "suspended", "resumed", "deleted")
        ),
        "network.added",
        "network.removed",
        *(
            f"resident.{deed}"
            for deed in (
                "searched",
                "viewed",
                "suspended",
                "resumed",
                "deceased",
                "undeceased",
                "deleted",
            )
        ),
        "review.decided",
        *(f"deed.{deed}" for deed in ("asked", "approved", "refused", "withdrawn")),
        "export.asked",
        "export.downloaded",
        "log.searched",
        "token.made",
        "token.ended",
        "service.registered",
        "service.conformed",
        "service.self_management_ended",
        "initial_token.made",
        "initial_token.revoked",
        "right.refused",
    ),
    LogKind.AUTHENTICATION: (
        *(f"resident.{deed}" for deed in ("signed_in", "registered", "refused", "signed_out")),
        "resident.reproof_postponed",
        "service.signed_in",
        "service.told_who",
        "client.refused",
        "grant.refused",
        "token.refused",
        "attempts.held",
        "attempts.noticed",
        "registration.refused",
        "card.verified",
        "card.refused",
        "document.verified",
        "document.refused",
        "consent.given",
        "consent.declined",
        "link.made",
        "link.ended",
        "grant.reuse_detected",
        *(
            f"operator.{deed}"
            for deed in (
                "signed_in",
                "refused",
                "locked",
                "enrolled",
                "reauthenticated",
                "signed_out",
            )
        ),
        "notice.acknowledged",
        *(f"passkey.{deed}" for deed in ("added", "renamed", "removed")),
        "password.changed",
    ),
    LogKind.EVENT: (
        "gateway.started",
        "key.rotated",
        "logs.removed",
        "certificate.revoked",
        *(f"logout.{deed}" for deed in ("not_obeyed", "delivered", "abandoned")),
        "gate.refused",
        "limit.reached",
        "authorization.refused",
        *(f"question.{deed}" for deed in ("asked", "agreed", "declined", "expired", "refused")),
        "user_code.guessed",
        "answer.undelivered",
        "token.exchanged",
        "token.asserted",
    ),
    LogKind.ACCESS: ("request.answered",),
    LogKind.ERROR: ("failure.reported",),
}
"""Each under the log it is mostly in, in the order of the search form."""

DETAILS = frozenset(
    {
        "actors",
        "alg",
        "by",
        "cause",
        "certificate",
        "decision",
        "deed",
        "document",
        "door",
        "entries",
        "exception",
        "fields",
        "first_seal",
        "format",
        "found",
        "kid",
        "last_seal",
        "level",
        "limit",
        "logger",
        "login_name",
        "login_name_hash",
        "message",
        "method",
        "milliseconds",
        "name",
        "network",
        "operator",
        "permission",
        "place",
        "providers",
        "purpose",
        "reason",
        "renewed",
        "reused",
        "review",
        "role",
        "route",
        "scopes",
        "seconds",
        "sessions",
        "shortened",
        "signatures",
        "status",
        "token",
        "training",
        "tries",
        "user_agent",
        "verification_id",
        "version",
        "way",
        "what",
    }
)
ACTORS = frozenset({"resident", "host", "gateway", "unknown", "operator"})
_KNOWN = frozenset(deed for deeds in DEEDS.values() for deed in deeds)


def deed_key(deed: str) -> str | None:
    """None for a deed that has no words: it is shown as it stands."""
    return f"deed_{deed.replace('.', '_')}" if deed in _KNOWN else None


def detail_key(name: str) -> str | None:
    return f"detail_{name}" if name in DETAILS else None


def kind_key(kind: str) -> str | None:
    return f"log_kind_{kind}" if kind in tuple(LogKind) else None


def outcome_key(outcome: str) -> str | None:
    return f"outcome_{outcome}" if outcome in tuple(Outcome) else None


def actor_key(actor: str) -> str | None:
    """Of those that are nobody in particular."""
    return f"actor_{actor}" if actor in ACTORS else None
