"""The manuals: in both languages, every place of their contents there, true to the settings."""

import re

import pytest

from gateway.operators.model import Role
from tests.support.operators import Office

pytestmark = pytest.mark.anyio
MANUALS = [(whose, language) for whose in ("platform", "tenant") for language in ("ja", "en")]


@pytest.mark.parametrize(("whose", "language"), MANUALS)
async def test_every_line_of_the_contents_leads_to_its_heading(
    office: Office, whose: str, language: str
) -> None:
    async with office.at_desk(await office.operator(Role.CLERK)) as desk:
        page = await desk.get(f"/admin/manual/{whose}", headers={"accept-language": language})
    assert page.status_code == 200
    assert f'<html lang="{language}">' in page.text
    listed = re.findall(r'<li><a href="#([a-z]+)">', page.text)
    assert len(listed) > 10
    assert re.findall(r'<h2 id="([a-z]+)">', page.text) == ["contents", *listed]
    words = re.findall(r'<li><a href="#[a-z]+">([^<]+)</a></li>', page.text)
    assert re.findall(r'<h2 id="[a-z]+">([^<]+)</h2>', page.text)[1:] == words
    assert len(re.findall("<h1", page.text)) == 1
    for anchor in re.findall(r'href="#([a-z]+)"', page.text):
        assert anchor in (*listed, "main")


@pytest.mark.parametrize("language", ["ja", "en"])
async def test_the_two_languages_have_the_same_places(office: Office, language: str) -> None:
    async with office.at_desk(await office.operator(Role.CLERK)) as desk:
        for whose in ("platform", "tenant"):
            pages = [
                (await desk.get(f"/admin/manual/{whose}", headers={"accept-language": one})).text
                for one in ("ja", language)
            ]
            first, second = (re.findall(r'<h2 id="([a-z]+)">', page) for page in pages)
            assert first == second


async def test_the_links_of_a_manual_lead_to_pages_that_are_there(office: Office) -> None:
    async with office.at_desk(await office.operator()) as desk:
        page = (await desk.get("/admin/manual/platform")).text
        article = page.partition("<article")[2]
        links = set(re.findall(r'href="(/admin[^"#]*)', article))
        assert "/admin/logs?deed=service.signed_in" in links
        for link in links:
            assert (await desk.get(link)).status_code == 200, link


async def test_everybody_is_led_to_their_own_manual_even_before_the_notice(
    office: Office,
) -> None:
    for tenant_id, whose in ((None, "platform"), ("hanasaki", "tenant")):
        newcomer = await office.operator(
            Role.AUDITOR, tenant_id, f"new@{whose}", acknowledged=False
        )
        async with office.at_desk(newcomer) as desk:
            led = await desk.get("/admin/manual")
            assert led.headers["location"] == f"/admin/manual/{whose}"
            assert (await desk.get(led.headers["location"])).status_code == 200
            assert (await desk.get("/admin/manual/elsewhere")).status_code == 404
    async with office.browser() as nobody:
        assert (await nobody.get("/admin/manual/tenant")).status_code == 303


async def test_the_times_in_a_manual_are_those_of_the_settings(office: Office) -> None:
    settings = office.gateway.provider.settings
    async with office.at_desk(await office.operator()) as desk:
        page = (await desk.get("/admin/manual/platform", headers={"accept-language": "en"})).text
    assert f"within {settings.admin.undo_days} days" in page
    assert f"for {settings.audit.retention_days} days" in page
    told = "begins exchanges with other machines only for revocation and for linking certificates"
    assert told in page
