"""/healthz and /readyz tell the truth, and no more than that."""

import logging
import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest

from gateway.card.api import (
    Anchor,
    CertificatePath,
    CertificateStatus,
    StatusValue,
    ValidationContext,
)
from gateway.card.readiness import anchors_in_force, revocation_evidence
from gateway.errors import NotReadyError
from tests.support.gateway import NOW, Gateway
from tests.support.town import HANAKO, Town

pytestmark = pytest.mark.anyio
SETS = ("jpki-auth", "jpki-sign")


async def ready(gateway: Gateway) -> tuple[int, dict[str, Any]]:
    async with gateway.browser() as operator:
        answer = await operator.get("/readyz")
    body: dict[str, Any] = answer.json()
    return answer.status_code, body


async def test_a_process_that_answers_is_healthy(gateway: Gateway) -> None:
    async with gateway.browser() as operator:
        answer = await operator.get("/healthz")
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})
    assert answer.headers["cache-control"] == "no-store"


async def test_all_parts_are_looked_at(gateway: Gateway, town: Town) -> None:
    town.card(HANAKO, NOW)
    status, body = await ready(gateway)
    assert (status, body["ready"]) == (200, True)
    assert list(body["parts"]) == ["records", "moments", "anchors", "revocation"]
    assert all(part["ready"] for part in body["parts"].values())
    assert body["parts"]["anchors"]["detail"] == "jpki-auth 2, jpki-sign 2"
    assert body["parts"]["revocation"]["detail"].endswith("0 stale, next due 2026-11-28T09:00:00Z")


async def test_stale_lists_are_told_and_close_no_door(gateway: Gateway, town: Town) -> None:
    town.card(HANAKO, NOW)
    gateway.clock.forward(days=8)
    status, body = await ready(gateway)
    assert (status, body["ready"]) == (200, True)
    assert body["parts"]["revocation"]["ready"] is False
    assert re.fullmatch(r"crl: 0 fresh, [1-9] stale", body["parts"]["revocation"]["detail"])


async def test_no_lists_at_all_are_told(gateway: Gateway, town: Town) -> None:
    town.withdraw_lists()
    _, body = await ready(gateway)
    assert body["parts"]["revocation"] == {"ready": False, "detail": "crl: 0 fresh, 0 stale"}


async def test_expired_anchors_take_it_out_of_service(gateway: Gateway) -> None:
    gateway.clock.forward(days=365 * 40)
    status, body = await ready(gateway)
    assert (status, body["ready"]) == (503, False)
    assert body["parts"]["anchors"] == {"ready": False, "detail": "jpki-auth 0, jpki-sign 0"}


async def test_a_store_that_fails_takes_it_out_of_service_and_its_cause_stays_in_the_log(
    gateway: Gateway, caplog: pytest.LogCaptureFixture
) -> None:
    async with gateway.provider.records.writing() as connection:
        await connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    with caplog.at_level(logging.ERROR):
        status, body = await ready(gateway)
    assert (status, body["ready"]) == (503, False)
    assert body["parts"]["records"] == {"ready": False}
    assert "9999" in caplog.text


class Silent:
    """A source that asks somebody else each time and keeps nothing."""

    name = "elsewhere"

    def __init__(self, settings: Mapping[str, object]) -> None: ...

    async def status(self, path: CertificatePath, context: ValidationContext) -> CertificateStatus:
        return CertificateStatus(StatusValue.UNKNOWN, self.name)


async def test_a_source_that_keeps_no_evidence_has_none_to_miss() -> None:
    told = await revocation_evidence([Silent({})], NOW)
    assert told == "elsewhere: asked at each verification"


def test_an_anchor_counts_from_its_first_second_to_its_last(town: Town) -> None:
    made = [Anchor(certificate, name, "") for name, certificate in town.authority.anchors()]
    newest = max(anchor.certificate.not_valid_before_utc for anchor in made)
    oldest = min(anchor.certificate.not_valid_after_utc for anchor in made)
    second = timedelta(seconds=1)
    for inside in (newest, oldest):
        assert anchors_in_force(made, SETS, inside) == "jpki-auth 2, jpki-sign 2"
    for outside in (newest - second, oldest + second):
        assert anchors_in_force(made, SETS, outside) == "jpki-auth 1, jpki-sign 1"


def test_a_set_without_an_anchor_is_not_ready(town: Town) -> None:
    made = [Anchor(certificate, name, "") for name, certificate in town.authority.anchors()]
    with pytest.raises(NotReadyError, match="jpki-auth 0, jpki-sign 2"):
        anchors_in_force([one for one in made if one.anchor_set == "jpki-sign"], SETS, NOW)
