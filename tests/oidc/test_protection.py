"""Guessing becomes slow, for the guesser alone: nobody else waits, and operators are told."""

import httpx2
import pytest

from gateway.oidc.clients.attempts import CLIENTS
from gateway.oidc.registration.attempts import REGISTRATIONS
from gateway.oidc.tokens.refusals import ACCESS_TOKEN, PUBLIC_GRANT
from tests.support.developer import developer
from tests.support.gateway import Gateway
from tests.support.log import log_text, logged
from tests.support.relying_party import RelyingParty

pytestmark = pytest.mark.anyio
ATTACKER, PROXY = "203.0.113.66", "192.0.2.80"
FREE = CLIENTS.of_client.backoff.free
FREE_OF_ADDRESS = CLIENTS.of_address.backoff.free
INVALID_CLIENT, TOO_MANY = (401, "invalid_client"), (429, "temporarily_unavailable")
"""Of whoever is looked at, and of whoever has to wait."""


async def ask(
    gateway: Gateway, client_id: str, secret: str | None = None, address: str = PROXY
) -> httpx2.Response:
    """About a token, by the client's own secret or another one."""
    async with gateway.browser(address) as http:
        auth = (client_id, gateway.secrets[client_id] if secret is None else secret)
        return await http.post("/introspect", data={"token": "x"}, auth=auth)


