"""The demo operators' authenticator: a page that shows the codes a phone would show."""

import json
from dataclasses import dataclass, field
from pathlib import Path

import pyotp
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from gateway.clock import Clock, system_clock
from gateway.demo.town import OPERATORS, DemoOperator
from gateway.virtual.files import read_private
from gateway.web.pages import Pages

_STEP_SECONDS = 30  # RFC 6238 §4.1: the default
SECRETS = "operators.json"
"""In the demo's folder: each operator's secret by login name, for the owner's eyes only (0600)."""


def read_secrets(folder: Path) -> dict[str, str]:
    found: dict[str, str] = json.loads(read_private(folder / SECRETS))
    return found


@dataclass(frozen=True, slots=True)
class Shown:
    operator: DemoOperator
    code: str = field(repr=False)


class Authenticator:
    """For the demo alone: a code that anybody can read proves nothing."""

    def __init__(self, folder: Path, clock: Clock = system_clock) -> None:
        secrets = read_secrets(folder)
        self._phones = [(each, pyotp.TOTP(secrets[each.login_name])) for each in OPERATORS]
        self._clock = clock
        self._pages = Pages(["gateway.demo"], brand="authenticator")

    def routes(self) -> list[Route]:
        return [Route("/authenticator", self.show, methods=["GET"])]

    async def show(self, request: Request) -> Response:
        """Comes again by itself when the codes change."""
        now = self._clock()
        seconds = _STEP_SECONDS - int(now.timestamp()) % _STEP_SECONDS
        return self._pages.render(
            request,
            "demo/authenticator.html",
            headers={"Refresh": str(seconds)},
            shown=[Shown(operator, phone.at(now)) for operator, phone in self._phones],
            seconds=seconds,
        )
