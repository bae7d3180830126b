"""The guide tells what discovery, the settings and the rules tell, and nothing else."""

import re
from html import unescape
from pathlib import Path

import msgspec
import pytest

from gateway.developers.guide import error_codes, span
from gateway.developers.snippets import STACKS, Place, snippets
from gateway.oidc.scopes import SCOPES
from gateway.settings import Oidc, Settings
from gateway.tenants.redirect_uris import problem_of
from gateway.web.languages import read_words
from tests.support.gateway import ISSUER, Gateway, open_gateway

pytestmark = pytest.mark.anyio
TEXTS = Path(__file__).parents[2] / "gateway" / "developers" / "texts"


async def page(gateway: Gateway, language: str = "en", path: str = "/developers") -> str:
    async with gateway.browser() as browser:
        answer = await browser.get(path, headers={"Accept-Language": language})
    assert answer.status_code == 200, answer.text
    assert answer.headers["x-robots-tag"] == "noindex"
    return answer.text


async def told(gateway: Gateway) -> dict[str, object]:
    async with gateway.browser() as browser:
        found: dict[str, object] = (await browser.get("/.well-known/openid-configuration")).json()
    return found


def section(html: str, name: str) -> str:
    found = re.search(rf'<h2 id="{name}">.*?(?=<h2 id=|</main>)', html, re.DOTALL)
    assert found is not None, name
    return found.group()


def names(html: str) -> list[str]:
    return re.findall(r"<dt><code>([^<]+)</code>", html)


@pytest.mark.parametrize("language", ["ja", "en"])
async def test_the_addresses_are_exactly_those_of_discovery(
    gateway: Gateway, language: str
) -> None:
    found = await told(gateway)
    addresses = {
        name: value
        for name, value in found.items()
        if name.endswith("_endpoint") or name in ("jwks_uri", "check_session_iframe")
    }
    shown = section(await page(gateway, language), "endpoints")
    assert names(shown) == list(addresses)
    for name, value in addresses.items():
        assert f"<dd><code>{value}</code></dd>" in shown, name
        assert f"dev_endpoint_{name}" in read_words(TEXTS / f"{language}.toml")


async def test_scopes_acr_values_methods_and_profiles_are_those_that_are_honoured(
    gateway: Gateway,
) -> None:
    html, found = await page(gateway), await told(gateway)
    assert names(section(html, "scopes")) == found["scopes_supported"] == list(SCOPES)
    assert names(section(html, "acr")) == found["acr_values_supported"]
    assert names(section(html, "register")) == found["token_endpoint_auth_methods_supported"]
    for claims in SCOPES.values():
        assert all(f"<code>{claim}</code>" in section(html, "scopes") for claim in claims)


async def test_every_error_there_is_says_why_and_what_to_do(gateway: Gateway) -> None:
    codes, words = list(error_codes()), read_words(TEXTS / "en.toml")
    assert len(set(codes)) == len(codes)
    assert names(section(await page(gateway), "errors")) == codes
    for code in codes:
        assert words[f"dev_error_{code}"]
        assert words[f"dev_do_{code}"]


async def test_every_claim_of_discovery_has_a_word(gateway: Gateway) -> None:
    words, claims = read_words(TEXTS / "en.toml"), (await told(gateway))["claims_supported"]
    assert isinstance(claims, list)
    assert [claim for claim in claims if f"dev_claim_{claim}" not in words] == []


async def test_what_may_be_registered_is_told_by_the_rule_itself(gateway: Gateway) -> None:
    html = section(await page(gateway), "register")
    shown = re.findall(r'class="(good|bad)">[^<]*</span>\s*<code>([^<]+)</code>', html)
    assert len(shown) >= 6
    for word, uri in shown:
        assert (problem_of(unescape(uri)) is None) == (word == "good"), uri


async def test_the_lifetimes_are_those_of_the_settings(tmp_path: Path, template: Path) -> None:
    def changed(settings: Settings) -> Settings:
        oidc = Oidc(code_seconds=45, access_token_seconds=7_200)
        return msgspec.structs.replace(settings, oidc=oidc)

    async with open_gateway(tmp_path, template, changed) as gateway:
        shown = section(await page(gateway), "lifetimes")
    assert "45 seconds" in shown
    assert "2 hours" in shown


@pytest.mark.parametrize(
    ("seconds", "unit", "number"),
    [
        (1, "seconds", 1),
        (60, "seconds", 60),
        (120, "minutes", 2),
        (90, "seconds", 90),
        (2_592_000, "days", 30),
        (28_800, "hours", 8),
    ],
)
def test_a_time_is_told_in_the_largest_unit_that_it_is_several_of(
    seconds: int, unit: str, number: int
) -> None:
    assert (span(seconds).unit, span(seconds).number) == (unit, number)


@pytest.mark.parametrize("language", ["ja", "en"])
async def test_the_page_shows_each_snippet_as_it_is_run_with_this_issuer(
    gateway: Gateway, language: str
) -> None:
    html = await page(gateway, language)
    blocks = [unescape(block) for block in re.findall(r"<pre[^>]*><code>(.*?)</code>", html, re.S)]
    for stack in STACKS:
        files = snippets(stack, Place(ISSUER))
        assert all(text in blocks for _, text in files), stack.name
        assert any(ISSUER in text for _, text in files), stack.name
    assert any(f'curl -sS "{ISSUER}/register"' in block for block in blocks)


async def test_nothing_on_it_needs_a_script_or_another_site(gateway: Gateway) -> None:
    html = await page(gateway)
    assert re.findall(r"<script[^>]*>", html) == ['<script src="/static/copy.js" defer>']
    assert "style=" not in html
    assert not re.findall(r"\son[a-z]+=", html)
    outside = re.findall(r'(?:src|href|action)="(https?:[^"]+)"', html)
    assert all(url.startswith(ISSUER) for url in outside)
