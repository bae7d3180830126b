"""Cookies are the host's own, out of reach of scripts, and not sent with another site's form."""

from starlette.requests import Request
from starlette.responses import Response

from gateway.web.cookies import Cookies


def request(cookie: str) -> Request:
    return Request({"type": "http", "headers": [(b"cookie", cookie.encode())]})


def test_under_https_a_cookie_has_the_host_prefix_and_what_it_asks_for() -> None:
    response = Response()
    Cookies(secure=True).set(response, "genkan_session", "v")
    name, *attributes = response.headers["set-cookie"].split("; ")
    assert name == "__Host-genkan_session=v"
    assert set(attributes) == {"HttpOnly", "Path=/", "SameSite=lax", "Secure"}


def test_on_this_machine_without_https_it_has_neither_prefix_nor_secure() -> None:
    response = Response()
    Cookies(secure=False).set(response, "genkan_session", "v", max_age=60)
    name, *attributes = response.headers["set-cookie"].split("; ")
    assert name == "genkan_session=v"
    assert set(attributes) == {"HttpOnly", "Path=/", "SameSite=lax", "Max-Age=60"}


def test_under_https_a_cookie_without_the_prefix_is_not_read() -> None:
    cookies = Cookies(secure=True)
    assert cookies.get(request("__Host-genkan_session=ours"), "genkan_session") == "ours"
    assert cookies.get(request("genkan_session=planted"), "genkan_session") is None


def test_a_cleared_cookie_ends_now() -> None:
    response = Response()
    Cookies(secure=True).clear(response, "genkan_session")
    cookie = response.headers["set-cookie"]
    assert cookie.startswith('__Host-genkan_session="";')
    assert "Max-Age=0" in cookie
    assert "Secure" in cookie
