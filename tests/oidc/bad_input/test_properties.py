"""Whatever comes, a parser reads it or says so in its own words, and never anything else."""

import json
from datetime import timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from gateway.consent.details import BadDetailsError, parse_details
from gateway.errors import InvalidRequest
from gateway.oidc.authorization.claims_parameter import parse_claims
from gateway.oidc.authorization.request_object import as_parameters, check_lifetime
from gateway.oidc.authorization.response import is_same_target
from gateway.oidc.clients.certificate import read_certificate
from gateway.oidc.clients.signed_jwt import (
    BadJwtError,
    check_audience,
    check_times,
    claims_in,
    identifier,
    verify_with,
)
from gateway.oidc.devices.signed_request import _parameters
from gateway.oidc.devices.user_code import ALPHABET, LENGTH, new_user_code, read_user_code
from gateway.oidc.signed_answers import prefers_signed
from gateway.oidc.tokens.dpop import check_age, is_same_uri, signed_claims
from gateway.oidc.tokens.dpop_key import BadProofHeaderError
from gateway.web.parameters import parse_parameters
from tests.oidc.bad_input.flaws import KEY, Parts
from tests.oidc.delegation.flows import WELFARE_API, flow
from tests.oidc.test_checks import CLIENT
from tests.support.certificates import public_jwk
from tests.support.gateway import ISSUER, NOW
from tests.tenants.test_hostile_metadata import ADDRESSES

LONGEST = timedelta(hours=1)
SECONDS = int(NOW.timestamp())
TYPES = ("urn:genkan:data-flow",)
GOOD = flow(WELFARE_API)
anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=9), inner),
    max_leaves=12,
)
"""What JSON can say, and a little more."""
times = st.integers(-(2**70), 2**70) | st.floats() | anything
compact = st.from_regex(r"[A-Za-z0-9_-]{0,40}(\.[A-Za-z0-9_-]{0,40}){0,5}", fullmatch=True)


@given(st.binary(max_size=200) | st.from_regex(rb"([a-c]=[%0-9a-f+&;]{0,9}&?){0,6}"))
def test_parameters(raw: bytes) -> None:
    try:
        read = parse_parameters(raw, ("resource",))
    except InvalidRequest:
        return
    for name, value in read.items():
        assert value
        assert "\0" not in name + value
        (name + value).encode()


@given(st.text() | anything.map(lambda value: json.dumps(value)))
@example(json.dumps([GOOD, GOOD]))
@example("[" * 100_000)
def test_authorization_details(text: str) -> None:
    try:
        details = parse_details(text, TYPES)
    except BadDetailsError:
        return
    assert all(detail.type in TYPES for detail in details)


@given(st.sampled_from(sorted(GOOD)), anything)
def test_one_member_of_an_authorization_detail(member: str, value: Any) -> None:
    text = json.dumps([{**GOOD, member: value}])
    try:
        (detail,) = parse_details(text, TYPES)
    except BadDetailsError:
        return
    msgspec.json.encode(detail)


wishes = st.dictionaries(
    st.sampled_from(["name", "address", "sub", "acr", "verified_claims", "x"]),
    st.dictionaries(
        st.sampled_from(
            ["value", "values", "essential", "verification", "claims", "trust_framework", "max_age"]
        ),
        anything,
    )
    | anything,
)


@settings(max_examples=300)
@given(st.text() | st.fixed_dictionaries({}, optional={"userinfo": wishes, "id_token": wishes}))
def test_claims(asked: Any) -> None:
    text = asked if isinstance(asked, str) else json.dumps(asked)
    try:
        found = parse_claims({"claims": text}, CLIENT, tells_verified=True)
    except InvalidRequest:
        return
    msgspec.json.encode(found)


@given(compact | st.text())
def test_a_jwt_of_anybody(text: str) -> None:
    with pytest.raises(BadJwtError):
        verify_with({"keys": [public_jwk(KEY)]}, text)


@given(compact | st.text())
def test_a_proof_of_anybody(text: str) -> None:
    with pytest.raises((BadJwtError, BadProofHeaderError)):
        signed_claims(text)


