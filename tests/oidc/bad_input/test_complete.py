"""Which table is for which endpoint: one that is new here fails until it has its own."""

import pytest

from gateway.oidc.routes import oidc_routes
from tests.support.gateway import Gateway

pytestmark = pytest.mark.anyio
TABLES = {
    "/authorize": "test_authorization_tables",
    "/authorize/{request_id}": "test_page_tables",
    "/par": "test_authorization_tables",
    "/token": "test_token_tables",
    "/userinfo": "test_other_tables",
    "/introspect": "test_other_tables",
    "/revoke": "test_other_tables",
    "/device_authorization": "test_other_tables",
    "/bc-authorize": "test_other_tables",
    "/logout": "test_page_tables",
    "/device": "test_page_tables",
    "/device/{question_id}": "test_page_tables",
    "/approvals": "test_page_tables",
    "/approvals/{question_id}": "test_page_tables",
    "/link": "test_bodies",
    "/register": "test_bodies",
    "/register/{client_id}": "test_bodies",
}
NO_PARAMETERS = {"/jwks", "/logout/everywhere", "/device/agreed", "/device/declined"}


async def test_each_endpoint_has_its_table(gateway: Gateway) -> None:
    paths = {route.path for route in oidc_routes(gateway.provider)}
    told = {path for path in paths if path.startswith("/.well-known/")}
    assert paths - told == TABLES.keys() | NO_PARAMETERS
