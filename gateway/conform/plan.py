"""All checks, in the order they are run: what is wrong, what a service does then, and why."""

from gateway.conform.checks import id_token, logout, responses, sign_in, tokens
from gateway.conform.checks.id_token import refuses_claims, refuses_signing
from gateway.conform.checks.logout import refuses_logout_token
from gateway.conform.checks.responses import as_error, refuses_answer, with_other, without
from gateway.conform.fault import Signing
from gateway.conform.model import Check

PLAN = 1
"""The edition: one more with every check that is added, or that asks for more."""

SIGN_IN = Check("sign-in", "OpenID Connect Core 1.0 §3.1", sign_in.signs_in)
"""What the others build on."""

_ID_TOKEN = "OpenID Connect Core 1.0 §3.1.3.7"
_LOGOUT_TOKEN = "OpenID Connect Back-Channel Logout 1.0 §2.6"

_REQUESTS = (
    Check("state-fresh", "RFC 9700 §2.1", sign_in.has_fresh_state),
    Check("nonce-fresh", "OpenID Connect Core 1.0 §15.5.2", sign_in.has_fresh_nonce),
    Check("verifier-fresh", "RFC 7636 §7.1", sign_in.has_fresh_verifier),
    Check("no-secret-in-url", "RFC 9700 §4.3.2", sign_in.keeps_secrets_out_of_urls),
    Check(
        "userinfo-asked",
        "OpenID Connect Core 1.0 §5.4",
        sign_in.asks_userinfo,
        tokens.asks_for_nothing_more,
    ),
)

_RESPONSES = (
    Check(
        "state-other",
        "RFC 6749 §10.12",
        refuses_answer(with_other("state")),
        responses.has_no_state,
    ),
    Check(
        "state-missing",
        "RFC 6749 §10.12",
        refuses_answer(without("state")),
        responses.has_no_state,
    ),
    Check(
        "issuer-other",
        "RFC 9207 §2.4",
        refuses_answer(with_other("iss", responses.OTHER_ISSUER)),
        responses.is_signed_answer,
    ),
    Check(
        "issuer-missing",
        "RFC 9207 §2.4",
        refuses_answer(without("iss")),
        responses.is_signed_answer,
    ),
    Check("answer-foreign", "RFC 9700 §4.5, §4.7", responses.refuses_foreign_answer),
    Check("answer-unasked", "RFC 9700 §4.7", responses.refuses_unasked_answer),
    Check(
        "access-denied",
        "RFC 6749 §4.1.2.1",
        refuses_answer(as_error("access_denied")),
        responses.is_signed_answer,
    ),
)

_TOKENS = (
    Check("code-refused", "RFC 6749 §5.2", tokens.refuses_token_error(400, "invalid_grant")),
    Check("token-failure", "RFC 6749 §5.2", tokens.refuses_token_error(500, "server_error")),
    Check("id-token-missing", "OpenID Connect Core 1.0 §3.1.3.3", tokens.refuses_no_id_token),
    Check("id-token-issuer", f"{_ID_TOKEN} (2)", id_token.refuses_other_issuer),
    Check("id-token-audience", f"{_ID_TOKEN} (3)", refuses_claims(aud="another-service")),
    Check("id-token-signature", f"{_ID_TOKEN} (6)", refuses_signing(Signing.BROKEN)),
    Check("id-token-unsigned", f"{_ID_TOKEN} (7)", refuses_signing(Signing.NOTHING)),
    Check("id-token-stranger", f"{_ID_TOKEN} (6)", refuses_signing(Signing.STRANGER)),
    Check("id-token-embedded-key", "RFC 8725 §3.10", refuses_signing(Signing.EMBEDDED)),
    Check("id-token-confused", "RFC 8725 §2.1, §3.1", refuses_signing(Signing.PUBLIC_KEY)),
    Check("id-token-expired", f"{_ID_TOKEN} (9)", id_token.refuses_expired),
    Check(
        "id-token-nonce",
        f"{_ID_TOKEN} (11)",
        refuses_claims(nonce="n-another"),
        id_token.has_no_nonce,
    ),
    Check(
        "id-token-nonce-missing",
        f"{_ID_TOKEN} (11)",
        refuses_claims(nonce=None),
        id_token.has_no_nonce,
    ),
    Check("id-token-subject-missing", "OpenID Connect Core 1.0 §2", refuses_claims(sub=None)),
    Check(
        "id-token-at-hash",
        "OpenID Connect Core 1.0 §3.1.3.8",
        id_token.warns_of_claims(at_hash="AAAAAAAAAAAAAAAAAAAAAA"),
    ),
    Check(
        "userinfo-subject",
        "OpenID Connect Core 1.0 §5.3.2",
        tokens.refuses_other_userinfo,
        tokens.asks_no_userinfo,
    ),
    Check(
        "userinfo-subject-missing",
        "OpenID Connect Core 1.0 §5.3.2",
        tokens.refuses_userinfo_of_nobody,
        tokens.asks_no_userinfo,
    ),
    Check("unknown-members", "OpenID Connect Core 1.0 §3.1.3.3", tokens.ignores_unknown_members),
    Check("key-rotation", "OpenID Connect Core 1.0 §10.1.1", id_token.follows_rotation),
    Check(
        "refresh-rotation",
        "RFC 9700 §4.14.2",
        tokens.uses_the_newest_refresh_token,
        tokens.does_not_refresh,
    ),
)

_LOGOUT = (
    Check(
        "logout-here",
        "OpenID Connect RP-Initiated Logout 1.0 §2",
        logout.signs_out_here,
        logout.has_no_logout,
    ),
    Check(
        "logout-gateway",
        "OpenID Connect RP-Initiated Logout 1.0 §2",
        logout.signs_out_at_the_gateway,
        logout.has_no_logout,
    ),
    *(
        Check(f"logout-token-{name}", clause, run, logout.has_no_back_channel)
        for name, clause, run in (
            ("issuer", _LOGOUT_TOKEN, logout.refuses_other_issuers_logout),
            ("audience", _LOGOUT_TOKEN, refuses_logout_token(aud="another-service")),
            ("unsigned", _LOGOUT_TOKEN, refuses_logout_token(signing=Signing.NOTHING)),
            ("stranger", _LOGOUT_TOKEN, refuses_logout_token(signing=Signing.STRANGER)),
            ("expired", _LOGOUT_TOKEN, refuses_logout_token(id_token.expired)),
            ("nonce", _LOGOUT_TOKEN, refuses_logout_token(nonce="n-any")),
            ("event", _LOGOUT_TOKEN, refuses_logout_token(events=None)),
            ("subject", _LOGOUT_TOKEN, refuses_logout_token(sub=None, sid=None)),
        )
    ),
    Check(
        "back-channel",
        "OpenID Connect Back-Channel Logout 1.0 §2.7, §2.8",
        logout.is_told_of_sign_out,
        logout.has_no_back_channel,
    ),
    Check(
        "front-channel-issuer",
        "OpenID Connect Front-Channel Logout 1.0 §2",
        logout.refuses_other_issuers_frame,
        logout.has_no_front_channel,
    ),
    Check(
        "front-channel",
        "OpenID Connect Front-Channel Logout 1.0 §2",
        logout.is_told_in_the_browser,
        logout.has_no_front_channel,
    ),
)

CHECKS: tuple[Check, ...] = (
    SIGN_IN,
    *_REQUESTS,
    *_RESPONSES,
    *_TOKENS,
    *_LOGOUT,
    Check("sign-in-again", "OpenID Connect Core 1.0 §3.1", sign_in.signs_in_again),
)
