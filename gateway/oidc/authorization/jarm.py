"""An authorization answer in one signed JWT (JWT Secured Authorization Response Mode §2.1)."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from gateway.oidc.answer_encryption import encrypt_for
from gateway.oidc.provider import Provider
from gateway.tenants.model import Client

LIFETIME = timedelta(minutes=5)
_NO_TYPE = ""
"""No type is registered for it, and with JWT it would be one more thing that our keys signed so."""


async def signed_answer(
    provider: Provider, client: Client, parameters: Mapping[str, str], now: datetime
) -> str:
    """Encrypted besides where that is registered."""
    expires = int((now + LIFETIME).timestamp())
    claims = {"iss": provider.issuer, "aud": client.client_id, "exp": expires, **parameters}
    wanted = client.metadata
    alg = wanted.authorization_signed_response_alg
    signed = await provider.keys.sign(claims, alg=alg, typ=_NO_TYPE, now=now)
    if wanted.authorization_encrypted_response_alg is None:
        return signed
    return encrypt_for(
        client,
        signed,
        wanted.authorization_encrypted_response_alg,
        wanted.authorization_encrypted_response_enc,
    )
