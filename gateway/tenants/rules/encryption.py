"""How a service may have what it gets signed and encrypted (OpenID Connect Dynamic Registration §2,
JARM §3, RFC 9701 §6)."""

from gateway.tenants.encryption_keys import key_for
from gateway.tenants.metadata import ClientMetadata, MetadataError

_ANSWERS = ("id_token", "userinfo", "authorization", "introspection")


def check_encryption(metadata: ClientMetadata) -> None:
    for answer in _ANSWERS:
        alg_name, enc_name = f"{answer}_encrypted_response_alg", f"{answer}_encrypted_response_enc"
        alg, enc = getattr(metadata, alg_name), getattr(metadata, enc_name)
        if alg is None and enc is not None:
            raise MetadataError(enc_name, f"it needs {alg_name}")
        if alg is not None and key_for(metadata.jwks, alg) is None:
            raise MetadataError(alg_name, f"jwks needs a key for {alg}, with use enc")


def check_what_is_encrypted_is_signed(metadata: ClientMetadata) -> None:
    """Anybody can encrypt for a public key: without a signature nobody knows who did. ID tokens and
    authorization answers have one anyway; so has introspection that is answered with a JWT."""
    for answer in ("userinfo", "introspection"):
        signed, encrypted = f"{answer}_signed_response_alg", f"{answer}_encrypted_response_alg"
        if getattr(metadata, encrypted) is not None and getattr(metadata, signed) is None:
            raise MetadataError(encrypted, f"it needs {signed}")


def check_reader_gets_plain_answers(metadata: ClientMetadata) -> None:
    for name in (
        "userinfo_signed_response_alg",
        "introspection_signed_response_alg",
        *(f"{answer}_encrypted_response_alg" for answer in _ANSWERS),
        *(f"{answer}_encrypted_response_enc" for answer in _ANSWERS),
    ):
        if getattr(metadata, name) is not None:
            raise MetadataError(name, "for services only")
