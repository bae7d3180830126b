"""Modules of oidcc-basic-certification-test-plan, in our own words, each for
oidcc-formpost-basic-certification-test-plan too: what a request may say, and what becomes of its
code.

A request object has to be signed here, and none is fetched: the three modules of unsigned ones and
of request_uri show the refusals by their names, and the one of its redirect_uri signs.
"""

import json

import pytest

from gateway.tenants.model import Client
from tests.conformance.visit import Visit
from tests.oidc.authorization.asking import KEYS, request_object
from tests.oidc.authorization.bad_objects import unsigned
from tests.support.gateway import ISSUER
from tests.support.relying_party import RelyingParty, payload

pytestmark = pytest.mark.anyio


async def test_oidcc_display_page(visit: Visit) -> None:
    """A wish for a page does no harm."""
    assert "code" in await visit.told(display="page")


async def test_oidcc_display_popup(visit: Visit) -> None:
    """A wish for a window of its own does no harm."""
    assert "code" in await visit.told(display="popup")


async def test_oidcc_prompt_login(visit: Visit) -> None:
    """Whoever is signed in is asked to sign in again, and the ID token says when they did."""
    first = payload((await visit.tokens())["id_token"])
    visit.gateway.clock.forward(seconds=2)
    told = await visit.signs_in_again(await visit.ask(prompt="login"))
    second = payload((await visit.service.redeem(told["code"])).json()["id_token"])
    assert second["auth_time"] == first["auth_time"] + 2
    assert second["sub"] == first["sub"]


async def test_oidcc_prompt_none_not_logged_in(visit: Visit) -> None:
    """Nobody is signed in, and nobody is asked."""
    async with visit.gateway.browser() as nobody:
        visit.browser = nobody
        told = await visit.told(prompt="none")
    assert (told["error"], told["state"]) == ("login_required", "af0ifjsldkj")
    assert "code" not in told


async def test_oidcc_prompt_none_logged_in(visit: Visit) -> None:
    """Whoever is signed in stays so: the same person, at the same time."""
    first = payload((await visit.tokens())["id_token"])
    visit.gateway.clock.forward(seconds=2)
    second = payload((await visit.tokens(prompt="none"))["id_token"])
    assert (second["sub"], second["auth_time"]) == (first["sub"], first["auth_time"])


async def test_oidcc_max_age_1(visit: Visit) -> None:
    """A sign-in of more than a second ago is too old, and is done again."""
    first = payload((await visit.tokens(max_age="15000"))["id_token"])
    visit.gateway.clock.forward(seconds=2)
    told = await visit.signs_in_again(await visit.ask(max_age="1"))
    second = payload((await visit.service.redeem(told["code"])).json()["id_token"])
    assert second["auth_time"] > first["auth_time"]


async def test_oidcc_max_age_10000(visit: Visit) -> None:
    """A sign-in of a moment ago is not too old; the ID token says when it was."""
    first = payload((await visit.tokens(max_age="15000"))["id_token"])
    visit.gateway.clock.forward(seconds=1)
    second = payload((await visit.tokens(max_age="10000"))["id_token"])
    assert second["auth_time"] == first["auth_time"]


async def test_oidcc_ensure_request_with_unknown_parameter_succeeds(visit: Visit) -> None:
    """What is not understood is passed over."""
    assert "code" in await visit.told(extra="foobar")


async def test_oidcc_id_token_hint(visit: Visit) -> None:
    """The ID token of whoever is signed in, shown without a page: the same person comes back."""
    first = (await visit.tokens())["id_token"]
    second = payload((await visit.tokens(prompt="none", id_token_hint=first))["id_token"])
    assert second["sub"] == payload(first)["sub"]


async def test_oidcc_login_hint(visit: Visit) -> None:
    """A hint at somebody nobody knows does no harm."""
    assert "code" in await visit.told(login_hint="buffy@op.example.test")


async def test_oidcc_ui_locales(visit: Visit) -> None:
    """The first language that there is, is the page's."""
    assert "code" in await visit.told(ui_locales="se fr-CA en")
    async with visit.gateway.browser() as nobody:
        visit.browser = nobody
        page = await visit.ask(ui_locales="se fr-CA en ja")
        shown = await nobody.get(page.headers["location"])
    assert '<html lang="en"' in shown.text


async def test_oidcc_claims_locales(visit: Visit) -> None:
    """A wish for claims in other languages does no harm."""
    assert "code" in await visit.told(claims_locales="se")


async def test_oidcc_ensure_request_with_acr_values_succeeds(visit: Visit) -> None:
    """Of those that are told to be there, the ID token names one."""
    told = (await visit.browser.get("/.well-known/openid-configuration")).json()
    wanted = told["acr_values_supported"]
    said = payload((await visit.tokens(acr_values=" ".join(wanted)))["id_token"])
    assert said["acr"] in wanted


