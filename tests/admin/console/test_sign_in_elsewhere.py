"""Whoever proves who they are, but from another's network, is not let in; and the log says so."""

import json

import pytest

from gateway.operators.model import Operator
from tests.admin.console.invited import invite, set_passkey
from tests.support.authenticator import Authenticator
from tests.support.gateway import ISSUER
from tests.support.operators import Office

pytestmark = pytest.mark.anyio
HARBOUR = "198.51.100.7"
"""On minato's list, and on no other."""


@pytest.fixture
async def administrator(office: Office) -> Operator:
    return await office.operator()


@pytest.mark.parametrize(("address", "reason"), [(None, None), (HARBOUR, "elsewhere")])
async def test_a_proof_from_another_tenants_network_is_no_sign_in_in_the_log(
    office: Office, administrator: Operator, address: str | None, reason: str | None
) -> None:
    await office.allow("minato", HARBOUR)
    authenticator = Authenticator(ISSUER)
    link = await invite(office, administrator, "/admin/tenants/hanasaki")
    async with office.browser() as browser:
        await set_passkey(browser, link, authenticator)
    async with office.browser(*([address] if address else [])) as browser:
        options = await browser.post("/admin/sign-in/passkey")
        answer = authenticator.get(json.dumps(options.json()))
        came = await browser.post("/admin/sign-in/passkey/answer", data={"answer": answer})
        assert came.status_code == (303 if reason is None else 403)
        inside = (await browser.get("/admin/api/v1/me")).status_code
    assert inside == (200 if reason is None else 401)
    refused = await office.log("operator.refused")
    assert [entry.detail["reason"] for entry in refused] == ([] if reason is None else [reason])
    assert {entry.tenant_id for entry in refused} <= {"hanasaki"}
