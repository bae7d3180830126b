"""What a resident does on the way through the door: choose, type the PIN, carry back, agree."""

from types import TracebackType
from typing import Self

from gateway.demo.browser import Browser, Page
from gateway.demo.town import DemoResident
from gateway.demo.world import World


class Unexpected(Exception):  # noqa: N818 - it is what a step found
    """What was expected and what came, without anybody's data."""


class Visitor:
    """Somebody with a browser of their own."""

    def __init__(self, world: World, browser: Browser | None = None) -> None:
        self.world = world
        self.browser = browser or Browser()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.browser.close()

    def enter(self, service_address: str) -> Page:
        """As far as the service gets without the resident."""
        return self.browser.open(f"{service_address}/signin")

    def register(self, service_address: str, resident: DemoResident) -> Page:
        return self.agree(self.use_card(self.enter(service_address), resident, "registration"))

    def sign_in(self, service_address: str, resident: DemoResident) -> Page:
        return self.agree(self.use_card(self.enter(service_address), resident, "sign_in"))

    def choose_card(self, page: Page, resident: DemoResident, purpose: str) -> Page:
        """From the sign-in page to the reader agent's PIN page."""
        form = next(form for form in page.forms if form.fields.get("purpose") == purpose)
        page = self.browser.submit(page, form)
        return self.browser.open(page.resolve(page.link(f"/cards/{resident.card_id}")))

    def type_pin(self, page: Page, resident: DemoResident, **pins: str) -> Page:
        return self.browser.submit(page, page.form(f"/cards/{resident.card_id}"), **pins)

    def carry_back(self, page: Page) -> Page:
        """The agent's page posts to the gateway, and the gateway's page to itself."""
        page = self.browser.submit(page, page.form("/login/card/return"))
        return self.browser.submit(page, page.form("/login/card"))

    def agree(self, page: Page) -> Page:
        """Where the first visit asks; otherwise the page as it is."""
        if not page.path.endswith("/consent"):
            return page
        return self.browser.submit(page, page.form("/consent"), decision="agree")

    def use_card(self, page: Page, resident: DemoResident, purpose: str) -> Page:
        """From the sign-in page on to wherever it leads."""
        page = self.choose_card(page, resident, purpose)
        pins = {"authentication_pin": resident.authentication_pin}
        if purpose == "registration":
            pins["signature_pin"] = resident.signature_password
        return self.carry_back(self.type_pin(page, resident, **pins))


def expect(found: object, wanted: object) -> None:
    if found != wanted:
        raise Unexpected(f"expected {wanted!r}, found {found!r}")


def expect_mark(page: Page, name: str, wanted: str) -> None:
    if page.marks.get(name) != wanted:
        raise Unexpected(f"{page.where} does not show the expected {name}")


def expect_failure(page: Page, failure: str, status: int) -> None:
    expect((page.marks.get("failure"), page.status), (failure, status))
