"""Pages: templates, words and the headers that keep a page to itself."""

from collections.abc import Mapping, Sequence
from functools import partial
from importlib.resources import files

import jinja2
from starlette.requests import Request
from starlette.responses import Response

from gateway.web.languages import COOKIE, Language, Texts, choose_language
from gateway.web.times import day, minute

_HEADERS = {
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
}
_YEAR = 365 * 24 * 3600
_POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; font-src 'self'; "
    "base-uri 'none'; frame-ancestors 'none'; form-action {}"
)


class Pages:
    """Renders the templates of the rooms it is given, e.g. `Pages(["gateway.login"])`; each room
    has a `templates` and a `texts` folder. `brand`: the text that stands at the head of a page.
    `scripts_ask`: whether scripts of its pages may fetch from their own origin."""

    def __init__(
        self, rooms: Sequence[str], *, brand: str = "brand", scripts_ask: bool = False
    ) -> None:
        self._brand = brand
        self._policy = f"{_POLICY}; connect-src 'self'" if scripts_ask else _POLICY
        packages = ["gateway.web", *rooms]
        self.texts = Texts(files(package).joinpath("texts") for package in packages)
        self._templates = jinja2.Environment(
            loader=jinja2.ChoiceLoader([jinja2.PackageLoader(name) for name in packages]),
            autoescape=True,
            undefined=jinja2.StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._templates.filters.update(day=day, minute=minute)

    def render(
        self,
        request: Request,
        template: str,
        *,
        status: int = 200,
        form_action: Sequence[str] = (),
        frame_src: Sequence[str] = (),
        referrer_policy: str = "same-origin",
        language: Language | None = None,
        headers: Mapping[str, str] | None = None,
        **values: object,
    ) -> Response:
        """`form_action`: the origins a form of this page may end at, besides this one. Chromium
        holds a form's redirects to it as well. `frame_src`: whose pages stand in frames of it."""
        spoken = language or choose_language(request)
        html = self._templates.get_template(template).render(
            t=partial(self.texts.say, spoken),
            language=spoken.value,
            brand=self._brand,
            other_language=Language.EN if spoken is Language.JA else Language.JA,
            switch_query=_switch_query(request) if status < 400 else None,
            **values,
        )
        response = Response(html, status, {**_HEADERS, **(headers or {})}, "text/html")
        response.headers["Content-Language"] = spoken.value
        response.headers["Referrer-Policy"] = referrer_policy
        policy = self._policy.format(" ".join(("'self'", *form_action)))
        if frame_src:
            policy += f"; frame-src {' '.join(frame_src)}"
        response.headers["Content-Security-Policy"] = policy
        if request.query_params.get("lang") == spoken:
            _remember(request, response, spoken)
        return response


def _remember(request: Request, response: Response, language: Language) -> None:
    secure = request.url.scheme == "https"
    response.set_cookie(
        COOKIE, language, _YEAR, path="/", secure=secure, httponly=True, samesite="lax"
    )


def _switch_query(request: Request) -> Sequence[tuple[str, str]] | None:
    """What the language switch has to carry along; None where the page is not a plain GET."""
    if request.method != "GET":
        return None
    own = ("lang", "ui_locales")
    return [(name, value) for name, value in request.query_params.multi_items() if name not in own]
