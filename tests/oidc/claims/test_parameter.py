"""The `claims` parameter by itself (OpenID Connect Core §5.5): one wrong thing at a time.

What is malformed is refused; what is only unknown is left out.
"""

import json
from typing import Any

import pytest

from gateway.errors import InvalidRequest
from gateway.oidc.authorization.claims_parameter import MAX_LENGTH, AskedClaims, parse_claims
from gateway.oidc.model import ClaimsRequest
from gateway.tenants.model import Client, ClientKind
from tests.support.gateway import service_metadata

CLIENT = Client(
    client_id="health",
    tenant_id="hanasaki",
    kind=ClientKind.SERVICE,
    client_name_ja="健康アプリ",
    client_name_en="Health",
    purpose_ja="健診のご案内",
    purpose_en="Check-ups",
    redirect_uris=("https://health.example.test/callback",),
    post_logout_redirect_uris=(),
    token_endpoint_auth_method="client_secret_basic",
    grant_types=("authorization_code",),
    scope=frozenset({"openid", "profile", "birthdate"}),
    sector_identifier="hanasaki/health.example.test",
    id_token_signed_response_alg="ES256",
    jwks=None,
    client_secret_hash=None,
    metadata=service_metadata("health"),
)
VERIFIED = {"verification": {"trust_framework": None}, "claims": {"name": None}}


def parse(text: str, *, tells_verified: bool = True) -> AskedClaims:
    return parse_claims({"claims": text}, CLIENT, tells_verified=tells_verified)


def asked(**members: object) -> AskedClaims:
    return parse(json.dumps(members))


def verified(**changes: object) -> dict[str, object]:
    return {"verified_claims": {**VERIFIED, **changes}}


def evidence(*entries: object) -> dict[str, object]:
    return verified(verification={"trust_framework": None, "evidence": list(entries)})


def test_without_the_parameter_nothing_is_asked_for() -> None:
    assert parse_claims({}, CLIENT, tells_verified=True) == AskedClaims()
    assert parse("{}") == AskedClaims()


def test_what_is_asked_for_is_kept_with_the_values_that_will_do() -> None:
    found = asked(
        userinfo={"name": None, "birthdate": {"essential": True, "value": "1985-04-12"}},
        id_token={"name_substituted": {"values": [True, False], "ui_order": 3}},
    )
    assert found.request == ClaimsRequest(
        {"name": None, "birthdate": ["1985-04-12"]}, {"name_substituted": [True, False]}
    )


@pytest.mark.parametrize("essential", [True, False])
@pytest.mark.parametrize(
    "claim",
    ["email", "name#ja-Kana-JP", "address", "local_id", "common_id", "locale", "", "名", "Name"],
)
def test_what_is_unknown_or_not_this_services_is_left_out(claim: str, *, essential: bool) -> None:
    member = {claim: {"essential": essential, "value": "x"}}
    assert asked(userinfo=member, id_token=member) == AskedClaims()
    assert asked(userinfo={**member, "name": None}).request == ClaimsRequest({"name": None})


def test_other_members_beside_the_two_mean_nothing() -> None:
    assert parse('{"access_token": {"name": null}, "x": 3}') == AskedClaims()


def test_an_acr_is_as_voluntary_as_acr_values_until_it_is_essential() -> None:
    voluntary = asked(id_token={"acr": {"values": ["strong", "weak"]}})
    assert (voluntary.acr_values, voluntary.essential_acr) == (("strong", "weak"), ())
    essential = asked(id_token={"acr": {"essential": True, "value": "strong"}})
    assert (essential.acr_values, essential.essential_acr) == ((), ("strong",))
    assert asked(id_token={"acr": {"essential": True}}) == AskedClaims()
    assert asked(userinfo={"acr": {"essential": True, "value": "strong"}}) == AskedClaims()


def test_a_sub_with_a_value_is_the_only_one_who_will_do() -> None:
    assert asked(id_token={"sub": {"value": "a"}}).essential_sub == ("a",)
    assert asked(userinfo={"sub": {"values": ["a", "b"]}}).essential_sub == ("a", "b")
    both = asked(userinfo={"sub": {"values": ["a", "b"]}}, id_token={"sub": {"value": "b"}})
    assert both.essential_sub == ("b",)
    assert asked(id_token={"sub": None}).essential_sub == ()
    with pytest.raises(InvalidRequest):
        asked(userinfo={"sub": {"value": "a"}}, id_token={"sub": {"value": "b"}})


def test_verified_claims_are_kept_as_they_came_without_what_is_never_told() -> None:
    one = {**VERIFIED, "claims": {"name": {"value": "花"}, "address": None, "nationalities": None}}
    found = asked(userinfo={"verified_claims": one}, id_token={"verified_claims": [one, VERIFIED]})
    kept = {"verification": {"trust_framework": None}, "claims": {"name": ["花"]}}
    assert found.request == ClaimsRequest(
        {"verified_claims": kept},
        {"verified_claims": [kept, {**kept, "claims": {"name": None}}]},
    )


