"""The README's walk by browser alone: from `genkan init` to a resident who is signed in."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from pytest_socket import enable_socket

from gateway.clock import system_clock
from gateway.demo.check import free_ports
from gateway.demo.processes import Part, parts_of, running
from gateway.demo.town import HEALTH
from gateway.demo.world import Ports, World, open_world
from gateway.virtual.files import write_file
from tests.browser.conftest import AtDesk, AtScreen
from tests.browser.operator import OperatorAtScreen

pytestmark = pytest.mark.browser

HOME = "tenants/hanasaki"
PASSWORD = "machi-no-mado-2026"


@dataclass(frozen=True, slots=True)
class Prepared:
    """What `genkan init` leaves: a gateway at which nothing is registered, and a link."""

    world: World
    link: str = field(repr=False)


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Prepared:
    """The demo's cards and settings; none of its registrations and operators."""
    enable_socket()
    folder, ports = tmp_path_factory.mktemp("newcomer"), Ports(*free_ports(4))
    world = open_world(folder, ports, system_clock(), lambda _: None)
    told = subprocess.run(  # noqa: S603 - our own command
        [
            *(sys.executable, "-m", "gateway.cli", "init", "--config", str(world.settings_file)),
            *("--allow", "127.0.0.1/32"),
        ],
        env={**os.environ, "COLUMNS": "200"},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    ).stdout
    found = re.search(rf"^{world.issuer}/admin/invitations/\S+$", told, re.MULTILINE)
    assert found is not None, told
    return Prepared(world, found[0])


@pytest.fixture(scope="module")
def world(prepared: Prepared) -> Iterator[World]:
    gateway, agent, *_ = parts_of(prepared.world)
    with running((gateway, agent)):
        yield prepared.world


def test_a_newcomer_opens_a_town_and_a_resident_signs_in(
    prepared: Prepared, at_desk: AtDesk, at_screen: AtScreen
) -> None:
    world, first = prepared.world, at_desk()
    first.enrol_with_passkey(prepared.link)
    first.acknowledge_notice()
    first.wait_for("/admin/overview")

    found_towns(first)
    allow_this_machine(first)
    secret = register_service(first)
    link = invite_administrator(first)

    with running((health_app(world, secret),)):
        hanako = at_screen("hanako")
        hanako.enter(world.health)
        hanako.choose("registration")
        hanako.type_pin()
        assert hanako.wait_for("/consent", "/") == "/consent"
        assert "健診のご案内" in hanako.page.locator("main").inner_text()
        hanako.agree_if_asked()
        assert hanako.claim("name") == hanako.card.person.name

    see_one_town_only(at_desk(), link)
    first.sign_out()
    first.sign_in_with_passkey()
    first.page.goto(prepared.link)
    assert first.page.locator("form[data-passkey]").count() == 0
    assert secret not in first.page.content()


def found_towns(operator: OperatorAtScreen) -> None:
    for tenant_id, name in (("minato", "みなと市"), ("hanasaki", "花咲町")):
        operator.go("tenants")
        operator.go("tenants/new")
        operator.send("/admin/tenants", name_ja=name, name_en="A town", tenant_id=tenant_id)
        operator.wait_for(f"/admin/tenants/{tenant_id}/services")


def allow_this_machine(operator: OperatorAtScreen) -> None:
    operator.go(f"{HOME}/networks")
    operator.send(f"{HOME}/networks", network="127.0.0.1/32", note="役場")
    operator.page.get_by_role("row").filter(has_text="127.0.0.1/32").wait_for()


def register_service(operator: OperatorAtScreen) -> str:
    page, world = operator.page, operator.world
    operator.go(f"{HOME}/services")
    operator.go(f"{HOME}/services/new")
    page.locator("[name=token_endpoint_auth_method][value=client_secret_basic]").check()
    for scope in ("profile", "address", "birthdate", "gender", "link", "offline_access"):
        page.locator(f"[name=scope_{scope}]").check()
    operator.send(
        f"{HOME}/services",
        client_name_ja="花咲町 健康アプリ",
        client_name_en="Hanasaki Health",
        purpose_ja="健診のご案内と、記録の表示のために使います。",
        purpose_en="To invite you to check-ups and to show your records.",
        decision_document_number="花健発第12号",
        contact="花咲町 健康課",
        client_id=HEALTH.client_id,
        redirect_uris=f"{world.health}/callback",
    )
    secret = operator.secret()
    operator.go(f"{HOME}/services/{HEALTH.client_id}")
    assert secret not in page.content()
    return secret


def health_app(world: World, secret: str) -> Part:
    """Whoever builds the service is told the issuer, the client_id and the secret."""
    file = world.folder / "health.secret"
    write_file(file, secret.encode())
    arguments = ("-m", "tests.browser.service", world.issuer, world.health, str(file))
    return Part("health app", arguments, world.health, world.logs / "health-app.log")


def invite_administrator(operator: OperatorAtScreen) -> str:
    operator.go(f"{HOME}/operators")
    operator.go(f"{HOME}/operators/new")
    operator.page.locator("[name=role]").select_option("administrator")
    operator.send(f"{HOME}/operators", name="花井　町子", department="総務課", login_name="hanai")
    link = operator.secret()
    assert link.startswith(f"{operator.world.issuer}/admin/invitations/")
    return link


def see_one_town_only(operator: OperatorAtScreen, link: str) -> None:
    page, world = operator.page, operator.world
    operator.enrol_with_password(link, PASSWORD)
    operator.acknowledge_notice()
    operator.wait_for(f"/admin/{HOME}")
    own = ("/admin/account", "/admin/manual", f"/admin/{HOME}")
    assert not [place for place in operator.places() if not place.startswith(own)]
    operator.go(f"{HOME}/services")
    assert page.get_by_role("row").filter(has_text=HEALTH.client_id).count() == 1
    for path in ("tenants/minato", "tenants/minato/services", "operators", "networks", "logs"):
        answer = page.goto(f"{world.issuer}/admin/{path}")
        assert answer is not None
        assert answer.status in (403, 404), path
        assert "みなと市" not in page.content()
