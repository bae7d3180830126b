"""The token that tells a service of the end of a sign-in (Back-Channel Logout 1.0 §2.4)."""

import secrets
from datetime import datetime

from gateway.oidc.logout.deliveries import Notice

LOGOUT_TOKEN = "logout+jwt"
EVENT = "http://schemas.openid.net/event/backchannel-logout"
LIFETIME_SECONDS = 120
"""§4: short, for it is sent at once and made anew for every try."""


def logout_claims(issuer: str, notice: Notice, now: datetime) -> dict[str, object]:
    """Never with a nonce: nobody may take it for an ID token (§2.4)."""
    issued_at = int(now.timestamp())
    claims: dict[str, object] = {
        "iss": issuer,
        "aud": notice.client_id,
        "iat": issued_at,
        "exp": issued_at + LIFETIME_SECONDS,
        "jti": secrets.token_urlsafe(16),
        "sub": notice.sub,
        "events": {EVENT: {}},
    }
    if notice.sid is not None:
        claims["sid"] = notice.sid
    return claims
