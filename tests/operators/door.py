"""The operators' door with all its parts, and the people in front of it."""

import json
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import pyotp
import sqlalchemy as sa
from argon2 import Parameters, Type
from starlette.requests import Request
from starlette.responses import Response

from gateway.audit.log import AuditLog
from gateway.audit.records import log_entries
from gateway.keys.master import MasterKey
from gateway.operators.attempt import Authenticated, Refused
from gateway.operators.enrolment import Enrolment
from gateway.operators.half_session import HalfSession
from gateway.operators.invitations import make_invitation
from gateway.operators.lockout import Lockout
from gateway.operators.model import Operator
from gateway.operators.passkey_ceremonies import Ceremonies
from gateway.operators.passkey_model import Party
from gateway.operators.passwords import PasswordHashing
from gateway.operators.proofs import Proofs
from gateway.operators.reauthentication import Reauthentication
from gateway.operators.records import operators
from gateway.operators.sessions import OperatorSessions
from gateway.operators.sign_in import OperatorSignIn
from gateway.operators.sign_in_log import SignInLog
from gateway.settings import Admin
from gateway.store.api import Records
from gateway.store.memory import MemoryMoments
from gateway.web.arrival import Arrival
from gateway.web.cookies import Cookies
from tests.operators.people import DAY, KEYED_HASH, invited
from tests.support.authenticator import Authenticator
from tests.support.gateway import MovableClock

ISSUER = "https://id.example.test"
PASSWORD = "correct horse battery"
HERE = Arrival("0123456789abcdef", "203.0.113.7")
ELSEWHERE = Arrival("fedcba9876543210", "198.51.100.9")
BROWSER = "browser:one"
ENROLLED_AT = MovableClock().now
"""When somebody who was invited first came in, by setting what they sign in with."""
# Of today's form, in a thousandth of the time.
QUICK = Parameters(Type.ID, 19, 16, 32, 1, 8, 1)


@dataclass(slots=True)
class Door:
    records: Records
    clock: MovableClock = field(default_factory=MovableClock)
    moments: MemoryMoments = field(init=False)
    sessions: OperatorSessions = field(init=False)
    enrolment: Enrolment = field(init=False)
    sign_in: OperatorSignIn = field(init=False)
    reauthentication: Reauthentication = field(init=False)
    secrets: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.moments = MemoryMoments(self.clock)
        self.sessions = OperatorSessions(self.moments, Cookies(secure=True), Admin())
        proofs = Proofs(
            PasswordHashing(QUICK),
            Ceremonies(self.moments, Party(ISSUER, "Genkan")),
            MasterKey(b"m" * 32),
        )
        log = SignInLog(AuditLog(self.records, KEYED_HASH), KEYED_HASH)
        lockout = Lockout(self.moments, KEYED_HASH)
        self.sign_in = OperatorSignIn(self.records, proofs, lockout, log)
        self.reauthentication = Reauthentication(self.records, proofs, lockout, log)
        self.enrolment = Enrolment(
            self.records, self.moments, KEYED_HASH, proofs, log, self.sessions
        )

    @property
    def now(self) -> datetime:
        return self.clock.now

    async def link(self, operator: Operator) -> str:
        """An invitation's token."""
        async with self.records.writing() as connection:
            return await make_invitation(
                connection, KEYED_HASH, operator.operator_id, DAY, self.now
            )

    async def with_password(self, login_name: str = "hanako") -> Operator:
        """Somebody who set a password and codes; half a minute later, when the next code counts."""
        token = await self.link(await invited(self.records, login_name))
        offered = await self.enrolment.offer_secret(token, self.now)
        assert offered is not None
        self.secrets[login_name] = offered.secret
        code = self.code(login_name)
        enrolled = await self.enrolment.with_password(token, PASSWORD, code, HERE, self.now)
        assert isinstance(enrolled, Operator)
        self.clock.forward(seconds=30)
        return enrolled

    async def with_passkey(self, login_name: str = "hanako") -> tuple[Operator, Authenticator]:
        authenticator = Authenticator(ISSUER)
        token = await self.link(await invited(self.records, login_name))
        options = await self.enrolment.passkey_options(token, self.now)
        assert options is not None
        enrolled = await self.enrolment.with_passkey(
            token, authenticator.create(options), "鍵", HERE, self.now
        )
        assert isinstance(enrolled, Operator)
        return enrolled, authenticator

    def code(self, login_name: str = "hanako") -> str:
        """What the authenticator app shows now."""
        return pyotp.TOTP(self.secrets[login_name]).at(self.now)

    async def password(
        self, password: str = PASSWORD, login_name: str = "hanako", arrival: Arrival = HERE
    ) -> HalfSession | Refused:
        return await self.sign_in.with_password(login_name, password, arrival, self.now)

    async def passkey(
        self, authenticator: Authenticator, holder: str = BROWSER
    ) -> Authenticated | Refused:
        answer = authenticator.get(await self.sign_in.passkey_options(BROWSER))
        return await self.sign_in.with_passkey(answer, holder, HERE, self.now)

    async def row(self, operator: Operator) -> Any:
        query = sa.select(operators).where(operators.c.operator_id == operator.operator_id)
        async with self.records.reading() as connection:
            return (await connection.execute(query)).one()

    async def log(self) -> list[Any]:
        """What the authentication log says, oldest first; the enrolments are left out."""
        query = sa.select(log_entries).where(log_entries.c.deed != "operator.enrolled")
        async with self.records.reading() as connection:
            return list(await connection.execute(query.order_by(log_entries.c.entry_id)))

    async def told(self) -> list[tuple[str, str | None]]:
        """Each entry's deed and reason."""
        return [(entry.deed, entry.detail.get("reason")) for entry in await self.log()]


def request_with(response: Response | None = None) -> Request:
    """From a browser that keeps the cookie of that answer."""
    headers = []
    if response is not None:
        cookie = response.headers["set-cookie"].partition(";")[0]
        headers.append((b"cookie", cookie.encode()))
    return Request({"type": "http", "method": "GET", "path": "/", "headers": headers})


def changed(answer: str, **response: str) -> str:
    """The passkey's answer with other parts."""
    found = json.loads(answer)
    found["response"] = {**found["response"], **response}
    return json.dumps(found)


def suspended(operator: Operator) -> sa.Update:
    return (
        operators.update()
        .where(operators.c.operator_id == operator.operator_id)
        .values(state="suspended")
    )
