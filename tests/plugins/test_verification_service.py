"""What a platform operator's answer proves of one certificate: asked over TLS, with a client's."""

from datetime import timedelta
from typing import Any

import pytest

from gateway.card.api import CertificateStatus, StatusValue
from plugins.revocation_reasons import REASONS
from tests.card.world import NOW
from tests.plugins.service_world import (
    NEXT_UPDATE,
    PRODUCED,
    REVOKED_AT,
    ServiceWorld,
    good,
    revoked,
    rfc3339,
)

pytestmark = [pytest.mark.anyio, pytest.mark.servers]

GOOD, REVOKED, UNKNOWN = StatusValue.GOOD, StatusValue.REVOKED, StatusValue.UNKNOWN
SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)
SHAPE = "its answer has another shape"
OTHER = "its answer is to another question"


async def test_a_good_certificate_is_good_and_says_from_what(service: ServiceWorld) -> None:
    assert await service.status() == CertificateStatus(
        GOOD,
        "verification_service",
        this_update=PRODUCED,
        next_update=NEXT_UPDATE,
        evidence="ocsp",
    )
    assert (await service.status_of(good(evidence="crl"))).evidence == "crl"


@pytest.mark.parametrize("reason", REASONS.values())
async def test_a_revoked_certificate_says_when_and_why(service: ServiceWorld, reason: str) -> None:
    status = await service.status_of(revoked(reason))

    assert status.value is REVOKED
    assert (status.revocation_reason, status.revoked_at) == (reason, REVOKED_AT)


async def test_what_the_service_cannot_tell_is_unknown(service: ServiceWorld) -> None:
    for answer in ({"value": "unknown"}, good(value="unknown")):
        status = await service.status_of(answer)
        assert (status.value, status.detail) == (UNKNOWN, "the service could not tell")
    del service.fake.certificates[service.identity()]
    assert (await service.status()).value is UNKNOWN


async def test_the_issuer_and_the_serial_number_are_all_that_is_sent(service: ServiceWorld) -> None:
    plugin = service.plugin(cache_seconds=0)
    for _ in range(2):
        await service.status(plugin)

    first, second = (asked.json for asked in service.fake.asked)
    path = service.path()
    assert first == {
        "request_id": first["request_id"],
        "certificate": {
            "issuer": "jpki-auth",
            "issuer_sha256": path.anchor.fingerprint,
            "serial_number": f"{path.leaf.serial_number:x}",
        },
    }
    assert len(first["request_id"]) == 22
    assert first["request_id"] != second["request_id"]
    headers = service.fake.asked[0].headers
    assert headers["content-type"] == headers["accept"] == "application/json"
    assert headers.keys().isdisjoint({"authorization", "cookie", "user-agent"})


WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "another request_id": ({"request_id": "AAAAAAAAAAAAAAAAAAAAAA"}, OTHER),
    "no request_id": ({"request_id": None}, SHAPE),
    "a request_id that is a number": ({"request_id": 1}, SHAPE),
    "no certificate": ({"certificate": None}, SHAPE),
    "a certificate that is a text": ({"certificate": "0a"}, SHAPE),
    "another value": ({"value": "ok"}, SHAPE),
    "a value in capitals": ({"value": "GOOD"}, SHAPE),
    "a value that is true": ({"value": True}, SHAPE),
    "two values": ({"value": ["good", "good"]}, SHAPE),
    "a status besides": ({"status": "good"}, SHAPE),
    "evidence of another kind": ({"evidence": "hearsay"}, SHAPE),
    "no evidence": ({"evidence": None}, "its answer does not say what it is based on"),
    "no thisUpdate": ({"this_update": None}, "its answer does not say what it is based on"),
    "a time without a zone": ({"this_update": "2026-11-20T02:59:00"}, SHAPE),
    "a time that is a number": ({"this_update": 1_795_000_000}, SHAPE),
    "a time that is none": ({"next_update": "2026-11-31T02:59:00Z"}, SHAPE),
    "a time beyond all calendars": (
        {"this_update": "0001-01-01T00:00:00+14:00"},
        "its answer has a time beyond all calendars",
    ),
    "a reason without a revocation": (
        {"revocation_reason": "superseded"},
        "its answer tells of a revocation that is none",
    ),
    "a date without a revocation": (
        {"revoked_at": "2026-11-19T00:00:00Z"},
        "its answer tells of a revocation that is none",
    ),
}
WRONG_CERTIFICATE: dict[str, dict[str, Any]] = {
    "another serial number": {"serial_number": "1"},
    "another anchor set": {"issuer": "jpki-sign"},
    "another anchor": {"issuer_sha256": "0A" * 32},
    "no anchor": {"issuer_sha256": None},
}


