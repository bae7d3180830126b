"""The state machine of an authorization request: OpenID Connect Core §3.1.2.1, .3, .6."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from gateway.errors import ConsentRequired, LoginRequired, UnmetAuthenticationRequirements
from gateway.login.session import Session
from gateway.oidc.authorization.next_step import Step, needs_signature, next_step
from gateway.oidc.model import AuthorizationRequest

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
ACRS = ("weak", "strong")
ALL = frozenset({"profile", "offline_access"})

REQUEST = AuthorizationRequest(
    client_id="health",
    redirect_uri="https://health.example.test/cb",
    state="s",
    scopes=("openid", "profile"),
    code_challenge="c" * 43,
    nonce="n",
    prompts=frozenset(),
    max_age=None,
    acr_values=(),
    ui_locales=None,
    hinted_sub=None,
    preferred_sub=None,
    received_at=NOW,
)
SESSION = Session(
    session_id="s",
    resident_id="r",
    auth_time=NOW - timedelta(minutes=10),
    acr="weak",
    amr=("sc", "pin"),
    started_at=NOW - timedelta(minutes=10),
)
JUST_NOW = replace(SESSION, auth_time=NOW + timedelta(seconds=20))
LATER = NOW + timedelta(seconds=30)


def decide(
    request: AuthorizationRequest, session: Session | None, consented: frozenset[str] = ALL
) -> Step:
    sub = None if session is None else "sub"
    return next_step(request, session, sub, consented, ACRS, LATER)


def test_a_resident_who_is_signed_in_and_agreed_is_answered() -> None:
    assert decide(REQUEST, SESSION) is Step.ANSWER


def test_a_resident_without_a_session_signs_in() -> None:
    assert decide(REQUEST, None) is Step.LOGIN


@pytest.mark.parametrize(
    "change",
    [
        {"prompts": frozenset({"login"})},
        {"prompts": frozenset({"select_account"})},
        {"max_age": 60},
        {"max_age": 0},
        {"hinted_sub": "somebody-else"},
        {"preferred_sub": "somebody-else"},
        {"acr_values": ("strong",)},
    ],
    ids=["login", "select_account", "max_age", "max_age-0", "hint", "login-hint", "acr"],
)
def test_a_session_that_is_not_enough_signs_in_once(change: dict[str, object]) -> None:
    request = replace(REQUEST, **change)  # type: ignore[arg-type]
    assert decide(request, SESSION) is Step.LOGIN
    if "hinted_sub" in change:
        with pytest.raises(LoginRequired):
            decide(request, JUST_NOW)
    else:
        assert decide(request, JUST_NOW) is Step.ANSWER


@pytest.mark.parametrize(
    "change",
    [
        {"max_age": 10_000},
        {"hinted_sub": "sub"},
        {"preferred_sub": "sub"},
        {"acr_values": ("weak",)},
        {"acr_values": ("x",)},
    ],
    ids=["max_age", "hint", "login-hint", "acr", "unknown-acr"],
)
def test_a_session_that_is_enough_does_not_sign_in_again(change: dict[str, object]) -> None:
    assert decide(replace(REQUEST, **change), SESSION) is Step.ANSWER  # type: ignore[arg-type]


def test_a_stronger_sign_in_satisfies_a_weaker_wish() -> None:
    request = replace(REQUEST, acr_values=("weak",))
    assert decide(request, replace(SESSION, acr="strong")) is Step.ANSWER


def test_first_use_asks_for_consent() -> None:
    assert decide(REQUEST, SESSION, frozenset()) is Step.CONSENT


def test_openid_alone_needs_no_consent() -> None:
    assert decide(replace(REQUEST, scopes=("openid",)), SESSION, frozenset()) is Step.ANSWER


def test_prompt_consent_asks_once_more_and_only_once() -> None:
    request = replace(REQUEST, prompts=frozenset({"consent"}))
    assert decide(request, SESSION) is Step.CONSENT
    assert decide(replace(request, consent_asked=True), SESSION) is Step.ANSWER


def test_a_page_that_was_shown_is_not_a_consent_that_was_given() -> None:
    request = replace(REQUEST, consent_asked=True)
    assert decide(request, SESSION, frozenset()) is Step.CONSENT


def test_prompt_none_never_shows_a_page() -> None:
    silent = replace(REQUEST, prompts=frozenset({"none"}))
    assert decide(silent, SESSION) is Step.ANSWER
    with pytest.raises(LoginRequired):
        decide(silent, None)
    with pytest.raises(LoginRequired):
        decide(replace(silent, max_age=60), SESSION)
    with pytest.raises(ConsentRequired):
        decide(silent, SESSION, frozenset())


def test_an_essential_acr_is_met_or_the_request_ends() -> None:
    request = replace(REQUEST, essential_acr=("strong", "unknown"))
    assert decide(request, SESSION) is Step.LOGIN
    assert decide(request, replace(JUST_NOW, acr="strong")) is Step.ANSWER
    with pytest.raises(UnmetAuthenticationRequirements):
        decide(request, JUST_NOW)
    with pytest.raises(LoginRequired):
        decide(replace(request, prompts=frozenset({"none"})), SESSION)
    for session in (None, SESSION, JUST_NOW):
        with pytest.raises(UnmetAuthenticationRequirements):
            decide(replace(request, essential_acr=("unknown",)), session)


@pytest.mark.parametrize(
    ("essential_acr", "needed"),
    [((), False), (("strong",), True), (("weak",), False), (("weak", "strong"), False)],
)
def test_the_signature_certificate_is_needed_where_the_other_would_not_do(
    essential_acr: tuple[str, ...], *, needed: bool
) -> None:
    assert needs_signature(replace(REQUEST, essential_acr=essential_acr), ACRS) is needed


def test_an_essential_sub_is_somebody_of_these_or_nobody() -> None:
    assert decide(replace(REQUEST, essential_sub=("other", "sub")), SESSION) is Step.ANSWER
    request = replace(REQUEST, essential_sub=("other",))
    assert decide(request, SESSION) is Step.LOGIN
    with pytest.raises(LoginRequired):
        decide(request, JUST_NOW)
