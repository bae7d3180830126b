"""Signs our tokens and checks them again (RFC 7515), and finds the key that something was encrypted
for. The store is read at start, at an unknown kid and now and then, never for a token."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt

from gateway.errors import InvalidToken
from gateway.keys.key_store import make_missing, read_keys, rotate_key
from gateway.keys.master import MasterKey
from gateway.keys.model import (
    ALGORITHMS,
    KEY_AGREEMENT,
    KEY_ALGORITHMS,
    KeyState,
    SigningKey,
    SigningKeyInfo,
    is_published,
    still_opens,
)
from gateway.store.api import Also, Records, nothing_else

_REFUSED = "the token is not one of ours, or it has expired"
_UNKNOWN_KID_PAUSE = timedelta(seconds=1)
MAX_TOKEN = 8_192
KEPT = 256
"""Tokens whose signature is remembered, by their hash."""
_EPOCH = datetime.fromtimestamp(0, UTC)


@dataclass(frozen=True, slots=True)
class _Signed:
    """What one of our keys has signed. Whether it is in time is asked every time."""

    typ: str | None
    payload: bytes = field(repr=False)


class SigningKeys:
    def __init__(self, records: Records, master: MasterKey, reload: timedelta) -> None:
        self._records = records
        self._master = master
        self._reload = reload
        self._loaded_at = _EPOCH
        self._keys: dict[str, SigningKey] = {}
        self._active: dict[str, SigningKey] = {}
        self._checked: dict[bytes, _Signed] = {}
        self._jws = jwt.PyJWS(algorithms=list(ALGORITHMS))

    async def ensure(self, now: datetime) -> None:
        """Makes what keys are missing (first start) and loads them."""
        await make_missing(self._records, self._master, KEY_ALGORITHMS, now)
        await self._load(now)

    async def rotate(self, now: datetime, alg: str, also: Also[str] = nothing_else) -> str:
        """Returns the kid of the key that is used from now on."""
        kid = await rotate_key(self._records, self._master, alg, now, also)
        await self._load(now)
        return kid

    async def list(self) -> Sequence[SigningKeyInfo]:
        return [key.info for key in await read_keys(self._records, self._master)]

    async def jwks(self, now: datetime) -> dict[str, object]:
        """RFC 7517 §5: all that sign, have signed or will, and the one to encrypt for."""
        await self._refresh(now)
        return {"keys": [key.public_jwk for key in self._keys.values() if is_published(key.info)]}

    async def opening_key(self, kid: str | None, now: datetime) -> SigningKey | None:
        """Which of ours something was encrypted for; without a kid the one that is published."""
        await self._refresh(now)
        key = self._active[KEY_AGREEMENT] if kid is None else await self._known(kid, now)
        return key if key is not None and still_opens(key.info, now) else None

    async def sign(self, claims: Mapping[str, object], *, alg: str, typ: str, now: datetime) -> str:
        """A compact JWS of the claims, under the active key of the algorithm."""
        await self._refresh(now)
        key = self._active[alg]
        return self._jws.encode(
            json.dumps(claims, separators=(",", ":")).encode(),
            key.private_key,
            algorithm=alg,
            headers={"kid": key.info.kid, "typ": typ},
        )

    async def verify(
        self, token: str, *, typ: str, now: datetime, allow_expired: bool = False
    ) -> dict[str, Any]:
        """The claims of a token that one of our keys signed, of this type and in time. Raises
        InvalidToken."""
        await self._refresh(now)
        if len(token) > MAX_TOKEN:
            raise InvalidToken(_REFUSED)
        try:
            signed = await self._signed(token, now)
            claims = json.loads(signed.payload)
        except (jwt.PyJWTError, ValueError, RecursionError) as cause:
            raise InvalidToken(_REFUSED) from cause
        if not isinstance(claims, dict) or signed.typ != typ.lower():
            raise InvalidToken(_REFUSED)
        expires = claims.get("exp")
        if not isinstance(expires, int | float):
            raise InvalidToken(_REFUSED)
        if not allow_expired and now.timestamp() >= expires:
            raise InvalidToken(_REFUSED)
        return claims

    async def _signed(self, token: str, now: datetime) -> "_Signed":
        """The same token comes with every request of a program: its signature is checked once for
        as long as the keys are not loaded anew."""
        digest = hashlib.sha256(token.encode()).digest()
        signed = self._checked.get(digest)
        if signed is None:
            header = jwt.get_unverified_header(token)
            key = await self._known(header.get("kid"), now)
            if key is None or key.info.alg not in ALGORITHMS:
                raise InvalidToken(_REFUSED)
            # The algorithm is the key's, never the header's word alone (RFC 8725 §3.1).
            payload = self._jws.decode(token, key.public_key, [key.info.alg])
            signed = _Signed(_media_type(header.get("typ")), payload)
            if len(self._checked) == KEPT:
                self._checked.clear()
            self._checked[digest] = signed
        return signed

    async def _known(self, kid: object, now: datetime) -> SigningKey | None:
        if kid not in self._keys and now - self._loaded_at >= _UNKNOWN_KID_PAUSE:
            await self._load(now)
        return self._keys.get(kid) if isinstance(kid, str) else None

    async def _refresh(self, now: datetime) -> None:
        if now - self._loaded_at >= self._reload:
            await self._load(now)

    async def _load(self, now: datetime) -> None:
        keys = await read_keys(self._records, self._master)
        self._keys = {key.info.kid: key for key in keys}
        self._active = {key.info.alg: key for key in keys if key.info.state is KeyState.ACTIVE}
        self._checked = {}
        self._loaded_at = now


def _media_type(typ: object) -> str | None:
    """RFC 7515 §4.1.9: "application/" may be left out."""
    return typ.lower().removeprefix("application/") if isinstance(typ, str) else None
