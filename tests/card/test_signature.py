"""The person's signature: one stated form, nothing tried in turn."""

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed, decode_dss_signature

from gateway.card.api import CertificateError, Reason
from gateway.card.model import SignatureEncoding
from gateway.card.signature import verify_signature
from gateway.card.to_be_signed import to_be_signed
from gateway.virtual.keys import PrivateKey
from tests.card.forge import sign_bytes
from tests.card.world import MESSAGE, ORIGIN, Keys

PKCS1, BARE = SignatureEncoding.PKCS1, SignatureEncoding.PKCS1_BARE
DER, RAW = SignatureEncoding.ECDSA_DER, SignatureEncoding.ECDSA_RAW


def reason(
    key: PrivateKey, encoding: SignatureEncoding, signature: bytes, data: bytes = MESSAGE
) -> Reason | None:
    try:
        verify_signature(key.public_key(), encoding, signature, data)
    except CertificateError as error:
        return error.reason
    return None


def sha256(data: bytes) -> bytes:
    digest = hashes.Hash(hashes.SHA256())
    digest.update(data)
    return digest.finalize()


def pad_and_sign(key: rsa.RSAPrivateKey, encoded_message: bytes) -> bytes:
    """The RSA operation alone, over an EM of the test's own making."""
    numbers = key.private_numbers()
    modulus = numbers.public_numbers.n
    size = key.key_size // 8
    return pow(int.from_bytes(encoded_message), numbers.d, modulus).to_bytes(size)


def em(tail: bytes, *, size: int = 256, filler: bytes = b"\xff", start: bytes = b"\0\1") -> bytes:
    padding_size = size - len(start) - 1 - len(tail)
    return start + filler * padding_size + b"\0" + tail


def bare(key: rsa.RSAPrivateKey, data: bytes = MESSAGE) -> bytes:
    return pad_and_sign(key, em(sha256(data)))


def raw(key: ec.EllipticCurvePrivateKey, size: int, data: bytes = MESSAGE) -> bytes:
    r, s = decode_dss_signature(sign_bytes(key, data))
    return r.to_bytes(size) + s.to_bytes(size)


def test_the_default_form_is_pkcs_1_with_digest_info(keys: Keys) -> None:
    assert reason(keys.card, PKCS1, sign_bytes(keys.card, MESSAGE)) is None


def test_the_digest_info_is_the_one_of_rfc_8017(keys: Keys) -> None:
    digest_info = bytes.fromhex("3031300d060960864801650304020105000420") + sha256(MESSAGE)

    assert pad_and_sign(keys.card, em(digest_info)) == sign_bytes(keys.card, MESSAGE)


def test_the_bare_form_is_accepted_where_it_is_stated(keys: Keys) -> None:
    assert reason(keys.card, BARE, bare(keys.card)) is None


def test_the_bare_form_is_not_accepted_as_the_default(keys: Keys) -> None:
    assert reason(keys.card, PKCS1, bare(keys.card)) is Reason.SIGNATURE_MISMATCH


def test_the_default_form_is_not_accepted_as_the_bare_one(keys: Keys) -> None:
    signature = sign_bytes(keys.card, MESSAGE)

    assert reason(keys.card, BARE, signature) is Reason.SIGNATURE_MISMATCH


H = sha256(MESSAGE)


@pytest.mark.parametrize(
    "encoded_message",
    [
        em(H, start=b"\0\2"),
        em(H, start=b"\0\0"),
        em(H, filler=b"\xfe"),
        em(H + b"\0"),
        em(b"\0" + H),
        em(H[:-1]),
        b"\0\1" + b"\xff" * 8 + b"\0" + H + b"\xff" * (256 - 43),
        b"\0\1" + b"\xff" * 8 + b"\0" + bytes(256 - 43) + H,
        em(bytes.fromhex("302f300b0609608648016503040201") + b"\x04\x20" + H),
        em(sha256(b"something else")),
    ],
    ids=[
        "block type 2",
        "block type 0",
        "filler that is not FF",
        "a byte behind the hash",
        "a byte before the hash",
        "a hash cut short",
        "short padding, rubbish behind",
        "short padding, zeros before",
        "DigestInfo without NULL",
        "another hash",
    ],
)
@pytest.mark.parametrize("encoding", [PKCS1, BARE])
def test_every_byte_of_the_encoded_message_counts(
    keys: Keys, encoded_message: bytes, encoding: SignatureEncoding
) -> None:
    assert len(encoded_message) == 256

    signature = pad_and_sign(keys.card, encoded_message)

    assert reason(keys.card, encoding, signature) is Reason.SIGNATURE_MISMATCH


@pytest.mark.parametrize("encoding", [PKCS1, BARE])
def test_a_signature_is_as_long_as_the_modulus(keys: Keys, encoding: SignatureEncoding) -> None:
    good = sign_bytes(keys.card, MESSAGE) if encoding is PKCS1 else bare(keys.card)

    for changed in (b"\0" + good, good + b"\0", good[1:], good[:-1], b""):
        assert reason(keys.card, encoding, changed) is Reason.SIGNATURE_MISMATCH


