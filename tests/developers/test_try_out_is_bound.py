"""A try-out belongs to one browser, and what it holds is in no log."""

from pathlib import Path

import pytest
import sqlalchemy as sa

from gateway.audit.records import log_entries
from tests.developers.walker import Walker
from tests.support.gateway import Gateway
from tests.support.relying_party import redirected

pytestmark = pytest.mark.anyio


async def test_another_browser_sees_and_does_nothing(gateway: Gateway, walker: Walker) -> None:
    await walker.with_tokens()
    stranger = Walker(gateway, gateway.browser())
    assert (await stranger.page()).status_code == 400
    for path in ("send", "step", "end"):
        assert (await stranger.post(path, step="userinfo")).status_code == 400
    assert await walker.kept() is not None


async def test_an_answer_with_another_state_or_issuer_is_not_taken(walker: Walker) -> None:
    await walker.begin()
    for answer in ("state=wrong", "", "iss=https://evil.example"):
        came = await walker.page(f"callback?code=stolen&{answer}")
        assert came.status_code == 400
    kept = await walker.kept()
    assert kept is not None
    assert kept.code is None
    came = await walker.page(f"callback?code=x&state={kept.secrets.state}&iss=https://evil.example")
    assert came.status_code == 400


async def test_an_answer_counts_once(walker: Walker) -> None:
    await walker.begin()
    answer = await walker.browser.get((await walker.post("send")).headers["location"])
    back = answer.headers["location"]
    await walker.browser.get(back)
    other = back.replace(redirected(answer)["code"], "another")
    assert (await walker.browser.get(other)).status_code == 303
    kept = await walker.kept()
    assert kept is not None
    assert kept.code == redirected(answer)["code"]


async def test_another_sites_form_does_nothing(walker: Walker) -> None:
    await walker.with_tokens()
    before = await walker.kept()
    headers = {"Origin": "https://evil.example"}
    for path in ("request", "send", "step", "end"):
        answer = await walker.browser.post(
            f"/developers/try/{path}", data={"step": "revoke"}, headers=headers
        )
        assert answer.status_code == 403, path
    assert await walker.kept() == before


@pytest.mark.parametrize("step", ["token", "revoke", "", "delete"])
async def test_a_step_that_is_not_offered_is_refused(walker: Walker, step: str) -> None:
    await walker.begin()
    assert (await walker.post("step", step=step)).status_code == 400


@pytest.mark.parametrize("form", [{"acr": "urn:other"}, {"prompt": "create"}])
async def test_what_is_not_on_the_form_is_refused(walker: Walker, form: dict[str, str]) -> None:
    assert (await walker.post("request", **form)).status_code == 400


async def test_no_token_code_or_verifier_is_in_a_log_or_a_record(
    gateway: Gateway, walker: Walker, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    await walker.with_tokens()
    for step in ("userinfo", "refresh", "introspect", "revoke"):
        await walker.step(step)
    kept = await walker.kept()
    assert kept is not None
    secret = [kept.code or "", kept.secrets.code_verifier, *kept.tokens.values()]
    async with gateway.provider.records.reading() as connection:
        logged = repr((await connection.execute(sa.select(log_entries))).all())
    said = "".join(capfd.readouterr())
    on_disk = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    for value in secret:
        assert value not in logged
        assert value not in said
        assert value.encode() not in on_disk
        assert value not in repr(kept)
