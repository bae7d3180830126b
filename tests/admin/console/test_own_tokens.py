"""Tokens of one's own programs: shown once, good until they are ended."""

import re

import pytest

from gateway.operators.api_tokens import list_api_tokens
from gateway.operators.model import Operator
from tests.support.log import log_text
from tests.support.operators import API, Office, no_longer_fresh

pytestmark = pytest.mark.anyio
NEW_PASSWORD = "another horse, another battery"


@pytest.fixture
async def administrator(office: Office) -> Operator:
    return await office.operator()


async def test_a_token_is_shown_once_and_works_until_it_is_ended(
    office: Office, administrator: Operator
) -> None:
    async with office.at_desk(administrator) as desk:
        assert (await desk.get("/admin/account/new-token")).status_code == 200
        made = await desk.post("/admin/account/tokens", data={"name": "毎朝の集計", "days": "7"})
        found = re.search(r'<p class="secret">(gkn_[\w-]{43})</p>', made.text)
        assert found is not None
        account = await desk.get("/admin/account")
        assert "毎朝の集計" in account.text
        assert found[1] not in account.text
        async with office.browser() as program:
            program.headers["Authorization"] = f"Bearer {found[1]}"
            assert (await program.get(f"{API}/me")).status_code == 200
            async with office.gateway.provider.records.reading() as connection:
                (token,) = await list_api_tokens(connection, administrator.operator_id)
            ended = await desk.post(f"/admin/account/tokens/{token.token_id}/end")
            assert ended.headers["location"] == "/admin/account?done=token_ended"
            assert (await program.get(f"{API}/me")).status_code == 401
        assert (await desk.post(f"/admin/account/tokens/{token.token_id}/end")).status_code == 404
    assert found[1] not in await log_text(office.gateway)


@pytest.mark.parametrize(
    ("form", "field"),
    [
        ({"name": "<b>", "days": "91"}, "days"),
        ({"name": "<b>", "days": "many"}, "days"),
        ({"days": "7"}, "name"),
        ({"name": "\u202e", "days": "7"}, "name"),
    ],
)
async def test_a_token_without_a_name_or_an_end_is_not_made(
    office: Office, administrator: Operator, form: dict[str, str], field: str
) -> None:
    async with office.at_desk(administrator) as desk:
        wrong = await desk.post("/admin/account/tokens", data=form)
        assert wrong.status_code == 422
        assert f'id="{field}" name="{field}" required aria-invalid="true"' in wrong.text
        assert f'value="{form["days"]}"' in wrong.text
        assert "<b>" not in wrong.text
        no_longer_fresh(office)
        for led in (
            await desk.get("/admin/account/new-token"),
            await desk.post("/admin/account/tokens", data={"name": "集計", "days": "7"}),
        ):
            assert led.headers["location"].startswith("/admin/again")
    assert await office.log("token.made") == []
