"""The virtual resident's card: one of a folder, or one of its own that this run alone trusts."""

import base64
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path

import msgspec
from cryptography.hazmat.primitives.asymmetric import ec, padding

from gateway.card.challenge import Purpose
from gateway.card.to_be_signed import to_be_signed
from gateway.errors import SettingsError
from gateway.reader.model import AgentOutcome, Answer, parse_signing_request
from gateway.settings import Settings
from gateway.virtual.authority import DemoAuthority
from gateway.virtual.card import CardKey, VirtualCard
from gateway.virtual.folder import CardFolder
from gateway.virtual.issue import issue_card
from gateway.virtual.keys import hash_for, load_private_key, new_p384_key
from gateway.virtual.person import Person

PERSON = Person(
    name="点検　花子",
    address="花園県花咲町中央１丁目１番１号",
    birth_date=date(1990, 1, 1),
    gender="3",
)
"""Invented, and nobody's."""


@dataclass(frozen=True, slots=True)
class Holder:
    card: VirtualCard
    settings: Settings = field(repr=False)
    """The gateway's, under which this card is good."""
    is_for_this_run: bool


def card_of(folder: Path, settings: Settings) -> Holder:
    """SettingsError where there is none."""
    cards = CardFolder(folder).cards() if folder.is_dir() else []
    if not cards:
        raise SettingsError(f"--cards: there is no virtual card in {folder}")
    adults = [card for card in cards if card.signature is not None]
    return Holder((adults or cards)[0], settings, is_for_this_run=False)


def card_for_this_run(folder: Path, settings: Settings, now: datetime) -> Holder:
    """Its CA and its lists lie in the `folder`, where nobody else looks for any."""
    authority = DemoAuthority.create(now, new_key=new_p384_key)
    card = issue_card(
        authority,
        PERSON,
        now,
        signature_password="TENKEN2026",
        authentication_pin="1234",
        card_id="conform",
        new_key=new_p384_key,
    )
    authority.write_anchors(folder / "anchors")
    authority.write_crls(folder / "crls", now)
    own = msgspec.structs.replace(
        settings.card,
        anchors_dir=str(folder / "anchors"),
        revocation_sources=("crl",),
        validators=(),
        linking="",
    )
    plugins = {**settings.plugins, "crl": {"directory": str(folder / "crls"), "check_seconds": 0}}
    changed = msgspec.structs.replace(settings, card=own, plugins=plugins)
    return Holder(card, changed, is_for_this_run=True)


def answer_of(card: VirtualCard, asked: Mapping[str, str], origin: str) -> dict[str, str]:
    """What the reader agent would bring back. No PIN is asked: the file is read by its owner."""
    request = parse_signing_request(asked, origin)
    data = to_be_signed(request.origin, request.challenge)
    signatures = {
        "signature_encoding": card.signature_encoding,
        **_signed("authentication", card.authentication, data),
    }
    if request.purpose is Purpose.REGISTRATION and card.signature is not None:
        signatures |= _signed("signature", card.signature, data)
    return Answer(AgentOutcome.SIGNED, signatures=signatures).fields(request)


def _signed(name: str, key: CardKey, data: bytes) -> dict[str, str]:
    private_key = load_private_key(key.private_key)
    if isinstance(private_key, ec.EllipticCurvePrivateKey):
        signature = private_key.sign(data, ec.ECDSA(hash_for(private_key)))
    else:
        signature = private_key.sign(data, padding.PKCS1v15(), hash_for(private_key))
    return {
        f"{name}_certificate": base64.b64encode(key.certificate).decode(),
        f"{name}_signature": base64.b64encode(signature).decode(),
    }
