"""From what the card says to the claims a service gets (OpenID Connect Core §5.1)."""

from collections.abc import Collection

from gateway.card.api import AttributeOrigin, BasicAttributes
from gateway.residents.standing import AttributeStanding

ATTRIBUTES_CHANGED = "attributes_changed"
MAY_CHANGE = frozenset({"name", "name_substituted", "address"})
"""In their place it is told that they have."""
_GENDERS = {"1": "male", "2": "female", "3": "unknown"}


def claims_for(
    scopes: Collection[str], attributes: BasicAttributes, standing: AttributeStanding
) -> dict[str, object]:
    """Only what the scopes allow and the certificate says; nothing is made up. Name and address
    that have changed since are not told: that they have, is."""
    claims = _name_and_address(scopes, attributes)
    if claims and standing is AttributeStanding.CHANGED:
        claims = {ATTRIBUTES_CHANGED: True}
    if "birthdate" in scopes and attributes.birthday is not None:
        claims["birthdate"] = attributes.birthday.isoformat()
    if "gender" in scopes and attributes.gender in _GENDERS:
        claims["gender"] = _GENDERS[attributes.gender]
    return claims


def _name_and_address(scopes: Collection[str], attributes: BasicAttributes) -> dict[str, object]:
    claims: dict[str, object] = {}
    if "profile" in scopes and attributes.name is not None:
        claims["name"] = attributes.name
        # 代替文字: the writing on the card is not the exact legal name.
        claims["name_substituted"] = attributes.name_origin is AttributeOrigin.SUBSTITUTED
    if "address" in scopes and attributes.address is not None:
        claims["address"] = {
            "formatted": attributes.address,
            "country": "JP",
            "substituted": attributes.address_origin is AttributeOrigin.SUBSTITUTED,
        }
    return claims
