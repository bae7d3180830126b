"""openid-client (Node), a certified relying party library."""

import pytest

from tests.witnesses.features import Feature, Witness, proves
from tests.witnesses.person import HANAKO
from tests.witnesses.town import WitnessTown

pytestmark = pytest.mark.servers


@proves(Witness.OPENID_CLIENT, Feature.CODE, Feature.REFRESH, Feature.REVOKE)
def test_code_flow_userinfo_refresh_and_revocation(town: WitnessTown) -> None:
    found = town.node("openid_client_code.mjs", town.register("openid-client"))
    assert found["name"] == HANAKO.person.name
    assert found["refreshed"] == found["sub"]
