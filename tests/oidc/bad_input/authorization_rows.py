"""/authorize and /par, parameter by parameter (RFC 6749 §4.1.2.1, OpenID Connect Core §3.1.2.6)."""

from dataclasses import replace

from tests.oidc.bad_input.doors import ASKS, PAGE
from tests.oidc.bad_input.rows import INVALID, OK, Row, Table
from tests.oidc.delegation.flows import HEALTH_API, TAX_API, WELFARE_API
from tests.support.gateway import ACR_WEAK

BACK = "back: "
BAD, NO_SCOPE, NO_TARGET = f"{BACK}{INVALID}", f"{BACK}invalid_scope", f"{BACK}invalid_target"
NO_TYPE = f"{BACK}unsupported_response_type"
NO_DETAILS = f"{BACK}invalid_authorization_details"
NO_OBJECT = f"{BACK}invalid_request_object"
NO_URI = f"{BACK}request_uri_not_supported"
S256 = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
URN = "urn:ietf:params:oauth:request_uri:"
CALLBACK = "https://health.example.test/callback"

AUTHORIZE: Table = {
    "client_id": Row(
        PAGE, PAGE, most=64, wrong={"welfare": PAGE, "health ": PAGE, "svc-0": PAGE, "%": PAGE}
    ),
    "redirect_uri": Row(
        PAGE,
        PAGE,
        wrong={
            f"{CALLBACK}/": PAGE,
            f"{CALLBACK}?a=b": PAGE,
            f"{CALLBACK}#a": PAGE,
            f"{CALLBACK}/../x": PAGE,
            f" {CALLBACK}": PAGE,
            CALLBACK.replace("https", "http"): PAGE,
            CALLBACK.replace(".test", ".test:443"): PAGE,
            CALLBACK.replace("health.", "welfare."): PAGE,
            CALLBACK.replace("https://", "https://evil@"): PAGE,
            CALLBACK.replace(".test/", ".test.evil.test/"): PAGE,
            "https://evil.example.test/callback": PAGE,
            "javascript:alert(1)": PAGE,
            "//health.example.test/callback": PAGE,
        },
    ),
    "response_type": Row(
        BAD,
        NO_TYPE,
        wrong={
            "token": NO_TYPE,
            "none": NO_TYPE,
            "id_token": NO_TYPE,
            "code token": NO_TYPE,
            "code code": NO_TYPE,
            "code  id_token": NO_TYPE,
            " code": NO_TYPE,
            "code id_token": f"{BACK}unauthorized_client",
            "id_token code": f"{BACK}unauthorized_client",
        },
    ),
    "scope": Row(
        NO_SCOPE,
        NO_SCOPE,
        wrong={
            "profile": NO_SCOPE,
            "openid  profile": NO_SCOPE,
            " openid": NO_SCOPE,
            "openid,profile": NO_SCOPE,
            'openid "': NO_SCOPE,
            "openid \\": NO_SCOPE,
            "openid\tprofile": NO_SCOPE,
            "openid openid": OK,
            "openid nothing-that-is-known": OK,
            "openid common_id": OK,
        },
    ),
    "state": Row(OK, OK, most=2_048, long=PAGE, wrong={"<script>": OK, "x" * 2_048: OK}),
    "nonce": Row(OK, OK, most=512, long=BAD, wrong={"x" * 512: OK}),
    "code_challenge": Row(
        BAD, BAD, case=OK, most=43, wrong={S256[:-1]: BAD, f"{S256}=": BAD, f"{S256[:-1]}+": BAD}
    ),
    "code_challenge_method": Row(BAD, BAD, most=4, wrong={"plain": BAD, "S256 ": BAD, "S512": BAD}),
    "prompt": Row(
        OK,
        BAD,
        good="none",
        wrong={
            "none none": OK,
            "none login": BAD,
            "create": BAD,
            "login,consent": BAD,
            "login": ASKS,
            "consent": ASKS,
            "select_account": ASKS,
        },
    ),
    "max_age": Row(
        OK,
        BAD,
        good="3600",
        most=9,
        wrong={"-1": BAD, "1.5": BAD, "1e3": BAD, " 1": BAD, "+1": BAD, "٣": BAD, "0x1": BAD}
        | {"0": ASKS, "999999999": OK},
    ),
    "acr_values": Row(OK, OK, good=ACR_WEAK, most=512, long=BAD),
    "ui_locales": Row(OK, OK, good="ja", most=512, long=BAD, wrong={"../en": OK, "xx": OK}),
    "id_token_hint": Row(OK, BAD, wrong={"a.b.c": BAD, "...": BAD, "a.b.c.d.e": BAD}),
    "login_hint": Row(OK, OK, good="nobody", most=255),
    "claims": Row(
        OK,
        BAD,
        good='{"userinfo":{"name":null}}',
        most=8_192,
        wrong={
            "[]": BAD,
            "1": BAD,
            "null": BAD,
            "{": BAD,
            '{"userinfo":[]}': BAD,
            '{"id_token":null}': BAD,
            '{"userinfo":{"name":1}}': BAD,
            '{"userinfo":{"name":{"essential":1}}}': BAD,
            '{"userinfo":{"name":{"values":[]}}}': BAD,
            '{"userinfo":{"name":{"value":1,"values":[1]}}}': BAD,
            '{"userinfo":{"name":{"value":NaN}}}': BAD,
            '{"userinfo":{"name":{"value":"\\ud800"}}}': BAD,
            '{"userinfo":{},"userinfo":{}}': BAD,
            '{"userinfo":' + "[" * 3_000: BAD,
            '{"userinfo":{"name":{"value":' + "[" * 20 + "]" * 20 + "}}}": BAD,
            '{"id_token":{"sub":{"value":1}}}': BAD,
            '{"id_token":{"acr":{"values":[1]}}}': BAD,
            '{"id_token":{"sub":{"value":"a"}},"userinfo":{"sub":{"value":"b"}}}': BAD,
            '{"userinfo":{"verified_claims":{}}}': BAD,
            '{"userinfo":{"verified_claims":{"verification":{},"claims":{}}}}': BAD,
            '{"userinfo":{"nothing_known":null},"more":{"x":1}}': OK,
            "{}": OK,
        },
    ),
    "request": Row(OK, NO_OBJECT, wrong={"a.b.c": NO_OBJECT, "a.b.c.d.e": NO_OBJECT}),
    "request_uri": Row(
        OK,
        NO_URI,
        wrong={
            URN: PAGE,
            f"{URN}unknown": PAGE,
            f"{URN}\t": PAGE,
            URN.upper(): NO_URI,
            "https://evil.example.test/request.jwt": NO_URI,
            "file:///etc/passwd": NO_URI,
        },
    ),
    "response_mode": Row(
        OK,
        BAD,
        good="query",
        wrong={"fragment": OK, "form_post": OK, "web_message": BAD, "query ": BAD, "none": BAD},
    ),
    "registration": Row(
        OK, f"{BACK}registration_not_supported", wrong={"{}": f"{BACK}registration_not_supported"}
    ),
    "dpop_jkt": Row(OK, BAD, good=S256, case=OK, most=43, wrong={f"{S256}=": BAD}),
    "resource": Row(
        OK,
        NO_TARGET,
        good=HEALTH_API,
        is_list=True,
        wrong={
            f"{HEALTH_API}/": NO_TARGET,
            f"{HEALTH_API}#": NO_TARGET,
            TAX_API: NO_TARGET,
            WELFARE_API: OK,  # with the flow beside it
            f"{HEALTH_API} {WELFARE_API}": PAGE,
        },
    ),
    "authorization_details": Row(
        OK,
        NO_DETAILS,
        most=8_192,
        wrong={
            "[]": NO_DETAILS,
            "{}": NO_DETAILS,
            "[1]": NO_DETAILS,
            "[{}]": NO_DETAILS,
            "[null]": NO_DETAILS,
            '[{"type":1}]': NO_DETAILS,
            '[{"type":"payment"}]': NO_DETAILS,
            '[{"type":"urn:genkan:data-flow"}]': NO_DETAILS,
            '[{"type":"urn:genkan:data-flow","type":"x"}]': NO_DETAILS,
            "[" * 3_000: NO_DETAILS,
            f"[{','.join(['{}'] * 99)}]": NO_DETAILS,
        },
    ),
}


def _pushed(verdict: str) -> str:
    """Nobody is at the browser yet: the service itself is told, and nobody is asked."""
    return {PAGE: INVALID, ASKS: OK}.get(verdict, verdict.removeprefix(BACK))


def _pushed_row(row: Row) -> Row:
    told = {value: _pushed(verdict) for value, verdict in row.wrong.items()}
    case = None if row.case is None else _pushed(row.case)
    long = None if row.long is None else _pushed(row.long)
    absent, odd = _pushed(row.absent), _pushed(row.odd)
    return replace(row, absent=absent, odd=odd, case=case, long=long, wrong=told)


PAR: Table = {
    **{name: _pushed_row(row) for name, row in AUTHORIZE.items()},
    # Who calls has authenticated already.
    "client_id": Row(OK, INVALID, wrong={"welfare": INVALID, "health ": INVALID}),
    "request_uri": Row(OK, INVALID, wrong={URN: INVALID, f"{URN}unknown": INVALID}),
}
