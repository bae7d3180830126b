"""The source asks over HTTP: who is asked, how often, and what of a responder that misbehaves."""

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta
from time import monotonic

import pytest
from cryptography import x509
from cryptography.x509.ocsp import load_der_ocsp_request
from cryptography.x509.oid import AuthorityInformationAccessOID

from gateway.card.api import CertificateStatus, CertificateType, StatusValue, ValidationContext
from plugins.ocsp import OcspSource
from plugins.ocsp.client import MAX_RESPONSE_BYTES
from tests.card.world import NOW
from tests.plugins.ocsp_forge import nonce_extension, revoked
from tests.plugins.ocsp_responder import Answer, Asked, Responder, always, http, responding, signed
from tests.plugins.ocsp_world import NEXT_UPDATE, OcspWorld

pytestmark = [pytest.mark.anyio, pytest.mark.servers]

GOOD, REVOKED, UNKNOWN = StatusValue.GOOD, StatusValue.REVOKED, StatusValue.UNKNOWN
SECOND = timedelta(seconds=1)
NOBODY = "no responder is set for the certificate's anchor"
LEFT_ALONE = "its responder has failed and is left alone for a while"


def source_of(responder: Responder, **table: object) -> OcspSource:
    return OcspSource({"responders": {"*": responder.url}, "timeout_seconds": 1, **table})


async def ask(source: OcspSource, ocsp: OcspWorld, now: datetime = NOW) -> CertificateStatus:
    context = ValidationContext(now=now, certificate_type=CertificateType.AUTHENTICATION)
    return await source.status(ocsp.path(), context)


async def found(ocsp: OcspWorld, answer: Answer, **table: object) -> CertificateStatus:
    async with responding(answer) as responder:
        return await ask(source_of(responder, **table), ocsp)


async def test_it_asks_by_post_with_a_nonce_that_is_new_each_time(ocsp: OcspWorld) -> None:
    async with responding(signed(ocsp.response())) as responder:
        source = source_of(responder, cache_seconds=0)
        statuses = [await ask(source, ocsp) for _ in range(2)]

    assert [status.value for status in statuses] == [GOOD, GOOD]
    assert all(asked.head.startswith("post / http/1.1\r\n") for asked in responder.asked)
    assert all("content-type: application/ocsp-request" in asked.head for asked in responder.asked)
    first, second = (asked.nonce for asked in responder.asked)
    assert first is not None
    assert len(first) == 32
    assert first != second


@pytest.mark.parametrize("name", ["sha1", "sha256"])
async def test_it_names_the_certificate_by_the_hash_that_is_set(ocsp: OcspWorld, name: str) -> None:
    async with responding(signed(ocsp.response())) as responder:
        await ask(source_of(responder, request_hash=name), ocsp)

    request = load_der_ocsp_request(responder.asked[0].body)
    assert request.serial_number == ocsp.leaf.serial_number
    assert request.hash_algorithm.name == name


async def test_a_revoked_certificate_is_told_as_revoked(ocsp: OcspWorld) -> None:
    response = ocsp.response().with_single(status=revoked(NOW - timedelta(days=1), 3))
    status = await found(ocsp, signed(response))

    assert (status.value, status.revocation_reason) == (REVOKED, "affiliationChanged")


async def test_a_replayed_answer_is_unknown(ocsp: OcspWorld) -> None:
    replayed = http(replace(ocsp.response(), extensions=nonce_extension(bytes(32))).encode())
    without = http(ocsp.response().encode())

    for nonce in ("required", "optional"):
        assert (await found(ocsp, always(replayed), nonce=nonce)).value is UNKNOWN
    assert (await found(ocsp, always(without))).value is UNKNOWN
    assert (await found(ocsp, always(without), nonce="optional")).value is GOOD
    assert (await found(ocsp, always(without), nonce="off")).value is GOOD


async def test_a_nonce_may_be_left_out_for_one_responder(ocsp: OcspWorld) -> None:
    async with responding(always(http(ocsp.response().encode()))) as responder:
        responders = {ocsp.path().anchor.fingerprint: {"url": responder.url, "nonce": "off"}}
        status = await ask(OcspSource({"responders": responders}), ocsp)

    assert status.value is GOOD
    assert responder.asked[0].nonce is None


