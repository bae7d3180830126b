"""Residents and operators by one listener, or by two processes with a listener each."""

from collections.abc import Iterable
from pathlib import Path

import msgspec
import pytest

from gateway.app import make_app
from gateway.assembly import make_provider, make_verifier
from gateway.errors import SettingsError
from gateway.plugins import installed_plugins
from gateway.settings_file import load_settings
from tests.support.gateway import Gateway
from tests.support.operators import HALL, Office

pytestmark = pytest.mark.anyio


async def with_doors(gateway: Gateway, *doors: str) -> Gateway:
    """Another process on the same stores."""
    before = gateway.provider.settings
    server = msgspec.structs.replace(before.server, doors=doors)
    settings = msgspec.structs.replace(before, server=server)
    provider = await make_provider(
        settings, gateway.provider.records, gateway.provider.moments, gateway.clock
    )
    verifier = make_verifier(settings, installed_plugins())
    return Gateway(make_app(provider, verifier), provider, gateway.clock)


async def statuses(gateway: Gateway, paths: Iterable[str]) -> list[int]:
    async with gateway.browser(HALL) as browser:
        return [(await browser.get(path)).status_code for path in paths]


OF_RESIDENTS = ("/jwks", "/.well-known/openid-configuration", "/")
OF_OPERATORS = ("/admin/sign-in", "/admin/api/v1/openapi.json")


async def test_a_process_for_residents_has_no_operators_door(gateway: Gateway) -> None:
    await Office(gateway).allow(None)
    residents = await with_doors(gateway, "residents")
    assert await statuses(residents, OF_RESIDENTS) == [200, 200, 200]
    assert await statuses(residents, OF_OPERATORS) == [404, 404]


async def test_a_process_for_operators_lets_no_resident_in(gateway: Gateway) -> None:
    await Office(gateway).allow(None)
    operators = await with_doors(gateway, "operators")
    assert await statuses(operators, OF_OPERATORS) == [200, 200]
    assert await statuses(operators, OF_RESIDENTS) == [404, 404, 404]
    assert await statuses(operators, ["/healthz"]) == [200]


def test_a_process_that_opens_no_door_does_not_start(tmp_path: Path) -> None:
    file = tmp_path / "genkan.toml"
    file.write_text("[server]\ndoors = []\n", "utf-8")
    with pytest.raises(SettingsError, match=r"server\.doors"):
        load_settings(file, {})
    named = load_settings(None, {"GENKAN_SERVER__DOORS": "operators"})
    assert named.server.doors == ("operators",)


async def test_no_slash_too_many_leads_a_secret_over_plain_http(gateway: Gateway) -> None:
    async with gateway.browser() as browser:
        for path in ("/token", "/userinfo", "/authorize", "/introspect"):
            answer = await browser.post(f"{path}/", data={"client_secret": "s"})
            assert answer.status_code == 404, path
            assert "location" not in answer.headers
            assert (await browser.post(path)).status_code != 404
