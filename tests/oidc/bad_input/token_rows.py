"""/token, grant by grant (RFC 6749 §5.2, RFC 8628 §3.5, RFC 8693 §2.2.2, CIBA Core 1.0 §11)."""

from tests.oidc.bad_input.client_rows import CLIENT
from tests.oidc.bad_input.rows import INVALID, OK, Row, Table
from tests.oidc.delegation.flows import (
    ACCESS_TOKEN_TYPE,
    ARCHIVE_API,
    HEALTH_API,
    TAX_API,
    WELFARE_API,
)

NO_GRANT, NO_SCOPE, NO_TARGET = "invalid_grant", "invalid_scope", "invalid_target"
NO_DETAILS = "invalid_authorization_details"
UNSUPPORTED, UNAUTHORIZED = "unsupported_grant_type", "unauthorized_client"
NO_JWT = {"a.b.c": NO_GRANT, "x": NO_GRANT, "..": NO_GRANT, "a.b.c.d.e": NO_GRANT}
DETAILS = Row(
    OK,
    NO_DETAILS,
    most=8_192,
    wrong={"[]": NO_DETAILS, "{}": NO_DETAILS, "[{}]": NO_DETAILS, "[" * 3_000: NO_DETAILS},
)
"""Less than was granted may be asked for, in the form in which it was."""
NO_OTHERS = {f"{HEALTH_API}/": NO_TARGET, TAX_API: NO_TARGET, f"{HEALTH_API} {TAX_API}": INVALID}
ONE_API = Row(OK, NO_TARGET, good=HEALTH_API, is_list=True, wrong=NO_OTHERS)
NOT_GRANTED = Row(
    OK, NO_TARGET, is_list=True, wrong={HEALTH_API: NO_TARGET, WELFARE_API: NO_TARGET}
)


def grant_type(own: str) -> Row:
    """Names are compared as they are (RFC 6749 §4.5)."""
    return Row(
        INVALID,
        UNSUPPORTED,
        wrong={
            "password": UNSUPPORTED,
            "implicit": UNSUPPORTED,
            "client_credentials": UNAUTHORIZED,
            f"{own} ": UNSUPPORTED,
            f"urn:{own}": UNSUPPORTED,
        },
    )


def token(kind: str, absent: str = INVALID) -> Row:
    """A random one: nobody finds another than there is."""
    return Row(absent, kind, most=256, wrong={"x": kind, "null": kind, "../x": kind})


def scope(refused: str = NO_SCOPE) -> Row:
    return Row(
        OK,
        refused,
        good="openid profile",
        wrong={"openid common_id": refused, "openid  profile": refused, "openid x": refused},
    )


CODE: Table = {
    **CLIENT,
    "grant_type": grant_type("authorization_code"),
    "code": token(NO_GRANT),
    "redirect_uri": Row(
        INVALID,
        NO_GRANT,
        wrong={
            "https://health.example.test/callback/": NO_GRANT,
            "https://health.example.test/callback?": NO_GRANT,
            "https://welfare.example.test/callback": NO_GRANT,
        },
    ),
    "code_verifier": Row(
        NO_GRANT,
        INVALID,
        case=NO_GRANT,
        most=128,
        wrong={"x" * 42: INVALID, "x" * 43: NO_GRANT, "x" * 128: NO_GRANT, "=" * 43: INVALID},
    ),
    "resource": ONE_API,
    "authorization_details": DETAILS,
}
REFRESH: Table = {
    **CLIENT,
    "grant_type": grant_type("refresh_token"),
    "refresh_token": token(NO_GRANT),
    "scope": scope(),
    "resource": ONE_API,
    "authorization_details": DETAILS,
}
OWN: Table = {
    **CLIENT,
    "client_id": Row(OK, INVALID, wrong={"health": INVALID}),
    "grant_type": Row(
        INVALID, UNSUPPORTED, wrong={"password": UNSUPPORTED, "refresh_token": UNAUTHORIZED}
    ),
    "scope": Row(
        OK,
        NO_SCOPE,
        good="card:verify",
        wrong={"openid": NO_SCOPE, "card:verify openid": NO_SCOPE, " ": NO_SCOPE},
    ),
    "resource": Row(OK, NO_TARGET, is_list=True, wrong={HEALTH_API: NO_TARGET}),
    "authorization_details": Row(OK, NO_TARGET, wrong={"[]": NO_TARGET}),
}
POLLED: Table = {**CLIENT, "resource": NOT_GRANTED, "authorization_details": DETAILS}
DEVICE: Table = {
    **POLLED,
    "grant_type": grant_type("urn:ietf:params:oauth:grant-type:device_code"),
    "device_code": token(NO_GRANT),
}
COUNTER: Table = {
    **POLLED,
    "grant_type": grant_type("urn:openid:params:grant-type:ciba"),
    "auth_req_id": token(NO_GRANT),
}
API = {ARCHIVE_API: NO_TARGET, TAX_API: NO_TARGET, f"{WELFARE_API}/": NO_TARGET}
OTHER_TYPES = {
    "urn:ietf:params:oauth:token-type:id_token": INVALID,
    "urn:ietf:params:oauth:token-type:refresh_token": INVALID,
    "urn:ietf:params:oauth:token-type:jwt": INVALID,
    f"{ACCESS_TOKEN_TYPE} ": INVALID,
}
EXCHANGE: Table = {
    **CLIENT,
    "grant_type": grant_type("urn:ietf:params:oauth:grant-type:token-exchange"),
    "subject_token": token(INVALID),
    "subject_token_type": Row(INVALID, INVALID, wrong=OTHER_TYPES),
    "requested_token_type": Row(OK, INVALID, good=ACCESS_TOKEN_TYPE, wrong=OTHER_TYPES),
    "actor_token": Row(OK, INVALID),
    "actor_token_type": Row(OK, INVALID, wrong={ACCESS_TOKEN_TYPE: INVALID}),
    "resource": Row(NO_TARGET, NO_TARGET, is_list=True, wrong=API),
    "audience": Row(OK, NO_TARGET, good=WELFARE_API, is_list=True, wrong=API),
    "scope": scope(),
    "authorization_details": DETAILS,
}
BEARER: Table = {
    **CLIENT,
    "grant_type": grant_type("urn:ietf:params:oauth:grant-type:jwt-bearer"),
    "assertion": Row(INVALID, NO_GRANT, most=8_192, wrong=NO_JWT),
    "scope": scope(),
    "resource": NOT_GRANTED,
    "authorization_details": DETAILS,
}
