"""POST /card/challenges and POST /card/verifications: what is answered."""

from typing import Any

import pytest
from cryptography import x509

from gateway.card.api import StatusValue
from gateway.card.challenge import Purpose
from gateway.card.to_be_signed import to_be_signed
from tests.card.door import Door, decode, encode
from tests.card.forge import der, sign_bytes
from tests.card.world import ORIGIN, PERSON

pytestmark = pytest.mark.anyio


async def test_a_challenge_says_what_to_sign(door: Door) -> None:
    made = await door.challenge()

    assert made.keys() == {
        "challenge_id",
        "challenge",
        "hash_algorithm",
        "to_be_signed",
        "expires_in",
    }
    value = decode(made["challenge"])
    assert len(value) == 32
    assert decode(made["to_be_signed"]) == to_be_signed(ORIGIN, value)
    assert made["hash_algorithm"] == "SHA-256"
    assert made["expires_in"] == 300


async def test_a_challenge_is_never_cached(door: Door) -> None:
    answer = await door.http.post("/card/challenges")

    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("purpose", list(Purpose))
async def test_a_challenge_is_for_the_purpose_that_was_named(door: Door, purpose: Purpose) -> None:
    made = await door.challenge(json={"purpose": purpose})

    taken = await door.challenges.take(made["challenge_id"], "Bearer reader", purpose)

    assert taken is not None


async def test_a_challenge_without_a_body_is_for_verification(door: Door) -> None:
    made = await door.challenge()

    taken = await door.challenges.take(made["challenge_id"], "Bearer reader", Purpose.VERIFICATION)

    assert taken is not None


@pytest.mark.parametrize(
    "request_",
    [
        {"json": {"purpose": "everything"}},
        {"json": {"purpose": 5}},
        {"json": {"use": "verification"}},
        {"json": []},
        {"content": b"{", "headers": {"content-type": "application/json"}},
        {"content": b"\xff\xfe", "headers": {"content-type": "application/json"}},
    ],
)
async def test_a_malformed_request_for_a_challenge_is_told_in_one_line(
    door: Door, request_: dict[str, Any]
) -> None:
    answer = await door.http.post("/card/challenges", **request_)

    assert answer.status_code == 400
    assert answer.json()["error"] == "invalid_request"
    assert "\n" not in answer.json()["error_description"]


@pytest.mark.parametrize("path", ["/card/challenges", "/card/verifications"])
async def test_nobody_we_do_not_know_is_answered(door: Door, path: str) -> None:
    answer = await door.http.post(path, headers={"authorization": ""}, json={})

    assert answer.status_code == 401
    assert answer.headers["www-authenticate"].startswith('Bearer error="invalid_token"')


@pytest.mark.parametrize("path", ["/card/challenges", "/card/verifications"])
async def test_only_post_is_answered(door: Door, path: str) -> None:
    assert (await door.http.get(path)).status_code == 405


async def test_a_verification_that_is_accepted_tells_all(door: Door) -> None:
    answer = await door.verification()

    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    body = answer.json()
    assert body["verification_id"] == door.told[0].verification_id
    assert body["outcome"] == "accepted"
    assert body["reason"] is None
    assert body["certificate"] == {
        "type": "signature",
        "issuer": door.told[0].issuer,
        "not_before": "2026-10-21T03:00:00Z",
        "not_after": "2030-12-31T14:59:59Z",
    }
    assert body["status"] == {
        "value": "good",
        "source": "known",
        "evidence": None,
        "this_update": None,
        "next_update": None,
        "revocation_reason": None,
    }
    assert body["checks"] == [
        {"name": name, "outcome": "passed"}
        for name in (
            *("form", "path", "profile", "validity", "signature", "revocation", "validators"),
        )
    ]
    assert body["basic_attributes"] == {
        "name": PERSON.name,
        "name_substitution": "00000",
        "gender": "1",
        "birth_date": "319801231",
        "address": PERSON.address,
        "address_substitution": "0" * len(PERSON.address),
    }
    assert body["resident"] == {"common_id": "a resident"}


