"""The certificate of destruction (消去・廃棄証明書): what was destroyed, how, and on whose word.
Signed, so that anybody with the gateway's public keys can check it years later."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

import jwt

from gateway.errors import InvalidToken
from gateway.keys.model import ALGORITHMS
from gateway.keys.signing import SigningKeys

TYP = "genkan-destruction+jwt"
_ALG = "ES256"
_REFUSED = "this is no certificate of destruction of this gateway"


class Subject(StrEnum):
    """Whose information it was."""

    RESIDENT = "resident"
    TENANT = "tenant"


class Method(StrEnum):
    """A store that overwrites (`Records.overwrites`) makes the first and the second true; for one
    that does not, nothing more than the third may be said."""

    KEY_DESTROYED = "key_destroyed"
    """暗号化消去: encrypted under a key of its own, which was deleted and overwritten."""
    OVERWRITTEN = "overwritten"
    """Deleted, and its place in the store overwritten."""
    DELETED = "deleted"
    """Deleted; the store uses its place again in its own time."""


@dataclass(frozen=True, slots=True)
class DestroyedItem:
    """One line of the certificate."""

    information_item: str
    """情報項目"""
    medium_name: str
    """媒体名"""
    quantity: int
    """数量"""
    method: Method
    """方法"""


@dataclass(frozen=True, slots=True)
class Destruction:
    """One deed. Persons are named as the municipality names its officials; residents never are."""

    issuer: str
    subject: Subject
    subject_id: str
    """A resident's pseudonym in the logs, or a tenant's ID."""
    deed_id: str
    document_number: str
    asked_by: str
    approved_by: str
    responsible_person: str
    """責任者"""
    destroyed_at: datetime
    """日付"""
    items: tuple[DestroyedItem, ...]


def destruction_certificate(destruction: Destruction) -> Mapping[str, object]:
    """The claims. Raises ValueError where nothing was destroyed or one person did it alone."""
    items = [_item(item) for item in destruction.items if item.quantity > 0]
    if not items:
        raise ValueError("items: nothing was destroyed")
    if destruction.asked_by == destruction.approved_by:
        raise ValueError("approved_by: it needs a second person")
    return {
        "iss": destruction.issuer,
        "jti": destruction.deed_id,
        "iat": int(destruction.destroyed_at.timestamp()),
        "subject": destruction.subject,
        "subject_id": destruction.subject_id,
        "document_number": destruction.document_number,
        "asked_by": destruction.asked_by,
        "approved_by": destruction.approved_by,
        "responsible_person": destruction.responsible_person,
        "date": destruction.destroyed_at.isoformat(timespec="seconds"),
        "items": items,
    }


def _item(item: DestroyedItem) -> Mapping[str, object]:
    return {
        "information_item": item.information_item,
        "medium_name": item.medium_name,
        "quantity": item.quantity,
        "method": item.method,
    }


async def sign_destruction(keys: SigningKeys, destruction: Destruction, now: datetime) -> str:
    """A compact JWS of the certificate."""
    return await keys.sign(destruction_certificate(destruction), alg=_ALG, typ=TYP, now=now)


def check_destruction(text: str, jwks: Mapping[str, Any], issuer: str) -> Mapping[str, Any]:
    """The claims of a certificate that one of the issuer's published keys signed. Raises
    InvalidToken. It has no end: keys that sign no more stay published."""
    try:
        header = jwt.get_unverified_header(text)
        key = next(key for key in jwks["keys"] if key["kid"] == header.get("kid"))
        # The algorithm is the key's, never the header's word alone (RFC 8725 §3.1).
        payload = jwt.PyJWS(algorithms=list(ALGORITHMS)).decode(
            text, jwt.PyJWK(key).key, [key["alg"]]
        )
        claims = json.loads(payload)
    except (jwt.PyJWTError, ValueError, KeyError, StopIteration, RecursionError) as cause:
        raise InvalidToken(_REFUSED) from cause
    if header.get("typ") != TYP or not isinstance(claims, dict) or claims.get("iss") != issuer:
        raise InvalidToken(_REFUSED)
    return claims
