"""A platform operator that misbehaves, or is another: nothing is believed, nobody waits long."""

import asyncio
import logging
from dataclasses import replace
from time import monotonic

import pytest

from gateway.card.api import CertificateType, StatusValue, ValidationContext
from plugins.verification_service.service import MAX_ANSWER_BYTES
from tests.card.world import NOW
from tests.plugins.service_world import ServiceWorld, good, revoked
from tests.support.fake_verification_service import Asked, Fault, http
from tests.support.throwaway_ca import ThrowawayCa

pytestmark = [pytest.mark.anyio, pytest.mark.servers]

GOOD, REVOKED, UNKNOWN = StatusValue.GOOD, StatusValue.REVOKED, StatusValue.UNKNOWN
LEFT_ALONE = "the service failed: it has failed and is left alone for a while"
NOT_JSON = "its answer is not JSON"
BIG = 10_000_000
LONG_SERIAL = 0x1234_5678_9ABC_DEF0_1234


def always(reply: bytes) -> Fault:
    async def fault(asked: Asked, writer: asyncio.StreamWriter) -> None:
        writer.write(reply)

    return fault


async def slow_head(asked: Asked, writer: asyncio.StreamWriter) -> None:
    await asyncio.sleep(5)


async def slow_body(asked: Asked, writer: asyncio.StreamWriter) -> None:
    writer.write(http(b"", length=1_000))
    for _ in range(50):
        writer.write(b" ")
        await writer.drain()
        await asyncio.sleep(0.1)


