"""Who calls at the operators' door: by session or by token, and only from their own networks."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from starlette.requests import Request

from gateway.admin.house import House
from gateway.audit.model import Origin
from gateway.audit.parties import note_operator
from gateway.errors import NoticeNeeded, ReauthenticationNeeded, SignInNeeded
from gateway.operators.api_tokens import find_by_token, note_use
from gateway.operators.model import Operator, OperatorState
from gateway.operators.registry import find_operator
from gateway.web.arrival import arrival_of
from gateway.web.networks import parse_address
from gateway.web.same_origin import check_same_origin

_SAFE = ("GET", "HEAD")


@dataclass(frozen=True, slots=True)
class Caller:
    """Proof: an active operator who was signed in, at an address of their own allow-list."""

    operator: Operator
    origin: Origin
    authenticated_at: datetime | None
    """The last time they proved themselves; None for a token, which proves nobody's presence."""
    session_id: str | None = field(default=None, repr=False)
    """Of whoever came with a session: what a challenge for a passkey is bound to."""


async def identify(house: House, request: Request, now: datetime) -> Caller:
    """Raises SignInNeeded, also where the address is not one of this operator's: the gate let it
    through for somebody else."""
    token = _bearer(request)
    if token is not None:
        operator, session = await _by_token(house, token, now), None
    else:
        session = await house.door.sessions.current(request, now)
        if session is None:
            raise SignInNeeded
        if request.method not in _SAFE:
            check_same_origin(request)
        async with house.records.reading() as connection:
            operator = await find_operator(connection, session.operator_id)
    if operator is None or operator.state is not OperatorState.ACTIVE:
        raise SignInNeeded
    if not await is_admitted(house, operator, request, now):
        raise SignInNeeded
    note_operator(request, operator.operator_id, operator.tenant_id)
    arrival = arrival_of(request)
    origin = Origin(f"operator:{operator.operator_id}", arrival.address, arrival.request_id)
    if session is None:
        return Caller(operator, origin, None)
    return Caller(operator, origin, session.authenticated_at, session.session_id)


async def is_admitted(house: House, operator: Operator, request: Request, now: datetime) -> bool:
    """Whether they are where their own allow-list lets them be; the gate asks for anybody's."""
    address = arrival_of(request).address
    admission = await house.allow_lists.current(now)
    return address is not None and admission.of(operator.tenant_id, parse_address(address))


async def _by_token(house: House, unverified_token: str, now: datetime) -> Operator | None:
    async with house.records.reading() as connection:
        found = await find_by_token(connection, house.keyed_hash, unverified_token, now)
    if found is not None:
        async with house.records.writing() as connection:
            await note_use(connection, house.keyed_hash, unverified_token, now)
    return found


def check_notice(caller: Caller) -> None:
    """Raises NoticeNeeded."""
    if caller.operator.notice_acknowledged_at is None:
        raise NoticeNeeded("the notice has to be acknowledged first")


def check_presence(caller: Caller, now: datetime, longest: timedelta) -> None:
    """Raises ReauthenticationNeeded where nobody proved their presence lately."""
    if caller.authenticated_at is None or now - caller.authenticated_at > longest:
        raise ReauthenticationNeeded


def _bearer(request: Request) -> str | None:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if not scheme:
        return None
    if scheme.lower() != "bearer" or not token:
        raise SignInNeeded
    return token
