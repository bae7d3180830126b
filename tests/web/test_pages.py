"""Every page keeps to itself: strict CSP, nothing stored, everything escaped, two languages."""

import re
from importlib.resources import files

import pytest
from starlette.requests import Request
from starlette.responses import Response

from gateway.web.languages import Language
from gateway.web.pages import Pages

PAGES = Pages([])
ROOMS = ("web", "login", "consent", "oidc", "admin", "reader", "demo")


def request(query: str = "", method: str = "GET", scheme: str = "https") -> Request:
    return Request(
        {
            "type": "http",
            "method": method,
            "scheme": scheme,
            "server": ("id.example.test", 443),
            "path": "/",
            "query_string": query.encode(),
            "headers": [],
        }
    )


def render(asked: Request | None = None, detail: str = "d", **options: str) -> Response:
    return PAGES.render(
        asked or request(),
        "error.html",
        kind=400,
        detail=detail,
        request_id=None,
        referrer_policy=options.get("referrer_policy", "same-origin"),
        form_action=[options["form_action"]] if "form_action" in options else (),
    )


def text(response: Response) -> str:
    return bytes(response.body).decode()


def test_a_page_loads_nothing_from_elsewhere_and_stands_in_no_frame() -> None:
    headers = render().headers
    policy = dict(
        part.strip().split(" ", 1) for part in headers["content-security-policy"].split(";")
    )
    assert policy == {
        "default-src": "'none'",
        "style-src": "'self'",
        "script-src": "'self'",
        "img-src": "'self'",
        "font-src": "'self'",
        "base-uri": "'none'",
        "frame-ancestors": "'none'",
        "form-action": "'self'",
    }
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"
    assert headers["cache-control"] == "no-store"
    assert headers["referrer-policy"] == "same-origin"


def test_a_form_may_end_where_it_is_said_and_nowhere_else() -> None:
    headers = render(form_action="http://127.0.0.1:8765", referrer_policy="origin").headers
    assert headers["content-security-policy"].endswith("form-action 'self' http://127.0.0.1:8765")
    assert headers["referrer-policy"] == "origin"


def test_what_came_from_outside_is_escaped() -> None:
    page = text(render(request("x=%22%3E%3Cscript%3E"), detail='"><script>alert(1)</script>'))
    assert "<script" not in page
    assert "&lt;script&gt;" in page


def test_the_language_switch_carries_the_query_along_and_is_remembered() -> None:
    page = render(request("task=t1&lang=en&ui_locales=ja"))
    assert '<html lang="en">' in text(page)
    assert page.headers["content-language"] == "en"
    assert '<input type="hidden" name="task" value="t1">' in text(page)
    assert 'name="lang" value="ja"' in text(page)
    assert 'name="ui_locales"' not in text(page)
    cookie = page.headers["set-cookie"]
    assert cookie.startswith("genkan_language=en;")
    assert "Secure" in cookie
    assert "Secure" not in render(request("lang=en", scheme="http")).headers["set-cookie"]


def test_a_language_nobody_chose_here_is_not_remembered() -> None:
    assert "set-cookie" not in render(request("ui_locales=en")).headers
    assert "set-cookie" not in render(request("lang=xx")).headers


def test_the_answer_to_a_form_offers_no_switch_that_would_lose_it() -> None:
    assert 'name="lang"' not in text(render(request(method="POST")))


def test_a_given_language_wins() -> None:
    page = PAGES.render(
        request("lang=ja"), "error.html", language=Language.EN, kind=404, detail="", request_id=None
    )
    assert '<html lang="en">' in text(page)


def test_a_screen_reader_finds_the_way() -> None:
    page = text(render(request("lang=ja")))
    assert page.index('href="#main"') < page.index("<header")
    assert '<main id="main" tabindex="-1">' in page
    assert len(re.findall("<h1", page)) == 1
    assert '<meta name="viewport" content="width=device-width, initial-scale=1">' in page


@pytest.mark.parametrize("room", ROOMS)
def test_no_template_has_inline_script_or_style_or_unescaped_text(room: str) -> None:
    """The policy would block the first two; nothing would block the third."""
    templates = _walk(files(f"gateway.{room}").joinpath("templates"))
    assert templates
    for source in templates:
        assert not re.search(r"<style|\sstyle=|\son[a-z]+=|javascript:", source)
        assert not re.search(r"<script(?! src=\"/)", source)
        assert not re.search(r"\|\s*safe|autoescape false|Markup", source)
        assert not re.search(r"(src|href)=\"(https?:)?//", source)


def _walk(folder: object) -> list[str]:
    found: list[str] = []
    for entry in folder.iterdir():  # type: ignore[attr-defined]
        found += _walk(entry) if entry.is_dir() else [entry.read_text("utf-8")]
    return found
