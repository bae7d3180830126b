"""A line's answer."""

import json
from collections.abc import Mapping

from gateway.card.api import BasicAttributes
from gateway.card.batch.request import RequestId, UnreadableLineError
from gateway.card.model import Outcome, Verification


def of_verification(request_id: RequestId, verification: Verification) -> bytes:
    """The attributes are told only where all is accepted: before, nobody has vouched for them."""
    return _write(
        {
            "id": request_id,
            "outcome": verification.outcome,
            "reason": verification.reason,
            "attributes": _attributes(verification.basic_attributes),
        }
    )


def of_unreadable(error: UnreadableLineError) -> bytes:
    return _write(
        {
            "id": error.request_id,
            "outcome": Outcome.REFUSED,
            "reason": error.reason,
            "attributes": None,
        }
    )


def _attributes(attributes: BasicAttributes | None) -> Mapping[str, str | None] | None:
    """The certificate's own strings; null where it carries none."""
    if attributes is None:
        return None
    return {
        "name": attributes.name,
        "name_substitution": attributes.name_substitution,
        "gender": attributes.gender,
        "birth_date": attributes.birth_date,
        "address": attributes.address,
        "address_substitution": attributes.address_substitution,
    }


def _write(answer: Mapping[str, object]) -> bytes:
    """ASCII: whatever an `id` or a name holds, it ends no line before its time."""
    return json.dumps(answer, separators=(",", ":")).encode() + b"\n"
