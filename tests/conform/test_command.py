"""`genkan conform` as somebody types it: what it tells, what it records, what it leaves behind."""

import asyncio
import json
import socket
import tempfile
from pathlib import Path

import pytest
import sqlalchemy as sa

from gateway.audit.records import log_entries
from gateway.commands.store_commands import opened_records
from gateway.conform.plan import CHECKS
from gateway.consent.records import consents
from gateway.oidc.records import grants
from gateway.residents.records import basic_attributes, certificates
from gateway.settings import Settings
from gateway.tenants.client_records import ClientRecord, find_client_record
from tests.commands.conftest import Genkan, genkan
from tests.conform.conftest import Place

__all__ = ["genkan"]
pytestmark = pytest.mark.servers


def record_of(settings: Settings) -> ClientRecord:
    async def read() -> ClientRecord:
        async with opened_records(settings) as records, records.reading() as connection:
            return await find_client_record(connection, "hanasaki", "sloppy")

    return asyncio.run(read())


def count(settings: Settings, table: sa.Table) -> int:
    async def read() -> int:
        async with opened_records(settings) as records, records.reading() as connection:
            found = await connection.execute(sa.select(sa.func.count()).select_from(table))
            return found.scalar_one()

    return asyncio.run(read())


def deeds(settings: Settings) -> list[str]:
    async def read() -> list[str]:
        async with opened_records(settings) as records, records.reading() as connection:
            return list((await connection.execute(sa.select(log_entries.c.deed))).scalars())

    return asyncio.run(read())


def test_a_good_service_passes_and_it_is_on_record(
    place: Place, genkan: Genkan, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "tmp").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "tmp"))
    asked, settings = place.world.order.asked, place.world.settings
    options = ("--logout", asked.logout or "", "--refresh", asked.refresh or "")
    done = genkan(*place.arguments, *options, "--report", "found.json", "--language", "en")
    assert (done.exit_code, done.err) == (0, "")
    assert done.out.count("✓") == len(CHECKS)
    assert done.out.splitlines()[-1].startswith(f"Passed: {len(CHECKS)} checks")
    report = json.loads((tmp_path / "found.json").read_text("utf-8"))
    assert (report["passed"], report["counts"]["passed"]) == (True, len(CHECKS))
    assert [check["name"] for check in report["checks"]] == [check.name for check in CHECKS]
    record = record_of(settings)
    assert record.conformance is not None
    assert record.conformance.passed == len(CHECKS)
    assert (record.version, record.updated_at) == (1, record.created_at)
    assert deeds(settings).count("service.conformed") == 1
    # The resident of the run is gone, and so is their card.
    for table in (basic_attributes, certificates, consents, grants):
        assert count(settings, table) == 0
    assert deeds(settings).count("resident.deleted") == 1
    assert list((tmp_path / "tmp").iterdir()) == []
    for secret in (place.world.service.client_secret, "eyJ"):
        assert secret not in done.out + (tmp_path / "found.json").read_text("utf-8")


def test_a_sloppy_one_fails_is_told_what_to_change_and_is_not_on_record(
    place: Place, genkan: Genkan
) -> None:
    place.world.service.sloppy = {"id-token-nonce"}
    done = genkan(*place.arguments, "--language", "ja")
    assert (done.exit_code, done.err) == (1, "")
    lines = done.out.splitlines()
    at = next(number for number, line in enumerate(lines) if line.startswith("✗"))
    assert lines[at].startswith("✗ id-token-nonce: nonce の違うIDトークンを受け付けない")
    assert lines[at + 1].strip() == "サービスは、それでも住民をサインインさせました。"
    assert lines[at + 2].strip().startswith("→ ")
    assert lines[at + 2].endswith("[OpenID Connect Core 1.0 §3.1.3.7 (11)]")
    assert done.out.count("✗") == 1
    assert record_of(place.world.settings).conformance is None
    assert "service.conformed" not in deeds(place.world.settings)


def test_the_terminals_language_is_spoken(place: Place, genkan: Genkan) -> None:
    start = place.world.service.address
    arguments = (*place.arguments[:-1], f"{start}/")
    for locale, words in (("ja_JP.UTF-8", "不合格"), ("C.UTF-8", "Not passed")):
        done = genkan(*arguments, LC_ALL=locale)
        assert done.exit_code == 1
        assert words in done.out
        assert "--start" in done.out
        assert len(done.out.splitlines()) == 4


def test_where_nothing_tells_who_is_signed_in_the_mark_is_asked_for(
    place: Place, genkan: Genkan
) -> None:
    done = genkan(*place.arguments, "--signed-in-mark", "Sloppy")
    assert (done.exit_code, done.out, done.err.count("\n")) == (2, "", 1)
    assert done.err.startswith("genkan: --signed-in-mark: ")


@pytest.mark.parametrize(
    ("arguments", "environment", "line"),
    [
        (("conform", "nobody"), {}, "'nobody': no service of this ID is in use here"),
        (("conform", "sloppy"), {"GENKAN_CARD__TRUST": "production"}, "card.trust: "),
        (("conform", "sloppy", "--cards", "nowhere"), {}, "--cards: "),
        (("conform", "sloppy", "--logout", "/signout"), {}, "--logout: "),
    ],
)
def test_what_cannot_be_run_is_one_line(
    place: Place,
    genkan: Genkan,
    arguments: tuple[str, ...],
    environment: dict[str, str],
    line: str,
) -> None:
    done = genkan(*arguments, *place.arguments[2:], **environment)
    assert (done.exit_code, done.out, done.err.count("\n")) == (2, "", 1)
    assert done.err.startswith(f"genkan: {line}")


def test_a_gateway_that_is_running_has_to_be_stopped_first(place: Place, genkan: Genkan) -> None:
    port = place.world.settings.server.listen_port
    with socket.create_server(("127.0.0.1", port)):
        done = genkan(*place.arguments)
    assert (done.exit_code, done.out, done.err.count("\n")) == (2, "", 1)
    assert f":{port}: " in done.err
