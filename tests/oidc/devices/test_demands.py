"""What a service registered as its demand of every sign-in is demanded at kiosks and counters too
(OpenID Connect Dynamic Registration §2)."""

import pytest

from tests.oidc.devices.parts import COUNTER, KIOSK, LOCAL_ID, AtHome, Counter, Kiosk
from tests.oidc.devices.waiting_list import only_question
from tests.support.gateway import ACR_STRONG, Gateway
from tests.support.relying_party import RelyingParty

pytestmark = pytest.mark.anyio
A_WHILE = 600


async def test_a_kiosk_takes_no_sign_in_that_is_too_long_ago(
    gateway: Gateway, hanako: AtHome
) -> None:
    client = await gateway.service("kiosk", **KIOSK, default_max_age=A_WHILE)
    kiosk = Kiosk(RelyingParty(gateway, client))
    gateway.clock.forward(seconds=A_WHILE)
    await kiosk.ask()
    path = await hanako.find(kiosk.user_code)
    assert (await hanako.browser.get(path)).status_code == 200
    gateway.clock.forward(seconds=1)
    assert (await hanako.browser.get(path)).headers["location"].startswith("/login?task=")
    assert (await hanako.decide(path)).headers["location"].startswith("/login?task=")
    assert (await kiosk.poll()).json()["error"] == "authorization_pending"
    await gateway.sign_in(hanako.browser, hanako.resident)
    assert (await hanako.decide(path)).headers["location"] == "/device/agreed"


async def test_a_kiosk_asks_for_the_means_it_is_registered_with(
    gateway: Gateway, hanako: AtHome
) -> None:
    client = await gateway.service("kiosk", **KIOSK, default_acr_values=(ACR_STRONG,))
    kiosk = Kiosk(RelyingParty(gateway, client))
    gateway.clock.forward(seconds=1)
    await kiosk.ask()
    path = await hanako.find(kiosk.user_code)
    assert (await hanako.browser.get(path)).headers["location"].startswith("/login?task=")
    await gateway.sign_in(hanako.browser, hanako.resident, ACR_STRONG)
    assert (await hanako.browser.get(path)).status_code == 200


async def test_a_counter_does_as_well(gateway: Gateway, hanako: AtHome) -> None:
    client = await gateway.service("counter", **COUNTER, default_max_age=A_WHILE)
    resident_id, now = hanako.resident.resident_id, gateway.clock()
    await gateway.provider.links.put("counter", resident_id, LOCAL_ID, now)
    counter = Counter(RelyingParty(gateway, client))
    gateway.clock.forward(seconds=A_WHILE + 1)
    await counter.ask()
    sent = await hanako.decide(await only_question(hanako))
    assert sent.headers["location"].startswith("/login?task=")
    assert (await counter.poll()).json()["error"] == "authorization_pending"
