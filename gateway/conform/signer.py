"""The gateway's own keys, which sign for one service what the fault in force says."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from gateway.conform.fault import Signing, Tampering
from gateway.conform.forging import encoded, forged
from gateway.keys.master import MasterKey
from gateway.keys.model import PrivateKey, generate, public_jwk
from gateway.keys.signing import SigningKeys
from gateway.oidc.logout.logout_token import LOGOUT_TOKEN
from gateway.oidc.tokens.issue import ID_TOKEN
from gateway.store.api import Records


@dataclass(slots=True)
class _NextKey:
    alg: str
    private_key: PrivateKey = field(repr=False)


class TamperingKeys(SigningKeys):
    """What it signs for others is as it always is."""

    def __init__(
        self,
        records: Records,
        master: MasterKey,
        reload: timedelta,
        client_id: str,
        tampering: Tampering,
    ) -> None:
        super().__init__(records, master, reload)
        self._client_id = client_id
        self._tampering = tampering
        self._next: _NextKey | None = None
        self.told: Mapping[str, Any] = {}
        """What the last ID token for this service says, before any fault."""

    async def sign(self, claims: Mapping[str, object], *, alg: str, typ: str, now: datetime) -> str:
        if claims.get("aud") != self._client_id or typ != ID_TOKEN:
            return await super().sign(claims, alg=alg, typ=typ, now=now)
        fault = self._tampering.fault
        if "exp" not in claims:  # signed userinfo
            if fault.userinfo is not None:
                self._tampering.reached, claims = True, fault.userinfo(claims)
            return await super().sign(claims, alg=alg, typ=typ, now=now)
        self.told = claims
        if not fault.is_in_id_token:
            return await super().sign(claims, alg=alg, typ=typ, now=now)
        self._tampering.reached = True
        changed = claims if fault.id_token is None else fault.id_token(claims)
        return await self.sign_wrongly(fault.signing, changed, alg, typ, now)

    async def sign_wrongly(
        self, signing: Signing, claims: Mapping[str, Any], alg: str, typ: str, now: datetime
    ) -> str:
        honest = await super().sign(claims, alg=alg, typ=typ, now=now)
        if signing is Signing.OURS:
            return honest
        if signing is Signing.NEXT:
            self._next = self._next or _NextKey(alg, generate(alg))
            key = self._next.private_key
            kid = public_jwk(alg, key)["kid"]
            return encoded(claims, key, alg, {"typ": typ, "kid": kid})
        return forged(signing, honest, self._active[alg].public_key, claims, alg)

    async def sign_logout(
        self, claims: Mapping[str, Any], signing: Signing, alg: str, now: datetime
    ) -> str:
        return await self.sign_wrongly(signing, claims, alg, LOGOUT_TOKEN, now)

    async def jwks(self, now: datetime) -> dict[str, object]:
        found = await super().jwks(now)
        keys = found["keys"]
        if self._next is None or not isinstance(keys, list):
            return found
        return {"keys": [*keys, public_jwk(self._next.alg, self._next.private_key)]}
