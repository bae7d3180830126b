"""A client that cannot prove itself is in the log: enough to be seen, too little to fill it."""

import httpx2
import pytest

from gateway.audit.model import Entry, LogKind, Origin, Outcome
from tests.support.gateway import NOW, Gateway
from tests.support.log import break_log, log_text, logged
from tests.support.relying_party import RelyingParty

pytestmark = pytest.mark.anyio

REFUSED = "client authentication failed"
WRONG = "wrong"


async def knock(
    gateway: Gateway, client_id: str, secret: str = WRONG, *, address: str = "192.0.2.1"
) -> httpx2.Response:
    """At /token, from this address."""
    async with gateway.browser(address) as http:
        form = {"grant_type": "client_credentials"}
        return await http.post("/token", data=form, auth=(client_id, secret))


async def test_a_wrong_secret_is_one_entry(gateway: Gateway, health: RelyingParty) -> None:
    answer = await knock(gateway, "health")
    assert answer.status_code == 401
    assert await logged(gateway) == [
        Entry(
            NOW,
            LogKind.AUTHENTICATION,
            "client.refused",
            Outcome.REFUSED,
            Origin("unknown", "192.0.2.1", answer.headers["x-request-id"]),
            tenant_id="hanasaki",
            client_id="health",
            detail={"reason": REFUSED},
        )
    ]


async def test_the_right_secret_is_none(gateway: Gateway, health: RelyingParty) -> None:
    assert (await knock(gateway, *health.credentials)).status_code == 400  # not its grant type
    assert await logged(gateway) == []


async def test_nobody_we_know_is_not_named(gateway: Gateway, health: RelyingParty) -> None:
    await knock(gateway, "=HYPERLINK(1)<script>", "a-password-of-somewhere-else")
    (entry,) = await logged(gateway)
    assert (entry.tenant_id, entry.client_id) == (None, None)
    assert entry.detail == {"reason": REFUSED}
    text = await log_text(gateway)
    for secret in ("HYPERLINK", "a-password-of-somewhere-else"):
        assert secret not in text


async def test_a_flood_is_an_entry_a_minute(gateway: Gateway, health: RelyingParty) -> None:
    for _ in range(5):
        assert (await knock(gateway, "health")).status_code == 401
    assert len(await logged(gateway)) == 1
    gateway.clock.forward(seconds=60)
    await knock(gateway, "health")
    assert len(await logged(gateway)) == 2


async def test_made_up_names_are_a_flood_too(gateway: Gateway, health: RelyingParty) -> None:
    for number in range(5):
        assert (await knock(gateway, f"nobody-{number}")).status_code == 401
    assert len(await logged(gateway)) == 1


async def test_one_client_or_address_hides_no_other(
    gateway: Gateway, health: RelyingParty, points: RelyingParty
) -> None:
    for client_id, address in (
        ("health", "192.0.2.1"),
        ("points", "192.0.2.1"),
        ("health", "192.0.2.2"),
        ("health", "2001:db8:0:1::1"),
        ("health", "2001:db8:0:1::2"),  # the one before, as far as anybody can tell
        ("health", "2001:db8:0:2::1"),
    ):
        await knock(gateway, client_id, address=address)
    found = [(entry.client_id, entry.origin.address) for entry in await logged(gateway)]
    assert found == [
        ("health", "192.0.2.1"),
        ("points", "192.0.2.1"),
        ("health", "192.0.2.2"),
        ("health", "2001:db8:0:1::1"),
        ("health", "2001:db8:0:2::1"),
    ]


@pytest.mark.parametrize("path", ["/token", "/introspect", "/revoke"])
async def test_every_door_of_clients_tells(
    gateway: Gateway, health: RelyingParty, path: str
) -> None:
    async with gateway.browser() as http:
        answer = await http.post(path, data={"token": "x"}, auth=("health", WRONG))
        assert answer.status_code == 401
        assert (await http.post(path, data={"token": "x"})).status_code == 401  # and no name
    first, second = await logged(gateway, "client.refused")
    assert (first.client_id, second.client_id) == ("health", None)
    assert second.detail == {"reason": "client authentication is missing"}


async def test_without_the_log_nobody_is_told_why(gateway: Gateway, health: RelyingParty) -> None:
    await break_log(gateway)
    assert (await knock(gateway, "health")).status_code == 500
