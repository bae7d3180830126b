"""The operators' door as routes: the API and the console, both behind the IP gate."""

import re

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Mount, Route

from gateway.admin.api.catalogue import ENDPOINTS
from gateway.admin.api.routes import api_application
from gateway.admin.console.pages import console_application
from gateway.admin.console.visit import Desk
from gateway.admin.house import House
from gateway.login.browser import Browsers
from gateway.web.cookies import Cookies
from gateway.web.pages import Pages

# The consent page's words are here too: the console shows how a resident reads them.
ROOMS = ("gateway.admin", "gateway.consent")


def admin_routes(house: House) -> list[BaseRoute]:
    browsers = Browsers(Cookies(house.settings.secure_cookies))
    desk = Desk(house, Pages(ROOMS, brand="console", scripts_ask=True), browsers)
    api = Mount("/admin/api/v1", api_application(house, tuple(ENDPOINTS.values())))
    # The pattern's dot takes no line feed: a path with one in it would be answered outside the API.
    api.path_regex = re.compile(api.path_regex.pattern, re.DOTALL)
    return [
        api,
        Route("/admin", _home),
        Mount("/admin", console_application(desk)),
    ]


async def _home(_: Request) -> Response:
    return RedirectResponse("/admin/", 307, {"Cache-Control": "no-store"})
