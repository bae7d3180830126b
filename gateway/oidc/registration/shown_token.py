"""The token a registration comes with: a plain bearer token in the header, and nowhere else
(RFC 6750 §2.1, RFC 7591 §3, RFC 7592 §2)."""

from starlette.requests import Request

from gateway.errors import InvalidRequest, InvalidToken


def shown_token(http: Request) -> str:
    """Unverified. Raises InvalidToken or InvalidRequest."""
    headers = http.headers.getlist("authorization")
    if len(headers) > 1:
        raise InvalidRequest("the token came twice")
    scheme, _, token = headers[0].partition(" ") if headers else ("", "", "")
    if scheme.lower() != "bearer" or not token:
        raise InvalidToken("a bearer token is needed")
    return token
