"""A whole visit, from the service's button to the sign-out: the log tells it all, and no secret."""

from urllib.parse import parse_qsl, urlsplit

import httpx2
import pytest

from gateway.virtual.card import VirtualCard
from tests.login.visitor import OWN_FORM, Visitor, handover, read
from tests.support.gateway import ALL_SCOPES, ISSUER, Gateway
from tests.support.log import log_text, logged
from tests.support.relying_party import RelyingParty, redirected
from tests.support.town import HANAKO, Town, signed_fields

pytestmark = pytest.mark.anyio

BYE = "https://health.example.test/bye"
LOCAL_ID = "H-20261121"
# Words that are in an entry for what they mean.
PLAIN = {"health", "registration", "card", "consent", "signed", ALL_SCOPES}


class Walk:
    """Goes through it, and keeps everything that is handed about on the way."""

    def __init__(self, gateway: Gateway, health: RelyingParty, visitor: Visitor) -> None:
        self.gateway, self.health, self.visitor = gateway, health, visitor
        self.seen: set[str] = {health.verifier, *health.credentials[1:]}

    async def whole(self, card: VirtualCard) -> None:
        code = await self.sign_in(card)
        tokens = await self.tokens(await self.health.redeem(code))
        await self.use(tokens["access_token"])
        refreshed = await self.tokens(await self.health.refresh(tokens["refresh_token"]))
        query = {"id_token_hint": refreshed["id_token"], "post_logout_redirect_uri": BYE}
        self.keep(await self.visitor.browser.get("/logout", params=query))
        await self.health.refresh(tokens["refresh_token"])
        await self.health.redeem(code)

    async def sign_in(self, card: VirtualCard) -> str:
        """Registers on the way, and agrees."""
        browser = self.visitor.browser
        asked = await self.health.authorize(browser)
        self.keep(asked)
        page = await self.visitor.open(asked.headers["location"])
        form = handover(page, "registration")
        answer = signed_fields(card, form.fields, ISSUER)
        self.seen |= {*form.fields.values(), *answer.values()}
        back = await self.visitor.bring(form, answer)
        self.keep(back)
        to_consent = await browser.get(back.headers["location"])
        self.keep(to_consent)
        consent = read(await browser.get(to_consent.headers["location"]))
        task = next(form for form in consent.forms if "task" in form.fields)
        data = {**task.fields, "decision": "agree"}
        agreed = await browser.post("/consent", data=data, headers=OWN_FORM)
        self.keep(agreed)
        done = await browser.get(agreed.headers["location"])
        self.keep(done)
        return redirected(done)["code"]

    async def tokens(self, answer: httpx2.Response) -> dict[str, str]:
        assert answer.status_code == 200, answer.text
        self.seen |= {str(answer.json()[n]) for n in ("access_token", "id_token", "refresh_token")}
        return dict(answer.json())

    async def use(self, access_token: str) -> None:
        claims = (await self.health.call("GET", "/userinfo", access_token)).json()
        self.seen |= {str(value) for value in (*claims.values(), *claims["address"].values())}
        body = {"local_id": LOCAL_ID}
        await self.health.call("PUT", "/link", access_token, json=body)
        self.seen.add(LOCAL_ID)

    def keep(self, answer: httpx2.Response) -> None:
        """What stood in addresses and cookies."""
        for url in (str(answer.url), answer.headers.get("location", "")):
            self.seen |= {url, *(value for _, value in parse_qsl(urlsplit(url).query))}
            self.seen.add(urlsplit(url).path.rpartition("/")[2])
        for cookie in self.visitor.browser.cookies.jar:
            self.seen.add(cookie.value or "")


@pytest.fixture
async def walk(gateway: Gateway, health: RelyingParty, town: Town) -> Walk:
    async with gateway.browser() as browser:
        walk = Walk(gateway, health, Visitor(gateway, browser))
        await walk.whole(town.card(HANAKO, gateway.clock()))
    return walk


async def test_a_whole_visit_is_in_the_log(gateway: Gateway, walk: Walk) -> None:
    entries = await logged(gateway)
    assert [entry.deed for entry in entries] == [
        "resident.registered",
        "consent.given",
        "service.signed_in",
        "link.made",
        "resident.signed_out",
        "grant.reuse_detected",
    ]
    assert len({entry.resident for entry in entries}) == 1
    assert len({entry.origin.request_id for entry in entries}) == len(entries)
    assert {entry.tenant_id for entry in entries[1:]} == {"hanasaki"}


async def test_none_of_its_secrets_is(gateway: Gateway, walk: Walk) -> None:
    text = await log_text(gateway)
    for secret in walk.seen - PLAIN:
        assert secret not in text, secret


async def test_the_walk_has_seen_what_to_look_for(gateway: Gateway, walk: Walk) -> None:
    request = walk.health.authorization_request()
    for name in ("state", "nonce", "code_challenge", "redirect_uri"):
        assert request[name] in walk.seen
    for secret in (gateway.secrets["health"], HANAKO.name, HANAKO.address, BYE, LOCAL_ID):
        assert secret in walk.seen
    assert len(walk.seen - PLAIN) > 40
