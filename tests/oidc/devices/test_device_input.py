"""What a kiosk may send, and what it is told about everything else."""

import pytest

from tests.oidc.devices.parts import KIOSK, Kiosk, Table, error_of
from tests.support.gateway import Gateway
from tests.support.relying_party import RelyingParty

pytestmark = pytest.mark.anyio

ASKED: Table = {
    "no scope": ({"scope": None, "audience": "x"}, (400, "invalid_scope")),
    "empty scope": ({"scope": ""}, (400, "invalid_scope")),
    "scope without openid": ({"scope": "profile"}, (400, "invalid_scope")),
    "scope in upper case": ({"scope": "OPENID"}, (400, "invalid_scope")),
    "malformed scope": ({"scope": 'openid "'}, (400, "invalid_scope")),
    "long scope": ({"scope": "openid " + "a" * 20_000}, (400, "invalid_request")),
    "NUL": ({"scope": "openid\0"}, (400, "invalid_request")),
    "another client": ({"client_id": "other"}, (400, "invalid_request")),
    "unknown parameter": ({"audience": "x"}, (200, None)),
    "scope that is not its own": ({"scope": "openid common_id"}, (200, None)),
}
POLLED: Table = {
    "no device_code": ({"device_code": None}, (400, "invalid_request")),
    "empty device_code": ({"device_code": ""}, (400, "invalid_request")),
    "unknown device_code": ({"device_code": "x" * 43}, (400, "invalid_grant")),
    "long device_code": ({"device_code": "x" * 16_000}, (400, "invalid_grant")),
    "not ASCII": ({"device_code": "コード"}, (400, "invalid_grant")),
    "as an auth_req_id": (
        {"grant_type": "urn:openid:params:grant-type:ciba"},
        (400, "unauthorized_client"),
    ),
    "grant type in short": ({"grant_type": "device_code"}, (400, "unsupported_grant_type")),
    "unknown parameter": ({"code_verifier": "x"}, (400, "authorization_pending")),
}


@pytest.mark.parametrize("name", ASKED)
async def test_of_what_is_asked(name: str, kiosk: Kiosk) -> None:
    changes, expected = ASKED[name]
    assert error_of(await kiosk.ask(**changes)) == expected


@pytest.mark.parametrize("name", POLLED)
async def test_of_what_is_polled(name: str, kiosk: Kiosk) -> None:
    changes, expected = POLLED[name]
    await kiosk.ask()
    assert error_of(await kiosk.poll(**changes)) == expected


async def test_a_user_code_is_no_device_code(kiosk: Kiosk) -> None:
    await kiosk.ask()
    assert error_of(await kiosk.poll(device_code=kiosk.user_code)) == (400, "invalid_grant")


@pytest.mark.parametrize("path", ["/device_authorization", "/bc-authorize"])
async def test_it_is_a_form_sent_once_by_a_client_that_proves_itself(
    path: str, gateway: Gateway, kiosk: Kiosk
) -> None:
    secret = gateway.secrets["kiosk"]
    async with gateway.browser() as http:
        assert (await http.get(path)).status_code == 405
        twice = await http.post(
            path,
            content="scope=openid&scope=openid",
            headers={"content-type": "application/x-www-form-urlencoded"},
            auth=("kiosk", secret),
        )
        assert error_of(twice) == (400, "invalid_request")
        for auth in (("kiosk", "wrong"), ("nobody", secret)):
            refused = await http.post(path, data={"scope": "openid"}, auth=auth)
            assert error_of(refused) == (401, "invalid_client")
        nobody = await http.post(path, data={"scope": "openid"})
        assert error_of(nobody) == (401, "invalid_client")
        json = await http.post(path, json={"scope": "openid"}, auth=("kiosk", secret))
        assert error_of(json) == (400, "invalid_request")


async def test_who_is_registered_for_neither_may_use_neither(gateway: Gateway) -> None:
    rp = RelyingParty(gateway, await gateway.service("health"))
    for path in ("/device_authorization", "/bc-authorize"):
        refused = await rp.post(path, {"scope": "openid", "login_hint": "x"})
        assert error_of(refused) == (400, "unauthorized_client")
    kiosk = Kiosk(rp, {"device_code": "x"})
    assert error_of(await kiosk.poll()) == (400, "unauthorized_client")


async def test_without_a_refresh_grant_no_refresh_token(gateway: Gateway) -> None:
    client = await gateway.service("plain", **{**KIOSK, "grant_types": KIOSK["grant_types"][:1]})
    assert client.redirect_uris == ()
    assert (await Kiosk(RelyingParty(gateway, client)).ask()).status_code == 200