@given(st.dictionaries(st.sampled_from(["typ", "alg", "jwk", "crit", "x"]), anything), anything)
def test_a_proof_with_any_header(header: dict[str, Any], payload: Any) -> None:
    good = {"typ": "dpop+jwt", "alg": "ES256", "jwk": public_jwk(KEY)}
    parts = Parts({**good, **header}, {}, SECONDS)
    raw = json.dumps(payload).encode()
    try:
        key, claims = signed_claims(parts.signed(raw))
    except (BadJwtError, BadProofHeaderError):
        return
    assert len(key.jkt) == 43
    assert isinstance(claims, dict)


@given(st.sampled_from(["kty", "crv", "x", "y", "use", "alg", "n", "e", "d", "k"]), anything)
def test_a_proof_with_any_key(member: str, value: Any) -> None:
    jwk = {**public_jwk(KEY), member: value}
    parts = Parts({"typ": "dpop+jwt", "alg": "ES256", "jwk": jwk}, {}, SECONDS)
    try:
        signed_claims(parts.signed({}))
    except (BadJwtError, BadProofHeaderError):
        return
    assert value in (public_jwk(KEY).get(member), "sig", "ES256") or member in ("n", "e", "k")


@given(st.binary(max_size=60) | anything.map(lambda value: json.dumps(value).encode()))
def test_claims_of_a_jwt(payload: bytes) -> None:
    try:
        claims = claims_in(payload)
    except BadJwtError:
        return
    msgspec.json.encode(claims)


@given(st.dictionaries(st.sampled_from(["exp", "iat", "nbf", "jti", "aud"]), times))
def test_when_and_for_whom_a_jwt_is(claims: dict[str, Any]) -> None:
    for check in (
        lambda: check_times(claims, NOW, LONGEST),
        lambda: check_audience(claims, {ISSUER}),
        lambda: identifier(claims),
        lambda: check_age(claims, NOW),
        lambda: check_lifetime(claims, CLIENT, NOW),
    ):
        try:
            check()
        except BadJwtError:
            continue


@given(st.dictionaries(st.text(max_size=9) | st.sampled_from(["claims", "resource"]), anything))
def test_what_is_signed_as_parameters(claims: dict[str, Any]) -> None:
    for read in (as_parameters, _parameters):
        try:
            parameters = read(claims)
        except BadJwtError:
            continue
        assert all(isinstance(value, str) and value for value in parameters.values())


@given(st.text(max_size=200))
@example("application/token-introspection+jwt;q=nan")
@example("application/token-introspection+jwt;q=1_0")
def test_accept(accept: str) -> None:
    asked = "token-introspection+jwt" in accept.lower()
    assert prefers_signed(accept) in ((True, False) if asked else (False,))


@given(st.text(max_size=60))
def test_a_typed_code_is_one_or_none(typed: str) -> None:
    code = read_user_code(typed)
    assert code is None or (len(code) == LENGTH + 1 and set(code) <= {*ALPHABET, "-"})


@given(st.sampled_from(["-", " ", "", "ー", "‐", "・"]), st.booleans())
def test_a_code_is_read_however_it_is_typed(between: str, wide: bool) -> None:  # noqa: FBT001
    code = new_user_code()
    typed = code.replace("-", between).lower()
    if wide:
        typed = "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in typed)
    assert read_user_code(typed) == code


@given(st.text(max_size=120))
def test_an_address_of_a_proof_is_ours_or_not(htu: str) -> None:
    assert isinstance(is_same_uri(htu, f"{ISSUER}/token"), bool)


@given(st.text(max_size=120) | st.sampled_from(ADDRESSES))
def test_a_redirect_uri_is_the_registered_one_or_not(uri: str) -> None:
    ours = "https://health.example.test/callback"
    assert is_same_target(uri, ours) == (uri == ours)
    native = "http://127.0.0.1/callback"
    assert not is_same_target(uri, native) or uri.startswith("http://127.0.0.1")


@given(st.text(max_size=200) | st.binary(max_size=200).map(lambda raw: f":{raw.hex()}:"))
@example("-----BEGIN%20CERTIFICATE-----%zz")
@example("::")
def test_a_certificate_in_a_header(value: str) -> None:
    try:
        read_certificate(value)
    except ValueError:
        return
    pytest.fail("it is none")
