"""A form that changes something was on a page of ours."""

import pytest
from starlette.requests import Request

from gateway.errors import BadRequest
from gateway.web.same_origin import check_same_origin


def check(**headers: str) -> None:
    raw = [(b"host", b"id.example.test")]
    raw += [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    check_same_origin(Request({"type": "http", "headers": raw}))


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"sec_fetch_site": "same-origin"},
        {"sec_fetch_site": "none"},
        {"sec_fetch_site": "same-origin", "origin": "https://id.example.test"},
        {"origin": "https://id.example.test"},
    ],
)
def test_a_form_of_our_own_is_answered(headers: dict[str, str]) -> None:
    check(**headers)


@pytest.mark.parametrize(
    "headers",
    [
        {"sec_fetch_site": "cross-site"},
        {"sec_fetch_site": "same-site"},
        {"sec_fetch_site": ""},
        {"sec_fetch_site": "cross-site", "origin": "https://id.example.test"},
        {"origin": "https://evil.example"},
        {"origin": "https://id.example.test:8443"},
        {"origin": "https://id.example.test.evil.example"},
        {"origin": "null"},
        {"origin": ""},
        {"origin": "http://[broken"},
    ],
)
def test_another_sites_form_is_refused(headers: dict[str, str]) -> None:
    with pytest.raises(BadRequest) as refused:
        check(**headers)
    assert refused.value.status == 403
