"""/developers: how a service is built for this provider."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from gateway.clock import Clock
from gateway.developers.guide import Guide, Scopes, make_guide
from gateway.developers.snippets import (
    REGISTRATION,
    STACKS,
    Place,
    Snippets,
    Stack,
    snippet,
    snippets,
)
from gateway.developers.trying.asking import Asking
from gateway.developers.trying.routes import TryOutPages
from gateway.developers.trying.visit import TryOuts
from gateway.developers.trying.wishes import Choices
from gateway.developers.words import Render, make_render
from gateway.settings import Settings
from gateway.store.api import Moments
from gateway.tenants.clients import Clients
from gateway.web.cookies import Cookies
from gateway.web.errors import PageRoute
from gateway.web.pages import Pages

_NOT_FOR_TRYING = ("common_id",)
"""A scope that an operator allows a service apart."""


@dataclass(frozen=True, slots=True)
class DeveloperPages:
    guide: Guide
    render: Render
    stacks: Sequence[tuple[Stack, Snippets]]
    registration: str
    is_trial: bool
    """Cards are virtual: whoever likes may try."""

    def routes(self) -> list[Route]:
        pages: list[Route] = [PageRoute("/developers", self.show, methods=["GET"])]
        if not self.is_trial:
            pages.append(PageRoute("/developers/try", self.not_here, methods=["GET"]))
        return pages

    async def show(self, request: Request) -> Response:
        return self.render(
            request,
            "developers/guide.html",
            guide=self.guide,
            is_trial=self.is_trial,
            stacks=self.stacks,
            registration=self.registration,
        )

    async def not_here(self, request: Request) -> Response:
        return self.render(request, "developers/not_here.html")


def developer_routes(
    metadata: Mapping[str, Any],
    scopes: Scopes,
    settings: Settings,
    pages: Pages,
    moments: Moments,
    clients: Clients,
    clock: Clock,
) -> list[Route]:
    """`metadata`: as discovery tells it. `scopes`: with what each lets a service see."""
    guide, render = make_guide(metadata, scopes, settings), make_render(pages)
    is_trial = settings.card.trust == "demo"
    place, registration = Place(guide.issuer), guide.endpoints["registration_endpoint"]
    routes = DeveloperPages(
        guide,
        render,
        stacks=[(stack, snippets(stack, place)) for stack in STACKS],
        registration=snippet(REGISTRATION, place, registration_endpoint=registration),
        is_trial=is_trial,
    ).routes()
    if is_trial:
        offered = {name: scopes for name, scopes in scopes.items() if name not in _NOT_FOR_TRYING}
        tryout = TryOutPages(
            issuer=guide.issuer,
            endpoints=guide.endpoints,
            choices=Choices(tuple(offered), _claims(offered), tuple(guide.acr_values)),
            clients=clients,
            tryouts=TryOuts(moments, Cookies(settings.secure_cookies)),
            clock=clock,
            render=render,
            asking=Asking(),
        )
        routes += tryout.routes()
    return routes


def _claims(scopes: Scopes) -> tuple[str, ...]:
    """That can be asked for by name."""
    return tuple(claim for claims in scopes.values() for claim in claims if claim != "sub")
