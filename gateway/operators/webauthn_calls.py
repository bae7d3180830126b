"""What py_webauthn does for us: options made, answers read and verified (WebAuthn Level 3 §7)."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

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
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from gateway.operators.model import Operator
from gateway.operators.passkey_model import Assertion, InvalidAnswer, Party
from gateway.operators.passkeys import NewPasskey, Passkey

# WebAuthn Level 3 §4: a credential ID has at most so many bytes.
_LONGEST_ID = 1023


def registration_options(
    party: Party, operator: Operator, known: Iterable[Passkey], challenge: bytes
) -> str:
    options = webauthn.generate_registration_options(
        rp_id=party.rp_id,
        rp_name=party.name,
        user_id=operator.operator_id.encode(),
        user_name=operator.login_name,
        user_display_name=operator.name,
        challenge=challenge,
        timeout=party.milliseconds,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED,
            user_verification=UserVerificationRequirement.REQUIRED,
        ),
        exclude_credentials=_descriptors(known),
    )
    return options_to_json(options)


def authentication_options(party: Party, known: Iterable[Passkey], challenge: bytes) -> str:
    options = webauthn.generate_authentication_options(
        rp_id=party.rp_id,
        challenge=challenge,
        timeout=party.milliseconds,
        allow_credentials=_descriptors(known),
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    return options_to_json(options)


def challenge_of_registration(unverified_answer: str) -> bytes:
    with _hostile():
        credential = parse_registration_credential_json(unverified_answer)
        return _own_challenge(credential.response.client_data_json)


def verify_registration(party: Party, unverified_answer: str, challenge: bytes) -> NewPasskey:
    """Who made the authenticator is not asked: no attestation is wanted."""
    with _hostile():
        made = webauthn.verify_registration_response(
            credential=parse_registration_credential_json(unverified_answer),
            expected_challenge=challenge,
            expected_rp_id=party.rp_id,
            expected_origin=party.origin,
            require_user_verification=True,
        )
        # The key comes unproven where there is no attestation: one that cannot be used is none.
        decoded_public_key_to_cryptography(decode_credential_public_key(made.credential_public_key))
        if len(made.credential_id) > _LONGEST_ID:
            raise InvalidAnswer("the credential ID is too long")
    credential_id = bytes_to_base64url(made.credential_id)
    return NewPasskey(credential_id, made.credential_public_key, made.sign_count)


def read_assertion(unverified_answer: str) -> Assertion:
    with _hostile():
        credential = parse_authentication_credential_json(unverified_answer)
        challenge = _own_challenge(credential.response.client_data_json)
        handle = credential.response.user_handle
        operator_id = None if handle is None else handle.decode("ascii")
    # Not `credential.id`: what a store would choke on gets as far as none.
    credential_id = bytes_to_base64url(credential.raw_id)
    return Assertion(credential_id, operator_id, challenge, unverified_answer)


def verify_assertion(party: Party, assertion: Assertion, passkey: Passkey) -> int:
    """The authenticator's count."""
    with _hostile():
        found = webauthn.verify_authentication_response(
            credential=parse_authentication_credential_json(assertion.unverified_answer),
            expected_challenge=assertion.challenge,
            expected_rp_id=party.rp_id,
            expected_origin=party.origin,
            credential_public_key=passkey.public_key,
            credential_current_sign_count=0,
            require_user_verification=True,
        )
    return found.new_sign_count


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
