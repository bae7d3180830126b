"""What a resident does at a screen."""

from playwright.sync_api import Page

from gateway.demo.town import RESIDENTS
from gateway.demo.world import World
from tests.browser.screen import Screen


class ResidentAtScreen(Screen):
    def __init__(self, world: World, card_id: str, page: Page) -> None:
        super().__init__(world, page)
        self.card = next(resident for resident in RESIDENTS if resident.card_id == card_id)

    def enter(self, service_address: str) -> None:
        self.page.goto(f"{service_address}/")
        self.page.locator("a[href='/signin']").click()

    def choose(self, purpose: str) -> None:
        """On the sign-in page: `sign_in` or `registration`; then the card, at the reader agent."""
        self.page.locator(f"form:has(input[value={purpose}]) button").click()
        self.page.locator(f"a[href*='/cards/{self.card.card_id}']").click()

    def type_pin(self, pin: str | None = None) -> None:
        if self.page.locator("#signature_pin").count():
            self.page.fill("#signature_pin", self.card.signature_password)
        self.page.fill("#authentication_pin", pin or self.card.authentication_pin)
        self.page.locator("form[data-once] button[type=submit].button").click()

    def press_on(self) -> None:
        """Where scripts do not run: the buttons that carry the card's answer back."""
        for _ in range(2):
            self.page.locator("form[data-submit] button").click()

    def agree_if_asked(self) -> None:
        if self.wait_for("/consent", "/") == "/consent":
            self.page.locator("button[value=agree]").click()
            self.wait_for("/")

    def claim(self, name: str) -> str:
        return self.page.locator(f"[data-claim={name}]").inner_text()
