"""The whole journey by plain HTTP, step by step: what `genkan demo --check` walks."""

from collections.abc import Callable
from datetime import timedelta

from gateway.clock import system_clock
from gateway.demo.local_http import local_client
from gateway.demo.relying_party import RelyingParty
from gateway.demo.town import HEALTH, POINTS, RESIDENTS
from gateway.demo.visitor import Unexpected, Visitor, expect, expect_failure, expect_mark
from gateway.demo.world import World

HANAKO, SABURO, MIDORI = RESIDENTS
Step = tuple[str, Callable[[], None]]


class Journey:
    """Hanako's way, with others crossing it. Later steps build on earlier ones."""

    def __init__(self, world: World, hanako: Visitor) -> None:
        self._world = world
        self._hanako = hanako
        self._sub_at_health = ""
        self._sub_at_points = ""

    def steps(self) -> tuple[Step, ...]:
        return (
            ("the metadata names this issuer and its keys", self.metadata),
            ("a good card that nobody registered is offered registration", self.unregistered),
            ("Hanako registers with both certificates and agrees", self.register),
            ("she enters the second service without a PIN", self.single_sign_on),
            ("the two services know her by different subjects", self.pairwise),
            ("both services link their own ID", self.link),
            ("somebody else's local ID is refused", self.stolen_local_id),
            ("tokens are refreshed", self.refresh),
            ("a refresh token used twice ends its family", self.refresh_reuse),
            ("a code used twice ends what it bought", self.code_reuse),
            ("she signs out, and the next service asks again", self.sign_out),
            ("she signs in with the PIN alone and is the same", self.sign_in_again),
            ("a wrong PIN says how many tries remain", self.wrong_pin),
            ("Midori has moved: her signature certificate is refused", self.revoked),
            ("with the PIN she gets on, and nobody is told the former address", self.moved),
            ("a stale revocation list is never taken for good", self.stale),
            ("with a fresh list it works again", self.fresh),
        )

    def metadata(self) -> None:
        with local_client() as http:
            found = http.get(f"{self._world.issuer}/.well-known/openid-configuration").json()
            expect(found["issuer"], self._world.issuer)
            keys = http.get(found["jwks_uri"]).json()["keys"]
        signing = {key["alg"] for key in keys if key["use"] == "sig"}
        expect(signing, set(found["id_token_signing_alg_values_supported"]))

    def unregistered(self) -> None:
        with Visitor(self._world) as somebody:
            page = somebody.sign_in(self._world.health, HANAKO)
            expect_failure(page, "not_registered", 403)

    def register(self) -> None:
        page = self._hanako.register(self._world.health, HANAKO)
        expect_mark(page, "name", HANAKO.person.name)
        expect_mark(page, "birthdate", HANAKO.person.birth_date.isoformat())
        expect_mark(page, "name_substituted", "false")
        self._sub_at_health = page.marks["sub"]

    def single_sign_on(self) -> None:
        page = self._hanako.agree(self._hanako.enter(self._world.points))
        expect_mark(page, "address", HANAKO.person.address)
        expect_mark(page, "address_substituted", "false")
        self._sub_at_points = page.marks["sub"]

    def pairwise(self) -> None:
        if self._sub_at_health == self._sub_at_points:
            raise Unexpected("the two services were told the same subject")

    def link(self) -> None:
        for address, service in ((self._world.health, HEALTH), (self._world.points, POINTS)):
            page = self._hanako.browser.open(f"{address}/")
            local_id = service.example_local_id
            page = self._hanako.browser.submit(page, page.form("/link"), local_id=local_id)
            expect_mark(page, "local_id", local_id)

    def stolen_local_id(self) -> None:
        with Visitor(self._world) as saburo:
            page = saburo.register(self._world.health, SABURO)
            expect_mark(page, "name_substituted", "true")
            stolen = HEALTH.example_local_id
            page = saburo.browser.submit(page, page.form("/link"), local_id=stolen)
            expect((page.status, page.marks.get("notice")), (409, "service_link_taken"))

    def refresh(self) -> None:
        page = self._hanako.browser.open(f"{self._world.health}/")
        for _ in range(2):
            page = self._hanako.browser.submit(page, page.form("/refresh"))
            expect_mark(page, "notice", "service_refreshed")
        expect_mark(page, "sub", self._sub_at_health)

    def refresh_reuse(self) -> None:
        with RelyingParty(self._world) as service:
            bought = service.redeem(*service.code_for(self._hanako)).json()
            renewed = service.refresh(bought["refresh_token"]).json()
            reused = service.refresh(bought["refresh_token"])
            expect((reused.status_code, reused.json()["error"]), (400, "invalid_grant"))
            expect(service.refresh(renewed["refresh_token"]).status_code, 400)
            expect(service.userinfo(renewed["access_token"]).status_code, 401)

    def code_reuse(self) -> None:
        with RelyingParty(self._world) as service:
            code, verifier = service.code_for(self._hanako)
            bought = service.redeem(code, verifier).json()
            expect(service.userinfo(bought["access_token"]).status_code, 200)
            expect(service.redeem(code, verifier).json()["error"], "invalid_grant")
            expect(service.userinfo(bought["access_token"]).status_code, 401)

    def sign_out(self) -> None:
        page = self._hanako.browser.open(f"{self._world.health}/")
        page = self._hanako.browser.submit(page, page.form("/signout"))
        expect(page.where, f"{self._world.health}/ (200)")
        page = self._hanako.enter(self._world.points)
        expect((page.path, page.status), ("/login", 200))

    def sign_in_again(self) -> None:
        page = self._hanako.sign_in(self._world.health, HANAKO)
        expect_mark(page, "sub", self._sub_at_health)
        expect_mark(page, "local_id", HEALTH.example_local_id)

    def wrong_pin(self) -> None:
        with Visitor(self._world) as saburo:
            page = saburo.enter(self._world.health)
            page = saburo.choose_card(page, SABURO, "sign_in")
            page = saburo.type_pin(page, SABURO, authentication_pin="0000")
            remaining = page.form(SABURO.card_id).fields["authentication_tries"]
            expect((page.status, remaining), (422, "2"))
            pin = SABURO.authentication_pin
            page = saburo.carry_back(saburo.type_pin(page, SABURO, authentication_pin=pin))
            expect_mark(page, "name_substituted", "true")

    def revoked(self) -> None:
        with Visitor(self._world) as midori:
            page = midori.register(self._world.health, MIDORI)
            expect_failure(page, "moved", 403)

    def moved(self) -> None:
        with Visitor(self._world) as midori:
            page = midori.sign_in(self._world.health, MIDORI)
            expect((page.path, page.status), ("/login/reproof", 200))
            page = midori.agree(midori.browser.submit(page, page.form("/login/reproof")))
            expect_mark(page, "birthdate", MIDORI.person.birth_date.isoformat())
            expect_mark(page, "attributes_changed", "true")
            expect({"name", "address"} & page.marks.keys(), set())

    def stale(self) -> None:
        now = system_clock()
        self._world.publish_crls(now - timedelta(days=2), next_update=now - timedelta(days=1))
        with Visitor(self._world) as hanako:
            page = hanako.sign_in(self._world.health, HANAKO)
            expect_failure(page, "could_not_ask", 503)

    def fresh(self) -> None:
        self._world.publish_crls(system_clock())
        with Visitor(self._world) as hanako:
            page = hanako.sign_in(self._world.health, HANAKO)
            expect_mark(page, "sub", self._sub_at_health)
