"""`verified_claims` as it is asked for (OpenID Connect for Identity Assurance 1.0 §5): its form.

Whether what is known of a resident is what was asked for is decided where it is told.
"""

from collections.abc import Collection, Mapping
from typing import Any

from gateway.errors import InvalidRequest
from gateway.oidc.authorization.wishes import MALFORMED, check_wish, wished_values
from gateway.oidc.scopes import ABOUT_THE_PERSON

_ONE: None = None
_DETAILS = {"type": _ONE, "issuer": {"country": _ONE, "country_code": _ONE}}
_CHECKS = [{"check_method": _ONE, "organization": _ONE, "check_id": _ONE, "time": _ONE}]
_VERIFICATION: Mapping[str, Any] = {
    "trust_framework": _ONE,
    "assurance_level": _ONE,
    "assurance_process": {"policy": _ONE, "procedure": _ONE},
    "time": _ONE,
    "evidence": [{"type": _ONE, "check_details": _CHECKS, "document_details": _DETAILS}],
}
"""What may be wished for: one value, an object, or members of a list. What stands elsewhere is not
known here; it may stand there, and is never told."""


def parse_verified_claims(raw: object, allowed: Collection[str]) -> Any:
    """As it came, one or a list, without what is never told to this service. Raises
    InvalidRequest."""
    if isinstance(raw, list) and raw:
        parsed = [_parse(each, allowed) for each in raw]
        return [each for each in parsed if each is not None]
    return _parse(raw, allowed)


def _parse(raw: object, allowed: Collection[str]) -> dict[str, Any] | None:
    """None where none of its claims would be told."""
    if not isinstance(raw, dict) or not isinstance(raw.get("verification"), dict):
        raise InvalidRequest(MALFORMED)
    verification, claims = raw["verification"], raw.get("claims", MALFORMED)
    if "trust_framework" not in verification:
        raise InvalidRequest(MALFORMED)
    _check_template(verification, _VERIFICATION)
    for evidence in verification.get("evidence") or ():
        if not isinstance((check_wish(evidence.get("type")) or {}).get("value"), str):
            # §5.4: what kind of evidence is asked for has to be said, by one value.
            raise InvalidRequest(MALFORMED)
    if claims is None:
        return None
    if not isinstance(claims, dict):
        raise InvalidRequest(MALFORMED)
    wished = {claim: _values(wish) for claim, wish in claims.items()}
    told = {
        claim: values
        for claim, values in wished.items()
        if claim in allowed and claim in ABOUT_THE_PERSON
    }
    return {"verification": verification, "claims": told} if told else None


def _values(raw: object) -> list[Any] | None:
    wish = check_wish(raw)
    if wish is not None and "max_age" in wish:
        return []  # no claim here is a time: none is young enough
    return wished_values(wish)


def _check_template(template: object, shape: Any) -> None:
    if shape is _ONE or template is None:
        check_wish(template)
    elif isinstance(shape, list):
        if not isinstance(template, list) or not template:
            raise InvalidRequest(MALFORMED)
        for each in template:
            _check_object(each, shape[0])
    else:
        _check_object(template, shape)


def _check_object(template: object, shape: Mapping[str, Any]) -> None:
    if not isinstance(template, dict):
        raise InvalidRequest(MALFORMED)
    check_wish(template)
    for name, inner in shape.items():
        if name in template:
            _check_template(template[name], inner)
