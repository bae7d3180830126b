"""What there is to tell of a resident: nothing is read that none of the scopes needs."""

from collections.abc import Collection
from dataclasses import dataclass, field

from gateway.oidc.claims import claims_for
from gateway.oidc.provider import Provider
from gateway.oidc.scopes import ABOUT_THE_PERSON, SCOPE_OF_CLAIM
from gateway.residents.proofing import Proofing
from gateway.residents.standing import AttributeStanding
from gateway.tenants.metadata import COMMON_ID
from gateway.tenants.model import Client

_ABOUT_THE_PERSON = frozenset(SCOPE_OF_CLAIM[claim] for claim in ABOUT_THE_PERSON)


class UnknownResidentError(Exception):
    """Nothing is kept of them any more."""


@dataclass(frozen=True, slots=True)
class Known:
    claims: dict[str, object] = field(repr=False)
    proofing: Proofing | None = None
    """Of what the card says; None where it may have changed since, or nobody knows how it was
    verified."""


async def known_of(
    provider: Provider,
    client: Client,
    resident_id: str,
    scopes: Collection[str],
    *,
    with_proofing: bool = False,
) -> Known:
    """Raises UnknownResidentError."""
    claims = await link_claims(provider, client, resident_id, scopes)
    if COMMON_ID in scopes and client.may_see_common_id:
        resident = await provider.residents.get(resident_id)
        if resident is None:
            raise UnknownResidentError
        claims["common_id"] = resident.common_id
    if _ABOUT_THE_PERSON.isdisjoint(scopes):
        return Known(claims)
    opened = await provider.residents.opened(resident_id, with_proofing=with_proofing)
    if opened is None:
        raise UnknownResidentError
    standing = await provider.residents.standing(resident_id)
    claims |= claims_for(scopes, opened.attributes, standing)
    stands = standing is AttributeStanding.CURRENT
    return Known(claims, opened.proofing if stands else None)


async def link_claims(
    provider: Provider, client: Client, resident_id: str, scopes: Collection[str]
) -> dict[str, object]:
    """The service's own ID for this resident, where it has linked one (ID連携)."""
    if "link" not in scopes:
        return {}
    link = await provider.links.get(client.client_id, resident_id)
    return {} if link is None else {"local_id": link.local_id}
