"""openid-client (Node), a certified relying party library."""

import pytest

from tests.witnesses.person import HANAKO
from tests.witnesses.town import WitnessTown

pytestmark = pytest.mark.servers


def test_code_flow_userinfo_refresh_and_revocation(town: WitnessTown) -> None:
    found = town.node("openid_client_code.mjs", town.register("openid-client"))
    assert found["name"] == HANAKO.person.name
    assert found["refreshed"] == found["sub"]
