"""/logout/everywhere: a resident ends all their sign-ins, in every browser, and at the services."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from gateway.audit.origins import RESIDENT, origin_of
from gateway.login.session import Session
from gateway.oidc.logout.logged_out import logged_out_page
from gateway.oidc.logout.session_state import forget_browser_state
from gateway.oidc.provider import Provider
from gateway.web.errors import PageRoute
from gateway.web.redirect import see_other
from gateway.web.same_origin import check_same_origin

PATH = "/logout/everywhere"


class LogoutEverywhere:
    def __init__(self, provider: Provider) -> None:
        self._provider = provider

    def routes(self) -> list[Route]:
        return [PageRoute(PATH, self.ask_or_end, methods=["GET", "POST"])]

    async def ask_or_end(self, http: Request) -> Response:
        """Whoever is not signed in, or was ended from elsewhere, has nothing to end."""
        ends = http.method == "POST"
        if ends:
            check_same_origin(http)
        session = await self._signed_in(http)
        if session is None:
            return see_other("/")
        if not ends:
            return self._provider.pages.render(http, "oidc/everywhere.html")
        return await self._end(http, session)

    async def _signed_in(self, http: Request) -> Session | None:
        provider = self._provider
        session = await provider.sessions.current(http, provider.clock())
        if session is None:
            return None
        holds = await provider.residents.is_in_force(session.resident_id, session.auth_time)
        return session if holds else None

    async def _end(self, http: Request, session: Session) -> Response:
        provider = self._provider
        ended = await provider.sign_out.everywhere(
            session, origin_of(http, RESIDENT), provider.clock()
        )
        response = logged_out_page(provider, http, session, ended, everywhere=True)
        await provider.sessions.end(http, response)
        forget_browser_state(provider, http, response)
        return response
