"""Who is told of a sign-out, and what is told as verified, is as the metadata says."""

from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.oidc.claims.asking import asking
from tests.oidc.discovery.walk import Uses, Walk, ok
from tests.oidc.logout.test_front_channel import frames
from tests.oidc.verified.telling import verified
from tests.support.gateway import ISSUER
from tests.support.logout_receiver import listen, told_at
from tests.support.relying_party import payload


async def signed_out(walk: Walk) -> Any:
    """The page that says so."""
    return await walk.browser.post("/logout", data={"confirmed": "yes"})


async def back_channel(walk: Walk, value: Any) -> None:
    assert value is True
    party = await walk.party(**told_at("told"), backchannel_logout_session_required=True)
    (receiver,) = listen(walk.gateway, "told")
    said = payload((await party.tokens(walk.browser))["id_token"])
    await signed_out(walk)
    (token,) = await receiver.got()
    assert (payload(token)["sid"], payload(token)["sub"]) == (said["sid"], said["sub"])


async def front_channel(walk: Walk, value: Any) -> None:
    assert value is True
    there = {"frontchannel_logout_uri": "https://told.example.test/out"}
    required = {"frontchannel_logout_session_required": True}
    party = await walk.party(
        redirect_uris=("https://told.example.test/callback",),
        post_logout_redirect_uris=(),
        **there,
        **required,
    )
    said = payload((await party.tokens(walk.browser))["id_token"])
    (frame,) = frames(await signed_out(walk))
    query = parse_qs(urlsplit(frame["src"]).query)
    assert query == {"iss": [ISSUER], "sid": [said["sid"]]}


EVIDENCE = {
    "type": {"value": "document"},
    "document_details": {"type": None},
    "check_details": [{"check_method": None}],
    "attachments": None,
}


async def told_as_verified(walk: Walk, *claims: str) -> dict[str, Any]:
    party = await walk.party()
    asked = asking(userinfo=verified(dict.fromkeys(claims), evidence=[EVIDENCE]))
    tokens = await party.tokens(walk.browser, scope="openid", claims=asked)
    told: dict[str, Any] = ok(await party.call("GET", "/userinfo", tokens["access_token"]))
    return told


async def is_verified(walk: Walk, value: Any) -> None:
    assert ("verified_claims" in await told_as_verified(walk, "name")) is value


async def frameworks(walk: Walk, value: Any) -> None:
    told = (await told_as_verified(walk, "name"))["verified_claims"]
    assert [told["verification"]["trust_framework"]] == value


async def verified_names(walk: Walk, value: Any) -> None:
    names = {*value, "local_id", "common_id", "sub", "email"}
    told = (await told_as_verified(walk, *names))["verified_claims"]
    assert told["claims"].keys() == {*value}


async def evidence_of(walk: Walk) -> dict[str, Any]:
    (evidence,) = (await told_as_verified(walk, "name"))["verified_claims"]["verification"][
        "evidence"
    ]
    found: dict[str, Any] = evidence
    return found


async def evidence(walk: Walk, value: Any) -> None:
    assert [(await evidence_of(walk))["type"]] == value


async def documents(walk: Walk, value: Any) -> None:
    assert [(await evidence_of(walk))["document_details"]["type"]] == value


async def check_methods(walk: Walk, value: Any) -> None:
    done = (await evidence_of(walk))["check_details"]
    assert [each["check_method"] for each in done] == value


async def attachments(walk: Walk, value: Any) -> None:
    assert value == []
    assert "attachments" not in await evidence_of(walk)


USES: Uses = {
    "backchannel_logout_supported": back_channel,
    "backchannel_logout_session_supported": back_channel,
    "frontchannel_logout_supported": front_channel,
    "frontchannel_logout_session_supported": front_channel,
    "verified_claims_supported": is_verified,
    "trust_frameworks_supported": frameworks,
    "claims_in_verified_claims_supported": verified_names,
    "evidence_supported": evidence,
    "documents_supported": documents,
    "documents_check_methods_supported": check_methods,
    "attachments_supported": attachments,
}
