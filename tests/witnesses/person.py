"""Hanako at her browser, with her card: where a program sends her, and what comes back."""

import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Self

import httpx2

from gateway.demo.browser import Browser, Page
from gateway.demo.town import RESIDENTS
from gateway.demo.visitor import Visitor
from gateway.demo.world import World

HANAKO = RESIDENTS[0]


@dataclass(frozen=True, slots=True)
class Answer:
    """What the browser brings to the program: the address, or a form posted there."""

    url: str = field(repr=False)
    form: Mapping[str, str] | None = field(default=None, repr=False)


class Person:
    def __init__(self, world: World, ca_file: Path) -> None:
        self._browser = Browser(partial(trusting_client, ca_file))
        self._visitor = Visitor(world, self._browser)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._browser.close()

    def open(self, url: str) -> Page:
        return self._browser.open(url)

    def visit(self, url: str, redirect_uri: str, purpose: str = "sign_in") -> Answer:
        """From an authorization request to the answer, with the card where it is asked for."""
        self._browser.stops_at = redirect_uri
        page = self._signed_in(self._browser.open(url), purpose)
        page = self._visitor.agree(page)
        if page.url.startswith(redirect_uri):
            return Answer(page.url)
        form = page.form(redirect_uri)  # response_mode=form_post
        return Answer(redirect_uri, form.fields)

    def go_on(self, page: Page) -> Page:
        """Signs in and agrees, where a page that is no program's asks for it."""
        self._browser.stops_at = None
        return self._visitor.agree(self._signed_in(page))

    def answer_device(self, address: str) -> None:
        """At the address that a kiosk shows with its code in it: she sends the code, and agrees."""
        page = self.go_on(self.submit(self.open(address), "/device"))
        page = self._say_yes(page, "/device/")
        assert page.path == "/device/agreed", page.where

    def answer_counter(self, address: str, message: str) -> None:
        """Where counters ask: to the one whose words she reads."""
        page = self.go_on(self.open(address))
        assert message in page.text, page.where
        page = self._say_yes(page, "/approvals/")
        assert page.url.endswith("/approvals?told=agreed"), page.where

    def sign_out(self, issuer: str) -> Page:
        """At the front door itself."""
        return self.submit(self.open(f"{issuer}/logout"), "/logout")

    def submit(self, page: Page, action: str, **fields: str) -> Page:
        return self._browser.submit(page, page.form(action), **fields)

    def _say_yes(self, page: Page, path: str) -> Page:
        form = next(form for form in page.forms if form.action.startswith(path))
        return self.go_on(self._browser.submit(page, form, decision="agree"))

    def _signed_in(self, page: Page, purpose: str = "sign_in") -> Page:
        if not page.path.endswith("/login"):
            return page
        return self._visitor.use_card(page, HANAKO, purpose)


def trusting_client(ca_file: Path) -> httpx2.Client:
    context = ssl.create_default_context(cafile=str(ca_file))
    return httpx2.Client(timeout=10, trust_env=False, verify=context)
