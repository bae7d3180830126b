"""The endpoints of services, and the same ones of readers."""

from functools import partial

from gateway.admin.api import clients
from gateway.admin.api.clients import (
    ClientFilter,
    ClientView,
    NewClient,
    NewLogo,
    WithSecret,
)
from gateway.admin.api.paging import Page
from gateway.admin.endpoint import Endpoint, Method
from gateway.operators.model import Permission
from gateway.tenants.metadata import ClientMetadata
from gateway.tenants.model import ClientKind


def endpoints() -> tuple[Endpoint, ...]:
    return (
        *_registration(ClientKind.SERVICE),
        *_states(ClientKind.SERVICE),
        *_secrets(ClientKind.SERVICE),
        *_logo(ClientKind.SERVICE),
        _self_management(ClientKind.SERVICE),
        *_registration(ClientKind.READER),
        *_states(ClientKind.READER),
        *_secrets(ClientKind.READER),
    )


def _all(kind: ClientKind) -> str:
    return f"/tenants/{{tenant_id}}/{kind}s"


def _one(kind: ClientKind) -> str:
    return f"{_all(kind)}/{{client_id}}"


def _registration(kind: ClientKind) -> tuple[Endpoint, ...]:
    return (
        Endpoint(
            name=f"list_{kind}s",
            method="GET",
            path=_all(kind),
            summary=f"The tenant's {kind}s, by ID",
            permission=Permission.VIEW,
            handle=partial(clients.list_of, kind),
            query=ClientFilter,
            answer=Page[ClientView],
        ),
        Endpoint(
            name=f"create_{kind}",
            method="POST",
            path=_all(kind),
            summary=f"Register a {kind}; its secret, if it uses one, is shown once",
            permission=Permission.MANAGE_SERVICES,
            handle=partial(clients.create, kind),
            body=NewClient,
            answer=WithSecret,
            status=201,
            refusals=(409,),
        ),
        Endpoint(
            name=f"show_{kind}",
            method="GET",
            path=_one(kind),
            summary=f"One {kind}",
            permission=Permission.VIEW,
            handle=partial(clients.show, kind),
            answer=ClientView,
        ),
        Endpoint(
            name=f"change_{kind}",
            method="PUT",
            path=_one(kind),
            summary=f"A {kind}'s metadata anew, all of it",
            permission=Permission.MANAGE_SERVICES,
            handle=partial(clients.change, kind),
            body=ClientMetadata,
            answer=WithSecret,
            conditional=True,
            refusals=(409,),
        ),
    )


def _states(kind: ClientKind) -> tuple[Endpoint, ...]:
    return (
        _change(kind, "suspend", "PUT", "/suspension"),
        _change(kind, "resume", "DELETE", "/suspension"),
        _change(kind, "delete", "DELETE", ""),
        _change(kind, "restore", "DELETE", "/deletion"),
    )


def _change(kind: ClientKind, verb: str, method: Method, below: str) -> Endpoint:
    return Endpoint(
        name=f"{verb}_{kind}",
        method=method,
        path=_one(kind) + below,
        summary=f"{verb.capitalize()} a {kind}",
        permission=Permission.MANAGE_SERVICES,
        handle=partial(getattr(clients, verb), kind),
        answer=ClientView,
        conditional=True,
        dangerous=verb == "delete",
        refusals=(409,),
    )


def _secrets(kind: ClientKind) -> tuple[Endpoint, ...]:
    return (
        Endpoint(
            name=f"rotate_{kind}_secret",
            method="POST",
            path=f"{_one(kind)}/secrets",
            summary="A new secret, shown once; the present one stays good for a while",
            permission=Permission.MANAGE_SERVICES,
            handle=partial(clients.rotate, kind),
            answer=WithSecret,
            status=201,
            conditional=True,
            dangerous=True,
            refusals=(409,),
        ),
        Endpoint(
            name=f"end_former_{kind}_secret",
            method="DELETE",
            path=f"{_one(kind)}/secrets/former",
            summary="End the former secret before its time",
            permission=Permission.MANAGE_SERVICES,
            handle=partial(clients.end_former, kind),
            answer=ClientView,
            conditional=True,
            refusals=(409,),
        ),
    )


def _self_management(kind: ClientKind) -> Endpoint:
    return Endpoint(
        name=f"end_{kind}_self_management",
        method="DELETE",
        path=f"{_one(kind)}/self-management",
        summary="From now on operators alone change it, not its developer",
        permission=Permission.MANAGE_SERVICES,
        handle=partial(clients.end_self_management, kind),
        answer=ClientView,
        conditional=True,
        refusals=(409,),
    )


def _logo(kind: ClientKind) -> tuple[Endpoint, ...]:
    return (
        Endpoint(
            name=f"show_{kind}_logo",
            method="GET",
            path=f"{_one(kind)}/logo",
            summary="The logo",
            permission=Permission.VIEW,
            handle=partial(clients.show_logo, kind),
            media_types=("image/png", "image/jpeg", "image/webp"),
        ),
        Endpoint(
            name=f"change_{kind}_logo",
            method="PUT",
            path=f"{_one(kind)}/logo",
            summary="Another logo: PNG, JPEG or WebP, up to 64 KiB",
            permission=Permission.MANAGE_SERVICES,
            handle=partial(clients.change_logo, kind),
            body=NewLogo,
            answer=ClientView,
            conditional=True,
            refusals=(409,),
        ),
        Endpoint(
            name=f"remove_{kind}_logo",
            method="DELETE",
            path=f"{_one(kind)}/logo",
            summary="No logo any more",
            permission=Permission.MANAGE_SERVICES,
            handle=partial(clients.remove_client_logo, kind),
            answer=ClientView,
            conditional=True,
            refusals=(409,),
        ),
    )
