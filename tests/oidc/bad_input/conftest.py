"""Workers on each kind of stores."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.oidc.bad_input.doors import recorder
from tests.oidc.bad_input.place import place
from tests.oidc.bad_input.workers import Workers, alone, together

__all__ = ["place", "recorder"]


@pytest.fixture(params=["memory and SQLite", pytest.param("servers", marks=pytest.mark.servers)])
async def workers(
    request: pytest.FixtureRequest, tmp_path: Path, template: Path
) -> AsyncIterator[Workers]:
    if request.param == "servers":
        urls = [str(request.getfixturevalue(name)) for name in ("postgres_url", "redis_url")]
        async with together(tmp_path, template, *urls) as workers:
            yield workers
    else:
        async with alone(tmp_path, template) as workers:
            yield workers
