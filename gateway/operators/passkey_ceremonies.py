"""What a browser is asked, and whether a passkey answers it (WebAuthn Level 3 §7)."""

import hashlib
import secrets
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from urllib.parse import urlsplit

import webauthn
from webauthn.helpers import (
    base64url_to_bytes,
    bytes_to_base64url,
    decode_credential_public_key,
    decoded_public_key_to_cryptography,
    options_to_json,
    parse_authentication_credential_json,
    parse_client_data_json,
    parse_registration_credential_json,
)
from webauthn.helpers.structs import (
    AuthenticationCredential,
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from gateway.operators.model import Operator
from gateway.operators.passkeys import NewPasskey, Passkey
from gateway.store.api import Moments

KIND = "passkey-challenge"
LIFETIME = timedelta(minutes=5)
_MILLISECONDS = int(LIFETIME.total_seconds() * 1000)
_CHALLENGE_BYTES = 32
# WebAuthn Level 3 §4: a credential ID has at most so many bytes.
_LONGEST_ID = 1023


class Purpose(StrEnum):
    SIGN_IN = "sign_in"
    REAUTHENTICATION = "reauthentication"
    REGISTRATION = "registration"


class InvalidAnswer(Exception):  # noqa: N818 - it says what is, as those of errors.py do
    """Not a passkey's answer to what was asked, whatever is wrong with it."""


@dataclass(frozen=True, slots=True)
class Assertion:
    """A passkey's answer to a challenge of ours. Its signature is unchecked."""

    credential_id: str
    operator_id: str | None
    """As the authenticator keeps it with the key (the user handle)."""
    challenge: bytes = field(repr=False)
    credential: AuthenticationCredential = field(repr=False)


@dataclass(frozen=True, slots=True)
class Ceremonies:
    """Challenges are bound to a purpose and a `holder`: the browser, session or invitation that
    asked. Nobody else can use one, and nobody twice."""

    moments: Moments
    issuer: str
    name: str
    """As a browser shows it next to the key."""

    @property
    def origin(self) -> str:
        parts = urlsplit(self.issuer)
        return f"{parts.scheme}://{parts.netloc}"

    @property
    def rp_id(self) -> str:
        return urlsplit(self.issuer).hostname or ""

    async def ask_to_register(
        self, operator: Operator, known: Iterable[Passkey], holder: str
    ) -> str:
        """JSON for `navigator.credentials.create`."""
        options = webauthn.generate_registration_options(
            rp_id=self.rp_id,
            rp_name=self.name,
            user_id=operator.operator_id.encode(),
            user_name=operator.login_name,
            user_display_name=operator.name,
            challenge=await self._challenge(Purpose.REGISTRATION, holder),
            timeout=_MILLISECONDS,
            authenticator_selection=AuthenticatorSelectionCriteria(
                resident_key=ResidentKeyRequirement.REQUIRED,
                user_verification=UserVerificationRequirement.REQUIRED,
            ),
            exclude_credentials=_descriptors(known),
        )
        return options_to_json(options)

    async def ask_to_authenticate(
        self, purpose: Purpose, holder: str, known: Iterable[Passkey] = ()
    ) -> str:
        """JSON for `navigator.credentials.get`. Without `known`, whoever has a passkey here may
        answer: a page that asks so tells nothing of who has an account."""
        options = webauthn.generate_authentication_options(
            rp_id=self.rp_id,
            challenge=await self._challenge(purpose, holder),
            timeout=_MILLISECONDS,
            allow_credentials=_descriptors(known),
            user_verification=UserVerificationRequirement.REQUIRED,
        )
        return options_to_json(options)

    async def registered(self, unverified_answer: str, holder: str) -> NewPasskey:
        """Who made the authenticator is not asked: no attestation is wanted. Raises
        InvalidAnswer."""
        with _hostile():
            credential = parse_registration_credential_json(unverified_answer)
            challenge = _own_challenge(credential.response.client_data_json)
        await self._take(Purpose.REGISTRATION, holder, challenge)
        with _hostile():
            made = webauthn.verify_registration_response(
                credential=credential,
                expected_challenge=challenge,
                expected_rp_id=self.rp_id,
                expected_origin=self.origin,
                require_user_verification=True,
            )
            # The key comes unproven where there is no attestation: one that cannot be used is none.
            decoded_public_key_to_cryptography(
                decode_credential_public_key(made.credential_public_key)
            )
            if len(made.credential_id) > _LONGEST_ID:
                raise InvalidAnswer("the credential ID is too long")
        credential_id = bytes_to_base64url(made.credential_id)
        return NewPasskey(credential_id, made.credential_public_key, made.sign_count)

    async def answered(self, unverified_answer: str, purpose: Purpose, holder: str) -> Assertion:
        """The challenge is gone from here on. Raises InvalidAnswer."""
        with _hostile():
            credential = parse_authentication_credential_json(unverified_answer)
            challenge = _own_challenge(credential.response.client_data_json)
            handle = credential.response.user_handle
            operator_id = None if handle is None else handle.decode("ascii")
        await self._take(purpose, holder, challenge)
        # Not `credential.id`: what a store would choke on gets as far as none.
        credential_id = bytes_to_base64url(credential.raw_id)
        return Assertion(credential_id, operator_id, challenge, credential)

    def verify(self, assertion: Assertion, passkey: Passkey) -> int:
        """The authenticator's count, which is compared where it is kept. Raises InvalidAnswer."""
        with _hostile():
            found = webauthn.verify_authentication_response(
                credential=assertion.credential,
                expected_challenge=assertion.challenge,
                expected_rp_id=self.rp_id,
                expected_origin=self.origin,
                credential_public_key=passkey.public_key,
                credential_current_sign_count=0,
                require_user_verification=True,
            )
        return found.new_sign_count

    async def _challenge(self, purpose: Purpose, holder: str) -> bytes:
        challenge = secrets.token_bytes(_CHALLENGE_BYTES)
        await self.moments.put(KIND, _key(purpose, challenge), holder.encode(), LIFETIME)
        return challenge

    async def _take(self, purpose: Purpose, holder: str, challenge: bytes) -> None:
        kept = await self.moments.take(KIND, _key(purpose, challenge))
        if kept is None or kept.decode() != holder:
            raise InvalidAnswer("the challenge is not one that was asked here")


def _own_challenge(client_data: bytes) -> bytes:
    parsed = parse_client_data_json(client_data)
    if parsed.cross_origin:
        raise InvalidAnswer("it was made within another site's page")
    return parsed.challenge


@contextmanager
def _hostile() -> Iterator[None]:
    """The library takes apart what a browser sent; wherever that breaks, it is no answer."""
    try:
        yield
    except InvalidAnswer:
        raise
    except Exception as cause:
        raise InvalidAnswer("it does not verify") from cause


def _descriptors(known: Iterable[Passkey]) -> list[PublicKeyCredentialDescriptor]:
    return [
        PublicKeyCredentialDescriptor(id=base64url_to_bytes(one.credential_id)) for one in known
    ]


def _key(purpose: Purpose, challenge: bytes) -> str:
    return f"{purpose}:{hashlib.sha256(challenge).hexdigest()}"
