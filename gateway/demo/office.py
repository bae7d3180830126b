"""Somebody at the operators' console: signs in as a browser does, then speaks to the API."""

from typing import Any

import httpx2

from gateway.demo.browser import Browser, Page
from gateway.demo.town import DemoOperator
from gateway.demo.visitor import Unexpected, expect
from gateway.demo.world import World

_API = "/admin/api/v1"


class OperatorAtDesk:
    """With a browser of their own."""

    def __init__(self, world: World, browser: Browser) -> None:
        self._world = world
        self._browser = browser

    def sign_in(self, operator: DemoOperator) -> Page:
        """A password, then the code that the operator's authenticator shows."""
        page = self._browser.open(f"{self._world.console}/")
        expect((page.path, page.status), ("/admin/sign-in", 200))
        page = self._browser.submit(
            page,
            page.form("/admin/sign-in"),
            login_name=operator.login_name,
            password=operator.password,
        )
        expect(page.where, f"{self._world.console}/sign-in/code (200)")
        code = self._browser.open(self._world.authenticator).marks[operator.login_name]
        return self._browser.submit(page, page.form("/admin/sign-in/code"), code=code)

    def acknowledge_notice(self) -> None:
        self.change("POST", "/me/notice", 200, {"training_received": "yes"})

    def read(self, path: str, status: int = 200) -> Any:
        answer = self._ask("GET", path)
        _expect_status(answer, status)
        return answer.json()

    def change(
        self,
        method: str,
        path: str,
        status: int,
        body: object = None,
        *,
        version: int | None = None,
    ) -> Any:
        """`version`: of what is changed, where it is there already."""
        headers = {} if version is None else {"If-Match": f'"{version}"'}
        answer = self._ask(method, path, body, headers)
        _expect_status(answer, status)
        return answer.json()

    def _ask(
        self,
        method: str,
        path: str,
        body: object = None,
        headers: dict[str, str] | None = None,
    ) -> httpx2.Response:
        url = f"{self._world.issuer}{_API}{path}"
        return self._browser.ask(method, url, json=body, headers=headers or {})


def _expect_status(answer: httpx2.Response, status: int) -> None:
    """A problem says which it is, and none of its words is anybody's data."""
    if answer.status_code != status:
        raise Unexpected(f"expected {status}, found {answer.status_code}: {answer.text[:200]}")
