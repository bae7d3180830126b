"""What an endpoint is, and the order in which a call to one is checked."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Literal

from gateway.admin.caller import Caller, check_notice, check_presence
from gateway.admin.house import House
from gateway.audit.model import Entry, LogKind, Outcome
from gateway.errors import NoSuchThing, NotAllowed, PreconditionNeeded
from gateway.operators.model import PLATFORM_ONLY, Operator, Permission, may
from gateway.tenants.records import has_tenant

Method = Literal["GET", "POST", "PUT", "PATCH", "DELETE"]


@dataclass(frozen=True, slots=True)
class Call:
    """One request to an endpoint: read, typed, and by somebody who is signed in."""

    house: House
    caller: Caller
    now: datetime
    path: Mapping[str, str]
    body: Any = None
    query: Any = None
    expected_version: int | None = None

    @property
    def operator(self) -> Operator:
        return self.caller.operator

    @property
    def tenant_id(self) -> str | None:
        """Whose things it is about; None for the platform's."""
        return self.path.get("tenant_id")

    @property
    def version(self) -> int:
        """Of a conditional endpoint; `perform` has seen to it that it is there."""
        if self.expected_version is None:
            raise PreconditionNeeded
        return self.expected_version

    def entry(
        self,
        deed: str,
        /,
        *,
        client_id: str | None = None,
        resident: str | None = None,
        tenant_id: str | None = None,
        **detail: str,
    ) -> Entry:
        """The operation log's line for what this call does."""
        return Entry(
            at=self.now,
            kind=LogKind.OPERATION,
            deed=deed,
            outcome=Outcome.DONE,
            origin=self.caller.origin,
            tenant_id=tenant_id or self.tenant_id,
            client_id=client_id,
            resident=resident,
            detail=detail,
        )

    def own_entry(self, deed: str, /, **detail: str) -> Entry:
        """The authentication log's line for what somebody does to their own way in."""
        entry = self.entry(deed, tenant_id=self.operator.tenant_id, **detail)
        return replace(entry, kind=LogKind.AUTHENTICATION)


@dataclass(frozen=True, slots=True)
class Answer:
    value: Any = None
    version: int | None = None
    """The version of what is shown, as the ETag."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    name: str
    """The operation's id in the OpenAPI document."""
    method: Method
    path: str
    """Below /admin/api/v1; the named parts are in `Call.path`."""
    summary: str
    permission: Permission | None
    """None: anybody who is signed in, for themselves."""
    handle: Callable[[Call], Awaitable[Answer]]
    body: Any = None
    query: Any = None
    answer: Any = None
    media_types: tuple[str, ...] = ()
    """Of an answer that is not JSON."""
    status: int = 200
    conditional: bool = False
    """Changes a version that has to be named (If-Match)."""
    dangerous: bool = False
    """Needs a sign-in of the last minutes."""
    refusals: tuple[int, ...] = field(default=())
    """Statuses besides those that follow from the other members."""

    @property
    def of_tenant(self) -> bool:
        return "{tenant_id}" in self.path


async def admit(endpoint: Endpoint, call: Call) -> None:
    """The order of checks: notice, right, tenant, presence, version. Nothing of a body is read
    before."""
    if not all(part.isprintable() for part in call.path.values()):
        raise NoSuchThing  # what a store would choke on gets as far as this
    if endpoint.permission is not None:
        check_notice(call.caller)
        await check_right(endpoint.permission, call)
    await check_tenant(call)
    if endpoint.dangerous:
        longest = timedelta(seconds=call.house.settings.admin.reauthentication_seconds)
        check_presence(call.caller, call.now, longest)
    if endpoint.conditional and call.expected_version is None:
        raise PreconditionNeeded


async def perform(endpoint: Endpoint, call: Call) -> Answer:
    """The checks, then the deed, which writes its log line in its own transaction. API and console
    both come through here."""
    await admit(endpoint, call)
    return await endpoint.handle(call)


async def check_tenant(call: Call) -> None:
    """Raises NoSuchThing where the tenant in the path is not there: then nothing of it is, not even
    an empty list."""
    if call.tenant_id is None:
        return
    async with call.house.records.reading() as connection:
        if not await has_tenant(connection, call.tenant_id):
            raise NoSuchThing


async def check_right(permission: Permission, call: Call) -> None:
    """Raises NotAllowed, or NoSuchThing for what is another tenant's; and logs the refusal."""
    operator = call.operator
    if may(operator, permission, call.tenant_id):
        return
    await call.house.audit.record(
        Entry(
            at=call.now,
            kind=LogKind.OPERATION,
            deed="right.refused",
            outcome=Outcome.REFUSED,
            origin=call.caller.origin,
            tenant_id=operator.tenant_id,
            detail={"permission": permission},
        )
    )
    foreign = operator.tenant_id is not None and call.tenant_id not in (None, operator.tenant_id)
    if foreign and permission not in PLATFORM_ONLY:
        raise NoSuchThing
    raise NotAllowed("this role may not do that")
