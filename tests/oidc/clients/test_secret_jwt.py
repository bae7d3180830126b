"""client_secret_jwt: the secret signs, and is kept so that it can be read again (OpenID Connect
Core §9)."""

import json
import secrets
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import httpx2
import jwt
import pytest
import sqlalchemy as sa
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key

from gateway.oidc.clients.assertion import ASSERTION_TYPE
from gateway.tenants.records import clients
from gateway.tenants.rotation import end_former_secret, rotate_secret
from tests.support.certificates import public_jwk
from tests.support.gateway import ISSUER, NOW, Gateway
from tests.support.log import log_text, logged

pytestmark = pytest.mark.anyio
METHOD: Mapping[str, Any] = {"token_endpoint_auth_method": "client_secret_jwt"}
OVERLAP = timedelta(days=7)


def assertion(secret: str, alg: str = "HS256", **changes: Any) -> str:
    now = int(NOW.timestamp())
    good = {"iss": "health", "sub": "health", "aud": ISSUER, "iat": now, "exp": now + 60}
    claims = {**good, "jti": secrets.token_hex(8), **changes}
    jws = jwt.PyJWS(algorithms=["HS256", "HS384", "HS512", "none"])
    return jws.encode(json.dumps(claims).encode(), secret, alg)


async def introspect(gateway: Gateway, proof: str) -> httpx2.Response:
    form = {"token": "x", "client_assertion_type": ASSERTION_TYPE, "client_assertion": proof}
    async with gateway.browser() as http:
        return await http.post("/introspect", data=form)


async def is_good(gateway: Gateway, secret: str) -> bool:
    answer = await introspect(gateway, assertion(secret))
    assert answer.status_code in (200, 401), answer.text
    return answer.status_code == 200


async def test_the_secret_signs_once(gateway: Gateway) -> None:
    await gateway.service("health", **METHOD)
    good = assertion(gateway.secrets["health"])
    assert (await introspect(gateway, good)).status_code == 200
    again = await introspect(gateway, good)
    assert (again.status_code, again.json()["error"]) == (401, "invalid_client")
    (entry,) = await logged(gateway, "client.refused")
    assert entry.detail == {"reason": "client_assertion was used before"}
    text = await log_text(gateway)
    assert good not in text
    assert gateway.secrets["health"] not in text


@pytest.mark.parametrize("alg", ["HS384", "HS512", "none"])
async def test_with_another_algorithm_it_signs_nothing(gateway: Gateway, alg: str) -> None:
    await gateway.service("health", **METHOD)
    secret = "" if alg == "none" else gateway.secrets["health"] * 2
    assert (await introspect(gateway, assertion(secret, alg))).status_code == 401


async def test_another_secret_signs_nothing(gateway: Gateway) -> None:
    await gateway.service("health", **METHOD)
    await gateway.service("points", **METHOD)
    for wrong in ("x" * 43, gateway.secrets["points"], gateway.secrets["health"][:-1]):
        assert not await is_good(gateway, wrong)


async def test_it_is_not_sent_itself(gateway: Gateway) -> None:
    await gateway.service("health", **METHOD)
    secret = gateway.secrets["health"]
    async with gateway.browser() as http:
        by_header = await http.post("/introspect", data={"token": "x"}, auth=("health", secret))
        form = {"token": "x", "client_id": "health", "client_secret": secret}
        by_body = await http.post("/introspect", data=form)
    assert (by_header.status_code, by_body.status_code) == (401, 401)


async def test_who_sends_a_secret_cannot_sign_with_it(gateway: Gateway) -> None:
    await gateway.service("health")
    assert not await is_good(gateway, gateway.secrets["health"])


async def test_who_signs_with_a_key_cannot_sign_with_its_text(gateway: Gateway) -> None:
    key = generate_private_key(SECP256R1())
    method = "private_key_jwt"
    await gateway.service(
        "health", token_endpoint_auth_method=method, jwks={"keys": [public_jwk(key)]}
    )
    assert not await is_good(gateway, public_jwk(key)["x"])


async def test_the_store_does_not_tell_it(gateway: Gateway) -> None:
    await gateway.service("health", **METHOD)
    await gateway.service("points")
    async with gateway.provider.records.reading() as connection:
        rows = (await connection.execute(sa.select(clients))).mappings().all()
    sealed = {row["client_id"]: row["client_secret_sealed"] for row in rows}
    assert sealed["points"] is None
    assert sealed["health"] is not None
    found = await gateway.provider.clients.find("health")
    for told in (repr(rows), repr(found), str(sealed["health"])):
        assert gateway.secrets["health"] not in told


async def test_a_rotated_secret_signs_until_the_overlap_is_over(gateway: Gateway) -> None:
    await gateway.service("health", **METHOD)
    first, keyed_hash = gateway.secrets["health"], gateway.provider.keyed_hash
    own = ("hanasaki", "health")
    async with gateway.provider.records.writing() as connection:
        record, second = await rotate_secret(connection, keyed_hash, *own, OVERLAP, 1, NOW)
    assert await is_good(gateway, first)
    assert await is_good(gateway, second)
    gateway.clock.forward(days=7)
    now = int(gateway.clock().timestamp())
    late: Mapping[str, Any] = {"iat": now, "exp": now + 60}
    assert (await introspect(gateway, assertion(first, **late))).status_code == 401
    assert (await introspect(gateway, assertion(second, **late))).status_code == 200
    async with gateway.provider.records.writing() as connection:
        await end_former_secret(connection, *own, record.version, NOW)
        rows = (await connection.execute(sa.select(clients.c.former_secret_sealed))).all()
    assert rows == [(None,)]


async def test_who_begins_to_sign_gets_a_new_secret(gateway: Gateway) -> None:
    await gateway.service("health")
    first = gateway.secrets["health"]
    await gateway.service("health", **METHOD)
    second = gateway.secrets["health"]
    assert first != second
    assert not await is_good(gateway, first)
    assert await is_good(gateway, second)
    # And goes on with it where it is sent again.
    await gateway.service("health")
    assert gateway.secrets["health"] == second
    async with gateway.provider.records.reading() as connection:
        assert (await connection.execute(sa.select(clients.c.client_secret_sealed))).all() == [
            (None,)
        ]
    async with gateway.browser() as http:
        answer = await http.post("/introspect", data={"token": "x"}, auth=("health", second))
    assert answer.status_code == 200
