"""What of a verification is told: what was asked for, if it is as it was asked for, or nothing."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from gateway.oidc.verified.selection import NotAsAskedError, select
from gateway.oidc.verified.verification import verification
from gateway.residents.proofing import Proofing
from gateway.settings import Oidc

AT = datetime(2026, 11, 21, 9, 41, 27, tzinfo=UTC)
NOW = AT + timedelta(seconds=600)
OIDC = Oidc(
    verified_claims_trust_framework="town-rules",
    verified_claims_assurance_level="high",
    verified_claims_policy="p",
    verified_claims_procedure="q",
)
CHECKS = ("form", "path", "profile", "validity", "signature", "revocation:crl")
KNOWN = verification(OIDC, Proofing(AT, CHECKS))
METHODS = ["vcrypt", *(f"urn:genkan:check:{check}" for check in CHECKS)]
HOUR = "2026-11-21T09:00:00Z"
DOCUMENT = {"type": {"value": "document"}}


def told(**wish: Any) -> Any:
    return select({"trust_framework": None, **wish}, KNOWN, NOW)


def test_only_the_trust_framework_is_told_unasked() -> None:
    assert told() == {"trust_framework": "town-rules"}
    assert told(trust_framework={}) == {"trust_framework": "town-rules"}


def test_everything_can_be_asked_for() -> None:
    whole = told(assurance_level=None, assurance_process=None, time=None, evidence=None)
    assert whole == {
        "trust_framework": "town-rules",
        "assurance_level": "high",
        "assurance_process": {"policy": "p", "procedure": "q"},
        "time": HOUR,
        "evidence": [
            {
                "type": "document",
                "check_details": [{"check_method": each, "time": HOUR} for each in METHODS],
                "document_details": {
                    "type": "jp_individual_number_card",
                    "issuer": {"country": "JP", "country_code": "JPN"},
                },
            }
        ],
    }


def test_evidence_is_told_as_deep_as_it_was_asked_for() -> None:
    assert told(evidence=[DOCUMENT])["evidence"] == [{"type": "document"}]
    deeper = told(evidence=[{**DOCUMENT, "document_details": {"issuer": {"country": None}}}])
    assert deeper["evidence"] == [
        {
            "type": "document",
            "document_details": {"type": "jp_individual_number_card", "issuer": {"country": "JP"}},
        }
    ]
    timed = told(evidence=[{**DOCUMENT, "check_details": [{"check_method": None, "time": None}]}])
    assert {each["time"] for each in timed["evidence"][0]["check_details"]} == {HOUR}


def test_each_filter_of_a_list_lets_its_own_through() -> None:
    wanted = [{"check_method": {"value": "vcrypt"}}, {"check_method": {"values": METHODS[-1:]}}]
    found = told(evidence=[{"type": {"value": "vouch"}}, {**DOCUMENT, "check_details": wanted}])
    assert found["evidence"] == [
        {
            "type": "document",
            "check_details": [{"check_method": "vcrypt"}, {"check_method": METHODS[-1]}],
        }
    ]


@pytest.mark.parametrize(
    "wish",
    [
        {"trust_framework": {"value": "town-rules"}},
        {"trust_framework": {"values": ["x", "town-rules"]}},
        {"assurance_level": {"value": "high", "essential": True}},
        {"assurance_process": {"policy": {"value": "p"}}},
        {"time": {"max_age": 600}},
        {"time": {"max_age": 63_113_852.5}},
        {"time": {"value": HOUR}},
        {
            "evidence": [
                {**DOCUMENT, "document_details": {"type": {"value": "jp_drivers_license"}}},
                DOCUMENT,
            ]
        },
        {"verification_process": None},
        {"evidence": [{**DOCUMENT, "attachments": None}]},
        {"something_new": {"deeper": [{"essential": True}]}},
    ],
    ids=str,
)
def test_what_is_as_it_was_asked_for_is_told(wish: dict[str, Any]) -> None:
    assert told(**wish)["trust_framework"] == "town-rules"


@pytest.mark.parametrize(
    "wish",
    [
        {"trust_framework": {"value": "eidas"}},
        {"trust_framework": {"values": ["eidas", 3]}},
        {"assurance_level": {"value": "low"}},
        {"assurance_process": {"procedure": {"value": "counter"}}},
        {"assurance_process": {"assurance_details": [{"assurance_type": {"value": "x"}}]}},
        {"time": {"max_age": 599}},
        {"time": {"max_age": 0}},
        {"time": {"value": "2026-11-21T09:41:27Z"}},
        {"assurance_level": {"max_age": 10}},
        {"evidence": [{"type": {"value": "electronic_signature"}}]},
        {"evidence": [{**DOCUMENT, "document_details": {"type": {"value": "jp_drivers_license"}}}]},
        {"evidence": [{**DOCUMENT, "document_details": {"issuer": {"country": {"value": "DE"}}}}]},
        {"evidence": [{**DOCUMENT, "document_details": {"serial_number": {"value": "1"}}}]},
        {"evidence": [{**DOCUMENT, "check_details": [{"check_method": {"value": "vpip"}}]}]},
        {
            "evidence": [
                {
                    **DOCUMENT,
                    "check_details": [{"check_method": None, "organization": {"value": "x"}}],
                }
            ]
        },
        {"verification_process": {"value": "x"}},
        {"something_new": {"deeper": [{"value": 1}]}},
    ],
    ids=str,
)
def test_what_is_not_as_it_was_asked_for_leaves_nothing(wish: dict[str, Any]) -> None:
    with pytest.raises(NotAsAskedError):
        told(**wish)


def test_what_the_municipality_does_not_say_is_not_told() -> None:
    known = verification(Oidc(verified_claims_trust_framework="town-rules"), Proofing(AT, CHECKS))
    wish = {"trust_framework": None, "assurance_level": None, "assurance_process": None}
    assert select(wish, known, NOW) == {"trust_framework": "town-rules"}
    with pytest.raises(NotAsAskedError):
        select({**wish, "assurance_level": {"value": "high"}}, known, NOW)


def test_checks_that_did_not_verify_a_path_and_a_signature_are_not_called_cryptographic() -> None:
    known = verification(OIDC, Proofing(AT, ("form", "path")))
    methods = [each["check_method"] for each in known["evidence"][0]["check_details"]]
    assert methods == ["urn:genkan:check:form", "urn:genkan:check:path"]
