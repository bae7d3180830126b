"""How a client proves itself, beside the header in which it has done so already (RFC 6749 §2.3: a
client MUST NOT use more than one way)."""

from tests.oidc.bad_input.rows import INVALID, OK, Row, Table

CLIENT: Table = {
    "client_id": Row(OK, INVALID, wrong={"welfare": INVALID, "health ": INVALID}),
    "client_secret": Row(OK, INVALID, wrong={"x": INVALID}),
    "client_assertion": Row(OK, "invalid_client", wrong={"a.b.c": "invalid_client"}),
    "client_assertion_type": Row(OK, "invalid_client", wrong={"x": "invalid_client"}),
}
