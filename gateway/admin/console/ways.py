"""What the pages share that let somebody in: where to go on, and how a refusal is told."""

import math
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from gateway.operators.attempt import Refused

HOME = "/admin"
BUSY: Mapping[str, Any] = {"status": 503, "told": "busy"}


def local_path(to: str | None) -> str:
    """Where to go on: a page of the console, and nowhere else."""
    if to is None or not to.startswith("/admin") or not to.isprintable() or "\\" in to:
        return HOME
    parts = urlsplit(to)
    return HOME if parts.scheme or parts.netloc else to


def refusal_of(found: Refused) -> Mapping[str, Any]:
    """For the page that was answered: `sign_in_told_` + told is its text."""
    after = found.retry_after
    wait = None if after is None else math.ceil(after.total_seconds())
    return {"status": 403, "told": found.reason.value, "wait": wait}