async def endless_body(asked: Asked, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n")
    for _ in range(BIG // 1_000):
        writer.write(b" " * 1_000)
        await writer.drain()


TOO_LARGE = f"its answer exceeds {MAX_ANSWER_BYTES} bytes"
FAILURES: dict[str, tuple[Fault, str]] = {
    "HTTP 500": (always(http(b"{}", status="500 Down")), "it answers with HTTP 500"),
    "HTTP 201": (always(http(b"{}", status="201 Created")), "it answers with HTTP 201"),
    "a redirect": (
        always(http(b"", status="307 There", headers=("Location: /jpki/v1/certificate-status",))),
        "it answers with HTTP 307",
    ),
    "HTML": (always(http(b"<!doctype html>", media_type="text/html")), "is not application/json"),
    "no content type": (
        always(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"),
        "its answer is not application/json",
    ),
    "ten megabytes": (always(http(b" " * BIG)), TOO_LARGE),
    "no end": (endless_body, TOO_LARGE),
    "a slow head": (slow_head, "it did not answer in time"),
    "a slow body": (slow_body, "it did not answer in time"),
    "half a body": (always(http(b"{", length=10)), "RemoteProtocolError"),
    "no HTTP": (always(b"hello\r\n\r\n"), "RemoteProtocolError"),
    "nothing": (always(b""), "RemoteProtocolError"),
}
NO_ANSWERS: dict[str, tuple[bytes, str]] = {
    "an empty body": (b"", NOT_JSON),
    "HTML that says it is JSON": (b"<!doctype html>", NOT_JSON),
    "not UTF-8": (b'{"value": "\xff"}', NOT_JSON),
    "UTF-16": ('{"value": "good"}'.encode("utf-16"), NOT_JSON),
    "a name twice": (b'{"value": "revoked", "value": "good"}', NOT_JSON),
    "not a number": (b'{"value": NaN}', NOT_JSON),
    "a number without end": (b'{"value": ' + b"9" * 60_000 + b"}", NOT_JSON),
    "a tower": (b"[" * MAX_ANSWER_BYTES, NOT_JSON),
    "a list": (b"[]", "its answer is not a JSON object"),
    "null": (b"null", "its answer is not a JSON object"),
    "an empty object": (b"{}", "its answer has another shape"),
    "the largest body": (b" " * MAX_ANSWER_BYTES, NOT_JSON),
}


@pytest.mark.parametrize("which", FAILURES)
async def test_a_service_that_fails_says_nothing_and_is_left_alone(
    service: ServiceWorld, which: str
) -> None:
    service.fake.fault, problem = FAILURES[which]
    plugin = service.plugin(breaker_failures=1, timeout_seconds=1)
    started = monotonic()
    status = await service.status(plugin)
    took = monotonic() - started
    again = await service.status(plugin)

    assert took < 2
    assert status.value is UNKNOWN
    assert (status.detail or "").startswith("the service failed: ")
    assert (status.detail or "").endswith(problem)
    assert (again.value, again.detail) == (UNKNOWN, LEFT_ALONE)
    assert len(service.fake.asked) == 1


@pytest.mark.parametrize("which", NO_ANSWERS)
async def test_what_is_no_answer_says_nothing(service: ServiceWorld, which: str) -> None:
    body, problem = NO_ANSWERS[which]
    service.fake.fault = always(http(body))
    status = await service.status()

    assert (status.value, status.detail) == (UNKNOWN, problem)


async def test_json_may_name_its_charset(service: ServiceWorld) -> None:
    service.fake.fault = always(http(b"{}", media_type="Application/JSON; charset=utf-8"))

    assert (await service.status()).detail == "its answer has another shape"


async def test_the_breaker_closes_when_the_service_is_back(service: ServiceWorld) -> None:
    service.fake.fault = always(http(b"", status="503 Out"))
    plugin = service.plugin(breaker_failures=2, breaker_pause_seconds=1, cache_seconds=0)
    for _ in range(3):
        await service.status(plugin)
    service.fake.fault = None
    meanwhile = await service.status(plugin)
    assert len(service.fake.asked) == 2
    await asyncio.sleep(1)

    assert meanwhile.detail == LEFT_ALONE
    for _ in range(2):
        assert (await service.status(plugin)).value is GOOD


async def test_a_call_the_service_does_not_offer_closes_no_other(service: ServiceWorld) -> None:
    plugin = service.plugin(breaker_failures=1)
    service.fake.fault = always(http(b"", status="404 No such call"))
    await plugin.same_holder(service.identity("sign"), service.identity("auth"), NOW)
    service.fake.fault = None

    assert (await service.status(plugin)).value is GOOD


@pytest.mark.parametrize("answer", [good(), revoked()], ids=["good", "revoked"])
async def test_a_server_of_another_ca_is_not_asked(
    service: ServiceWorld, answer: dict[str, object]
) -> None:
    service.knows(service.identity(), answer)
    other = ThrowawayCa(service.folder / "other")
    for ca_file in (str(other.ca_file), ""):
        status = await service.status(service.plugin(ca_file=ca_file))
        assert (status.value, status.detail) == (UNKNOWN, "the service failed: ConnectError")
    assert not service.fake.asked


async def test_a_server_under_another_name_is_not_asked(service: ServiceWorld) -> None:
    elsewhere = service.fake.base_url.replace("127.0.0.1", "localhost")
    status = await service.status(service.plugin(base_url=elsewhere))

    assert (status.value, status.detail) == (UNKNOWN, "the service failed: ConnectError")
    assert not service.fake.asked


async def test_without_the_right_client_certificate_there_is_no_answer(
    service: ServiceWorld,
) -> None:
    stranger = ThrowawayCa(service.folder / "other").client()
    files = {
        "client_certificate_file": str(stranger.certificate_file),
        "client_key_file": str(stranger.key_file),
    }
    status = await service.status(service.plugin(**files))

    assert status.value is UNKNOWN
    assert not service.fake.asked
    assert (await service.status()).value is GOOD


async def test_without_any_client_certificate_there_is_no_answer(service: ServiceWorld) -> None:
    by_token = {"client_auth": "private_key_jwt", "client_id": "x", "client_certificate_file": ""}
    plugin = service.plugin(**by_token, token_url=f"{service.fake.base_url}/token")
    status = await service.status(plugin)

    assert status.value is UNKNOWN
    assert not service.fake.asked


async def test_many_who_ask_the_same_at_once_share_one_question(service: ServiceWorld) -> None:
    plugin = service.plugin()
    statuses = await asyncio.gather(*(service.status(plugin) for _ in range(20)))

    assert {status.value for status in statuses} == {GOOD}
    assert len(service.fake.asked) == 1


async def test_only_so_many_are_asked_at_once_and_who_waits_too_long_is_told(
    service: ServiceWorld,
) -> None:
    at_once, most = 0, 0

    async def slowly(asked: Asked, writer: asyncio.StreamWriter) -> None:
        nonlocal at_once, most
        at_once += 1
        most = max(most, at_once)
        await asyncio.sleep(1.3)
        at_once -= 1
        writer.write(http(b"{}"))

    service.fake.fault = slowly
    plugin = service.plugin(max_at_once=2, timeout_seconds=2, breaker_failures=1)
    context = ValidationContext(now=NOW, certificate_type=CertificateType.AUTHENTICATION)
    paths = [service.path(issued=service.world.issue("auth")) for _ in range(4)]
    statuses = await asyncio.gather(*(plugin.status(path, context) for path in paths))

    assert most == 2
    assert [status.detail for status in statuses] == [
        *("its answer has another shape",) * 2,
        *("the service failed: it did not answer in time",) * 2,
    ]


async def test_who_gets_no_turn_in_time_is_no_failure_of_the_service(
    service: ServiceWorld,
) -> None:
    service.fake.fault = slow_head
    plugin = service.plugin(max_at_once=1, timeout_seconds=1, breaker_failures=2)
    context = ValidationContext(now=NOW, certificate_type=CertificateType.AUTHENTICATION)
    paths = [service.path(issued=service.world.issue("auth")) for _ in range(3)]
    statuses = await asyncio.gather(*(plugin.status(path, context) for path in paths))
    service.fake.fault = None

    assert [status.detail for status in statuses] == [
        "the service failed: it did not answer in time",
        *("the service failed: too many questions are waiting for it",) * 2,
    ]
    assert (await service.status(plugin)).value is GOOD


async def test_the_log_tells_of_a_failure_and_of_no_certificate(
    service: ServiceWorld, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    service.issued["auth"] = service.world.issue(
        customise=lambda it: replace(it, serial_number=LONG_SERIAL)
    )
    service.knows(service.identity(), good())
    assert (await service.status()).value is GOOD
    service.fake.change = lambda answer: {**answer, "value": str(LONG_SERIAL)}
    await service.status()
    service.fake.fault = always(http(b"", status="500 Down"))
    failed = await service.status()

    assert failed.detail == "the service failed: it answers with HTTP 500"
    assert "verification service, v1/certificate-status: it answers with HTTP 500" in caplog.text
    request_ids = [asked.json["request_id"] for asked in service.fake.asked]
    for secret in (str(LONG_SERIAL), f"{LONG_SERIAL:x}", *request_ids):
        assert secret not in caplog.text
