"""Challenges: 256 random bits that one holder has signed once, for one purpose, at one origin."""

import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

import msgspec

from gateway.store.api import Moments

KIND = "card-challenge"


class Purpose(StrEnum):
    SIGN_IN = "sign_in"
    REGISTRATION = "registration"
    VERIFICATION = "verification"


@dataclass(frozen=True, slots=True)
class Challenge:
    challenge_id: str
    value: bytes
    holder: str = field(repr=False)
    """Who asked: one browser, or one registered reader. Nobody else can use it."""
    purpose: Purpose
    origin: str
    expires_at: datetime


class Challenges:
    """Issues challenges and takes them back, once."""

    def __init__(self, moments: Moments, lifetime: timedelta) -> None:
        self._moments = moments
        self._decoder = msgspec.json.Decoder(Challenge)
        self.lifetime = lifetime

    async def issue(self, holder: str, purpose: Purpose, origin: str, now: datetime) -> Challenge:
        challenge = Challenge(
            challenge_id=secrets.token_urlsafe(16),
            value=secrets.token_bytes(32),
            holder=holder,
            purpose=purpose,
            origin=origin,
            expires_at=now + self.lifetime,
        )
        stored = msgspec.json.encode(challenge)
        await self._moments.put(KIND, challenge.challenge_id, stored, self.lifetime)
        return challenge

    async def take(self, challenge_id: str, holder: str, purpose: Purpose) -> Challenge | None:
        """The challenge, which is gone from here on. None for one that is unknown, expired or used,
        and for another holder or purpose: whoever tries that has spent it."""
        stored = await self._moments.take(KIND, challenge_id)
        if stored is None:
            return None
        challenge = self._decoder.decode(stored)
        if challenge.holder != holder or challenge.purpose is not purpose:
            return None
        return challenge
