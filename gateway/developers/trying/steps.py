"""The steps after the browser has come back: what is sent to which endpoint."""

from collections.abc import Callable, Mapping
from dataclasses import replace

from starlette.requests import Request

from gateway.developers.trying.asking import Asking
from gateway.developers.trying.visit import Exchange, TryOut
from gateway.developers.trying.wishes import CLIENT_ID
from gateway.errors import InvalidRequest

Endpoints = Mapping[str, str]
_TOKENS = ("access_token", "id_token", "refresh_token")


def steps_offered(tryout: TryOut) -> tuple[str, ...]:
    """In the order in which a service would take them."""
    if tryout.code is None:
        return ()
    if not tryout.tokens:
        return ("token",)
    refresh = ("refresh",) if "refresh_token" in tryout.tokens else ()
    return ("userinfo", *refresh, "introspect", "revoke")


async def push(http: Request, asking: Asking, endpoints: Endpoints, tryout: TryOut) -> TryOut:
    """RFC 9126: what the browser would carry goes by the back door first."""
    url = endpoints["pushed_authorization_request_endpoint"]
    return tryout.after(await asking.post(http, "par", url, tryout.request))


async def take_step(
    http: Request, asking: Asking, endpoints: Endpoints, tryout: TryOut, step: str
) -> TryOut:
    """Raises InvalidRequest for one that is not offered now."""
    if step not in steps_offered(tryout):
        raise InvalidRequest("this step is not offered now")
    if step == "userinfo":
        url, token = endpoints["userinfo_endpoint"], tryout.tokens["access_token"]
        return tryout.after(await asking.get(http, step, url, token))
    member, form = _FORMS[step]
    sent = {**form(tryout), "client_id": CLIENT_ID}
    exchange = await asking.post(http, step, endpoints[member], sent)
    return replace(tryout.after(exchange), tokens={**tryout.tokens, **_tokens(exchange)})


def _tokens(exchange: Exchange) -> dict[str, str]:
    return {name: exchange.received[name] for name in _TOKENS if name in exchange.received}


def _redeem(tryout: TryOut) -> dict[str, str]:
    return {
        "grant_type": "authorization_code",
        "code": tryout.code or "",
        "redirect_uri": tryout.request["redirect_uri"],
        "code_verifier": tryout.secrets.code_verifier,
    }


def _refresh(tryout: TryOut) -> dict[str, str]:
    return {"grant_type": "refresh_token", "refresh_token": tryout.tokens["refresh_token"]}


def _introspect(tryout: TryOut) -> dict[str, str]:
    return {"token": tryout.tokens["access_token"]}


def _revoke(tryout: TryOut) -> dict[str, str]:
    """A refresh token takes its whole family along (RFC 7009 §2.1)."""
    tokens = tryout.tokens
    return {"token": tokens.get("refresh_token", tokens["access_token"])}


_FORMS: Mapping[str, tuple[str, Callable[[TryOut], dict[str, str]]]] = {
    "token": ("token_endpoint", _redeem),
    "refresh": ("token_endpoint", _refresh),
    "introspect": ("introspection_endpoint", _introspect),
    "revoke": ("revocation_endpoint", _revoke),
}
