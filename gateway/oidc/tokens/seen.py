"""What a service learns of a reference token (RFC 7662 §2.2): its own half, and nothing by which it
could be compared with the other's."""

from collections.abc import Mapping

from gateway.oidc.known import link_claims
from gateway.oidc.provider import Provider
from gateway.oidc.tokens.issue import seconds
from gateway.oidc.tokens.possession import cnf_claim, token_type
from gateway.oidc.tokens.reference import ReferenceToken
from gateway.tenants.model import Client


async def seen_by(
    provider: Provider, token: ReferenceToken, viewer: Client
) -> Mapping[str, object] | None:
    """The resident under the viewer's own subject and local ID, for the service that calls and the
    one that is called; None for any other."""
    if viewer.client_id not in (token.client.client_id, token.api.client_id):
        return None
    reference, resident_id = token.reference, token.grant.resident_id
    told: dict[str, object] = {
        "active": True,
        "token_type": token_type(reference.confirmation),
        "iss": provider.issuer,
        "aud": reference.resource,
        "client_id": reference.client_id,
        "scope": " ".join(token.scopes),
        "iat": seconds(reference.issued_at),
        "exp": seconds(reference.expires_at),
        "sub": provider.subjects.sub(resident_id, viewer.sector_identifier),
        **cnf_claim(reference.confirmation),
    }
    # Who calls may see what its token allows; who is called, what it is registered for.
    is_caller = viewer.client_id == token.client.client_id
    scopes = token.scopes if is_caller else tuple(viewer.scope)
    told |= await link_claims(provider, viewer, resident_id, scopes)
    if reference.authorization_details:
        told["authorization_details"] = reference.authorization_details
    if reference.actors:
        told["act"] = act_claim(reference.actors)
    return told


def act_claim(actors: tuple[str, ...]) -> Mapping[str, object]:
    """RFC 8693 §4.1: who acts stands outside, who acted before inside."""
    present, *before = actors
    return {"sub": present, "act": act_claim(tuple(before))} if before else {"sub": present}
