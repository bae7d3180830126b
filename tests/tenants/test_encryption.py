"""What may be registered about signed and encrypted answers: only what can be done, and is safe."""

from typing import Any

import pytest
from joserfc.jwk import ECKey, OKPKey, RSAKey

from gateway.keys.model import ALGORITHMS
from gateway.tenants.encryption_keys import key_for
from gateway.tenants.metadata import MetadataError, as_stored
from gateway.tenants.metadata_rules import check_metadata
from gateway.tenants.model import ClientKind
from gateway.tenants.protocol import EncryptionAlg
from tests.tenants.town import READER, SERVICE, metadata


def public(key: ECKey | OKPKey | RSAKey, **more: str) -> dict[str, Any]:
    return {**key.as_dict(private=False), **more}


EC = ECKey.generate_key("P-256")
RSA = RSAKey.generate_key(2048)
X25519 = OKPKey.generate_key("X25519")
FOR_EC = public(EC, use="enc")
FOR_RSA = public(RSA, use="enc")
ANSWERS = ("id_token", "userinfo", "authorization", "introspection")
SIGNED = {"userinfo_signed_response_alg": "ES256", "introspection_signed_response_alg": "ES256"}


def refused(change: dict[str, Any], kind: ClientKind = ClientKind.SERVICE) -> str:
    base = SERVICE if kind is ClientKind.SERVICE else READER
    with pytest.raises(MetadataError) as refusal:
        check_metadata(kind, "health", metadata(base, **change))
    return refusal.value.field


@pytest.mark.parametrize("answer", ANSWERS)
@pytest.mark.parametrize(
    ("alg", "key"),
    [
        ("RSA-OAEP-256", FOR_RSA),
        ("RSA-OAEP", FOR_RSA),
        ("RSA-OAEP-256", {**FOR_RSA, "alg": "RSA-OAEP-256"}),
        ("ECDH-ES", FOR_EC),
        ("ECDH-ES+A128KW", FOR_EC),
        ("ECDH-ES+A256KW", public(ECKey.generate_key("P-521"), use="enc")),
        ("ECDH-ES", public(X25519, use="enc")),
        ("ECDH-ES", {**FOR_EC, "alg": "ECDH-ES", "kid": "k"}),
    ],
)
def test_an_answer_is_encrypted_for_a_key_that_fits(
    answer: str, alg: str, key: dict[str, Any]
) -> None:
    wanted = {f"{answer}_encrypted_response_alg": alg, "jwks": {"keys": [key]}, **SIGNED}
    check_metadata(ClientKind.SERVICE, "health", metadata(SERVICE, **wanted))
    with_enc = {**wanted, f"{answer}_encrypted_response_enc": "A256GCM"}
    check_metadata(ClientKind.SERVICE, "health", metadata(SERVICE, **with_enc))


@pytest.mark.parametrize("answer", ANSWERS)
@pytest.mark.parametrize(
    ("alg", "keys"),
    [
        ("ECDH-ES", None),
        ("ECDH-ES", [FOR_RSA]),
        ("RSA-OAEP-256", [FOR_EC]),
        ("ECDH-ES", [public(EC, use="sig")]),
        ("ECDH-ES", [public(EC)]),
        ("ECDH-ES", [{**FOR_EC, "alg": "ECDH-ES+A128KW"}]),
        ("RSA-OAEP-256", [{**FOR_RSA, "alg": "RSA-OAEP"}]),
        ("RSA-OAEP-256", [{**FOR_RSA, "alg": "RSA1_5"}]),
        ("ECDH-ES", [public(OKPKey.generate_key("Ed25519"), use="sig")]),
    ],
)
def test_without_such_a_key_it_is_refused(
    answer: str, alg: str, keys: list[dict[str, Any]] | None
) -> None:
    name = f"{answer}_encrypted_response_alg"
    jwks = {} if keys is None else {"jwks": {"keys": keys}}
    assert refused({name: alg, **jwks, **SIGNED}) == name


@pytest.mark.parametrize("answer", ANSWERS)
def test_enc_needs_alg(answer: str) -> None:
    name = f"{answer}_encrypted_response_enc"
    assert refused({name: "A128GCM", "jwks": {"keys": [FOR_EC]}, **SIGNED}) == name


@pytest.mark.parametrize("answer", ["userinfo", "introspection"])
def test_nothing_is_encrypted_that_is_not_signed(answer: str) -> None:
    name = f"{answer}_encrypted_response_alg"
    assert refused({name: "ECDH-ES", "jwks": {"keys": [FOR_EC]}}) == name


@pytest.mark.parametrize("name", [*SIGNED, "id_token_encrypted_response_alg"])
def test_a_reader_gets_plain_answers(name: str) -> None:
    value = "ECDH-ES" if "encrypted" in name else "ES256"
    change = {name: value, "jwks": {"keys": [FOR_EC]}}
    assert refused(change, ClientKind.READER) == name


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("id_token_encrypted_response_alg", "RSA1_5"),
        ("id_token_encrypted_response_alg", "dir"),
        ("id_token_encrypted_response_alg", "A128KW"),
        ("id_token_encrypted_response_enc", "A192GCM"),
        ("id_token_signed_response_alg", "none"),
        ("id_token_signed_response_alg", "HS256"),
        ("userinfo_signed_response_alg", "none"),
        ("introspection_signed_response_alg", "HS256"),
    ],
)
def test_a_word_that_nothing_honours_is_no_metadata(name: str, value: str) -> None:
    with pytest.raises(ValueError, match=name):
        metadata(SERVICE, **{name: value})


@pytest.mark.parametrize("alg", ALGORITHMS)
def test_each_algorithm_we_sign_with_may_be_registered(alg: str) -> None:
    wanted = {"id_token_signed_response_alg": alg, **dict.fromkeys(SIGNED, alg)}
    check_metadata(ClientKind.SERVICE, "health", metadata(SERVICE, **wanted))


def test_the_first_key_that_fits_is_taken() -> None:
    wrapped: EncryptionAlg = "ECDH-ES+A256KW"
    second = {**FOR_EC, "kid": "second"}
    keys = [public(EC, use="sig"), FOR_RSA, {**FOR_EC, "alg": "ECDH-ES"}, second, FOR_EC]
    assert key_for({"keys": keys}, wrapped) is second
    assert key_for(None, wrapped) is None


def test_what_is_not_wanted_is_not_stored() -> None:
    assert not [name for name in as_stored(metadata(SERVICE)) if "encrypted" in name]
