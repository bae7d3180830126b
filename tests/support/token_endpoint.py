"""A token endpoint for one client by private_key_jwt, as strict as a real one (RFC 7523 §3)."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import parse_qs

import jwt
from cryptography.hazmat.primitives.asymmetric import ec

GRANT_TYPE = "client_credentials"
ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
_LONGEST_SECONDS = 300


class RefusedError(Exception):
    """An error of RFC 6749 §5.2."""


@dataclass
class TokenEndpoint:
    client_id: str
    key: ec.EllipticCurvePublicKey
    now: datetime
    url: str = ""
    expires_in: int | None = 3600
    scope: str = ""
    change: Mapping[str, object] = field(default_factory=dict)
    """What a response says otherwise."""
    good_tokens: set[str] = field(default_factory=set)
    assertions: list[str] = field(default_factory=list)
    _used: set[str] = field(default_factory=set)

    def grant(self, body: bytes) -> Mapping[str, object]:
        form = parse_qs(body.decode("ascii"), strict_parsing=True)
        if form.get("grant_type") != [GRANT_TYPE] or form.get("scope", [""]) != [self.scope]:
            raise RefusedError("unsupported_grant_type")
        if form.get("client_assertion_type") != [ASSERTION_TYPE]:
            raise RefusedError("invalid_client")
        (assertion,) = form["client_assertion"]
        self.assertions.append(assertion)
        self._check(assertion)
        token = secrets.token_urlsafe(32)
        self.good_tokens.add(token)
        granted: dict[str, object] = {"access_token": token, "token_type": "Bearer"}
        if self.expires_in is not None:
            granted["expires_in"] = self.expires_in
        return {**granted, **self.change}

    def _check(self, unverified_assertion: str) -> None:
        options: Any = {"verify_exp": False, "verify_iat": False, "verify_nbf": False}
        try:
            claims = jwt.decode(
                unverified_assertion,
                self.key,
                algorithms=["ES256"],
                audience=self.url,
                issuer=self.client_id,
                options=options | {"require": ["iss", "sub", "aud", "exp", "jti"]},
            )
        except jwt.PyJWTError as error:
            raise RefusedError("invalid_client") from error
        lasts = claims["exp"] - self.now.timestamp()
        if claims["sub"] != self.client_id or not 0 < lasts <= _LONGEST_SECONDS:
            raise RefusedError("invalid_client")
        if claims["jti"] in self._used:
            raise RefusedError("invalid_client")
        self._used.add(claims["jti"])
