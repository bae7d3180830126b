"""`genkan crl`: the lists of revoked certificates, verified against the pinned anchors."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from gateway.assembly import load_profiles
from gateway.card.anchors import load_anchors
from gateway.errors import SettingsError
from gateway.plugins import installed_plugins
from gateway.settings import Settings
from plugins.crl.errors import UnusableError
from plugins.crl.operation import CrlOperation, ListLine


@dataclass(frozen=True, slots=True)
class Refused:
    """A list that is not taken, and why."""

    source: str
    problem: str


Told = Callable[[int, int | None], None]
"""Bytes that are here, and of how many."""


def open_lists(settings: Settings) -> CrlOperation:
    card = settings.card
    profiles = load_profiles(settings, installed_plugins())
    anchors = load_anchors(Path(card.anchors_dir), profiles, card.trust)
    try:
        return CrlOperation(settings.plugins.get("crl", {}), tuple(anchors))
    except ValueError as cause:
        raise SettingsError(f"plugins.crl: {cause}") from cause


def add_lists(
    settings: Settings, files: Sequence[Path], now: datetime
) -> Iterator[ListLine | Refused]:
    """In order; one that is refused stops none of the others."""
    lists = open_lists(settings)
    for file in files:
        try:
            yield lists.add(file, now)
        except UnusableError as error:
            yield Refused(str(file), str(error))
        except OSError as error:
            yield Refused(str(file), error.strerror or type(error).__name__)


async def refresh_list(
    lists: CrlOperation, url: str, now: datetime, tell: Told
) -> ListLine | Refused:
    try:
        return await lists.refresh(url, now, tell)
    except UnusableError as error:
        return Refused(url, str(error))
    except OSError as error:
        return Refused(url, error.strerror or type(error).__name__)
