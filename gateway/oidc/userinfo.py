"""/userinfo: what the resident let this service see (OpenID Connect Core §5.3)."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from gateway.audit.parties import note_client
from gateway.errors import InvalidToken
from gateway.oidc.disclosure import told_at_userinfo
from gateway.oidc.known import UnknownResidentError
from gateway.oidc.provider import Provider
from gateway.oidc.signed_answers import signed_userinfo
from gateway.oidc.tokens.bearer import presented_resident_token
from gateway.web.json import json_response
from gateway.web.parameters import form_parameters


class Userinfo:
    def __init__(self, provider: Provider) -> None:
        self._provider = provider

    def routes(self) -> list[Route]:
        return [Route("/userinfo", self.show, methods=["GET", "POST"], name="userinfo")]

    async def show(self, http: Request) -> Response:
        provider = self._provider
        has_form = http.method == "POST" and "content-type" in http.headers
        form = await form_parameters(http) if has_form else None
        now = provider.clock()
        token = await presented_resident_token(provider, http, "openid", now, form)
        note_client(http, token.client.client_id, token.client.tenant_id)
        try:
            told = await told_at_userinfo(provider, token.client, token.grant, token.scopes, now)
        except UnknownResidentError as cause:
            raise InvalidToken("the resident is no longer known here") from cause
        claims: dict[str, object] = {"sub": token.sub, **told}
        alg = token.client.metadata.userinfo_signed_response_alg
        if alg is not None:
            return await signed_userinfo(provider, token.client, claims, alg, now)
        return json_response(claims)
