"""/userinfo: what the resident let this service see (OpenID Connect Core §5.3)."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from gateway.audit.parties import note_client
from gateway.errors import InvalidToken
from gateway.oidc.claims import claims_for
from gateway.oidc.provider import Provider
from gateway.oidc.signed_answers import signed_userinfo
from gateway.oidc.tokens.bearer import ResidentToken, bearer_token, check_resident_token
from gateway.oidc.tokens.issue import link_claims
from gateway.tenants.metadata import COMMON_ID
from gateway.web.json import json_response
from gateway.web.parameters import form_parameters

_UNKNOWN = "the resident is no longer known here"
_ABOUT_THE_PERSON = frozenset({"profile", "address", "birthdate", "gender"})


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
        token = await check_resident_token(provider, bearer_token(http, form), "openid", now)
        note_client(http, token.client.client_id, token.client.tenant_id)
        resident_id = token.grant.resident_id
        claims: dict[str, object] = {"sub": token.sub}
        claims |= await link_claims(provider, token.client, resident_id, token.scopes)
        claims |= await self._common_id(token)
        if _ABOUT_THE_PERSON & set(token.scopes):
            attributes = await provider.residents.attributes(resident_id)
            if attributes is None:
                raise InvalidToken(_UNKNOWN)
            standing = await provider.residents.standing(resident_id)
            claims |= claims_for(token.scopes, attributes, standing)
        alg = token.client.metadata.userinfo_signed_response_alg
        if alg is not None:
            return await signed_userinfo(provider, token.client, claims, alg, now)
        return json_response(claims)

    async def _common_id(self, token: ResidentToken) -> dict[str, object]:
        """Here and in no token: a service that may see it can compare residents with another that
        may, so it goes no way but this one."""
        if COMMON_ID not in token.scopes or not token.client.may_see_common_id:
            return {}
        resident = await self._provider.residents.get(token.grant.resident_id)
        if resident is None:
            raise InvalidToken(_UNKNOWN)
        return {"common_id": resident.common_id}
