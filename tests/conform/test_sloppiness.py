"""A service that leaves something out is told so, by the check of that name; a good one is not."""

import asyncio
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from pytest_socket import enable_socket

from gateway.clock import system_clock
from gateway.conform.inspection import Inspection
from gateway.conform.model import Check, Finding, Outcome
from gateway.conform.plan import CHECKS
from gateway.conform.running import run_check
from tests.conform.sloppy_service import SloppyService
from tests.conform.sloppy_world import inspected, registered

pytestmark = pytest.mark.servers
BY_NAME = {check.name: check for check in CHECKS}
ONLY_WARNED = {
    "userinfo-asked",  # nobody has to
    "id-token-at-hash",  # neither that
    "access-denied",  # a service that fails over it signs nobody in, and shows no page
    "code-refused",
    "token-failure",
    "logout-gateway",
}
SEEN_AT_SIGN_IN = {
    "state-fresh",
    "nonce-fresh",
    "verifier-fresh",
    "no-secret-in-url",
    "userinfo-asked",
}
World = tuple[SloppyService, Inspection]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory, template: Path) -> Iterator[World]:
    enable_socket()
    folder = tmp_path_factory.mktemp("sloppy")
    shutil.copytree(template, folder, dirs_exist_ok=True)
    world = asyncio.run(registered(folder, system_clock()))
    with inspected(world) as inspection:
        assert found_by("sign-in", inspection).outcome is Outcome.PASSED
        yield world.service, inspection


def found_by(name: str, inspection: Inspection) -> Finding:
    return run_check(BY_NAME[name], inspection).finding


@pytest.mark.parametrize("check", CHECKS[1:], ids=lambda check: check.name)
def test_a_service_that_leaves_it_out_is_told_so(world: World, check: Check) -> None:
    service, inspection = world
    learnt = inspection.learnt
    service.sloppy = {check.name}
    try:
        if check.name in SEEN_AT_SIGN_IN:
            found_by("sign-in", inspection)
        if check.name == "sign-in-again":
            found_by("state-other", inspection)
        wanted = Outcome.WARNING if check.name in ONLY_WARNED else Outcome.FAILED
        assert found_by(check.name, inspection).outcome is wanted
    finally:
        service.sloppy, service.failed_before, inspection.learnt = set(), False, learnt


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.name)
def test_a_careful_service_passes(world: World, check: Check) -> None:
    _, inspection = world
    result = run_check(check, inspection)
    assert result.outcome is Outcome.PASSED, result.finding
