"""A reader with networks is admitted from them, and from nowhere else."""

import httpx2
import pytest

from gateway.tenants.model import Client
from tests.support.gateway import Gateway

pytestmark = pytest.mark.anyio
INSIDE = ["192.0.2.7", "192.0.2.255", "::ffff:192.0.2.7", "2001:db8:1::9"]
OUTSIDE = ["192.0.3.1", "127.0.0.1", "2001:db8:2::9", "::ffff:192.0.3.1", "unknown"]
FORM = {"grant_type": "client_credentials"}


@pytest.fixture
async def reader(gateway: Gateway) -> Client:
    return await gateway.reader(allowed_networks=("192.0.2.0/24", "2001:db8:1::/48"))


async def token(gateway: Gateway, address: str, secret: str | None = None) -> httpx2.Response:
    async with gateway.browser(address) as http:
        return await http.post(
            "/token", data=FORM, auth=("counter", secret or gateway.secrets["counter"])
        )


async def challenge(gateway: Gateway, address: str, access_token: str) -> httpx2.Response:
    async with gateway.browser(address) as http:
        return await http.post(
            "/card/challenges", headers={"Authorization": f"Bearer {access_token}"}
        )


@pytest.mark.parametrize("address", INSIDE)
async def test_from_its_networks_it_gets_a_token_and_uses_it(
    gateway: Gateway, reader: Client, address: str
) -> None:
    answer = await token(gateway, address)
    assert answer.status_code == 200
    used = await challenge(gateway, address, answer.json()["access_token"])
    assert used.status_code == 200


@pytest.mark.parametrize("address", OUTSIDE)
async def test_from_elsewhere_its_secret_gets_no_token_and_its_token_is_of_no_use(
    gateway: Gateway, reader: Client, address: str
) -> None:
    stolen = (await token(gateway, INSIDE[0])).json()["access_token"]
    refused = await token(gateway, address)
    assert (refused.status_code, refused.json()["error"]) == (401, "invalid_client")
    assert "access_token" not in refused.json()
    used = await challenge(gateway, address, stolen)
    assert (used.status_code, used.json()["error"]) == (403, "insufficient_scope")
    assert "challenge" not in used.json()
    assert (await challenge(gateway, INSIDE[0], stolen)).status_code == 200


async def test_where_it_may_be_used_from_is_told_to_the_reader_alone(
    gateway: Gateway, reader: Client
) -> None:
    """Whoever has not its secret learns the same from everywhere."""
    bodies = {(await token(gateway, address, "x" * 43)).text for address in (*INSIDE, *OUTSIDE)}
    assert len(bodies) == 1


@pytest.mark.parametrize("header", ["X-Forwarded-For", "Forwarded", "X-Real-IP"])
async def test_a_header_moves_nobody_into_a_network(
    gateway: Gateway, reader: Client, header: str
) -> None:
    value = "for=192.0.2.7" if header == "Forwarded" else "192.0.2.7"
    async with gateway.browser(OUTSIDE[0]) as http:
        answer = await http.post(
            "/token",
            data=FORM,
            auth=("counter", gateway.secrets["counter"]),
            headers={header: value},
        )
    assert answer.status_code == 401


async def test_a_reader_without_networks_is_admitted_from_anywhere(gateway: Gateway) -> None:
    await gateway.reader()
    for address in ("192.0.3.1", "2001:db8:2::9"):
        assert (await token(gateway, address)).status_code == 200
