"""The endpoints that are neither /authorize nor /token, parameter by parameter."""

from tests.oidc.bad_input.client_rows import CLIENT
from tests.oidc.bad_input.doors import ASKS, PAGE
from tests.oidc.bad_input.rows import INVALID, OK, Row, Table
from tests.support.gateway import ACR_WEAK

NO_SCOPE, NOBODY, NO_MESSAGE = "invalid_scope", "unknown_user_id", "invalid_binding_message"
NO_TOKEN = "invalid_token"
BYE = "https://health.example.test/bye"
SCOPE = Row(
    NO_SCOPE,
    NO_SCOPE,
    wrong={"profile": NO_SCOPE, "openid  profile": NO_SCOPE, "openid x": OK, 'openid "': NO_SCOPE},
)
# What is unknown is as good as dead, and nothing more is told of it (RFC 7662 §2.2, RFC 7009 §2.2).
ANY_TOKEN = Row(INVALID, OK, most=4_096, wrong={"a.b.c": OK, "..": OK, "a.b.c.d.e": OK, "null": OK})
INTROSPECT: Table = {**CLIENT, "token": ANY_TOKEN}
REVOKE: Table = {**CLIENT, "token": ANY_TOKEN}
USERINFO: Table = {
    "access_token": Row(
        NO_TOKEN,
        NO_TOKEN,
        most=4_096,
        wrong={"a.b.c": NO_TOKEN, "..": NO_TOKEN, "a.b.c.d.e": NO_TOKEN, "Bearer x": NO_TOKEN},
    )
}
KIOSK: Table = {**CLIENT, "scope": SCOPE}
COUNTER: Table = {
    **CLIENT,
    "scope": SCOPE,
    "login_hint": Row(
        INVALID, NOBODY, most=255, wrong={"x": NOBODY, "H-0001 ": NOBODY, "h-0001": NOBODY}
    ),
    # A second hint is one too many.
    "id_token_hint": Row(OK, INVALID, wrong={"a.b.c": INVALID}),
    "login_hint_token": Row(OK, INVALID, wrong={"a.b.c": INVALID}),
    "acr_values": Row(OK, OK, good=ACR_WEAK, most=512, long=INVALID),
    "binding_message": Row(
        OK,
        NO_MESSAGE,
        foreign=OK,
        good="W4SCT",
        case=OK,
        most=64,
        wrong={" W4SCT": NO_MESSAGE, "W4SCT ": NO_MESSAGE, "\u202eW4SCT": NO_MESSAGE}
        | {"\u200b": NO_MESSAGE, "窓口１番": OK, "x" * 64: OK, "<b>": OK},
    ),
    "requested_expiry": Row(
        OK,
        INVALID,
        good="60",
        most=9,
        wrong={"0": INVALID, "-1": INVALID, "1.5": INVALID, "060": INVALID, "٣": INVALID}
        | {"999999999": OK},
    ),
    "request": Row(OK, INVALID, wrong={"a.b.c": INVALID}),
}
NOTIFIED: Table = {
    **COUNTER,
    "client_notification_token": Row(
        INVALID,
        INVALID,
        case=OK,
        most=1_024,
        wrong={"x" * 21: INVALID, "x" * 22: OK, f"{'x' * 22} x": INVALID, f"{'x' * 22}\n": INVALID},
    ),
}
LOGOUT: Table = {
    "id_token_hint": Row(OK, PAGE, wrong={"a.b.c": PAGE, "..": PAGE, "a.b.c.d.e": PAGE}),
    "client_id": Row(OK, PAGE, most=64, wrong={"welfare": PAGE, "health ": PAGE}),
    "post_logout_redirect_uri": Row(
        OK,
        PAGE,
        wrong={
            f"{BYE}/": PAGE,
            f"{BYE}?a=b": PAGE,
            f"{BYE}#a": PAGE,
            BYE.replace("https", "http"): PAGE,
            "https://health.example.test/callback": PAGE,
            "https://evil.example.test/bye": PAGE,
            "javascript:alert(1)": PAGE,
            "//evil.example.test": PAGE,
        },
    ),
    "state": Row(OK, OK, most=2_048, long=PAGE, wrong={"<script>": OK}),
    "ui_locales": Row(OK, OK, good="ja", most=512, wrong={"../en": OK}),
}
TYPED: Table = {"user_code": Row(PAGE, PAGE, most=40, case=OK, wrong={"BCDF-GHJK": PAGE})}
DECIDED: Table = {
    "decision": Row(PAGE, PAGE, most=7, wrong={"yes": PAGE, "agree ": PAGE, "agreed": PAGE})
}
FILLED_IN: Table = {"user_code": Row(OK, OK, good="BCDF-GHJK", most=40)}
BACK_AT_DEVICE: Table = {"cancelled": Row(OK, ASKS), "declined": Row(OK, OK)}
"""Whoever was not sent away cannot come back: a word in an address decides nothing."""
APPROVALS: Table = {"told": Row(OK, OK, good="agreed")}
TO_SIGN_IN: Table = {"told": Row(ASKS, ASKS), "cancelled": Row(ASKS, OK)}
BACK_AT_APPROVALS: Table = {"declined": Row(ASKS, ASKS)}
BACK_AT_AUTHORIZE: Table = {
    "cancelled": Row(ASKS, "back: access_denied"),
    "declined": Row(ASKS, "back: access_denied"),
}
