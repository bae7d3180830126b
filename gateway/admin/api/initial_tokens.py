"""Initial access tokens: what an operator hands to a developer who is to register a service."""

from datetime import datetime, timedelta
from typing import Annotated, Any

import msgspec

from gateway.admin.endpoint import Answer, Call, Endpoint
from gateway.errors import InvalidField
from gateway.operators.model import Permission
from gateway.tenants.initial_tokens import (
    LONGEST_LIFETIME,
    MOST_USES,
    InitialToken,
    NewInitialToken,
    SoftwareIssuer,
    list_initial_tokens,
    make_initial_token,
    revoke_initial_token,
)

_PATH = "/tenants/{tenant_id}/initial-tokens"


class InitialTokenOrder(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    note: Annotated[str, msgspec.Meta(max_length=200, description="for whom it is")]
    scope: Annotated[str, msgspec.Meta(max_length=1000, description="the most a service may have")]
    days: Annotated[int, msgspec.Meta(ge=1, le=LONGEST_LIFETIME.days)]
    uses: Annotated[int, msgspec.Meta(ge=1, le=MOST_USES)] = 1
    software_issuer: Annotated[str, msgspec.Meta(max_length=255)] | None = None
    software_jwks: dict[str, Any] | None = None
    """The two together: nothing is registered without a software statement of this issuer."""


class InitialTokenView(msgspec.Struct, frozen=True):
    token_id: str
    note: str
    scope: str
    software_issuer: str | None
    made_by: str
    created_at: datetime
    expires_at: datetime
    uses_left: int
    revoked_at: datetime | None
    is_good: bool


class MadeInitialToken(msgspec.Struct, frozen=True):
    initial_access_token: str
    """Shown this once."""
    registration_endpoint: str
    about: InitialTokenView


async def list_tokens(call: Call) -> Answer:
    async with call.house.records.reading() as connection:
        found = await list_initial_tokens(connection, call.path["tenant_id"])
    return Answer(tuple(_view(token, call.now) for token in found))


async def make_token(call: Call) -> Answer:
    order: InitialTokenOrder = call.body
    software = _software(order)
    new = NewInitialToken(order.note, order.scope, timedelta(days=order.days), order.uses, software)
    async with call.house.records.writing() as connection:
        about, token = await make_initial_token(
            connection,
            call.house.keyed_hash,
            call.path["tenant_id"],
            new,
            call.operator.operator_id,
            call.now,
        )
        entry = call.entry("initial_token.made", token=about.token_id, scopes=about.scope)
        await call.house.audit.write(connection, entry)
    endpoint = f"{call.house.settings.server.issuer}/register"
    return Answer(MadeInitialToken(token, endpoint, _view(about, call.now)))


async def revoke_token(call: Call) -> Answer:
    async with call.house.records.writing() as connection:
        tenant_id, token_id = call.path["tenant_id"], call.path["token_id"]
        revoked = await revoke_initial_token(connection, tenant_id, token_id, call.now)
        entry = call.entry("initial_token.revoked", token=revoked.token_id)
        await call.house.audit.write(connection, entry)
    return Answer()


def _software(order: InitialTokenOrder) -> SoftwareIssuer | None:
    """Raises InvalidField."""
    issuer, keys = order.software_issuer, order.software_jwks
    if issuer is None and keys is None:
        return None
    if issuer is None:
        raise InvalidField("software_issuer", "it and the keys need each other")
    if keys is None:
        raise InvalidField("software_jwks", "they and the issuer need each other")
    return SoftwareIssuer(issuer, keys)


def _view(token: InitialToken, now: datetime) -> InitialTokenView:
    return InitialTokenView(
        token.token_id,
        token.note,
        token.scope,
        None if token.software is None else token.software.issuer,
        token.made_by,
        token.created_at,
        token.expires_at,
        token.uses_left,
        token.revoked_at,
        token.is_good(now),
    )


def endpoints() -> tuple[Endpoint, ...]:
    return (
        Endpoint(
            name="list_initial_tokens",
            method="GET",
            path=_PATH,
            summary="The tenant's initial access tokens, the newest first",
            permission=Permission.VIEW,
            handle=list_tokens,
            answer=tuple[InitialTokenView, ...],
        ),
        Endpoint(
            name="make_initial_token",
            method="POST",
            path=_PATH,
            summary="A token for a developer to register services with; it is shown once",
            permission=Permission.MANAGE_SERVICES,
            handle=make_token,
            body=InitialTokenOrder,
            answer=MadeInitialToken,
            status=201,
            dangerous=True,
            refusals=(409,),
        ),
        Endpoint(
            name="revoke_initial_token",
            method="DELETE",
            path=f"{_PATH}/{{token_id}}",
            summary="Revoke one; what was registered with it stays",
            permission=Permission.MANAGE_SERVICES,
            handle=revoke_token,
            status=204,
        ),
    )
