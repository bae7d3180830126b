"""Operators at the door of a gateway of tests: registered, acknowledged and signed in."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import httpx2
import sqlalchemy as sa
from starlette.requests import Request
from starlette.responses import Response

from gateway.audit.model import Entry
from gateway.operators.model import Operator, OperatorState, Role
from gateway.operators.records import operators
from gateway.operators.registry import acknowledge_notice, find_operator, invite
from gateway.operators.rules import NewOperator
from gateway.operators.sessions import Method, OperatorSessions
from gateway.tenants.allow_lists import add_network
from gateway.tenants.registry import create_tenant
from gateway.web.cookies import Cookies
from tests.support.gateway import ISSUER, Gateway
from tests.support.log import logged

HALL = "203.0.113.9"
"""The town hall: where operators of these tests sit."""
API = "/admin/api/v1"


@dataclass(slots=True)
class Office:
    """A gateway whose platform and tenants may be administered from the town hall."""

    gateway: Gateway

    async def tenant(self, tenant_id: str) -> None:
        async with self.gateway.provider.records.writing() as connection:
            await create_tenant(connection, tenant_id, "町", "Town", self.gateway.clock())
        await self.allow(tenant_id)

    async def allow(self, tenant_id: str | None, network: str = HALL) -> None:
        async with self.gateway.provider.records.writing() as connection:
            await add_network(connection, tenant_id, network, "", self.gateway.clock())
        self.gateway.clock.forward(seconds=6)

    async def operator(
        self,
        role: Role = Role.ADMINISTRATOR,
        tenant_id: str | None = None,
        login_name: str | None = None,
        *,
        acknowledged: bool = True,
    ) -> Operator:
        """Active; as if they had set their credentials."""
        now = self.gateway.clock()
        login_name = login_name or f"{role}@{tenant_id or 'platform'}"
        new = NewOperator(login_name, f"{role}", "総務課", role, tenant_id)
        async with self.gateway.provider.records.writing() as connection:
            operator = await invite(connection, new, now)
            own = operators.c.operator_id == operator.operator_id
            active = sa.update(operators).where(own).values(state=OperatorState.ACTIVE)
            await connection.execute(active)
            if acknowledged:
                await acknowledge_notice(connection, operator.operator_id, now)
            found = await find_operator(connection, operator.operator_id)
        assert found is not None
        return found

    @asynccontextmanager
    async def at_desk(
        self, operator: Operator, address: str = HALL
    ) -> AsyncIterator[httpx2.AsyncClient]:
        """Signed in, at an address."""
        async with self.browser(address) as browser:
            await self.sign_in(browser, operator)
            yield browser

    def browser(self, address: str = HALL) -> httpx2.AsyncClient:
        """As a browser does, it says from which page of ours a form comes."""
        browser = self.gateway.browser(address)
        browser.headers["Origin"] = ISSUER
        return browser

    async def sign_in(self, browser: httpx2.AsyncClient, operator: Operator) -> None:
        provider, response = self.gateway.provider, Response()
        sessions = OperatorSessions(provider.moments, Cookies(secure=True), provider.settings.admin)
        await sessions.open(
            Request({"type": "http", "headers": [], "method": "GET", "path": "/"}),
            response,
            operator.operator_id,
            Method.PASSKEY,
            self.gateway.clock(),
        )
        name, _, value = response.headers["set-cookie"].partition(";")[0].partition("=")
        browser.cookies.set(name, value, domain="id.example.test")

    async def log(self, deed: str) -> list[Entry]:
        return await logged(self.gateway, deed)


def no_longer_fresh(office: Office) -> None:
    """So long after the sign-in that a dangerous deed asks again."""
    office.gateway.clock.forward(minutes=6)
