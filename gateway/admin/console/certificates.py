"""Certificates of destruction: a page to print, and the signed text to keep."""

from datetime import datetime

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from gateway.admin.api.deletions import Certificate
from gateway.admin.console.visit import Desk
from gateway.web.errors import PageRoute

_ONE = "/deeds/{deed_id}/certificate"


class CertificatePages:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def routes(self) -> list[Route]:
        return [
            PageRoute(_ONE, self.show, methods=["GET"]),
            PageRoute(f"{_ONE}.jws", self.download, methods=["GET"]),
        ]

    async def show(self, request: Request) -> Response:
        visit = await self._desk.visit(request)
        found: Certificate = (await visit.call("show_certificate")).value
        return visit.render(
            "certificate.html",
            certificate=found.certificate,
            claims=found.claims,
            date=datetime.fromisoformat(found.claims["date"]),
            deed_id=request.path_params["deed_id"],
        )

    async def download(self, request: Request) -> Response:
        visit = await self._desk.visit(request)
        found: Certificate = (await visit.call("show_certificate")).value
        name = f"genkan-destruction-{request.path_params['deed_id']}.jws"
        headers = {
            "Content-Disposition": f'attachment; filename="{name}"',
            "Cache-Control": "no-store",
            "X-Content-Type-Options": "nosniff",
        }
        return Response(found.certificate, headers=headers, media_type="application/jose")
