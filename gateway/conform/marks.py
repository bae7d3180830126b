"""By what one sees on a page that somebody is signed in."""

import re
from collections.abc import Sequence
from html.parser import HTMLParser

from gateway.demo.browser import Page

_SPACE = re.compile(r"\s+")
_UNSEEN = frozenset({"script", "style", "head", "template"})
_SHORTEST, _LONGEST = 2, 80


def shows(page: Page, mark: str) -> bool:
    return _plain(mark) in _plain(" ".join(seen_on(page)))


def learn_mark(signed_in: Page, once_more: Page, nobody: Page, known: Sequence[str]) -> str | None:
    """Something known of the resident, or else a text that stood on both pages of the resident and
    not on the one that anybody sees. None where there is no such thing."""
    pages = (signed_in, once_more)
    for text in known:
        if text and all(shows(page, text) for page in pages) and not shows(nobody, text):
            return text
    both = set(seen_on(signed_in)) & set(seen_on(once_more))
    own = [text for text in both if _SHORTEST <= len(text) <= _LONGEST and not shows(nobody, text)]
    return max(own, key=lambda text: (len(text), text), default=None)


def seen_on(page: Page) -> list[str]:
    """The pieces of text, in order."""
    reader = _Texts()
    reader.feed(page.text)
    reader.close()
    return reader.found


def _plain(text: str) -> str:
    return _SPACE.sub(" ", text).strip()


class _Texts(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self._unseen: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _UNSEEN:
            self._unseen.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if self._unseen and self._unseen[-1] == tag:
            self._unseen.pop()

    def handle_data(self, data: str) -> None:
        text = _plain(data)
        if text and not self._unseen:
            self.found.append(text)
