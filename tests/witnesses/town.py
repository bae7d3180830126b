"""The demo's town behind a TLS proxy, with a service for each witness."""

import asyncio
import json
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import msgspec
from rich.console import Console

from gateway.app import opened_stores
from gateway.assembly import make_provider
from gateway.clock import system_clock
from gateway.demo.check import free_ports
from gateway.demo.processes import parts_of, running
from gateway.demo.run import prepare
from gateway.demo.world import Ports, World
from gateway.settings_file import load_settings
from gateway.tenants.metadata import ClientMetadata
from gateway.tenants.model import ClientKind
from tests.support.throwaway_ca import ThrowawayCa
from tests.witnesses.conversation import Deeds, converse
from tests.witnesses.front_door import front_door
from tests.witnesses.person import Person

NODE = Path(__file__).parent / "node"
NODE_PROGRAM = Path(sys.executable).with_name("node")
TENANT = "hanasaki"


@dataclass(frozen=True, slots=True)
class WitnessTown:
    world: World
    issuer: str
    ca: ThrowawayCa

    def register(self, client_id: str, **metadata: Any) -> dict[str, object]:
        """What a program has to know of its registration."""
        said: dict[str, Any] = {
            "client_name_ja": client_id,
            "client_name_en": client_id,
            "purpose_ja": "試験",
            "purpose_en": "A test",
            "redirect_uris": [f"https://{client_id}.example.test/callback"],
            "token_endpoint_auth_method": "client_secret_basic",
            "grant_types": ["authorization_code", "refresh_token"],
            "scope": "openid profile address birthdate gender offline_access link",
            **metadata,
        }
        secret = asyncio.run(self._register(client_id, msgspec.convert(said, ClientMetadata)))
        return {
            "issuer": self.issuer,
            "client_id": client_id,
            "client_secret": secret,
            "redirect_uri": next(iter(said["redirect_uris"]), None),
        }

    async def _register(self, client_id: str, metadata: ClientMetadata) -> str | None:
        settings = load_settings(self.world.settings_file, {})
        async with opened_stores(settings, system_clock) as (records, moments):
            provider = await make_provider(settings, records, moments, system_clock)
            now = system_clock()
            _, secret = await provider.clients.register(
                ClientKind.SERVICE, client_id, TENANT, metadata, now
            )
            return secret

    def hanako_comes_by(self) -> None:
        """For the first time: with both certificates. From then on she signs in."""
        service = self.register("first-visit")
        query = {
            "response_type": "code",
            "client_id": service["client_id"],
            "redirect_uri": service["redirect_uri"],
            "scope": "openid",
            "code_challenge": "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
            "code_challenge_method": "S256",
        }
        url = f"{self.issuer}/authorize?{urlencode(query)}"
        with self.person() as hanako:
            hanako.visit(url, str(service["redirect_uri"]), "registration")

    def person(self) -> Person:
        return Person(self.world, self.ca.ca_file)

    def node(self, script: str, setup: Mapping[str, object], **more: Any) -> Any:
        """Runs tests/witnesses/node/SCRIPT with a person at hand."""
        with self.person() as hanako:

            def visit(said: dict[str, Any]) -> Mapping[str, object]:
                answer = hanako.visit(said["visit"], said["redirect_uri"])
                return {"url": answer.url, "form": answer.form}

            deeds: Deeds = {"visit": visit, **more}
            return converse([str(NODE_PROGRAM), script], NODE, setup, deeds, self.ca.ca_file)


@contextmanager
def witness_town(folder: Path) -> Iterator[WitnessTown]:
    gateway, reader, health, points, door = free_ports(5)
    console = Console(quiet=True)
    world = prepare(folder / "town", Ports(gateway, reader, health, points), console)
    issuer = f"https://localhost:{door}"
    said = world.settings_file.read_text().replace(json.dumps(world.issuer), json.dumps(issuer))
    said += '[admin]\ntrusted_proxies = ["127.0.0.1/32"]\n'
    world.settings_file.write_text(said)
    ca = ThrowawayCa(folder / "ca")
    with running(parts_of(world)[:2]), front_door(folder / "door", door, gateway, ca.server()):
        town = WitnessTown(world, issuer, ca)
        town.hanako_comes_by()
        yield town
