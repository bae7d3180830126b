"""The `verification` element (OpenID Identity Assurance Schema Definition 1.0 §4).

Under which rules the resident was identified is the municipality's word; when it was, and by which
checks, is ours.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from gateway.card.model import Check
from gateway.card.passed import possible_checks
from gateway.residents.proofing import Proofing
from gateway.settings import Card, Oidc

EVIDENCE = "document"
"""The certificate and what it says are on a card the resident has with them. `electronic_signature`
would need its serial number, by which services could compare residents."""
DOCUMENT = "jp_individual_number_card"
CRYPTOGRAPHIC = "vcrypt"
"""The eKYC working group's word for what `path` and `signature` are."""
_OURS = "urn:genkan:check:"


def verification(oidc: Oidc, proofing: Proofing) -> Mapping[str, Any]:
    """All of it, times as datetimes: a service is told what it asked for."""
    told: dict[str, Any] = {"trust_framework": oidc.verified_claims_trust_framework}
    if oidc.verified_claims_assurance_level:
        told["assurance_level"] = oidc.verified_claims_assurance_level
    followed = {
        "policy": oidc.verified_claims_policy,
        "procedure": oidc.verified_claims_procedure,
    }
    process = {name: value for name, value in followed.items() if value}
    if process:
        told["assurance_process"] = process
    evidence = {
        "type": EVIDENCE,
        "check_details": [
            {"check_method": method, "time": proofing.at}
            for method in check_methods(proofing.checks)
        ],
        "document_details": {
            "type": DOCUMENT,
            "issuer": {"country": "JP", "country_code": "JPN"},
        },
    }
    return told | {"time": proofing.at, "evidence": [evidence]}


def check_methods(checks: Iterable[str]) -> list[str]:
    done = list(checks)
    known = [CRYPTOGRAPHIC] if {Check.PATH, Check.SIGNATURE} <= set(done) else []
    return [*known, *(_OURS + check for check in done)]


def possible_check_methods(card: Card) -> list[str]:
    """What a registration here may be told to rest on."""
    return check_methods(possible_checks(card.revocation_sources, card.validators))
