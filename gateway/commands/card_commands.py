"""`genkan card new` and `genkan reader serve`: virtual cards under a demo CA of one's own."""

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


def make_card(
    authority_folder: Path,
    cards_folder: Path,
    new: NewCard,
    now: datetime,
    *,
    anchors: Path | None = None,
    crls: Path | None = None,
) -> str:
    """Makes the CA where there is none yet, and writes its roots and lists where they are wanted.
    Returns the card's name. SettingsError where another card has it, or none can."""
    check_texts(new.person)
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
    # The authority first: a serial number that is given out is never given out again. The card
    # last: where it lies, all that it needs is there.
    authority.save(authority_folder)
    if anchors is not None:
        authority.write_anchors(anchors)
    if crls is not None:
        authority.write_crls(crls, now)
    cards.save(card)
    return card.card_id


def load_authority(folder: Path) -> DemoAuthority | None:
    try:
        return DemoAuthority.load(folder) if folder.exists() else None
    except UnreadableAuthorityError as cause:
        raise SettingsError(f"--authority: {cause}") from cause


def check_texts(person: Person) -> None:
    for option, text in (("--name", person.name), ("--address", person.address)):
        if len(text.strip().splitlines()) != 1:
            raise SettingsError(f"{option}: one line of text is needed")


def check_is_free(cards: CardFolder, card_id: str) -> None:
    try:
        taken = cards.has(card_id)
    except UnknownCardError as cause:
        raise SettingsError(f"--card-id: {cause}") from cause
    if taken:
        raise SettingsError(f"--card-id: {card_id} is there already; choose another name")


def open_cards(folder: Path) -> CardFolder:
    """SettingsError where there is no such folder: it is mistyped, or no card was made yet."""
    if not folder.is_dir():
        raise SettingsError(f"--virtual: {folder} is not a folder; `genkan card new` makes one")
    return CardFolder(folder)
