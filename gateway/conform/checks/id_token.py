"""ID tokens that say the wrong thing, or that nobody should believe."""

from collections.abc import Mapping
from typing import Any

from gateway.conform.checks.judging import Run, accepts, refuses
from gateway.conform.checks.responses import OTHER_ISSUER
from gateway.conform.fault import Fault, Signing, with_members
from gateway.conform.inspection import Inspection
from gateway.conform.model import Finding, Outcome, warning

_LONG_AGO = 3_600


def refuses_claims(**members: Any) -> Run:
    return refuses(Fault(id_token=with_members(**members)))


def refuses_signing(signing: Signing) -> Run:
    return refuses(Fault(signing=signing))


def expired(before: Mapping[str, Any]) -> dict[str, Any]:
    """An hour ago: longer than any clock is wrong."""
    return {
        **before,
        "iat": before["iat"] - 2 * _LONG_AGO,
        "exp": before["iat"] - _LONG_AGO,
    }


def warns_of_claims(**members: Any) -> Run:
    """A service may check it, and need not."""
    check = refuses_claims(**members)

    def run(inspection: Inspection) -> Finding:
        found = check(inspection)
        return warning(found.found) if found.outcome is Outcome.FAILED else found

    return run


refuses_expired = refuses(Fault(id_token=expired))
refuses_other_issuer = refuses_claims(iss=OTHER_ISSUER)
follows_rotation = accepts(Fault(signing=Signing.NEXT))


def has_no_nonce(inspection: Inspection) -> str | None:
    return None if "nonce" in inspection.known.id_tokens[0] else "because_no_nonce"