async def slow_head(asked: Asked, writer: asyncio.StreamWriter) -> None:
    await asyncio.sleep(5)


async def slow_body(asked: Asked, writer: asyncio.StreamWriter) -> None:
    writer.write(http(b"", length=1_000))
    for _ in range(50):
        writer.write(b"\x30")
        await writer.drain()
        await asyncio.sleep(0.1)


async def endless_body(asked: Asked, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
    for _ in range(10_000):
        writer.write(bytes(1_024))
        await writer.drain()


HTML = b"<!doctype html><title>502</title>"
TRY_LATER = bytes.fromhex("30030a0103")
UNAUTHORIZED = bytes.fromhex("30030a0106")
MISBEHAVIOUR: dict[str, tuple[Answer, str]] = {
    "tryLater": (always(http(TRY_LATER)), "its responder failed: it says tryLater"),
    "HTTP 500": (
        always(http(HTML, status="500 Oh")),
        "its responder failed: it answers with HTTP 500",
    ),
    "a redirect": (
        always(http(b"", status="302 Found", headers=("Location: http://127.0.0.1:1/",))),
        "its responder failed: it answers with HTTP 302",
    ),
    "a megabyte": (
        always(http(bytes(1_000_000))),
        "its responder failed: its answer exceeds 65536 bytes",
    ),
    "no end": (endless_body, "its responder failed: its answer exceeds 65536 bytes"),
    "a slow head": (slow_head, "its responder failed: it did not answer in time"),
    "a slow body": (slow_body, "its responder failed: it did not answer in time"),
    "half a body": (
        always(http(b"\x30", length=10)),
        "its responder failed: RemoteProtocolError",
    ),
    "no HTTP": (always(b"hello\r\n\r\n"), "its responder failed: RemoteProtocolError"),
    "nothing": (always(b""), "its responder failed: RemoteProtocolError"),
}
NO_ANSWER = {
    "HTML": (http(HTML), "a value has another type than its place asks for"),
    "an empty body": (http(b""), "it ends early"),
    "unauthorized": (http(UNAUTHORIZED), "the responder says unauthorized"),
}


@pytest.mark.parametrize("which", MISBEHAVIOUR)
async def test_a_responder_that_misbehaves_says_nothing_and_is_left_alone(
    ocsp: OcspWorld, which: str
) -> None:
    answer, problem = MISBEHAVIOUR[which]
    async with responding(answer) as responder:
        source = source_of(responder, breaker_failures=1)
        started = monotonic()
        status = await ask(source, ocsp)
        took = monotonic() - started
        again = await ask(source, ocsp)

    assert took < 2
    assert (status.value, status.detail) == (UNKNOWN, problem)
    assert (again.value, again.detail) == (UNKNOWN, LEFT_ALONE)
    assert len(responder.asked) == 1


@pytest.mark.parametrize("which", NO_ANSWER)
async def test_what_is_no_answer_says_nothing(ocsp: OcspWorld, which: str) -> None:
    reply, problem = NO_ANSWER[which]
    async with responding(always(reply)) as responder:
        source = source_of(responder, breaker_failures=1)
        statuses = [await ask(source, ocsp) for _ in range(2)]

    assert [status.detail for status in statuses] == [problem, problem]
    assert len(responder.asked) == 2


async def test_the_largest_body_is_still_read(ocsp: OcspWorld) -> None:
    status = await found(ocsp, always(http(bytes(MAX_RESPONSE_BYTES))))

    assert status.detail == "a value has another type than its place asks for"


async def test_the_breaker_closes_when_the_responder_is_back(ocsp: OcspWorld) -> None:
    async with responding(always(http(b"", status="503 Out"))) as responder:
        source = source_of(responder, breaker_failures=2, breaker_pause_seconds=1)
        for _ in range(3):
            await ask(source, ocsp)
        responder.answer = signed(ocsp.response())
        meanwhile = await ask(source, ocsp)
        await asyncio.sleep(1)
        back = await ask(source, ocsp)

    assert len(responder.asked) == 3
    assert meanwhile.detail == LEFT_ALONE
    assert back.value is GOOD


@pytest.mark.parametrize("status", [None, revoked(NOW - SECOND)])
async def test_an_answer_is_asked_for_once_while_it_stands(
    ocsp: OcspWorld, status: bytes | None
) -> None:
    response = ocsp.response() if status is None else ocsp.response().with_single(status=status)
    async with responding(signed(response)) as responder:
        source = source_of(responder, cache_seconds=86_400)
        times = (NOW, NOW + SECOND, NEXT_UPDATE - SECOND)
        statuses = [await ask(source, ocsp, now) for now in times]
        assert len(responder.asked) == 1
        await ask(source, ocsp, NEXT_UPDATE)

    assert len({status.value for status in statuses} - {UNKNOWN}) == 1
    assert len(responder.asked) == 2


async def test_many_who_ask_at_once_share_one_question(ocsp: OcspWorld) -> None:
    good = signed(ocsp.response())

    async def slowly(asked: Asked, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(0.1)
        await good(asked, writer)

    async with responding(slowly) as responder:
        source = source_of(responder)
        first = asyncio.create_task(ask(source, ocsp))
        others = [asyncio.create_task(ask(source, ocsp)) for _ in range(50)]
        await asyncio.sleep(0.02)
        first.cancel()
        statuses = await asyncio.gather(*others)

    assert {status.value for status in statuses} == {GOOD}
    assert first.cancelled()
    assert len(responder.asked) == 1


async def test_a_responder_of_another_anchor_is_not_asked(ocsp: OcspWorld) -> None:
    async with responding(signed(ocsp.response())) as responder:
        other = OcspSource({"responders": {"0A" * 32: responder.url}})
        status = await ask(other, ocsp)

    assert (status.value, status.detail) == (UNKNOWN, NOBODY)
    assert not responder.asked


async def test_the_anchors_own_responder_comes_before_everybodys(ocsp: OcspWorld) -> None:
    async with responding(signed(ocsp.response())) as own, responding(always(b"")) as everybodys:
        responders = {"*": everybodys.url, ocsp.path().anchor.fingerprint: own.url}
        assert (await ask(OcspSource({"responders": responders}), ocsp)).value is GOOD

    assert not everybodys.asked


def access(*locations: str) -> x509.AuthorityInformationAccess:
    method = AuthorityInformationAccessOID.OCSP
    return x509.AuthorityInformationAccess(
        x509.AccessDescription(method, x509.UniformResourceIdentifier(location))
        for location in locations
    )


async def test_the_certificate_says_whom_to_ask_only_where_that_is_decided(
    ocsp: OcspWorld,
) -> None:
    async with responding(signed(ocsp.response())) as responder, responding(always(b"")) as set_one:
        told = access("ldap://127.0.0.1/", responder.url)
        ocsp.leaf = ocsp.world.issue(customise=lambda it: it.with_extension(told)).certificate
        responder.answer = signed(ocsp.response())
        by_settings = OcspSource({"responders": {"*": set_one.url}, "use_aia": True})
        never = OcspSource({"responders": {"0A" * 32: set_one.url}})

        assert (await ask(by_settings, ocsp)).value is UNKNOWN
        assert (await ask(never, ocsp)).detail == NOBODY
        assert not responder.asked
        assert (await ask(OcspSource({"use_aia": True}), ocsp)).value is GOOD


async def test_a_certificate_without_a_usable_address_is_not_asked_about(ocsp: OcspWorld) -> None:
    oid = x509.AuthorityInformationAccess.oid
    without = ocsp.world.issue(customise=lambda it: it.without_extension(oid))
    unusable = ocsp.world.issue(customise=lambda it: it.with_extension(access("ldap://127.0.0.1/")))

    for issued in (without, unusable):
        ocsp.leaf = issued.certificate
        assert (await ask(OcspSource({"use_aia": True}), ocsp)).detail == NOBODY


async def test_proxies_of_the_environment_are_not_used(
    ocsp: OcspWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")

    assert (await found(ocsp, signed(ocsp.response()))).value is GOOD
