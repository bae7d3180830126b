"""The state machine of one stored authorization request: what has to happen next.

`/authorize` asks here each time the browser comes back; sign-in and consent return to it and never
call each other.
"""

from datetime import datetime, timedelta
from enum import Enum, auto

from gateway.errors import ConsentRequired, LoginRequired, UnmetAuthenticationRequirements
from gateway.login.session import Session
from gateway.oidc.authorization.agreement import to_be_agreed
from gateway.oidc.model import AuthorizationRequest


class Step(Enum):
    LOGIN = auto()
    CONSENT = auto()
    ANSWER = auto()


def next_step(
    request: AuthorizationRequest,
    session: Session | None,
    session_sub: str | None,
    consented: frozenset[str],
    acr_order: tuple[str, ...],
    now: datetime,
    *,
    details_agreed: bool = True,
) -> Step:
    """`session_sub` is the session's `sub` at this service; `acr_order` lists the acr values from
    weaker to stronger; `details_agreed` tells of its authorization details. Raises what
    `prompt=none` is answered with (OpenID Connect Core §3.1.2.6)."""
    if request.essential_acr and not set(request.essential_acr) & set(acr_order):
        raise UnmetAuthenticationRequirements("nobody signs in here as acr demands")
    silent = "none" in request.prompts
    if session is None or needs_sign_in(request, session, session_sub, acr_order, now):
        if silent:
            raise LoginRequired("the resident has to sign in")
        return Step.LOGIN
    if request.hinted_sub not in (None, session_sub) or not is_expected(request, session_sub):
        # OpenID Connect Core §3.1.2.1: somebody else than the one hinted at has just signed in.
        raise LoginRequired("another resident than the one hinted at is signed in")
    if not satisfies_acr(session.acr, request.essential_acr, acr_order):
        raise UnmetAuthenticationRequirements("the resident signed in by weaker means")
    if needs_consent(request, consented) or not details_agreed:
        if silent:
            raise ConsentRequired("the resident has to agree")
        return Step.CONSENT
    return Step.ANSWER


def needs_sign_in(
    request: AuthorizationRequest,
    session: Session,
    session_sub: str | None,
    acr_order: tuple[str, ...],
    now: datetime,
) -> bool:
    if session.auth_time >= request.received_at:
        return False  # signed in for this very request: asking again could not end
    if request.prompts & {"login", "select_account"}:
        return True
    if request.max_age is not None and now - session.auth_time > timedelta(seconds=request.max_age):
        return True
    expected = (request.hinted_sub, request.preferred_sub)
    if any(sub not in (None, session_sub) for sub in expected):
        return True
    if not is_expected(request, session_sub):
        return True
    wanted = (request.acr_values, request.essential_acr)
    return not all(satisfies_acr(session.acr, each, acr_order) for each in wanted)


def is_expected(request: AuthorizationRequest, session_sub: str | None) -> bool:
    """One of those the service named as the only ones that will do."""
    return not request.essential_sub or session_sub in request.essential_sub


def satisfies_acr(acr: str, wanted: tuple[str, ...], acr_order: tuple[str, ...]) -> bool:
    """A stronger sign-in satisfies a weaker wish; a wish for something unknown here does not
    count, for acr_values is voluntary (OpenID Connect Core §3.1.2.1) and an essential acr has a
    value that is known."""
    known = [acr_order.index(value) for value in wanted if value in acr_order]
    if not known:
        return True
    return acr in acr_order and acr_order.index(acr) >= min(known)


def needs_signature(request: AuthorizationRequest, acr_order: tuple[str, ...]) -> bool:
    """Signing in with the authentication certificate would not do."""
    return not satisfies_acr(acr_order[0], request.essential_acr, acr_order)


def needs_consent(request: AuthorizationRequest, consented: frozenset[str]) -> bool:
    if "consent" in request.prompts and not request.consent_asked:
        return True
    return not consented.issuperset(to_be_agreed(request))