@pytest.mark.parametrize("which", WRONG)
async def test_one_wrong_field_and_the_answer_says_nothing(
    service: ServiceWorld, which: str
) -> None:
    change, problem = WRONG[which]
    service.fake.change = lambda answer: {**answer, **change}
    status = await service.status()

    assert (status.value, status.detail) == (UNKNOWN, problem)


@pytest.mark.parametrize("value", [good(), revoked()], ids=["good", "revoked"])
@pytest.mark.parametrize("which", WRONG_CERTIFICATE)
async def test_an_answer_about_another_certificate_says_nothing(
    service: ServiceWorld, which: str, value: dict[str, Any]
) -> None:
    change = WRONG_CERTIFICATE[which]
    service.fake.change = lambda answer: {
        **answer,
        "certificate": {**answer["certificate"], **change},
    }
    status = await service.status_of(value)

    assert (status.value, status.detail) == (UNKNOWN, OTHER)
    assert status.revocation_reason is None


@pytest.mark.parametrize(
    "change",
    [
        {"revocation_reason": None},
        {"revoked_at": None},
        {"revocation_reason": "removeFromCRL"},
        {"revocation_reason": "whatever"},
    ],
)
async def test_a_revocation_without_its_date_and_a_known_reason_says_nothing(
    service: ServiceWorld, change: dict[str, Any]
) -> None:
    status = await service.status_of({**revoked(), **change})

    assert status.value is UNKNOWN
    assert status.detail == "its answer does not say when and why it was revoked"


async def test_a_replayed_answer_says_nothing(service: ServiceWorld) -> None:
    plugin, earlier = service.plugin(cache_seconds=0), list[dict[str, Any]]()

    def replay(answer: dict[str, Any]) -> object:
        earlier.append(answer)
        return earlier[0]

    service.fake.change = replay
    assert (await service.status(plugin)).value is GOOD
    again = await service.status(plugin)
    assert (again.value, again.detail) == (UNKNOWN, OTHER)


@pytest.mark.parametrize("answer", [good(), revoked()], ids=["good", "revoked"])
@pytest.mark.parametrize(
    ("times", "problem"),
    [
        ((PRODUCED, NOW - 50 * SECOND), None),
        ((PRODUCED, NOW - 2 * MINUTE), "its answer is out of date"),
        ((NOW + MINUTE, NEXT_UPDATE), None),
        ((NOW + 2 * MINUTE, NEXT_UPDATE), "its answer begins in the future"),
        ((NOW - 30 * MINUTE, None), None),
        ((NOW - 32 * MINUTE, None), "its answer is out of date"),
        ((NOW - 24 * 60 * MINUTE, NEXT_UPDATE), None),
    ],
)
async def test_an_answer_speaks_of_its_own_time_only(
    service: ServiceWorld, answer: dict[str, Any], times: tuple[Any, Any], problem: str | None
) -> None:
    this_update, next_update = (None if each is None else rfc3339(each) for each in times)
    told = {**answer, "this_update": this_update, "next_update": next_update}
    status = await service.status_of(told)

    assert status.detail == problem
    assert status.value is (UNKNOWN if problem else StatusValue(answer["value"]))
    assert status.stale == (problem == "its answer is out of date")


async def test_an_answer_without_next_update_may_be_ruled_out(service: ServiceWorld) -> None:
    service.knows(service.identity(), good(next_update=None))
    status = await service.status(service.plugin(max_age_seconds=0))

    assert (status.value, status.detail) == (UNKNOWN, "its answer has no nextUpdate")


async def test_times_may_be_told_in_any_zone(service: ServiceWorld) -> None:
    status = await service.status_of(good(this_update="2026-11-20T11:59:00+09:00"))

    assert (status.value, status.this_update) == (GOOD, PRODUCED)


@pytest.mark.parametrize("answer", [good(), revoked()], ids=["good", "revoked"])
async def test_a_status_is_asked_for_once_while_it_stands(
    service: ServiceWorld, answer: dict[str, Any]
) -> None:
    service.knows(service.identity(), answer)
    plugin = service.plugin(cache_seconds=86_400)
    for now in (NOW, NOW + SECOND, NEXT_UPDATE - SECOND):
        assert (await service.status(plugin, now)).value is StatusValue(answer["value"])
    assert len(service.fake.asked) == 1

    await service.status(plugin, NEXT_UPDATE)
    assert len(service.fake.asked) == 2


async def test_what_could_not_be_told_is_asked_again(service: ServiceWorld) -> None:
    plugin = service.plugin()
    service.knows(service.identity(), {"value": "unknown"})
    assert (await service.status(plugin)).value is UNKNOWN
    service.knows(service.identity(), good())
    assert (await service.status(plugin)).value is GOOD
