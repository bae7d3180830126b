"""A sign-in in which all is well: what the service does in it, and by what one sees it."""

import itertools
from collections.abc import Mapping
from typing import Any

from gateway.conform.inspection import Inspection, Learnt
from gateway.conform.marks import learn_mark, shows
from gateway.conform.model import Finding, failed, passed, warning
from gateway.conform.wire import Exchange
from gateway.demo.browser import Page
from gateway.errors import SettingsError

_LONG_ENOUGH = 16
_IN_NO_URL = ("client_secret", "access_token", "code_verifier", "client_assertion")


def signs_in(inspection: Inspection) -> Finding:
    """Twice, each in a fresh browser. What is learnt, all other checks need. Raises StoppedError,
    or SettingsError where nothing on the page tells whether somebody is signed in."""
    pages, responses, id_tokens, heard = [], [], [], []
    for _ in range(2):
        began = len(inspection.heard)
        with inspection.visit() as visit:
            response = visit.response()
            if "error" in response.fields:
                return failed("found_gateway_error", error=response.fields["error"])
            page = visit.deliver(response, response.fields)
            again = visit.look(_home_of(page, inspection))
        pages.append((page, again))
        responses.append(response.fields)
        id_tokens.append(inspection.keys.told)
        heard.append(tuple(inspection.heard[began:]))
        problem = _problem(page, heard[-1])
        if problem is not None:
            return problem
    mark = _mark(inspection, pages)
    (_, first_again), (_, second_again) = pages
    keeps = shows(first_again, mark) and shows(second_again, mark)
    home = _home_of(pages[0][0], inspection) if keeps else None
    inspection.learnt = Learnt(mark, home, responses, id_tokens, heard)
    return passed("found_mark", mark=mark)


def signs_in_again(inspection: Inspection) -> Finding:
    """After all that was wrong."""
    with inspection.visit() as visit:
        page = visit.sign_in()
        if inspection.is_signed_in(visit, page):
            return passed()
    return failed("found_not_signed_in", status=str(page.status))


def has_fresh_state(inspection: Inspection) -> Finding:
    found = [response.get("state", "") for response in inspection.known.responses]
    if not all(found):
        return warning("found_no_state")
    return _fresh(found)


def has_fresh_nonce(inspection: Inspection) -> Finding:
    found = [str(claims.get("nonce", "")) for claims in inspection.known.id_tokens]
    if not all(found):
        return warning("found_no_nonce")
    return _fresh(found)


def has_fresh_verifier(inspection: Inspection) -> Finding:
    """What was not sent, the gateway has refused."""
    found = [exchange.form.get("code_verifier", "") for exchange in _redemptions(inspection)]
    return _fresh(found)


def keeps_secrets_out_of_urls(inspection: Inspection) -> Finding:
    heard = itertools.chain(*inspection.known.heard)
    found = {name for exchange in heard for name in _IN_NO_URL if name in exchange.query}
    return failed("found_in_url", names=", ".join(sorted(found))) if found else passed()


def asks_userinfo(inspection: Inspection) -> Finding:
    """The claims of its scopes are told there."""
    heard = itertools.chain(*inspection.known.heard)
    if any(one.path == "/userinfo" and one.status == 200 for one in heard):
        return passed()
    return warning("found_no_userinfo")


def _redemptions(inspection: Inspection) -> list[Exchange]:
    heard = itertools.chain(*inspection.known.heard)
    return [one for one in heard if one.path == "/token" and "code" in one.form]


def _fresh(found: list[str]) -> Finding:
    if len(set(found)) != len(found):
        return failed("found_same_twice")
    if min(len(value) for value in found) < _LONG_ENOUGH:
        return warning("found_short", least=str(_LONG_ENOUGH))
    return passed()


def _problem(page: Page, heard: tuple[Exchange, ...]) -> Finding | None:
    """What the gateway told the service that it refused; or no code was redeemed at all."""
    for one in heard:
        if one.status >= 400 and one.path != "/authorize":
            values = _told(one.answer)
            return failed("found_gateway_refused", path=one.path, **values)
    if not any(one.path == "/token" for one in heard):
        return failed("found_no_token_request", page=page.where)
    return None


def _told(answer: Mapping[str, Any]) -> dict[str, str]:
    return {
        "error": str(answer.get("error", "")),
        "description": str(answer.get("error_description", "")),
    }


def _home_of(page: Page, inspection: Inspection) -> str:
    """Where it led to. An address with a code is good once."""
    address = page.url.partition("#")[0]
    if address.startswith(inspection.way.redirect_uris):
        return inspection.asked.start
    return address


def _mark(inspection: Inspection, pages: list[tuple[Page, Page]]) -> str:
    first, second = pages[0][0], pages[1][0]
    with inspection.visit() as stranger:
        nobody = stranger.look(_home_of(first, inspection))
    given = inspection.asked.mark
    if given is not None:
        if shows(nobody, given) or not (shows(first, given) and shows(second, given)):
            raise SettingsError(
                "--signed-in-mark: it has to stand on the page after a sign-in, and not on the"
                " page that anybody sees"
            )
        return given
    name = inspection.way.card.holder_name
    sub = str(inspection.keys.told.get("sub", ""))
    known = (name, name.replace("\u3000", ""), *name.split("\u3000"), sub)
    mark = learn_mark(first, second, nobody, known)
    if mark is None:
        raise SettingsError(
            "--signed-in-mark: say which text of the service's page only somebody sees who is"
            " signed in; by itself none was found"
        )
    return mark