def told(answer: httpx2.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["error"]


async def guess(
    gateway: Gateway, times: int, client_id: str = "health", address: str = ATTACKER
) -> list[tuple[int, str]]:
    return [told(await ask(gateway, client_id, "wrong", address)) for _ in range(times)]


async def test_after_a_few_wrong_secrets_the_next_one_waits(
    gateway: Gateway, health: RelyingParty
) -> None:
    assert await guess(gateway, FREE + 2) == [INVALID_CLIENT] * (FREE + 1) + [TOO_MANY]
    held = await ask(gateway, "health", "wrong", ATTACKER)
    assert held.headers["retry-after"] == "1"
    assert held.headers["cache-control"] == "no-store"


async def test_each_further_one_waits_twice_as_long_up_to_a_minute(
    gateway: Gateway, health: RelyingParty
) -> None:
    await guess(gateway, FREE + 1)
    waits = []
    for _ in range(8):
        held = await ask(gateway, "health", "wrong", ATTACKER)
        waits.append(int(held.headers["retry-after"]))
        gateway.clock.forward(seconds=waits[-1])
        assert told(await ask(gateway, "health", "wrong", ATTACKER)) == INVALID_CLIENT
    assert waits == [1, 2, 4, 8, 16, 32, 60, 60]


async def test_even_the_right_secret_waits_there(gateway: Gateway, health: RelyingParty) -> None:
    """Else the wait would tell which one is right."""
    await guess(gateway, FREE + 1)
    assert told(await ask(gateway, "health", address=ATTACKER)) == TOO_MANY
    gateway.clock.forward(seconds=1)
    assert (await ask(gateway, "health", address=ATTACKER)).status_code == 200


async def test_an_attacker_at_another_address_does_not_lock_the_service_out(
    gateway: Gateway, health: RelyingParty
) -> None:
    await guess(gateway, 5 * FREE)
    assert told(await ask(gateway, "health", address=ATTACKER)) == TOO_MANY
    assert (await ask(gateway, "health", address=PROXY)).status_code == 200


async def test_many_attackers_at_many_addresses_do_not_either(
    gateway: Gateway, health: RelyingParty
) -> None:
    for number in range(20):
        await guess(gateway, FREE + 2, address=f"203.0.113.{number}")
    assert (await ask(gateway, "health", address=PROXY)).status_code == 200


async def test_of_many_services_behind_one_proxy_the_one_that_fails_waits_alone(
    gateway: Gateway, health: RelyingParty, points: RelyingParty
) -> None:
    for _ in range(30):
        await guess(gateway, FREE, address=PROXY)
        gateway.clock.forward(seconds=1)
    assert told(await ask(gateway, "health")) == TOO_MANY
    assert (await ask(gateway, "points")).status_code == 200


async def test_a_service_that_is_gone_and_goes_on_asking_holds_none_that_is_there(
    gateway: Gateway, health: RelyingParty
) -> None:
    found = await guess(gateway, FREE + 2, "deleted-long-ago", PROXY)
    assert found == [INVALID_CLIENT] * (FREE + 1) + [TOO_MANY]
    assert (await ask(gateway, "health")).status_code == 200


async def test_a_wait_does_not_tell_whether_there_is_such_a_client(
    gateway: Gateway, health: RelyingParty
) -> None:
    assert await guess(gateway, FREE + 2) == await guess(gateway, FREE + 2, "nobody")
    gateway.clock.forward(minutes=1)
    for number in range(FREE_OF_ADDRESS):
        await guess(gateway, 1, f"made-up-{number}")
    assert await guess(gateway, 1) == await guess(gateway, 1, "nobody else") == [TOO_MANY]


@pytest.mark.parametrize("client_id", ["", "x" * 10_000, "%00", "%0A", "%F0%9F%92%A9", "%ED%A0%80"])
async def test_what_no_client_can_be_called_is_counted_too(
    gateway: Gateway, health: RelyingParty, client_id: str
) -> None:
    assert await guess(gateway, FREE + 2, client_id) == [INVALID_CLIENT] * (FREE + 1) + [TOO_MANY]
    assert (await ask(gateway, "health", address=ATTACKER)).status_code == 200


async def test_a_success_does_not_wipe_what_somebody_else_did(
    gateway: Gateway, health: RelyingParty, points: RelyingParty
) -> None:
    """Who has one secret and guesses another one, in turns."""
    looked_at = 0
    for _ in range(3 * FREE):
        assert (await ask(gateway, "points", address=ATTACKER)).status_code == 200
        looked_at += (await guess(gateway, 1)) == [INVALID_CLIENT]
    assert looked_at == FREE + 1


async def test_who_tries_many_clients_from_one_address_waits_with_all_of_them(
    gateway: Gateway, health: RelyingParty
) -> None:
    names = [f"service-{number}" for number in range(FREE_OF_ADDRESS // FREE + 2)]
    for name in names:
        await gateway.service(name)
    assert (await ask(gateway, "health", address=ATTACKER)).status_code == 200
    for name in names[:-1]:
        await guess(gateway, FREE, name)
    assert await guess(gateway, 1, names[-1]) == [TOO_MANY]
    # One that had proven itself from there goes on, and so does everybody elsewhere.
    assert (await ask(gateway, "health", address=ATTACKER)).status_code == 200
    assert (await ask(gateway, names[-1], address=PROXY)).status_code == 200


async def test_whoever_waits_is_in_the_log_once_a_minute_and_nothing_they_sent(
    gateway: Gateway, health: RelyingParty
) -> None:
    await guess(gateway, 3 * FREE)
    [held] = await logged(gateway, "attempts.held")
    assert (held.client_id, held.tenant_id) == ("health", "hanasaki")
    assert (held.origin.actor, held.origin.address) == ("unknown", ATTACKER)
    assert held.detail == {"what": "client", "tries": str(FREE + 1)}
    assert len(await logged(gateway, "client.refused")) == 1
    assert "wrong" not in await log_text(gateway)


async def test_worthless_codes_never_hold_a_service_that_proved_itself(
    gateway: Gateway, health: RelyingParty
) -> None:
    """Anybody makes it bring one, at its callback."""
    for _ in range(3 * PUBLIC_GRANT.backoff.free):
        assert told(await health.redeem("made-up")) == (400, "invalid_grant")
    [refused] = await logged(gateway, "grant.refused")
    assert refused.client_id == "health"
    assert refused.detail == {
        "what": "authorization_code",
        "reason": "the code is unknown, used or expired",
    }
    assert await logged(gateway, "attempts.held") == []


async def test_a_public_client_that_guesses_codes_waits_where_it_is(gateway: Gateway) -> None:
    await gateway.service("app", token_endpoint_auth_method="none")
    form = {"grant_type": "refresh_token", "refresh_token": "made-up", "client_id": "app"}

    async def answers(address: str, times: int) -> set[tuple[int, str]]:
        async with gateway.browser(address) as http:
            return {told(await http.post("/token", data=form)) for _ in range(times)}

    free = PUBLIC_GRANT.backoff.free
    assert await answers(ATTACKER, free + 1) == {(400, "invalid_grant")}
    assert await answers(ATTACKER, 5) == {TOO_MANY}
    assert await answers(PROXY, 5) == {(400, "invalid_grant")}


async def test_worthless_access_tokens_are_noticed_and_hold_nobody(
    gateway: Gateway, health: RelyingParty
) -> None:
    """Anybody shows one to an API, which asks from its own address."""
    for _ in range(ACCESS_TOKEN.backoff.free + 5):
        assert told(await health.call("GET", "/userinfo", "made-up")) == (401, "invalid_token")
    [noticed] = await logged(gateway, "attempts.noticed")
    assert noticed.detail == {"what": "access_token", "tries": str(ACCESS_TOKEN.backoff.free + 1)}


async def test_guessed_registration_tokens_wait_and_good_ones_elsewhere_do_not(
    gateway: Gateway,
) -> None:
    program = await developer(gateway)
    async with gateway.browser(ATTACKER) as http:
        headers = {"Authorization": "Bearer made-up"}
        found = [
            told(await http.post("/register", json={}, headers=headers))
            for _ in range(REGISTRATIONS.of_client.backoff.free + 2)
        ]
    assert found == [(401, "invalid_token")] * (len(found) - 1) + [TOO_MANY]
    await program.registered()


async def test_refused_metadata_makes_no_developer_wait(gateway: Gateway) -> None:
    program = await developer(gateway, uses=1)
    for _ in range(2 * REGISTRATIONS.of_client.backoff.free):
        assert (await program.register(redirect_uris=["http://plain.example"])).status_code == 400
    await program.registered()


async def test_another_clients_token_is_told_of_at_both_doors(
    gateway: Gateway, health: RelyingParty, points: RelyingParty
) -> None:
    resident = await gateway.resident()
    async with gateway.browser() as browser:
        await gateway.sign_in(browser, resident)
        await gateway.consent(health.client, resident)
        token = (await health.tokens(browser))["access_token"]
    for path in ("/introspect", "/revoke"):
        gateway.clock.forward(seconds=60)
        assert (await points.post(path, {"token": token})).status_code == 200
    found = await logged(gateway, "token.refused")
    assert [one.client_id for one in found] == ["points", "points"]
    assert token not in await log_text(gateway)
    assert (await health.call("GET", "/userinfo", token)).status_code == 200


@pytest.mark.parametrize(
    ("changes", "known", "reason"),
    [
        ({"client_id": "nobody"}, None, "client_id is not known here"),
        (
            {"redirect_uri": "https://attacker.example/"},
            "health",
            "redirect_uri is not registered for this client_id",
        ),
    ],
)
async def test_a_request_that_nobody_could_be_told_about_is_in_the_log(
    gateway: Gateway,
    health: RelyingParty,
    changes: dict[str, str | None],
    known: str | None,
    reason: str,
) -> None:
    async with gateway.browser() as browser:
        for _ in range(3):
            assert (await health.authorize(browser, **changes)).status_code == 400
    [refused] = await logged(gateway, "authorization.refused")
    assert (refused.client_id, refused.detail) == (known, {"reason": reason})
    assert "attacker" not in await log_text(gateway)
