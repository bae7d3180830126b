"""What the provider says of itself: OpenID Connect Discovery 1.0 §3 and RFC 8414 §2.

Endpoints stand in it because they are mounted, values because the code that honours them names
them; nothing is advertised by hand.
"""

from collections.abc import Iterable

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from gateway.keys.model import ALGORITHMS as SIGNING_ALGORITHMS
from gateway.oidc.claims import ATTRIBUTES_CHANGED
from gateway.oidc.clients.authentication import METHODS
from gateway.oidc.clients.signed_jwt import ALGORITHMS
from gateway.oidc.provider import Provider
from gateway.oidc.scopes import SCOPES
from gateway.oidc.tokens.token import GRANTS

OPENID = "/.well-known/openid-configuration"
OAUTH = "/.well-known/oauth-authorization-server"

# The route's name → the member that tells where it is.
MEMBERS = {
    "authorize": "authorization_endpoint",
    "token": "token_endpoint",
    "userinfo": "userinfo_endpoint",
    "introspect": "introspection_endpoint",
    "revoke": "revocation_endpoint",
    "logout": "end_session_endpoint",
    "jwks": "jwks_uri",
}
_ABOUT_THE_SIGN_IN = ("iss", "aud", "exp", "iat", "auth_time", "acr", "amr", "nonce", "at_hash")


class Discovery:
    def __init__(self, provider: Provider, mounted: Iterable[Route]) -> None:
        self._body = msgspec.json.encode(metadata(provider, mounted))

    def routes(self) -> list[Route]:
        return [Route(path, self.show, methods=["GET"]) for path in (OPENID, OAUTH)]

    async def show(self, _: Request) -> Response:
        headers = {"Cache-Control": "public, max-age=300"}
        return Response(self._body, headers=headers, media_type="application/json")


def metadata(provider: Provider, mounted: Iterable[Route]) -> dict[str, object]:
    endpoints = {
        MEMBERS[route.name]: provider.issuer + route.path
        for route in mounted
        if route.name in MEMBERS
    }
    confidential = [method for method in METHODS if method != "none"]
    shown = (claim for claims in SCOPES.values() for claim in claims)
    return {
        "issuer": provider.issuer,
        **endpoints,
        "scopes_supported": list(SCOPES),
        "claims_supported": [*shown, ATTRIBUTES_CHANGED, *_ABOUT_THE_SIGN_IN],
        "claims_parameter_supported": False,
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": list(GRANTS),
        "subject_types_supported": ["pairwise"],
        "id_token_signing_alg_values_supported": list(SIGNING_ALGORITHMS),
        "acr_values_supported": list(provider.acr_order),
        "prompt_values_supported": ["none", "login", "consent", "select_account"],
        "ui_locales_supported": ["ja", "en"],
        "token_endpoint_auth_methods_supported": list(METHODS),
        "token_endpoint_auth_signing_alg_values_supported": list(ALGORITHMS),
        "introspection_endpoint_auth_methods_supported": confidential,
        "introspection_endpoint_auth_signing_alg_values_supported": list(ALGORITHMS),
        "revocation_endpoint_auth_methods_supported": list(METHODS),
        "revocation_endpoint_auth_signing_alg_values_supported": list(ALGORITHMS),
        "code_challenge_methods_supported": ["S256"],
        "authorization_response_iss_parameter_supported": True,
        "request_parameter_supported": False,
        "request_uri_parameter_supported": False,
    }
