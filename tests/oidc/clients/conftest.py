"""A gateway behind a proxy that ends TLS and hands on clients' certificates."""

from collections.abc import AsyncIterator
from pathlib import Path

import msgspec
import pytest

from gateway.settings import Settings
from tests.support.gateway import Gateway, open_gateway

PROXY = "192.0.2.10"


def behind_proxy(settings: Settings) -> Settings:
    replace = msgspec.structs.replace
    return replace(
        settings,
        server=replace(settings.server, client_certificate_header="Client-Cert"),
        admin=replace(settings.admin, trusted_proxies=(PROXY,)),
    )


def behind_careless_proxy(settings: Settings) -> Settings:
    settings = behind_proxy(settings)
    server = msgspec.structs.replace(settings.server, client_certificate_chain="unvalidated")
    return msgspec.structs.replace(settings, server=server)


@pytest.fixture
async def proxied(tmp_path: Path, template: Path) -> AsyncIterator[Gateway]:
    async with open_gateway(tmp_path, template, behind_proxy) as gateway:
        yield gateway


@pytest.fixture
async def carelessly_proxied(tmp_path: Path, template: Path) -> AsyncIterator[Gateway]:
    async with open_gateway(tmp_path, template, behind_careless_proxy) as gateway:
        yield gateway
