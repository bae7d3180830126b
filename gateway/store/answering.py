"""What a driver raises, as one error of ours."""

from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa

from gateway.errors import StoreError


@contextmanager
def answering() -> Iterator[None]:
    """Turns what a driver raises into StoreError."""
    try:
        yield
    except (sa.exc.SQLAlchemyError, OSError) as cause:
        # The driver's own first line: the statement, the values and a link stand in later ones.
        words = str(getattr(cause, "orig", cause)).partition("\n")[0]
        raise StoreError(f"store.records: {words}") from cause
