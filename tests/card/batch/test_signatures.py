"""The signature of a line: what it is over, in which form, and that nothing else is tried."""

import hashlib

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding

from gateway.virtual.keys import PrivateKey
from tests.card.batch.desk import ACCEPTED, base64, card_line, verdict
from tests.card.test_signature import bare, em, pad_and_sign, raw
from tests.card.world import Keys, World

pytestmark = pytest.mark.anyio

DATA = "申請する".encode()
MISMATCH = "refused", "signature_mismatch"
UNSUPPORTED = "refused", "unsupported_signature"
MALFORMED = "refused", "malformed_request"
HASHES = {"sha256": hashes.SHA256(), "sha384": hashes.SHA384(), "sha512": hashes.SHA512()}


def digest(name: str, data: bytes = DATA) -> str:
    return base64(hashlib.new(name, data).digest())


def over_data(value: bytes, encoding: str, **others: object) -> dict[str, object]:
    return {"value": base64(value), "encoding": encoding, "data": base64(DATA), **others}


def over_digest(value: bytes, encoding: str, name: str) -> dict[str, object]:
    given = {"value": base64(value), "encoding": encoding}
    return {**given, "hash": name, "digest": digest(name)}


async def found(world: World, key: PrivateKey, signature: object) -> tuple[object, object]:
    return await verdict(card_line(world, world.issue(key=key).certificate, signature=signature))


@pytest.mark.parametrize("name", HASHES)
async def test_pkcs_1_is_good_over_data_and_over_its_digest(
    world: World, keys: Keys, name: str
) -> None:
    value = keys.card.sign(DATA, padding.PKCS1v15(), HASHES[name])

    assert await found(world, keys.card, over_data(value, "pkcs1", hash=name)) == ACCEPTED
    assert await found(world, keys.card, over_digest(value, "pkcs1", name)) == ACCEPTED


async def test_a_hash_may_be_spelt_as_one_likes(world: World, keys: Keys) -> None:
    value = keys.card.sign(DATA, padding.PKCS1v15(), hashes.SHA256())

    for spelling in ("sha256", "SHA256", "SHA-256", "sha-256"):
        assert await found(world, keys.card, over_data(value, "pkcs1", hash=spelling)) == ACCEPTED
    assert await found(world, keys.card, over_data(value, "pkcs1")) == ACCEPTED


async def test_another_hash_than_was_signed_is_a_mismatch(world: World, keys: Keys) -> None:
    value = keys.card.sign(DATA, padding.PKCS1v15(), hashes.SHA256())

    assert await found(world, keys.card, over_data(value, "pkcs1", hash="sha512")) == MISMATCH
    assert await found(world, keys.card, over_digest(value, "pkcs1", "sha512")) == MISMATCH


async def test_sha_1_is_not_supported(world: World, keys: Keys) -> None:
    value = keys.card.sign(DATA, padding.PKCS1v15(), hashes.SHA1())  # noqa: S303

    for name in ("sha1", "SHA-1", "md5", "", "sha-256 "):
        assert await found(world, keys.card, over_data(value, "pkcs1", hash=name)) == UNSUPPORTED


async def test_the_bare_hash_is_another_encoding_than_its_digest_info(
    world: World, keys: Keys
) -> None:
    value = bare(keys.card, DATA)
    with_info = keys.card.sign(DATA, padding.PKCS1v15(), hashes.SHA256())

    for signature, encoding, expected in (
        (value, "pkcs1-bare", ACCEPTED),
        (value, "pkcs1", MISMATCH),
        (with_info, "pkcs1-bare", MISMATCH),
    ):
        assert await found(world, keys.card, over_data(signature, encoding)) == expected
        over = over_digest(signature, encoding, "sha256")
        assert await found(world, keys.card, over) == expected


async def test_a_bare_sha_512_is_compared_whole(world: World, keys: Keys) -> None:
    value = pad_and_sign(keys.card, em(hashlib.sha512(DATA).digest()))

    assert await found(world, keys.card, over_digest(value, "pkcs1-bare", "sha512")) == ACCEPTED
    assert await found(world, keys.card, over_digest(value, "pkcs1-bare", "sha384")) == MISMATCH


