"""Makes what the demo needs in one folder: a CA and its lists, cards, settings, registrations."""

import json
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from importlib.resources import files
from pathlib import Path
from string import Template

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import (
    SECP256R1,
    EllipticCurvePrivateKey,
    generate_private_key,
)
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from jwt.algorithms import ECAlgorithm

from gateway.demo.town import HEALTH, POINTS, RESIDENTS, DemoResident
from gateway.keys.master import create_master_key
from gateway.virtual.authority import DemoAuthority
from gateway.virtual.files import write_file
from gateway.virtual.folder import CardFolder
from gateway.virtual.issue import issue_card

CRL_LIFE = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Ports:
    gateway: int = 8000
    reader: int = 8765
    health: int = 8101
    points: int = 8102


@dataclass(frozen=True, slots=True)
class World:
    """The demo's folder, and who listens where."""

    folder: Path
    ports: Ports
    secrets: dict[str, str] = field(repr=False)

    @property
    def issuer(self) -> str:
        return f"http://localhost:{self.ports.gateway}"

    @property
    def reader(self) -> str:
        return f"http://127.0.0.1:{self.ports.reader}"

    @property
    def health(self) -> str:
        return f"http://localhost:{self.ports.health}"

    @property
    def points(self) -> str:
        return f"http://localhost:{self.ports.points}"

    @property
    def console(self) -> str:
        return f"{self.issuer}/admin"

    @property
    def authenticator(self) -> str:
        return f"{self.health}/authenticator"

    @property
    def settings_file(self) -> Path:
        return self.folder / "genkan.toml"

    @property
    def clients_file(self) -> Path:
        return self.folder / "clients.toml"

    @property
    def cards(self) -> Path:
        return self.folder / "cards"

    @property
    def crls(self) -> Path:
        return self.folder / "crls"

    @property
    def logs(self) -> Path:
        return self.folder / "logs"

    def publish_crls(self, now: datetime, *, next_update: datetime | None = None) -> None:
        """The demo CA's lists, fresh; or with a `next_update` that has passed, stale."""
        authority = DemoAuthority.load(self.folder / "authority")
        authority.write_crls(self.crls, now, next_update=next_update or now + CRL_LIFE)


def open_world(folder: Path, ports: Ports, now: datetime, tell: Callable[[str], None]) -> World:
    """Makes what is not there yet; what is there (residents who registered) is kept."""
    folder = folder.resolve()
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    world = World(folder, ports, _secrets(folder))
    if not (folder / "authority").exists():
        tell("making a demo CA and three virtual My Number cards")
        _make_authority(world, now)
    world.publish_crls(now)
    create_master_key(folder / "master.key")
    write_file(world.settings_file, _settings(world).encode())
    write_file(world.clients_file, _clients(world).encode())
    return world


def _make_authority(world: World, now: datetime) -> None:
    authority = DemoAuthority.create(now)
    authority.write_anchors(world.folder / "anchors")
    cards = CardFolder(world.cards)
    for resident in RESIDENTS:
        _make_card(authority, cards, resident, now)
    authority.save(world.folder / "authority")


def _make_card(
    authority: DemoAuthority, cards: CardFolder, resident: DemoResident, now: datetime
) -> None:
    card = issue_card(
        authority,
        resident.person,
        now,
        signature_password=resident.signature_password,
        authentication_pin=resident.authentication_pin,
        card_id=resident.card_id,
    )
    cards.save(card)
    if resident.moved and card.signature is not None:
        certificate = x509.load_der_x509_certificate(card.signature.certificate)
        authority.revoke(certificate, x509.ReasonFlags.affiliation_changed, now)


def _secrets(folder: Path) -> dict[str, str]:
    path = folder / "services.json"
    if not path.exists():
        key = generate_private_key(SECP256R1())
        pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        fresh = {
            HEALTH.name: secrets.token_urlsafe(32),
            POINTS.name: pem.decode("ascii"),
            "counter": secrets.token_urlsafe(32),
        }
        write_file(path, json.dumps(fresh).encode())
    found: dict[str, str] = json.loads(path.read_bytes())
    return found


def _clients(world: World) -> str:
    template = Template(files("gateway.demo").joinpath("clients.toml").read_text("utf-8"))
    return template.substitute(
        gateway=world.issuer,
        health=world.health,
        points=world.points,
        health_secret=world.secrets[HEALTH.name],
        counter_secret=world.secrets["counter"],
        points_jwk=_inline_table(_public_jwk(world.secrets[POINTS.name])),
    )


def _settings(world: World) -> str:
    folder, ports = world.folder, world.ports
    tables: dict[str, dict[str, object]] = {
        "server": {"issuer": world.issuer, "listen_port": ports.gateway},
        "store": {"records": f"sqlite:///{folder}/genkan.db", "moments": "memory:"},
        "keys": {"master_key_file": f"{folder}/master.key"},
        "card": {
            "trust": "demo",
            "anchors_dir": f"{folder}/anchors",
            "reader_agent": world.reader,
        },
        "plugins.crl": {"directory": str(world.crls), "check_seconds": 0},
        "audit": {"directory": f"{folder}/audit"},
        # Residents, services and whoever measures are one address here.
        "limits": {
            "requests_per_minute_per_address": 6_000_000,
            "burst_per_address": 100_000,
            "requests_per_minute_per_client": 6_000_000,
            "burst_per_client": 100_000,
        },
        "reader": {"listen_port": ports.reader, "gateway_origins": [world.issuer]},
    }
    # A string, a number and a list of strings are written alike in JSON and in TOML.
    return "\n".join(
        f"[{name}]\n" + "".join(f"{key} = {json.dumps(value)}\n" for key, value in table.items())
        for name, table in tables.items()
    )


def _public_jwk(pem: str) -> dict[str, str]:
    key = load_pem_private_key(pem.encode(), None)
    if not isinstance(key, EllipticCurvePrivateKey):
        raise TypeError("the points service signs with an elliptic curve key")
    jwk = ECAlgorithm.to_jwk(key.public_key(), as_dict=True)
    return {name: jwk[name] for name in ("kty", "crv", "x", "y")} | {"alg": "ES256", "use": "sig"}


def _inline_table(members: dict[str, str]) -> str:
    return "{ " + ", ".join(f'{name} = "{value}"' for name, value in members.items()) + " }"
