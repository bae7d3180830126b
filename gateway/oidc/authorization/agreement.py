"""What of a request the resident has to agree to, in the order they are shown it; and of a grant,
what they have to agree to still."""

from gateway.oidc.model import VERIFIED_CLAIMS, AuthorizationRequest, Grant
from gateway.oidc.requested import names_in
from gateway.oidc.scopes import NEED_CONSENT, SCOPE_OF_CLAIM


def to_be_agreed(request: AuthorizationRequest | Grant) -> tuple[str, ...]:
    """Scopes: those that were asked for, and those of claims that were asked for by their names.
    That they were verified, and how, is one thing more to tell, and to agree to."""
    claims = None if request.details is None else request.details.claims
    if claims is None:
        return tuple(scope for scope in request.scopes if scope in NEED_CONSENT)
    named = names_in(claims.userinfo) | names_in(claims.id_token)
    asked = {SCOPE_OF_CLAIM[claim] for claim in named - {VERIFIED_CLAIMS}} | {*request.scopes}
    verified = (VERIFIED_CLAIMS,) if VERIFIED_CLAIMS in named else ()
    return (*(scope for scope in NEED_CONSENT if scope in asked), *verified)