@pytest.mark.parametrize(
    ("curve", "name", "size"), [("p256", "sha256", 32), ("p384", "sha384", 48)]
)
async def test_ecdsa_comes_as_der_and_raw(
    world: World, keys: Keys, curve: str, name: str, size: int
) -> None:
    key: ec.EllipticCurvePrivateKey = getattr(keys, curve)
    as_der = key.sign(DATA, ec.ECDSA(HASHES[name]))
    as_raw = raw(key, size, DATA)

    for value, encoding, expected in (
        (as_der, "ecdsa-der", ACCEPTED),
        (as_raw, "ecdsa-raw", ACCEPTED),
        (as_der, "ecdsa-raw", MISMATCH),
        (as_raw, "ecdsa-der", MISMATCH),
    ):
        assert await found(world, key, over_data(value, encoding, hash=name)) == expected
        assert await found(world, key, over_data(value, encoding)) == expected
        assert await found(world, key, over_digest(value, encoding, name)) == expected


async def test_a_curve_has_one_hash(world: World, keys: Keys) -> None:
    value = keys.p384.sign(DATA, ec.ECDSA(hashes.SHA256()))

    assert await found(world, keys.p384, over_digest(value, "ecdsa-der", "sha256")) == UNSUPPORTED


@pytest.mark.parametrize("encoding", ["pkcs1", "pkcs1-bare", "ecdsa-der", "ecdsa-raw"])
async def test_an_encoding_of_another_kind_of_key_is_not_tried(
    world: World, keys: Keys, encoding: str
) -> None:
    key: PrivateKey = keys.p256 if encoding.startswith("pkcs1") else keys.card

    assert await found(world, key, over_data(bytes(64), encoding)) == UNSUPPORTED


@pytest.mark.parametrize("value", [b"", b"\x00", bytes(256), b"\xff" * 256, bytes(100_000)])
async def test_rubbish_is_a_mismatch(world: World, keys: Keys, value: bytes) -> None:
    for encoding in ("pkcs1", "pkcs1-bare"):
        assert await found(world, keys.card, over_data(value, encoding)) == MISMATCH
    for encoding in ("ecdsa-der", "ecdsa-raw"):
        assert await found(world, keys.p256, over_data(value, encoding)) == MISMATCH


@pytest.mark.parametrize(
    "changes",
    [
        {"digest": digest("sha256"), "hash": "sha256"},
        {"data": None},
        {"data": None, "digest": digest("sha256")},
        {"data": None, "digest": digest("sha384"), "hash": "sha256"},
        {"data": None, "digest": "", "hash": "sha256"},
        {"value": 5},
        {"value": "?"},
        {"values": "AA=="},
    ],
)
async def test_a_signature_that_is_not_told_whole_is_no_request(
    world: World, keys: Keys, changes: dict[str, object]
) -> None:
    value = keys.card.sign(DATA, padding.PKCS1v15(), hashes.SHA256())

    assert await found(world, keys.card, over_data(value, "pkcs1")) == ACCEPTED
    assert await found(world, keys.card, over_data(value, "pkcs1") | changes) == MALFORMED


async def test_an_encoding_that_is_none_is_not_supported(world: World, keys: Keys) -> None:
    assert await found(world, keys.card, over_data(bytes(256), "pss")) == UNSUPPORTED


async def test_a_bad_signature_refuses_though_revocation_is_not_known(
    world: World, keys: Keys
) -> None:
    certificate = world.issue().certificate
    for profile in ("jpki-auth", "general"):
        asked = card_line(world, certificate, crls=[], signature=over_data(bytes(256), "pkcs1"))
        assert await verdict(asked | {"profile": profile}) == MISMATCH


async def test_without_one_the_certificate_alone_is_verified(world: World) -> None:
    certificate = world.issue().certificate

    assert await verdict(card_line(world, certificate)) == ACCEPTED
    assert await verdict(card_line(world, certificate, signature=None)) == ACCEPTED
