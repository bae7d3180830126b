"""Card verifications in this process: the whole pipeline, with the demo CA's lists loaded."""

import asyncio
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from gateway.assembly import make_verifier
from gateway.card.model import Presentation, SignatureEncoding
from gateway.card.to_be_signed import to_be_signed
from gateway.card.verify import CardVerifier
from gateway.plugins import installed_plugins
from gateway.settings import Card, Settings
from gateway.virtual.authority import DemoAuthority
from gateway.virtual.card import VirtualCard
from gateway.virtual.keys import PrivateKey, new_p384_key, new_rsa_key
from gateway.virtual.pins import Pin
from tests.bench.measure import Operation, own_cpu
from tests.support.town import HANAKO, PASSWORD, PIN, Town

ORIGIN = "https://id.example.test"


@dataclass(frozen=True, slots=True)
class Cards:
    """A verifier, and what is presented to it, by name."""

    verifier: CardVerifier
    presentations: Mapping[str, list[Presentation]]

    def operation(self, name: str, now: datetime, count: int) -> Operation:
        return _operation(name, self.verifier, self.presentations[name], now, count)


AUTHENTICATION_RSA = "authentication certificate, RSA-2048"
SIGNATURE_RSA = "signature certificate, RSA-2048"
AUTHENTICATION_P384 = "authentication certificate, P-384"


def make_cards(folder: Path, now: datetime) -> Cards:
    authority = DemoAuthority.create(now)
    authority.write_anchors(folder / "anchors")
    town = Town(authority, folder / "crls")
    rsa, p384 = (town.card(HANAKO, now, key=make()) for make in _KEYS)
    settings = Settings(
        card=Card(trust="demo", anchors_dir=f"{folder}/anchors"),
        plugins={"crl": {"directory": f"{folder}/crls"}},
    )
    presentations = {
        AUTHENTICATION_RSA: _presentations(rsa, Pin.AUTHENTICATION),
        SIGNATURE_RSA: _presentations(rsa, Pin.SIGNATURE),
        AUTHENTICATION_P384: _presentations(p384, Pin.AUTHENTICATION),
    }
    return Cards(make_verifier(settings, installed_plugins()), presentations)


_KEYS: tuple[Callable[[], PrivateKey], ...] = (new_rsa_key, new_p384_key)


def card_operations(folder: Path, now: datetime, count: int) -> list[Operation]:
    cards = make_cards(folder, now)
    return [cards.operation(name, now, count) for name in cards.presentations]


def _presentations(card: VirtualCard, pin: Pin) -> list[Presentation]:
    """A few, over different challenges."""
    encoding = SignatureEncoding(card.signature_encoding)
    made = []
    for _ in range(8):
        message = to_be_signed(ORIGIN, secrets.token_bytes(32))
        if pin is Pin.SIGNATURE and card.signature is not None:
            key, signature = card.signature, card.sign_signature(PASSWORD, message)
        else:
            key, signature = card.authentication, card.sign_authentication(PIN, message)
        made.append(Presentation(key.certificate, signature, encoding, message))
    return made


def _operation(
    name: str,
    verifier: CardVerifier,
    presentations: list[Presentation],
    now: datetime,
    count: int,
) -> Operation:
    async def verify(times: int) -> None:
        for number in range(times):
            found = await verifier.verify(presentations[number % len(presentations)], now)
            assert found.accepted, found.reason

    return Operation(
        f"card verification: {name}", lambda n: own_cpu(lambda: asyncio.run(verify(n))), count
    )