@pytest.mark.parametrize("encoding", [PKCS1, BARE])
def test_a_signature_is_smaller_than_the_modulus(keys: Keys, encoding: SignatureEncoding) -> None:
    good = sign_bytes(keys.card, MESSAGE) if encoding is PKCS1 else bare(keys.card)
    modulus = keys.card.public_key().public_numbers().n
    wrapped = int.from_bytes(good) + modulus
    if wrapped.bit_length() > 2048:
        wrapped = modulus

    assert reason(keys.card, encoding, wrapped.to_bytes(256)) is Reason.SIGNATURE_MISMATCH


def test_sha_1_and_pss_are_not_tried(keys: Keys) -> None:
    sha1 = keys.card.sign(MESSAGE, padding.PKCS1v15(), hashes.SHA1())  # noqa: S303
    pss = keys.card.sign(MESSAGE, padding.PSS(padding.MGF1(hashes.SHA256()), 32), hashes.SHA256())

    assert reason(keys.card, PKCS1, sha1) is Reason.SIGNATURE_MISMATCH
    assert reason(keys.card, PKCS1, pss) is Reason.SIGNATURE_MISMATCH


def test_a_hash_signed_instead_of_the_data_is_refused(keys: Keys) -> None:
    """Signing SHA-256(data) as if it were the data, and the other way round."""
    of_the_hash = sign_bytes(keys.card, H)
    prehashed = keys.card.sign(MESSAGE[:32], padding.PKCS1v15(), Prehashed(hashes.SHA256()))

    assert reason(keys.card, PKCS1, of_the_hash) is Reason.SIGNATURE_MISMATCH
    assert reason(keys.card, PKCS1, prehashed) is Reason.SIGNATURE_MISMATCH


def test_p_256_signs_with_sha_256_in_both_forms(keys: Keys) -> None:
    assert reason(keys.p256, DER, sign_bytes(keys.p256, MESSAGE)) is None
    assert reason(keys.p256, RAW, raw(keys.p256, 32)) is None


def test_p_384_signs_with_sha_384_in_both_forms(keys: Keys) -> None:
    assert reason(keys.p384, DER, sign_bytes(keys.p384, MESSAGE)) is None
    assert reason(keys.p384, RAW, raw(keys.p384, 48)) is None


def test_a_curve_does_not_sign_with_another_hash(keys: Keys) -> None:
    weak = sign_bytes(keys.p384, MESSAGE, hashes.SHA256())
    strong = sign_bytes(keys.p256, MESSAGE, hashes.SHA384())

    assert reason(keys.p384, DER, weak) is Reason.SIGNATURE_MISMATCH
    assert reason(keys.p256, DER, strong) is Reason.SIGNATURE_MISMATCH


def test_the_two_forms_of_ecdsa_are_not_taken_for_each_other(keys: Keys) -> None:
    assert reason(keys.p256, RAW, sign_bytes(keys.p256, MESSAGE)) is Reason.SIGNATURE_MISMATCH
    assert reason(keys.p256, DER, raw(keys.p256, 32)) is Reason.SIGNATURE_MISMATCH


def test_the_raw_form_has_exactly_one_length(keys: Keys) -> None:
    good = raw(keys.p256, 32)

    for changed in (good + b"\0", good[:-1], b"\0" + good, raw(keys.p256, 48), b"", bytes(64)):
        assert reason(keys.p256, RAW, changed) is Reason.SIGNATURE_MISMATCH


def test_the_der_form_is_der(keys: Keys) -> None:
    r, s = decode_dss_signature(sign_bytes(keys.p256, MESSAGE))
    good = sign_bytes(keys.p256, MESSAGE)
    padded_integers = b"".join(b"\x02\x22\0\0" + value.to_bytes(32) for value in (r, s))

    for changed in (good + b"\0", good[:-1], b"\x30\x44" + padded_integers, b""):
        assert reason(keys.p256, DER, changed) is Reason.SIGNATURE_MISMATCH


@pytest.mark.parametrize("encoding", [PKCS1, BARE])
def test_an_ec_key_makes_no_rsa_signature(keys: Keys, encoding: SignatureEncoding) -> None:
    assert reason(keys.p256, encoding, bytes(256)) is Reason.UNSUPPORTED_SIGNATURE


@pytest.mark.parametrize("encoding", [DER, RAW])
def test_an_rsa_key_makes_no_ecdsa_signature(keys: Keys, encoding: SignatureEncoding) -> None:
    assert reason(keys.card, encoding, bytes(64)) is Reason.UNSUPPORTED_SIGNATURE


def test_a_signature_made_for_another_site_is_void(keys: Keys) -> None:
    elsewhere = sign_bytes(keys.card, to_be_signed("https://id.example.test.evil", bytes(32)))

    assert reason(keys.card, PKCS1, elsewhere) is Reason.SIGNATURE_MISMATCH
    assert ORIGIN != "https://id.example.test.evil"


def test_a_signature_over_another_challenge_is_void(keys: Keys) -> None:
    other = sign_bytes(keys.card, to_be_signed(ORIGIN, b"\1" * 32))

    assert reason(keys.card, PKCS1, other) is Reason.SIGNATURE_MISMATCH


def test_another_key_did_not_sign_it(keys: Keys) -> None:
    assert reason(keys.card, PKCS1, sign_bytes(keys.other, MESSAGE)) is Reason.SIGNATURE_MISMATCH
