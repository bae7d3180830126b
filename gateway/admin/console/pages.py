"""The console as an application of its own, to be mounted at /admin behind the IP gate."""

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response

from gateway.admin.console.account import AccountPages
from gateway.admin.console.again import AgainPages
from gateway.admin.console.certificates import CertificatePages
from gateway.admin.console.client_deeds import ClientDeedPages
from gateway.admin.console.clients import ClientPages
from gateway.admin.console.dashboard import DashboardPages
from gateway.admin.console.deeds import DeedPages
from gateway.admin.console.deletions import DeletionPages
from gateway.admin.console.errors import console_handlers
from gateway.admin.console.exports import ExportPages
from gateway.admin.console.initial_tokens import InitialTokenPages
from gateway.admin.console.invitations import InvitationPages
from gateway.admin.console.logos import LogoPages
from gateway.admin.console.logs import LogPages
from gateway.admin.console.manual import ManualPages
from gateway.admin.console.networks import NetworkPages
from gateway.admin.console.notice import NoticePages
from gateway.admin.console.operator import OneOperatorPages
from gateway.admin.console.operator_deeds import OperatorDeedPages
from gateway.admin.console.operators import OperatorPages
from gateway.admin.console.own_passkeys import OwnPasskeyPages
from gateway.admin.console.own_tokens import OwnTokenPages
from gateway.admin.console.residents import ResidentPages
from gateway.admin.console.reviews import ReviewPages
from gateway.admin.console.sign_in import SignInPages
from gateway.admin.console.tenants import TenantPages
from gateway.admin.console.visit import Desk
from gateway.tenants.model import ClientKind
from gateway.web.errors import PageRoute
from gateway.web.redirect import see_other


def console_application(desk: Desk) -> Starlette:
    async def home(request: Request) -> Response:
        """Everybody begins where their own things are."""
        visit = await desk.visit(request)
        own = visit.operator.tenant_id
        return see_other("/admin/overview" if own is None else f"/admin/tenants/{own}")

    console = Starlette(
        routes=[
            PageRoute("/", home, methods=["GET"]),
            *SignInPages(desk).routes(),
            *AgainPages(desk).routes(),
            *InvitationPages(desk).routes(),
            *NoticePages(desk).routes(),
            *AccountPages(desk).routes(),
            *OwnPasskeyPages(desk).routes(),
            *OwnTokenPages(desk).routes(),
            *OperatorPages(desk).routes(),
            *OneOperatorPages(desk).routes(),
            *OperatorDeedPages(desk).routes(),
            *NetworkPages(desk).routes(),
            *TenantPages(desk).routes(),
            *(route for kind in ClientKind for route in ClientPages(desk, kind).routes()),
            *(route for kind in ClientKind for route in ClientDeedPages(desk, kind).routes()),
            *LogoPages(desk).routes(),
            *InitialTokenPages(desk).routes(),
            *ManualPages(desk).routes(),
            *LogPages(desk).routes(),
            *ExportPages(desk).routes(),
            *DashboardPages(desk).routes(),
            *ResidentPages(desk).routes(),
            *ReviewPages(desk).routes(),
            *DeedPages(desk).routes(),
            *CertificatePages(desk).routes(),
            *DeletionPages(desk).routes(),
        ],
        exception_handlers=console_handlers(desk),
    )
    # A slash too many names nothing: behind a proxy that ends TLS the way back would be plain HTTP,
    # and the link of an invitation would be sent over it.
    console.router.redirect_slashes = False
    return console
