"""What a client is told of its registration (RFC 7591 §3.2.1, RFC 7592 §3)."""

from collections.abc import Mapping

from gateway.oidc.registration.members import to_members
from gateway.oidc.registration.statement import MEMBER
from gateway.tenants.client_records import ClientRecord

PATH = "/register"


def client_information(
    issuer: str,
    client: ClientRecord,
    registration_token: str,
    secret: str | None,
    software_statement: str | None,
) -> Mapping[str, object]:
    """The secret stands in it when it was just made: afterwards nobody here knows it."""
    told: dict[str, object] = {
        "client_id": client.client_id,
        "client_id_issued_at": int(client.created_at.timestamp()),
        "registration_access_token": registration_token,
        "registration_client_uri": f"{issuer}{PATH}/{client.client_id}",
        **to_members(client.metadata),
    }
    if client.has_secret:
        told["client_secret_expires_at"] = 0
    if secret is not None:
        told["client_secret"] = secret
    if software_statement is not None:
        told[MEMBER] = software_statement
    return told
