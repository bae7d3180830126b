"""What every page within a tenant shows besides its own things: whose it is, and how it stands."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from gateway.admin.api.tenants import TenantView
from gateway.admin.console.visit import Visit
from gateway.web.languages import Language, choose_language


async def tenant_of(visit: Visit) -> TenantView:
    """Raises NoSuchThing, also for another's tenant."""
    tenant: TenantView = (await visit.call("show_tenant")).value
    return tenant


def tenant_name(request: Request, tenant: TenantView) -> str:
    return tenant.name_ja if choose_language(request) is Language.JA else tenant.name_en


def render_in(visit: Visit, tenant: TenantView, template: str, **values: Any) -> Response:
    name = tenant_name(visit.request, tenant)
    return visit.render(template, tenant=tenant, tenant_name=name, **values)


async def render_for(visit: Visit, template: str, **values: Any) -> Response:
    """A page that the platform and its tenants both have."""
    if visit.tenant_id is None:
        return visit.render(template, **values)
    return render_in(visit, await tenant_of(visit), template, **values)
