"""The demo's town behind a TLS proxy, with a service for each witness."""

import asyncio
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import msgspec
import pytest
from rich.console import Console

from gateway.app import opened_stores
from gateway.assembly import make_provider
from gateway.clock import system_clock
from gateway.demo.check import free_ports
from gateway.demo.processes import Part, parts_of, running
from gateway.demo.run import prepare
from gateway.demo.world import Ports, World
from gateway.settings_file import load_settings
from gateway.tenants.initial_tokens import NewInitialToken, make_initial_token
from gateway.tenants.metadata import ClientMetadata
from gateway.tenants.model import ClientKind
from tests.support.throwaway_ca import ThrowawayCa
from tests.witnesses.conversation import Deeds, converse
from tests.witnesses.front_door import CERTIFICATE_HEADER, front_door
from tests.witnesses.keys import key_pair
from tests.witnesses.person import Person

NODE = Path(__file__).parent / "node"
NODE_PROGRAM = Path(sys.executable).with_name("node")
TENANT = "hanasaki"
READING = "card:verify"
TRUST_FRAMEWORK = "jp_hanasaki"
_SETTINGS = f"""
[admin]
trusted_proxies = ["127.0.0.1/32"]
[oidc]
verified_claims_trust_framework = "{TRUST_FRAMEWORK}"
"""


@dataclass(frozen=True, slots=True)
class WitnessTown:
    world: World
    issuer: str
    ca: ThrowawayCa

    def register(self, client_id: str, **metadata: Any) -> dict[str, object]:
        """What a program has to know of its registration. With the scope of readers it is one."""
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

    def know(
        self, client_id: str, *, key: str | None = None, opening_key: str | None = None, **more: Any
    ) -> dict[str, Any]:
        """`register`, with keys of the program's own (by their algorithms) and the metadata."""
        pairs = {
            name: key_pair(alg) for name, alg in (("key", key), ("opening_key", opening_key)) if alg
        }
        if pairs:
            more["jwks"] = {"keys": [public for public, _ in pairs.values()]}
        metadata = {"token_endpoint_auth_method": "client_secret_basic", **more}
        own = {name: private for name, (_, private) in pairs.items()}
        return {**self.register(client_id, **metadata), **own, "metadata": metadata}

    def initial_access_token(self, scope: str) -> str:
        """As an operator makes one for a developer."""
        return asyncio.run(self._initial_access_token(scope))

    async def _initial_access_token(self, scope: str) -> str:
        settings = load_settings(self.world.settings_file, {})
        async with opened_stores(settings, system_clock) as (records, moments):
            provider = await make_provider(settings, records, moments, system_clock)
            wanted = NewInitialToken("a witness", scope, timedelta(days=1), uses=5)
            async with records.writing() as connection:
                _, token = await make_initial_token(
                    connection, provider.keyed_hash, TENANT, wanted, "sonoda", system_clock()
                )
            return token

    async def _register(self, client_id: str, metadata: ClientMetadata) -> str | None:
        settings = load_settings(self.world.settings_file, {})
        async with opened_stores(settings, system_clock) as (records, moments):
            provider = await make_provider(settings, records, moments, system_clock)
            now = system_clock()
            kind = ClientKind.READER if metadata.scope == READING else ClientKind.SERVICE
            _, secret = await provider.clients.register(kind, client_id, TENANT, metadata, now)
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

            def answer_device(said: dict[str, Any]) -> Mapping[str, object]:
                hanako.answer_device(said["answer_device"])
                return {}

            def answer_counter(said: dict[str, Any]) -> Mapping[str, object]:
                hanako.answer_counter(f"{self.issuer}/approvals", said["answer_counter"])
                return {}

            deeds: Deeds = {
                "visit": visit,
                "answer_device": answer_device,
                "answer_counter": answer_counter,
                **more,
            }
            return converse([str(NODE_PROGRAM), script], NODE, setup, deeds, self.ca.ca_file)


@contextmanager
def witness_town(folder: Path) -> Iterator[WitnessTown]:
    gateway, reader, health, points, door = free_ports(5)
    console = Console(quiet=True)
    world = prepare(folder / "town", Ports(gateway, reader, health, points), console)
    issuer = f"https://localhost:{door}"
    said = world.settings_file.read_text().replace(json.dumps(world.issuer), json.dumps(issuer))
    own = f'[server]\nclient_certificate_header = "{CERTIFICATE_HEADER}"\n'
    world.settings_file.write_text(said.replace("[server]\n", own) + _SETTINGS)
    ca = ThrowawayCa(folder / "ca")
    apache = front_door(folder / "door", door, gateway, ca.server("localhost"), ca.ca_file)
    with _trusting(ca.ca_file, parts_of(world)[:2]), apache:
        town = WitnessTown(world, issuer, ca)
        town.hanako_comes_by()
        yield town


@contextmanager
def _trusting(ca_file: Path, parts: Sequence[Part]) -> Iterator[None]:
    """Whom the gateway itself tells something is proven by the operator's own CA."""
    with ExitStack() as processes:
        with pytest.MonkeyPatch.context() as environment:
            environment.setenv("SSL_CERT_FILE", str(ca_file))
            processes.enter_context(running(parts))
        yield