async def reused_after(visit: Visit, seconds: float) -> None:
    """The second use buys nothing, and what the first one bought ends with it."""
    code = await visit.code()
    tokens = (await visit.service.redeem(code)).json()
    visit.gateway.clock.forward(seconds=seconds)
    again = await visit.service.redeem(code)
    assert (again.status_code, again.json()["error"]) == (400, "invalid_grant")
    gone = await visit.service.call("GET", "/userinfo", tokens["access_token"])
    assert (gone.status_code, gone.json()["error"]) == (401, "invalid_token")


async def test_oidcc_codereuse(visit: Visit) -> None:
    """At once."""
    await reused_after(visit, 0)


async def test_oidcc_codereuse_30seconds(visit: Visit) -> None:
    """Half a minute later."""
    await reused_after(visit, 30)


async def test_oidcc_ensure_registered_redirect_uri(visit: Visit) -> None:
    """An address that is not registered is not gone to: a page tells the resident."""
    answer = await visit.ask(redirect_uri=f"{visit.service.redirect_uri}/elsewhere")
    assert answer.status_code == 400
    assert "location" not in answer.headers
    assert "data-submit" not in answer.text


async def test_oidcc_ensure_post_request_succeeds(visit: Visit) -> None:
    """A request may be posted; the browser then comes by itself."""
    form = visit.service.authorization_request(response_mode=visit.mode)
    posted = await visit.browser.post("/authorize", data=form)
    assert posted.status_code == 303
    told = visit.read(await visit.browser.get(posted.headers["location"]))
    assert (await visit.service.redeem(told["code"])).status_code == 200


async def signer(visit: Visit) -> Client:
    """The service, with keys registered."""
    return await visit.gateway.service("health", **KEYS)


async def test_oidcc_request_uri_unsigned_supported_correctly_or_rejected_as_unsupported(
    visit: Visit,
) -> None:
    """What stands somewhere else is not fetched, and that is said by its name."""
    told = await visit.told(request_uri="https://health.example.test/request.jwt")
    assert (told["error"], "code" in told) == ("request_uri_not_supported", False)
    metadata = (await visit.browser.get("/.well-known/openid-configuration")).json()
    assert metadata["request_uri_parameter_supported"] is False


async def test_oidcc_unsigned_request_object_supported_correctly_or_rejected_as_unsupported(
    visit: Visit,
) -> None:
    """One that nobody signed is refused; `none` is not told to be an algorithm."""
    visit.service.client = await signer(visit)
    told = await visit.told(request=unsigned(visit.service, "none"))
    assert (told["error"], "code" in told) == ("invalid_request_object", False)
    metadata = (await visit.browser.get("/.well-known/openid-configuration")).json()
    assert "none" not in metadata["request_object_signing_alg_values_supported"]


async def test_oidcc_claims_essential(visit: Visit) -> None:
    """A name that is needed at userinfo is told there, and not in the ID token."""
    claims = json.dumps({"userinfo": {"name": {"essential": True}}})
    tokens = await visit.tokens(scope="openid", claims=claims)
    assert (await visit.userinfo(tokens))["name"] == "花咲　花子"
    assert "name" not in payload(tokens["id_token"])


async def test_oidcc_ensure_request_object_with_redirect_uri(visit: Visit) -> None:
    """The address in what is signed counts, and not the one beside it."""
    visit.service.client = await signer(visit)
    told = await visit.told(
        redirect_uri="https://evil.example/callback",
        request=request_object(visit.service, response_mode=visit.mode),
    )
    assert "code" in told


async def test_oidcc_refresh_token(visit: Visit) -> None:
    """A refresh token buys new tokens for the same person, and is no other client's."""
    tokens = await visit.tokens()
    again = (await visit.service.refresh(tokens["refresh_token"])).json()
    said, before = payload(again["id_token"]), payload(tokens["id_token"])
    for same in ("iss", "sub", "aud", "auth_time"):
        assert said[same] == before[same]
    assert said["iss"] == ISSUER
    assert (await visit.userinfo(again))["sub"] == said["sub"]
    other = RelyingParty(visit.gateway, await visit.gateway.service("other"))
    stolen = await other.refresh(again["refresh_token"])
    assert (stolen.status_code, stolen.json()["error"]) == (400, "invalid_grant")


async def test_oidcc_ensure_request_with_valid_pkce_succeeds(visit: Visit) -> None:
    """With S256 and its verifier; and without the verifier not."""
    assert "access_token" in await visit.tokens()
    bare = await visit.service.redeem(await visit.code(), code_verifier=None)
    assert (bare.status_code, bare.json()["error"]) == (400, "invalid_grant")
