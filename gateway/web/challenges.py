"""How a refusal says what should have come instead (RFC 9110 §11.6.1)."""

from collections.abc import Mapping

from starlette.requests import HTTPConnection

from gateway.errors import (
    InsufficientScope,
    InvalidClient,
    InvalidDpopProof,
    InvalidToken,
    OAuthError,
    UseDpopNonce,
)

_KEY = "gateway.dpop_algorithms"


def expect_dpop(request: HTTPConnection, algorithms: tuple[str, ...]) -> None:
    """The access token of this request has to come with a proof of its key: from here on a refusal
    says so, and which algorithms would do (RFC 9449 §7.1)."""
    request.scope[_KEY] = algorithms


def status_of(request: HTTPConnection, error: OAuthError) -> int:
    """A bad proof is a bad request where tokens are asked for (RFC 9449 §5), and means that nobody
    may come in where they are used (§7.1)."""
    is_about_proof = isinstance(error, InvalidDpopProof | UseDpopNonce)
    return 401 if is_about_proof and _KEY in request.scope else error.status


def challenge_of(
    request: HTTPConnection, error: OAuthError, resource_metadata: str | None = None
) -> Mapping[str, str]:
    """RFC 6749 §5.2 for a client, RFC 6750 §3 or RFC 9449 §7.1 for an access token."""
    if isinstance(error, InvalidClient):
        return {"WWW-Authenticate": 'Basic realm="genkan"'}
    told = f'error="{error.error}", error_description="{error.description}"'
    if resource_metadata is not None:
        told += f', resource_metadata="{resource_metadata}"'  # RFC 9728 §5.1
    algorithms: tuple[str, ...] | None = request.scope.get(_KEY)
    if algorithms is None:
        is_about_token = isinstance(error, InvalidToken | InsufficientScope)
        return {"WWW-Authenticate": f"Bearer {told}"} if is_about_token else {}
    if isinstance(error, InvalidToken | InsufficientScope | InvalidDpopProof | UseDpopNonce):
        return {"WWW-Authenticate": f'DPoP {told}, algs="{" ".join(algorithms)}"'}
    return {}
