"""Style sheets and scripts come from the package, and nothing else does."""

import pytest

from gateway.web.static import static_route
from tests.web.site import browser_of

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize(
    ("path", "content_type"),
    [
        ("/static/genkan.css", "text/css; charset=utf-8"),
        ("/static/submit.js", "text/javascript; charset=utf-8"),
    ],
)
async def test_what_a_page_names_is_there(path: str, content_type: str) -> None:
    async with browser_of(static_route()) as browser:
        answer = await browser.get(path)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == content_type


@pytest.mark.parametrize(
    "path",
    ["/static/", "/static/nothing.css", "/static/..%2Fpages.py", "/static/%2e%2e/pages.py"],
)
async def test_no_other_file_is(path: str) -> None:
    async with browser_of(static_route()) as browser:
        assert (await browser.get(path)).status_code == 404
