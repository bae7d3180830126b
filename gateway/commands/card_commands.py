"""`genkan card new`: a virtual resident's card under a demo CA of one's own."""

from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from gateway.errors import SettingsError
from gateway.virtual.authority import DemoAuthority
from gateway.virtual.authority_file import UnreadableAuthorityError
from gateway.virtual.folder import CardFolder, UnknownCardError
from gateway.virtual.issue import issue_card
from gateway.virtual.person import Person


@dataclass(frozen=True, slots=True)
class NewCard:
    person: Person
    signature_password: str = field(repr=False)
    authentication_pin: str = field(repr=False)
    with_signature: bool
    card_id: str | None


def make_card(authority_folder: Path, cards_folder: Path, new: NewCard, now: datetime) -> str:
    """Makes the CA where there is none yet. Returns the card's name. SettingsError where another
    card has it, or none can."""
    cards = CardFolder(cards_folder)
    if new.card_id is not None:
        check_is_free(cards, new.card_id)
    authority = load_authority(authority_folder) or DemoAuthority.create(now)
    card = issue_card(
        authority,
        new.person,
        now,
        signature_password=new.signature_password,
        authentication_pin=new.authentication_pin,
        with_signature=new.with_signature,
        card_id=new.card_id,
    )
    # The authority first: a serial number that is given out is never given out again.
    authority.save(authority_folder)
    cards.save(card)
    return card.card_id


def load_authority(folder: Path) -> DemoAuthority | None:
    try:
        return DemoAuthority.load(folder) if folder.exists() else None
    except UnreadableAuthorityError as cause:
        raise SettingsError(f"--authority: {cause}") from cause


def check_is_free(cards: CardFolder, card_id: str) -> None:
    try:
        taken = cards.has(card_id)
    except UnknownCardError as cause:
        raise SettingsError(f"--card-id: {cause}") from cause
    if taken:
        raise SettingsError(f"--card-id: {card_id} is there already; choose another name")


def publish(authority_folder: Path, anchors: Path | None, crls: Path | None, now: datetime) -> None:
    """The CA's roots and its lists, where a demo gateway looks for them."""
    authority = DemoAuthority.load(authority_folder)
    if anchors is not None:
        authority.write_anchors(anchors)
    if crls is not None:
        authority.write_crls(crls, now)
