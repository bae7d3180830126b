"""The state machine of one stored authorization request: what has to happen next.

`/authorize` asks here each time the browser comes back; sign-in and consent return to it and never
call each other.
"""

from datetime import datetime, timedelta
from enum import Enum, auto

from gateway.errors import ConsentRequired, LoginRequired
from gateway.login.session import Session
from gateway.oidc.model import AuthorizationRequest
from gateway.oidc.scopes import NEED_CONSENT


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
) -> Step:
    """`session_sub` is the session's `sub` at this service; `acr_order` lists the acr values from
    weaker to stronger. Raises what `prompt=none` is answered with (OpenID Connect Core §3.1.2.6).
    """
    silent = "none" in request.prompts
    if session is None or needs_sign_in(request, session, session_sub, acr_order, now):
        if silent:
            raise LoginRequired("the resident has to sign in")
        return Step.LOGIN
    if request.hinted_sub not in (None, session_sub):
        # OpenID Connect Core §3.1.2.1: somebody else than the one hinted at has just signed in.
        raise LoginRequired("another resident than the one hinted at is signed in")
    if needs_consent(request, consented):
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
    return not satisfies_acr(session.acr, request.acr_values, acr_order)


def satisfies_acr(acr: str, wanted: tuple[str, ...], acr_order: tuple[str, ...]) -> bool:
    """A stronger sign-in satisfies a weaker wish; a wish for something unknown here does not
    count, for acr_values is voluntary (OpenID Connect Core §3.1.2.1)."""
    known = [acr_order.index(value) for value in wanted if value in acr_order]
    if not known:
        return True
    return acr in acr_order and acr_order.index(acr) >= min(known)


def needs_consent(request: AuthorizationRequest, consented: frozenset[str]) -> bool:
    if "consent" in request.prompts and not request.consent_asked:
        return True
    return any(scope in NEED_CONSENT and scope not in consented for scope in request.scopes)
