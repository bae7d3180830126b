"""The JSON of the card endpoints."""

from base64 import urlsafe_b64encode
from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated

import msgspec

from gateway.card.challenge import Challenge, Purpose
from gateway.card.model import SignatureEncoding, Verification
from gateway.card.to_be_signed import to_be_signed


class ChallengeRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    purpose: Purpose = Purpose.VERIFICATION


class VerificationRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    challenge_id: Annotated[str, msgspec.Meta(min_length=1, max_length=64)]
    certificate: Annotated[bytes, msgspec.Meta(min_length=1, max_length=16_384)]
    signature: Annotated[bytes, msgspec.Meta(min_length=1, max_length=1_024)]
    signature_encoding: SignatureEncoding
    purpose: Purpose = Purpose.VERIFICATION


def challenge_answer(challenge: Challenge, lifetime: timedelta) -> Mapping[str, object]:
    return {
        "challenge_id": challenge.challenge_id,
        "challenge": _base64url(challenge.value),
        "hash_algorithm": "SHA-256",
        "to_be_signed": _base64url(to_be_signed(challenge.origin, challenge.value)),
        "expires_in": int(lifetime.total_seconds()),
    }


def verification_answer(
    verification: Verification, resident: Mapping[str, object] | None
) -> Mapping[str, object]:
    return {
        "verification_id": verification.verification_id,
        "outcome": verification.outcome,
        "reason": verification.reason,
        "certificate": _certificate(verification),
        "status": _status(verification),
        "checks": [{"name": check.name, "outcome": check.outcome} for check in verification.checks],
        "basic_attributes": verification.basic_attributes,
        "resident": resident,
    }


def _certificate(verification: Verification) -> Mapping[str, object] | None:
    if verification.certificate_type is None:
        return None
    return {
        "type": verification.certificate_type,
        "issuer": verification.issuer,
        "not_before": verification.not_before,
        "not_after": verification.not_after,
    }


def _status(verification: Verification) -> Mapping[str, object] | None:
    status = verification.status
    if status is None:
        return None
    return {
        "value": status.value,
        "source": status.source,
        "evidence": status.evidence,
        "this_update": status.this_update,
        "next_update": status.next_update,
        "revocation_reason": status.revocation_reason,
    }


def _base64url(value: bytes) -> str:
    return urlsafe_b64encode(value).rstrip(b"=").decode()
