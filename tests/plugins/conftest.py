"""The town of the card tests, for the plugins too."""

from tests.card.conftest import keys, world

__all__ = ["keys", "world"]