async def test_neither_serial_number_nor_subject_is_told(door: Door) -> None:
    issued = door.world.issue("auth")
    common_name = issued.certificate.subject.get_attributes_for_oid(x509.NameOID.COMMON_NAME)[0]

    answer = await door.verification(certificate=encode(der(issued.certificate)))

    assert answer.json()["outcome"] == "accepted"
    assert "identity" not in answer.json()
    assert str(common_name.value) not in answer.text
    assert "Hanasaki" not in answer.text


async def test_a_negative_finding_is_a_normal_answer(door: Door) -> None:
    answer = await door.verification(signature=encode(bytes(256)))

    assert answer.status_code == 200
    body = answer.json()
    assert body["outcome"] == "refused"
    assert body["reason"] == "signature_mismatch"
    assert body["certificate"]["type"] == "signature"
    assert body["status"] is None
    assert body["basic_attributes"] is None
    assert body["resident"] is None
    assert body["checks"][4] == {"name": "signature", "outcome": "refused"}
    assert body["checks"][5] == {"name": "revocation", "outcome": "not_done"}
    assert door.told == []


async def test_what_could_not_be_told_is_undetermined(door: Door) -> None:
    door.source.answer(StatusValue.UNKNOWN)

    body = (await door.verification()).json()

    assert body["outcome"] == "undetermined"
    assert body["reason"] == "status_unknown"
    assert body["status"]["value"] == "unknown"
    assert body["basic_attributes"] is None
    assert body["resident"] is None


async def test_nothing_is_told_of_a_certificate_nobody_vouches_for(door: Door) -> None:
    whole = der(door.world.issue("sign").certificate)
    broken = whole[:-1] + bytes([whole[-1] ^ 1])

    body = (await door.verification(certificate=encode(broken))).json()

    assert body["reason"] == "bad_issuer_signature"
    assert body["certificate"] is None


async def test_a_challenge_is_used_once(door: Door) -> None:
    made = await door.challenge()
    signature = encode(sign_bytes(door.world.keys.card, decode(made["to_be_signed"])))
    same = {"challenge_id": made["challenge_id"], "signature": signature}

    first, second = await door.verification(**same), await door.verification(**same)

    assert first.json()["outcome"] == "accepted"
    assert second.status_code == 409
    assert second.json()["error_description"] == "the challenge is unknown, expired or used"
    assert len(door.told) == 1


async def test_a_challenge_is_used_up_by_a_refusal(door: Door) -> None:
    made = await door.challenge()
    good = encode(sign_bytes(door.world.keys.card, decode(made["to_be_signed"])))
    same = {"challenge_id": made["challenge_id"]}

    await door.verification(**same, signature=encode(bytes(256)))
    second = await door.verification(**same, signature=good)

    assert second.status_code == 409


async def test_an_unknown_challenge_is_409(door: Door) -> None:
    assert (await door.verification(challenge_id="never-issued")).status_code == 409


async def test_another_readers_challenge_is_409(door: Door) -> None:
    other = await door.challenge(headers={"authorization": "Bearer another"})

    answer = await door.verification(challenge_id=other["challenge_id"])

    assert answer.status_code == 409


async def test_a_challenge_for_another_purpose_is_409(door: Door) -> None:
    made = await door.challenge(json={"purpose": "sign_in"})
    signature = encode(sign_bytes(door.world.keys.card, decode(made["to_be_signed"])))

    answer = await door.verification(challenge_id=made["challenge_id"], signature=signature)

    assert answer.status_code == 409


async def test_a_challenge_is_verified_for_the_purpose_it_was_made_for(door: Door) -> None:
    made = await door.challenge(json={"purpose": "sign_in"})
    signature = encode(sign_bytes(door.world.keys.card, decode(made["to_be_signed"])))

    answer = await door.verification(
        challenge_id=made["challenge_id"], signature=signature, purpose="sign_in"
    )

    assert answer.json()["outcome"] == "accepted"


async def test_what_another_site_had_signed_is_void(door: Door) -> None:
    """It passes our challenge on to the resident, whose reader binds its own origin."""
    made = await door.challenge()
    elsewhere = to_be_signed("https://id.example.test.evil", decode(made["challenge"]))

    answer = await door.verification(
        challenge_id=made["challenge_id"],
        signature=encode(sign_bytes(door.world.keys.card, elsewhere)),
    )

    assert answer.json()["reason"] == "signature_mismatch"
