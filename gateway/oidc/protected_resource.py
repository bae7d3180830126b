"""What this gateway says of its own APIs, to whoever wants to call them: /userinfo and /link
(RFC 9728)."""

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from gateway.keys.model import ALGORITHMS
from gateway.oidc.clients.authentication import tls_methods
from gateway.oidc.provider import Provider
from gateway.oidc.scopes import SCOPES
from gateway.oidc.tokens.dpop_key import ALGORITHMS as DPOP_ALGORITHMS
from gateway.web.languages import Language

PATH = "/.well-known/oauth-protected-resource"


class ProtectedResource:
    def __init__(self, provider: Provider) -> None:
        self._body = msgspec.json.encode(resource_metadata(provider))

    def routes(self) -> list[Route]:
        return [Route(PATH, self.show, methods=["GET"])]

    async def show(self, _: Request) -> Response:
        headers = {"Cache-Control": "public, max-age=300"}
        return Response(self._body, headers=headers, media_type="application/json")


def resource_metadata(provider: Provider) -> dict[str, object]:
    """RFC 9728 §2, with a name in each language (§2.1)."""
    names = {
        f"resource_name#{language}": provider.pages.texts.say(language, "brand")
        for language in Language
    }
    return {
        "resource": provider.issuer,
        "authorization_servers": [provider.issuer],
        "jwks_uri": f"{provider.issuer}/jwks",
        "scopes_supported": [scope for scope, shown in SCOPES.items() if shown],
        "bearer_methods_supported": ["header", "body"],
        "resource_signing_alg_values_supported": list(ALGORITHMS),
        "resource_name": "Genkan",
        **names,
        "dpop_signing_alg_values_supported": list(DPOP_ALGORITHMS),
        "tls_client_certificate_bound_access_tokens": bool(tls_methods(provider.settings.server)),
    }
