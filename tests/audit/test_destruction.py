"""A certificate of destruction names all it has to, can be checked with public keys alone, and
cannot be made of anything else."""

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import jwt
import pytest

from gateway.audit.destruction import (
    TYP,
    DestroyedItem,
    Destruction,
    Method,
    Subject,
    check_destruction,
    destruction_certificate,
    sign_destruction,
)
from gateway.errors import InvalidToken
from gateway.keys.master import MasterKey
from gateway.keys.signing import SigningKeys
from gateway.store.migrate import migrate
from gateway.store.records import open_records
from tests.support.gateway import ISSUER, NOW

pytestmark = pytest.mark.anyio
MEDIUM = "記録データベース"
GOOD = Destruction(
    issuer=ISSUER,
    subject=Subject.RESIDENT,
    subject_id="pseudonym",
    deed_id="d" * 32,
    document_number="花咲町第12号",
    asked_by="住民課 佐藤",
    approved_by="住民課長 鈴木",
    responsible_person="住民課長 鈴木",
    destroyed_at=NOW,
    items=(
        DestroyedItem("基本4情報", MEDIUM, 1, Method.KEY_DESTROYED),
        DestroyedItem("個別ID", MEDIUM, 3, Method.OVERWRITTEN),
        DestroyedItem("本人同意", MEDIUM, 0, Method.DELETED),
    ),
)


@pytest.fixture
async def keys(tmp_path: Path) -> AsyncIterator[SigningKeys]:
    url = f"sqlite:///{tmp_path}/genkan.db"
    await migrate(url)
    records = open_records(url)
    keys = SigningKeys(records, MasterKey(b"m" * 32), timedelta(seconds=60))
    await keys.ensure(NOW)
    yield keys
    await records.close()


def test_it_names_item_medium_quantity_method_responsible_person_and_date() -> None:
    assert destruction_certificate(GOOD) == {
        "iss": ISSUER,
        "jti": "d" * 32,
        "iat": int(NOW.timestamp()),
        "subject": "resident",
        "subject_id": "pseudonym",
        "document_number": "花咲町第12号",
        "asked_by": "住民課 佐藤",
        "approved_by": "住民課長 鈴木",
        "responsible_person": "住民課長 鈴木",
        "date": "2026-11-21T09:00:00+00:00",
        "items": [
            {
                "information_item": "基本4情報",
                "medium_name": MEDIUM,
                "quantity": 1,
                "method": "key_destroyed",
            },
            {
                "information_item": "個別ID",
                "medium_name": MEDIUM,
                "quantity": 3,
                "method": "overwritten",
            },
        ],
    }


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (replace(GOOD, items=()), "items: "),
        (replace(GOOD, items=GOOD.items[2:]), "items: "),
        (replace(GOOD, approved_by=GOOD.asked_by), "approved_by: "),
    ],
)
def test_nothing_and_nobody_s_second_word_certify_nothing(wrong: Destruction, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        destruction_certificate(wrong)


@pytest.mark.parametrize("subject", Subject)
async def test_anybody_with_the_published_keys_can_check_it_years_later(
    keys: SigningKeys, subject: Subject
) -> None:
    signed = await sign_destruction(keys, replace(GOOD, subject=subject), NOW)
    expected = json.loads(json.dumps(destruction_certificate(replace(GOOD, subject=subject))))
    assert check_destruction(signed, await keys.jwks(NOW), ISSUER) == expected
    await keys.rotate(NOW, "ES256")
    published = await keys.jwks(NOW + timedelta(days=3650))
    assert check_destruction(signed, published, ISSUER) == expected


async def test_a_changed_certificate_is_none(keys: SigningKeys) -> None:
    signed = await sign_destruction(keys, GOOD, NOW)
    head, body, signature = signed.split(".")
    other = (await sign_destruction(keys, replace(GOOD, deed_id="e" * 32), NOW)).split(".")
    jwks = await keys.jwks(NOW)
    for text in (
        f"{head}.{other[1]}.{signature}",
        f"{head}.{body}.{other[2]}",
        f"{head}.{body}.",
        f"{head}.{body}",
        "",
        "x",
        signed + "x",
    ):
        with pytest.raises(InvalidToken):
            check_destruction(text, jwks, ISSUER)


async def test_another_issuer_s_or_another_key_s_certificate_is_none(keys: SigningKeys) -> None:
    signed = await sign_destruction(keys, GOOD, NOW)
    jwks = await keys.jwks(NOW)
    with pytest.raises(InvalidToken):
        check_destruction(signed, jwks, "https://other.example.test")
    others: list[dict[str, Any]] = [{"keys": []}, {}, {"keys": [{"kid": "other"}]}, {"keys": [{}]}]
    for published in others:
        with pytest.raises(InvalidToken):
            check_destruction(signed, published, ISSUER)


async def test_a_token_of_another_kind_is_no_certificate(keys: SigningKeys) -> None:
    claims = destruction_certificate(GOOD)
    jwks = await keys.jwks(NOW)
    for typ in ("at+jwt", "JWT", "genkan-seal+jwt"):
        signed = await keys.sign(claims, alg="ES256", typ=typ, now=NOW)
        with pytest.raises(InvalidToken):
            check_destruction(signed, jwks, ISSUER)
    assert check_destruction(await keys.sign(claims, alg="RS256", typ=TYP, now=NOW), jwks, ISSUER)


async def test_the_header_does_not_choose_the_algorithm(keys: SigningKeys) -> None:
    jwks: dict[str, Any] = dict(await keys.jwks(NOW))
    kid = jwks["keys"][0]["kid"]
    headers = {"kid": kid, "typ": TYP}
    claims = dict(destruction_certificate(GOOD))
    for forged in (
        jwt.encode(claims, "", algorithm="none", headers=headers),
        jwt.encode(claims, "k" * 64, algorithm="HS256", headers=headers),
    ):
        with pytest.raises(InvalidToken):
            check_destruction(forged, jwks, ISSUER)
