"""private_key_jwt: the gateway gets itself an access token, keeps it, and tells nobody."""

import asyncio
import logging
from pathlib import Path
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from gateway.card.api import StatusValue
from plugins.verification_service import tokens
from tests.card.world import NOW
from tests.plugins.service_world import CLIENT_ID, ServiceWorld
from tests.support.throwaway_ca import pem

pytestmark = [pytest.mark.anyio, pytest.mark.servers]

GOOD, UNKNOWN = StatusValue.GOOD, StatusValue.UNKNOWN
NO_TOKEN = "the service failed: no access token: "


async def test_one_token_serves_many_questions(jwt_service: ServiceWorld) -> None:
    plugin = jwt_service.plugin(cache_seconds=0)
    for _ in range(3):
        assert (await jwt_service.status(plugin)).value is GOOD

    used = {asked.headers["authorization"] for asked in jwt_service.fake.asked}
    assert len(used) == 1
    assert len(jwt_service.tokens.assertions) == 1


async def test_many_questions_at_once_fetch_one_token(jwt_service: ServiceWorld) -> None:
    plugin = jwt_service.plugin()
    sign, auth = jwt_service.identity("sign"), jwt_service.identity("auth")
    await asyncio.gather(*(plugin.same_holder(sign, auth, NOW) for _ in range(10)))

    assert len(jwt_service.fake.asked) == 10
    assert len(jwt_service.tokens.assertions) == 1


async def test_the_assertion_is_short_lived_and_for_the_token_endpoint_alone(
    jwt_service: ServiceWorld,
) -> None:
    await jwt_service.status(jwt_service.plugin(assertion_key_id="key 1"))

    (assertion,) = jwt_service.tokens.assertions
    claims = jwt.decode(assertion, options={"verify_signature": False})
    assert claims.pop("jti")
    assert claims == {
        "iss": CLIENT_ID,
        "sub": CLIENT_ID,
        "aud": jwt_service.tokens.url,
        "iat": NOW.timestamp(),
        "exp": NOW.timestamp() + 60,
    }
    header = jwt.get_unverified_header(assertion)
    assert header == {"alg": "ES256", "typ": "JWT", "kid": "key 1"}


async def test_a_scope_is_asked_for_where_one_is_set(jwt_service: ServiceWorld) -> None:
    jwt_service.tokens.scope = "status linking"

    assert (await jwt_service.status(jwt_service.plugin(scope="status linking"))).value is GOOD
    assert (await jwt_service.status()).value is UNKNOWN


async def test_a_token_that_was_withdrawn_is_replaced_once(jwt_service: ServiceWorld) -> None:
    plugin = jwt_service.plugin(cache_seconds=0)
    await jwt_service.status(plugin)
    jwt_service.tokens.good_tokens.clear()

    assert (await jwt_service.status(plugin)).value is GOOD
    assert len(jwt_service.fake.asked) == 3
    assert len(jwt_service.tokens.assertions) == 2


async def test_a_service_that_takes_no_token_is_asked_twice_and_no_more(
    jwt_service: ServiceWorld,
) -> None:
    jwt_service.tokens.good_tokens = Forgetful()
    status = await jwt_service.status()

    assert (status.value, status.detail) == (
        UNKNOWN,
        "the service failed: it answers with HTTP 401",
    )
    assert len(jwt_service.fake.asked) == 2
    assert len(jwt_service.tokens.assertions) == 2


class Forgetful(set[str]):
    def add(self, element: str) -> None:
        """Whatever was granted is no good."""


@pytest.mark.parametrize(
    ("expires_in", "fetched"), [(tokens.MARGIN_SECONDS, 2), (None, 2), (0, 2), (-1, 2), (60, 1)]
)
async def test_a_token_is_used_until_shortly_before_its_end(
    jwt_service: ServiceWorld, expires_in: int | None, fetched: int
) -> None:
    jwt_service.tokens.expires_in = expires_in
    plugin = jwt_service.plugin(cache_seconds=0)
    for _ in range(2):
        assert (await jwt_service.status(plugin)).value is GOOD

    assert len(jwt_service.tokens.assertions) == fetched


