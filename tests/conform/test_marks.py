"""What tells that somebody is signed in: never what anybody is shown."""

from gateway.conform.marks import learn_mark, shows
from gateway.demo.browser import Page, read_page


def page(body: str) -> Page:
    return read_page("http://service.example/", 200, f"<title>Service</title>{body}")


NOBODY = page("<p>Sign in</p><p>Service of the town</p>")


def test_the_residents_name_is_looked_for_first() -> None:
    signed_in = page("<p>ようこそ、点検\u3000花子 さん</p><a>Sign out of this service</a>")
    assert learn_mark(signed_in, signed_in, NOBODY, ("点検\u3000花子",)) == "点検\u3000花子"
    assert shows(page("<p>点検 花子</p>"), "点検\u3000花子")


def test_otherwise_what_both_pages_show_and_nobodys_does_not() -> None:
    first, second = page("<p>12:01</p><p>Sign out</p>"), page("<p>12:02</p><p>Sign out</p>")
    assert learn_mark(first, second, NOBODY, ("点検",)) == "Sign out"


def test_what_anybody_sees_is_no_mark() -> None:
    assert learn_mark(NOBODY, NOBODY, NOBODY, ("Sign in",)) is None


def test_what_no_eye_sees_is_no_mark() -> None:
    hidden = page("<script>var user = '点検'</script><style>.点検 {}</style>")
    assert learn_mark(hidden, hidden, NOBODY, ("点検",)) is None
