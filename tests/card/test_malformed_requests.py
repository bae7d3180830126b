"""POST /card/verifications with what is not a request: one line, and no challenge is spent."""

from typing import Any

import pytest

from gateway.card.challenge import Purpose
from tests.card.door import OMITTED, Door, encode
from tests.card.forge import der, tlv

pytestmark = pytest.mark.anyio


NOT_BASE64 = "not base64!"

MALFORMED: dict[str, dict[str, Any]] = {
    "no challenge_id": {"challenge_id": OMITTED},
    "no certificate": {"certificate": OMITTED},
    "no signature": {"signature": OMITTED},
    "no signature_encoding": {"signature_encoding": OMITTED},
    "unknown encoding": {"signature_encoding": "auto"},
    "encoding that is a number": {"signature_encoding": 1},
    "unknown purpose": {"purpose": "anything"},
    "unknown field": {"policy": "none"},
    "challenge_id that is a number": {"challenge_id": 5},
    "empty challenge_id": {"challenge_id": ""},
    "challenge_id that is too long": {"challenge_id": "x" * 65},
    "certificate that is not base64": {"certificate": NOT_BASE64},
    "certificate in base64url": {"certificate": "_-__"},
    "certificate that is null": {"certificate": None},
    "empty certificate": {"certificate": ""},
    "certificate that is too long": {"certificate": encode(bytes(16_385))},
    "signature that is not base64": {"signature": NOT_BASE64},
    "empty signature": {"signature": ""},
    "signature that is too long": {"signature": encode(bytes(1_025))},
    "certificate that is not DER": {"certificate": encode(b"-----BEGIN CERTIFICATE-----")},
    "certificate that is another DER": {"certificate": encode(tlv(0x30, b"\x05\x00"))},
}


@pytest.mark.parametrize("change", MALFORMED.values(), ids=MALFORMED)
async def test_a_malformed_request_is_told_in_one_line_and_spends_no_challenge(
    door: Door, change: dict[str, Any]
) -> None:
    made = await door.challenge()
    fields = {"challenge_id": made["challenge_id"], **change}

    answer = await door.verification(**fields)

    assert answer.status_code == 400
    assert answer.json()["error"] == "invalid_request"
    assert "\n" not in answer.json()["error_description"]
    kept = await door.challenges.take(made["challenge_id"], "Bearer reader", Purpose.VERIFICATION)
    assert kept is not None


@pytest.mark.parametrize(
    "broken",
    [
        lambda good: good[:-1],
        lambda good: good[:100],
        lambda good: good + b"\x00",
        lambda good: b"\x30\x80" + good[4:] + b"\x00\x00",
    ],
    ids=["truncated", "cut short", "trailing", "indefinite"],
)
async def test_broken_der_is_a_bad_request(door: Door, broken: Any) -> None:
    good = der(door.world.issue("sign").certificate)

    answer = await door.verification(certificate=encode(broken(good)))

    assert answer.status_code == 400
    assert answer.json()["error_description"] == (
        "certificate: not the DER of one X.509 certificate"
    )


async def test_der_that_is_broken_deeper_inside_is_a_refusal(door: Door) -> None:
    forged = door.world.forged(lambda tbs: setattr(tbs.children[-1], "replacement", b"\xa3\0"))

    body = (await door.verification(certificate=encode(forged))).json()

    assert body["outcome"] == "refused"
    assert body["reason"] == "malformed_certificate"


async def test_a_form_is_not_json(door: Door) -> None:
    answer = await door.http.post("/card/verifications", data={"challenge_id": "x"})

    assert answer.status_code in (400, 415)
    assert answer.json()["error"] == "invalid_request"
