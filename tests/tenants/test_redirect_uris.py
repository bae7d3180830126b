"""Which addresses may be registered: those that can only be read in one way."""

import pytest

from gateway.tenants.redirect_uris import MAX_URIS, problem_of, problem_of_all


@pytest.mark.parametrize(
    "uri",
    [
        "https://health.example/callback",
        "https://health.example:8443/callback?tenant=a",
        "https://health.example",
        "https://192.0.2.1/callback",
        "http://localhost:8101/callback",
        "http://127.0.0.1/callback",
        "http://[::1]:5000/callback",
        "com.example.health:/callback",
    ],
)
def test_an_exact_address_may_be_registered(uri: str) -> None:
    assert problem_of(uri) is None


@pytest.mark.parametrize(
    "uri",
    [
        "http://health.example/callback",
        "http://127.0.0.1.health.example/",
        "http://localhost.example/",
        "http://10.0.0.1/callback",
        "https://*.health.example/callback",
        "https://health.example/*",
        "https://health.example/callback#part",
        "https://health.example/callback#",
        "https://user@health.example/callback",
        "https://health.example@evil.example/callback",
        "https://health.example\\@evil.example/",
        "https://health.example/../callback",
        "https://health.example/a/./b",
        "https://health.example/a b",
        "https://health.example/\n",
        "https://health.example/\t",
        "https://HEALTH.example/callback",
        "https://けんこう.example/callback",
        "https://health.example:port/",
        "https://[::1/callback",
        "https:///callback",
        "https:health.example",
        "//health.example/callback",
        "/callback",
        "callback",
        "",
        "javascript:alert(1)",
        "data:text/html,x",
        "file:///etc/passwd",
        "ftp://health.example/",
        "example:/callback",
        "com.example://callback",
        "https://health.example/" + "a" * 2_000,
    ],
)
def test_what_a_browser_might_read_otherwise_is_refused(uri: str) -> None:
    problem = problem_of(uri)
    assert problem is not None
    assert "\n" not in problem
    assert len(problem) < 300


def test_a_list_is_bounded_and_holds_each_address_once() -> None:
    uris = tuple(f"https://health.example/{number}" for number in range(MAX_URIS))
    assert problem_of_all(uris) is None
    assert problem_of_all((*uris, "https://health.example/more")) is not None
    assert problem_of_all((uris[0], uris[0])) is not None
    assert problem_of_all((*uris[1:], "http://health.example/")) is not None
