"""What a browser is asked, and whether a passkey answers it (WebAuthn Level 3 §7)."""

import hashlib
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from types import ModuleType

from gateway.operators.model import Operator
from gateway.operators.passkey_model import LIFETIME, Assertion, InvalidAnswer, Party
from gateway.operators.passkeys import NewPasskey, Passkey
from gateway.store.api import Moments

KIND = "passkey-challenge"
_CHALLENGE_BYTES = 32


class Purpose(StrEnum):
    SIGN_IN = "sign_in"
    REAUTHENTICATION = "reauthentication"
    REGISTRATION = "registration"


@dataclass(frozen=True, slots=True)
class Ceremonies:
    """Challenges are bound to a purpose and a `holder`: the browser, session or invitation that
    asked. Nobody else can use one, and nobody twice."""

    moments: Moments
    party: Party

    async def ask_to_register(
        self, operator: Operator, known: Iterable[Passkey], holder: str
    ) -> str:
        """JSON for `navigator.credentials.create`."""
        challenge = await self._challenge(Purpose.REGISTRATION, holder)
        options: str = _calls().registration_options(self.party, operator, known, challenge)
        return options

    async def ask_to_authenticate(
        self, purpose: Purpose, holder: str, known: Iterable[Passkey] = ()
    ) -> str:
        """JSON for `navigator.credentials.get`. Without `known`, whoever has a passkey here may
        answer: a page that asks so tells nothing of who has an account."""
        challenge = await self._challenge(purpose, holder)
        options: str = _calls().authentication_options(self.party, known, challenge)
        return options

    async def registered(self, unverified_answer: str, holder: str) -> NewPasskey:
        """The challenge is gone from here on. Raises InvalidAnswer."""
        challenge = _calls().challenge_of_registration(unverified_answer)
        await self._take(Purpose.REGISTRATION, holder, challenge)
        made: NewPasskey = _calls().verify_registration(self.party, unverified_answer, challenge)
        return made

    async def answered(self, unverified_answer: str, purpose: Purpose, holder: str) -> Assertion:
        """The challenge is gone from here on. Raises InvalidAnswer."""
        assertion: Assertion = _calls().read_assertion(unverified_answer)
        await self._take(purpose, holder, assertion.challenge)
        return assertion

    def verify(self, assertion: Assertion, passkey: Passkey) -> int:
        """The authenticator's count, which is compared where it is kept. Raises InvalidAnswer."""
        count: int = _calls().verify_assertion(self.party, assertion, passkey)
        return count

    async def _challenge(self, purpose: Purpose, holder: str) -> bytes:
        challenge = secrets.token_bytes(_CHALLENGE_BYTES)
        await self.moments.put(KIND, _key(purpose, challenge), holder.encode(), LIFETIME)
        return challenge

    async def _take(self, purpose: Purpose, holder: str, challenge: bytes) -> None:
        kept = await self.moments.take(KIND, _key(purpose, challenge))
        if kept is None or kept.decode() != holder:
            raise InvalidAnswer("the challenge is not one that was asked here")


def _calls() -> ModuleType:
    from gateway.operators import webauthn_calls  # noqa: PLC0415 - 5 MiB for those who use passkeys

    return webauthn_calls


def _key(purpose: Purpose, challenge: bytes) -> str:
    return f"{purpose}:{hashlib.sha256(challenge).hexdigest()}"
