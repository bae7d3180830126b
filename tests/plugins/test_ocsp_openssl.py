"""Asking a real responder: Debian's `openssl ocsp`. It answers in this machine's own time."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import monotonic

import pytest

from gateway.card.api import CertificateStatus, CertificateType, StatusValue, ValidationContext
from plugins.ocsp import OcspSource
from tests.plugins.ocsp_world import OcspWorld
from tests.plugins.openssl_responder import OpensslResponder, running

pytestmark = [pytest.mark.anyio, pytest.mark.servers]

GOOD, REVOKED, UNKNOWN = StatusValue.GOOD, StatusValue.REVOKED, StatusValue.UNKNOWN
DAY = timedelta(days=1)
FIVE_MINUTES = "-nmin", "5"


def responder(ocsp: OcspWorld, folder: Path, *options: str) -> OpensslResponder:
    """Delegated by the CA, from yesterday to tomorrow."""
    now = datetime.now(UTC)
    ocsp.delegate = replace(
        ocsp.delegate_template(), not_before=now - DAY, not_after=now + DAY
    ).sign()
    key = ocsp.delegate_key
    return OpensslResponder(folder, ocsp.issuer, ocsp.delegate, key, *options)


async def ask(source: OcspSource, ocsp: OcspWorld) -> CertificateStatus:
    context = ValidationContext(
        now=datetime.now(UTC), certificate_type=CertificateType.AUTHENTICATION
    )
    return await source.status(ocsp.path(), context)


def source_of(asked: OpensslResponder, **table: object) -> OcspSource:
    return OcspSource({"responders": {"*": asked.url}, "timeout_seconds": 2, **table})


@pytest.mark.parametrize(
    "options",
    [FIVE_MINUTES, (), (*FIVE_MINUTES, "-resp_key_id"), (*FIVE_MINUTES, "-rmd", "sha256")],
    ids=["by name", "without nextUpdate", "by key", "with its digest told"],
)
@pytest.mark.parametrize("request_hash", ["sha1", "sha256"])
async def test_a_valid_certificate_is_good_and_the_nonce_comes_back(
    ocsp: OcspWorld, tmp_path: Path, options: tuple[str, ...], request_hash: str
) -> None:
    asked = responder(ocsp, tmp_path, *options)
    asked.enter(ocsp.leaf)
    with running(asked):
        status = await ask(source_of(asked, request_hash=request_hash), ocsp)

    assert (status.value, status.detail) == (GOOD, None)
    assert (status.next_update is None) == (not options)


async def test_a_revoked_certificate_is_revoked(ocsp: OcspWorld, tmp_path: Path) -> None:
    revoked_at = datetime(2026, 11, 1, 12, 30, 15, tzinfo=UTC)
    asked = responder(ocsp, tmp_path, *FIVE_MINUTES)
    asked.enter(ocsp.leaf, revoked_at)
    with running(asked):
        status = await ask(source_of(asked), ocsp)

    assert status.value is REVOKED
    assert (status.revocation_reason, status.revoked_at) == ("keyCompromise", revoked_at)


async def test_a_certificate_it_does_not_know_is_unknown(ocsp: OcspWorld, tmp_path: Path) -> None:
    asked = responder(ocsp, tmp_path, *FIVE_MINUTES)
    asked.enter(ocsp.world.issue().certificate)
    with running(asked):
        status = await ask(source_of(asked), ocsp)

    assert (status.value, status.detail) == (UNKNOWN, "the responder does not know the certificate")


@pytest.mark.parametrize(
    ("option", "problem"),
    [
        ("-badsig", "a signature is wrong"),
        ("-resp_no_certs", "nobody in it is the responder that it names"),
    ],
)
async def test_what_it_gets_wrong_on_purpose_is_not_believed(
    ocsp: OcspWorld, tmp_path: Path, option: str, problem: str
) -> None:
    asked = responder(ocsp, tmp_path, *FIVE_MINUTES, option)
    asked.enter(ocsp.leaf)
    with running(asked):
        status = await ask(source_of(asked), ocsp)

    assert (status.value, status.detail) == (UNKNOWN, problem)


async def test_a_certificate_of_the_ca_that_is_no_responder_is_not_believed(
    ocsp: OcspWorld, tmp_path: Path
) -> None:
    asked = OpensslResponder(tmp_path, ocsp.issuer, ocsp.leaf, ocsp.world.keys.card, *FIVE_MINUTES)
    asked.enter(ocsp.leaf)
    with running(asked):
        status = await ask(source_of(asked), ocsp)

    assert (status.value, status.detail) == (
        UNKNOWN,
        "its responder's certificate is not for signing OCSP responses",
    )


async def test_when_it_is_killed_nothing_is_known_soon_and_the_breaker_opens(
    ocsp: OcspWorld, tmp_path: Path
) -> None:
    asked = responder(ocsp, tmp_path, *FIVE_MINUTES)
    asked.enter(ocsp.leaf)
    asked.start()
    source = source_of(asked, cache_seconds=0, breaker_failures=3)
    alive = await ask(source, ocsp)
    asked.kill()
    started = monotonic()
    dead = [await ask(source, ocsp) for _ in range(4)]

    assert alive.value is GOOD
    assert monotonic() - started < 2
    assert {status.value for status in dead} == {UNKNOWN}
    assert [status.detail for status in dead] == [
        *["its responder failed: ConnectError"] * 3,
        "its responder has failed and is left alone for a while",
    ]


async def test_what_was_answered_outlives_it_for_a_while(ocsp: OcspWorld, tmp_path: Path) -> None:
    asked = responder(ocsp, tmp_path, *FIVE_MINUTES)
    asked.enter(ocsp.leaf)
    with running(asked):
        source = source_of(asked)
        first = await ask(source, ocsp)

    assert await ask(source, ocsp) == first
    assert first.value is GOOD
