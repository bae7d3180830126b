"""The pages' own words: which there are, for members and claims that come as they come."""

from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from gateway.web.languages import Language, read_words
from gateway.web.pages import Pages

_HEADERS = {"X-Robots-Tag": "noindex"}
"""It is for those who were told of it."""


@dataclass(frozen=True, slots=True)
class Render:
    """`known`: the keys there are words for; of any other member or claim the name stands alone."""

    pages: Pages
    known: frozenset[str]

    def __call__(
        self,
        request: Request,
        template: str,
        form_action: Sequence[str] = (),
        **values: Any,
    ) -> Response:
        return self.pages.render(
            request,
            template,
            headers=_HEADERS,
            form_action=form_action,
            known=self.known,
            **values,
        )


def make_render(pages: Pages) -> Render:
    file = files("gateway.developers").joinpath("texts", f"{Language.EN}.toml")
    return Render(pages, frozenset(read_words(file)))
