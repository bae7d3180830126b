"""The metadata tells the truth: a walk over every member uses every value of it, and what the code
refuses is not told (tests/oidc/discovery: one function per member)."""

import contextlib
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from gateway.settings import Settings
from tests.login.visitor import Visitor
from tests.oidc.clients.conftest import behind_careless_proxy, behind_proxy
from tests.oidc.discovery import addresses, answers, clients, grants, others, requests
from tests.oidc.discovery.walk import Uses, Walk, everything
from tests.oidc.verified.telling import WORDS
from tests.support.gateway import ISSUER, Gateway, open_gateway
from tests.support.town import HANAKO, Town

pytestmark = pytest.mark.anyio
OPENID, OAUTH = "/.well-known/openid-configuration", "/.well-known/oauth-authorization-server"
PARTS = (addresses, requests, clients, grants, answers, others)
USES: Uses = {member: use for part in PARTS for member, use in part.USES.items()}
VERIFIED = {
    *("verified_claims_supported", "trust_frameworks_supported", "evidence_supported"),
    *("claims_in_verified_claims_supported", "documents_supported", "attachments_supported"),
    "documents_check_methods_supported",
}
TLS = {"tls_client_auth", "self_signed_tls_client_auth"}


async def told_by(gateway: Gateway) -> dict[str, Any]:
    async with gateway.browser() as http:
        body: dict[str, Any] = (await http.get(OPENID)).json()
    return body


@pytest.fixture
async def walk(tmp_path: Path, template: Path, town: Town) -> AsyncIterator[Walk]:
    async with (
        open_gateway(tmp_path, template, everything) as gateway,
        gateway.browser() as browser,
    ):
        card, visitor = town.card(HANAKO, gateway.clock()), Visitor(gateway, browser)
        await visitor.register(card)
        session = await visitor.session()
        assert session is not None
        resident = await gateway.provider.residents.get(session.resident_id)
        assert resident is not None
        yield Walk(gateway, await told_by(gateway), town, card, browser, resident)


@pytest.mark.parametrize("member", USES)
async def test_what_it_tells_is_so(walk: Walk, member: str) -> None:
    await USES[member](walk, walk.told[member])


async def test_nothing_is_told_that_nobody_uses(walk: Walk) -> None:
    assert walk.told.keys() == USES.keys()
    assert sum(len(part.USES) for part in PARTS) == len(USES)


async def test_both_documents_are_the_same_and_cacheable(gateway: Gateway) -> None:
    async with gateway.browser() as http:
        openid, oauth = await http.get(OPENID), await http.get(OAUTH)
    assert openid.json() == oauth.json()
    assert openid.json()["issuer"] == ISSUER
    assert "max-age" in openid.headers["cache-control"]


Change = Callable[[Settings], Settings]


def with_oidc(**oidc: Any) -> Change:
    def change(settings: Settings) -> Settings:
        return msgspec.structs.replace(
            settings, oidc=msgspec.structs.replace(settings.oidc, **oidc)
        )

    return change


@contextlib.asynccontextmanager
async def metadata(folder: Path, template: Path, change: Change) -> AsyncIterator[dict[str, Any]]:
    async with open_gateway(folder, template, change) as gateway:
        yield await told_by(gateway)


async def test_members_come_and_go_with_the_settings(
    tmp_path: Path, template: Path, gateway: Gateway
) -> None:
    by_itself = await told_by(gateway)
    assert USES.keys() - by_itself.keys() == VERIFIED | {"check_session_iframe"}
    assert "verified_claims" not in by_itself["claims_supported"]
    async with metadata(tmp_path / "a", template, with_oidc(session_management=True)) as told:
        assert told.keys() - by_itself.keys() == {"check_session_iframe"}
    async with metadata(tmp_path / "b", template, with_oidc(**WORDS)) as told:
        assert told.keys() - by_itself.keys() == VERIFIED
        assert set(told["claims_supported"]) - set(by_itself["claims_supported"]) == {
            "verified_claims"
        }


async def test_a_certificate_is_told_of_only_where_a_proxy_hands_it_on(
    tmp_path: Path, template: Path, gateway: Gateway
) -> None:
    name = "tls_client_certificate_bound_access_tokens"
    kinds = [f"{what}_endpoint_auth_methods_supported" for what in ("token", "introspection")]
    kinds.append("revocation_endpoint_auth_methods_supported")
    plain = await told_by(gateway)
    async with metadata(tmp_path / "a", template, behind_proxy) as told:
        validated = told
    async with metadata(tmp_path / "b", template, behind_careless_proxy) as told:
        careless = told
    assert [told[name] for told in (plain, validated, careless)] == [False, True, True]
    for kind in kinds:
        assert not TLS & set(plain[kind])
        assert set(validated[kind]) - set(plain[kind]) == TLS
        assert set(careless[kind]) - set(plain[kind]) == {"self_signed_tls_client_auth"}


async def test_the_keys_it_names_cover_the_algorithms_it_names(gateway: Gateway) -> None:
    async with gateway.browser() as http:
        told = (await http.get(OPENID)).json()
        keys = (await http.get("/jwks")).json()["keys"]
    signing = {key["alg"] for key in keys if key["use"] == "sig"}
    assert signing == set(told["id_token_signing_alg_values_supported"])
    for key in keys:
        assert key["use"] in ("sig", "enc")
        assert not key.keys() & {"d", "p", "q", "dp", "dq", "qi"}
