"""What an operator does at the console, by its links and forms alone."""

import pyotp

from gateway.demo.town import DemoOperator
from tests.browser.screen import Screen

# As a phone or a laptop that asks for a fingerprint, and gets it.
_BUILT_IN = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


class OperatorAtScreen(Screen):
    def enrol_with_passkey(self, link: str) -> None:
        devtools = self.page.context.new_cdp_session(self.page)
        devtools.send("WebAuthn.enable")
        devtools.send("WebAuthn.addVirtualAuthenticator", {"options": _BUILT_IN})
        self.page.goto(link)
        form = self.page.locator("form[data-passkey=create]")
        form.locator("[name=name]").fill("窓口のパソコン")
        form.get_by_role("button").click()
        self.wait_for("/admin/notice")

    def enrol_with_password(self, link: str, password: str) -> None:
        self.page.goto(link)
        secret = "".join(self.page.locator(".secret").inner_text().split())
        self.send(
            "/password", password=password, password_again=password, code=pyotp.TOTP(secret).now()
        )
        self.wait_for("/admin/notice")

    def sign_in(self, operator: DemoOperator) -> None:
        """With the code that the demo's authenticator shows, in another tab."""
        self.page.goto(self.world.console)
        self.send("/admin/sign-in", login_name=operator.login_name, password=operator.password)
        self.wait_for("/admin/sign-in/code")
        phone = self.page.context.new_page()
        phone.goto(self.world.authenticator)
        code = phone.locator(f"[data-claim={operator.login_name}]").inner_text()
        phone.close()
        self.send("/admin/sign-in/code", code=code)
        self.wait_for("/admin/notice")

    def sign_out(self) -> None:
        self.send("/admin/sign-out")
        self.wait_for("/admin/sign-in")

    def sign_in_with_passkey(self) -> None:
        self.page.locator("form[data-passkey=get]").get_by_role("button").click()
        self.wait_for("/admin/overview")

    def acknowledge_notice(self) -> None:
        self.page.locator("[name=training_received]").check()
        self.send("/admin/notice")

    def go(self, path: str) -> None:
        """By a link of the page one is on."""
        self.page.locator(f"a[href='/admin/{path}']").first.click()
        self.wait_for(f"/admin/{path}")

    def send(self, action: str, **fields: str) -> None:
        """The form whose action ends so."""
        form = self.page.locator(f"form[method=post][action$='{action}']")
        for name, text in fields.items():
            form.locator(f"[name={name}]").fill(text)
        form.locator("button[type=submit]").click()

    def secret(self) -> str:
        """What this page shows once."""
        return self.page.locator(".secret").first.inner_text().strip()

    def places(self) -> list[str]:
        links = self.page.locator("nav.places a").all()
        return [link.get_attribute("href") or "" for link in links]