@pytest.mark.parametrize("claims", [None, {}, {"nationalities": None}, {"address": None}])
def test_a_verified_request_that_asks_for_nothing_told_here_is_none(claims: object) -> None:
    assert asked(userinfo=verified(claims=claims)) == AskedClaims()


def test_where_nothing_is_told_as_verified_it_is_read_and_dropped() -> None:
    member = {"userinfo": {"verified_claims": VERIFIED}}
    assert parse(json.dumps(member), tells_verified=False) == AskedClaims()
    with pytest.raises(InvalidRequest):
        parse('{"userinfo": {"verified_claims": 3}}', tells_verified=False)


MALFORMED: dict[str, Any] = {
    "empty": "",
    "no-json": "name",
    "cut-off": '{"userinfo": {"name": null}',
    "more-behind": "{} {}",
    "a-list": "[]",
    "null": "null",
    "text": '"userinfo"',
    "nan": '{"userinfo": {"name": {"value": NaN}}}',
    "huge-number": '{"userinfo": {"name": {"value": 1e400}}}',
    "half-a-character": '{"userinfo": {"name": {"value": "\\ud800"}}}',
    "member-twice": '{"userinfo": {}, "userinfo": {}}',
    "claim-twice": '{"userinfo": {"name": null, "name": {"essential": true}}}',
    "value-twice": '{"userinfo": {"name": {"value": "a", "value": "b"}}}',
    "bom": "\ufeff{}",
    "deep": '{"userinfo": {"name": {"value": ' + "[" * 20 + "]" * 20 + "}}}",
    "very-deep": "[" * 4_000 + "]" * 4_000,
    "too-long": '{"x": "' + "x" * MAX_LENGTH + '"}',
    "userinfo-null": '{"userinfo": null}',
    "userinfo-list": '{"userinfo": ["name"]}',
    "id_token-text": '{"id_token": "name"}',
    "claim-text": '{"userinfo": {"name": "essential"}}',
    "claim-true": '{"userinfo": {"name": true}}',
    "unknown-claim-list": '{"userinfo": {"x": []}}',
    "essential-text": '{"userinfo": {"name": {"essential": "true"}}}',
    "essential-number": '{"userinfo": {"name": {"essential": 1}}}',
    "essential-null": '{"userinfo": {"name": {"essential": null}}}',
    "values-text": '{"userinfo": {"name": {"values": "a"}}}',
    "values-empty": '{"userinfo": {"name": {"values": []}}}',
    "value-and-values": '{"userinfo": {"name": {"value": "a", "values": ["a"]}}}',
    "acr-number": '{"id_token": {"acr": {"essential": true, "value": 3}}}',
    "acr-null": '{"id_token": {"acr": {"value": null}}}',
    "sub-object": '{"id_token": {"sub": {"values": ["a", {}]}}}',
}


@pytest.mark.parametrize("text", list(MALFORMED.values()), ids=list(MALFORMED))
def test_one_wrong_thing_is_refused(text: str) -> None:
    with pytest.raises(InvalidRequest) as refused:
        parse(text)
    assert refused.value.description in ("claims is malformed", "claims is too long")


@pytest.mark.parametrize(
    "member",
    [
        {"verified_claims": None},
        {"verified_claims": []},
        {"verified_claims": [None]},
        {"verified_claims": [VERIFIED, 3]},
        {"verified_claims": {}},
        {"verified_claims": {"claims": {"name": None}}},
        {"verified_claims": {"verification": {"trust_framework": None}}},
        verified(verification=None),
        verified(verification={}),
        verified(verification={"time": None}),
        verified(verification={"trust_framework": "jp_aml"}),
        verified(verification={"trust_framework": {"values": []}}),
        verified(verification={"trust_framework": None, "time": {"max_age": "1"}}),
        verified(verification={"trust_framework": None, "time": {"max_age": -1}}),
        verified(verification={"trust_framework": None, "time": {"max_age": True}}),
        verified(verification={"trust_framework": None, "assurance_process": []}),
        verified(verification={"trust_framework": None, "evidence": {}}),
        verified(verification={"trust_framework": None, "evidence": []}),
        evidence(None),
        evidence("document"),
        evidence({}),
        evidence({"type": None}),
        evidence({"type": "document"}),
        evidence({"type": {"values": ["document"]}}),
        evidence({"type": {"value": 3}}),
        evidence({"type": {"value": "document"}, "check_details": {}}),
        evidence({"type": {"value": "document"}, "check_details": [None]}),
        evidence({"type": {"value": "document"}, "document_details": []}),
        evidence({"type": {"value": "document"}, "document_details": {"issuer": "JP"}}),
        verified(claims=[]),
        verified(claims={"name": "花"}),
        verified(claims={"unknown": 3}),
        verified(claims={"name": {"essential": "yes"}}),
    ],
    ids=json.dumps,
)
def test_a_verified_request_of_another_form_is_refused(member: object) -> None:
    for name in ("userinfo", "id_token"):
        with pytest.raises(InvalidRequest):
            asked(**{name: member})
