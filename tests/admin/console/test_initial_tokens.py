"""The pages of tokens for developers: an address and a token to hand over, shown once."""

import json
import re

import pytest

from gateway.operators.model import Role
from tests.support.developer import ISSUER, Developer, new_key
from tests.support.log import log_text
from tests.support.operators import Office, no_longer_fresh

pytestmark = pytest.mark.anyio
PAGE = "/admin/tenants/hanasaki/initial-tokens"
FORM = {"note": "花咲ソフト <b>", "days": "7", "uses": "2", "scope_profile": "1"}
_, JWK = new_key()


async def test_a_developer_is_handed_an_address_and_a_token_and_registers(office: Office) -> None:
    manager = await office.operator(Role.SERVICE_MANAGER, "hanasaki")
    async with office.at_desk(manager) as desk:
        services = await desk.get("/admin/tenants/hanasaki/services")
        assert f'href="{PAGE}"' in services.text
        assert (await desk.get(f"{PAGE}/new")).status_code == 200
        made = await desk.post(PAGE, data=FORM)
        assert made.status_code == 200
        found = re.search(r"<code>(gkr_[\w-]{43})</code>", made.text)
        assert found is not None
        assert "https://id.example.test/register" in made.text
        by = Developer(office.gateway, found[1])
        told = await by.registered()
        assert told["scope"] == "openid profile"
        listed = await desk.get(PAGE)
        assert "花咲ソフト &lt;b&gt;" in listed.text
        assert found[1] not in listed.text
        page = f"/admin/tenants/hanasaki/services/{told['client_id']}"
        shown = await desk.get(page)
        assert f'action="{page}/self-management/end"' in shown.text
        ended = await desk.post(f"{page}/self-management/end", data={"version": "1"})
        assert ended.headers["location"] == f"{page}?done=service_self_management_ended"
        assert "self-management" not in (await desk.get(page)).text
        assert (await by.manage("GET", told)).status_code == 401
        (revoke,) = re.findall(rf'action="({PAGE}/\w+/revocation)"', listed.text)
        gone = await desk.post(revoke)
        assert gone.headers["location"] == f"{PAGE}?done=initial_token_revoked"
        assert (await by.register()).status_code == 401
    assert found[1] not in await log_text(office.gateway)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"note": ""}, "note"),
        ({"note": "\u202e"}, "note"),
        ({"days": "31"}, "days"),
        ({"days": "many"}, "days"),
        ({"uses": "0"}, "uses"),
        ({"software_issuer": ISSUER}, "software_jwks"),
        ({"software_jwks": json.dumps({"keys": [JWK]})}, "software_issuer"),
        ({"software_issuer": ISSUER, "software_jwks": "[" * 9000}, "software_jwks"),
        ({"software_issuer": ISSUER, "software_jwks": '{"keys": 1}'}, "software_jwks"),
    ],
)
async def test_what_is_wrong_is_told_at_its_field(
    office: Office, change: dict[str, str], field: str
) -> None:
    manager = await office.operator(Role.SERVICE_MANAGER, "hanasaki")
    async with office.at_desk(manager) as desk:
        wrong = await desk.post(PAGE, data={**FORM, **change})
        assert wrong.status_code == 422
        assert f'id="{field}-error"' in wrong.text
        assert 'id="scope_profile" name="scope_profile" value="1" checked' in wrong.text
        assert "gkr_" not in wrong.text


async def test_who_only_looks_sees_no_button_and_makes_none(office: Office) -> None:
    clerk = await office.operator(Role.CLERK, "hanasaki")
    async with office.at_desk(clerk) as desk:
        listed = await desk.get(PAGE)
        assert listed.status_code == 200
        assert f"{PAGE}/new" not in listed.text
        assert (await desk.get(f"{PAGE}/new")).status_code == 403
        assert (await desk.post(PAGE, data=FORM)).status_code == 403


async def test_the_form_asks_for_presence_before_anything_is_typed(office: Office) -> None:
    manager = await office.operator(Role.SERVICE_MANAGER, "hanasaki")
    async with office.at_desk(manager) as desk:
        no_longer_fresh(office)
        asked = await desk.get(f"{PAGE}/new")
        assert asked.status_code == 303
        assert asked.headers["location"].startswith("/admin/again")
