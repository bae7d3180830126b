"""Lists in pages: everything after a name, so many at a time."""

from collections.abc import Callable, Sequence
from typing import Annotated, Generic, TypeVar

import msgspec

Item = TypeVar("Item")
Row = TypeVar("Row")
Limit = Annotated[int, msgspec.Meta(ge=1, le=100)]
Text = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]


class Paging(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    after: Text | None = None
    limit: Limit = 50


class Page(msgspec.Struct, Generic[Item], frozen=True):
    items: tuple[Item, ...]
    next: str | None
    """What to send as `after` for the page that follows; null on the last one."""


def page_of(
    rows: Sequence[Row], limit: int, view: Callable[[Row], Item], key: Callable[[Row], str]
) -> Page[Item]:
    """Of up to `limit` + 1 rows; the one too many only tells that there is more."""
    shown = rows[:limit]
    more = len(rows) > limit
    return Page(tuple(view(row) for row in shown), key(shown[-1]) if more else None)
