"""Lists by key: a page begins behind the last key of the page before, however long the list is."""

from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa

from gateway.errors import InvalidField
from gateway.tenants.metadata import is_identifier


def one_page(
    asked: sa.Select[*tuple[Any, ...]], key: sa.Column[str], after: str | None, limit: int
) -> sa.Select[*tuple[Any, ...]]:
    """Raises InvalidField for an `after` that no page has ended with."""
    if after is not None:
        if not is_identifier(after):
            raise InvalidField("after", "the ID that the page before ended with")
        asked = asked.where(key > after)
    return asked.order_by(key).limit(limit)


def any_contains(columns: Iterable[sa.ColumnElement[str]], text: str) -> sa.ColumnElement[bool]:
    """Whatever the case of Latin letters. NUL stands in no text, and PostgreSQL chokes on it."""
    if "\0" in text:
        return sa.false()
    return sa.or_(*(column.icontains(text, autoescape=True) for column in columns))