async def test_an_ended_token_is_fetched_anew(jwt_service: ServiceWorld) -> None:
    jwt_service.tokens.expires_in = tokens.MARGIN_SECONDS + 1
    plugin = jwt_service.plugin(cache_seconds=0)
    await jwt_service.status(plugin)
    await asyncio.sleep(1)

    assert (await jwt_service.status(plugin)).value is GOOD
    assert len(jwt_service.tokens.assertions) == 2


async def test_a_key_that_is_not_registered_gets_no_token(
    jwt_service: ServiceWorld, tmp_path: Path
) -> None:
    key_file = tmp_path / "other.key"
    key_file.write_bytes(pem(ec.generate_private_key(ec.SECP256R1())))
    status = await jwt_service.status(jwt_service.plugin(client_key_file=str(key_file)))

    assert status.value is UNKNOWN
    assert status.detail == f"{NO_TOKEN}it answers with HTTP 401"
    assert not jwt_service.fake.asked


async def test_another_client_gets_no_token(jwt_service: ServiceWorld) -> None:
    status = await jwt_service.status(jwt_service.plugin(client_id="somebody"))

    assert status.detail == f"{NO_TOKEN}it answers with HTTP 401"
    assert not jwt_service.fake.asked


SHAPE = "its answer has another shape"


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"access_token": None}, SHAPE),
        ({"access_token": ""}, "its access token is malformed"),
        ({"access_token": "a b"}, "its access token is malformed"),
        ({"access_token": "a\r\nX: y"}, "its access token is malformed"),
        ({"access_token": "名"}, "its access token is malformed"),
        ({"access_token": "a" * 8_193}, "its access token is malformed"),
        ({"token_type": "DPoP"}, "its access token is no bearer token"),
        ({"token_type": None}, SHAPE),
        ({"expires_in": "60"}, SHAPE),
        ({"expires_in": 60.5}, SHAPE),
    ],
)
async def test_a_token_that_cannot_be_one_is_not_sent(
    jwt_service: ServiceWorld, change: dict[str, Any], problem: str
) -> None:
    jwt_service.tokens.change = change
    status = await jwt_service.status()

    assert (status.value, status.detail) == (UNKNOWN, NO_TOKEN + problem)
    assert not jwt_service.fake.asked


async def test_other_members_of_a_token_response_are_ignored(jwt_service: ServiceWorld) -> None:
    jwt_service.tokens.change = {"scope": "x", "token_type": "bearer"}

    assert (await jwt_service.status()).value is GOOD


async def test_a_token_endpoint_that_fails_opens_the_breaker(jwt_service: ServiceWorld) -> None:
    plugin = jwt_service.plugin(breaker_failures=1, client_id="somebody")
    await jwt_service.status(plugin)
    again = await jwt_service.status(plugin)

    assert again.detail == "the service failed: it has failed and is left alone for a while"
    assert len(jwt_service.tokens.assertions) == 1


async def test_nothing_secret_reaches_the_log(
    jwt_service: ServiceWorld, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    plugin = jwt_service.plugin(cache_seconds=0)
    await jwt_service.status(plugin)
    jwt_service.tokens.good_tokens.clear()
    await jwt_service.status(plugin)

    jwt_service.fake.fault = no_answer
    await jwt_service.status(plugin)

    assert "verification service, v1/certificate-status: RemoteProtocolError" in caplog.text
    key_lines = jwt_service.client.key_file.read_text().splitlines()[1:-1]
    used = [asked.headers["authorization"].split(" ")[1] for asked in jwt_service.fake.asked]
    assert len(set(used)) == 2
    for secret in (*used, *jwt_service.tokens.assertions, *key_lines):
        assert secret not in caplog.text


async def no_answer(*_: object) -> None:
    """The connection is closed."""
