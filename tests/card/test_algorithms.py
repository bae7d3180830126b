"""Algorithms and keys: what is not listed is refused."""

from dataclasses import replace

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from gateway.card.api import Reason
from gateway.card.model import Outcome
from gateway.virtual.template import CertificateTemplate
from tests.card.forge import (
    Field,
    der,
    oid_der,
    parse,
    replace_field,
    sign_bytes,
    tlv,
)
from tests.card.world import World

pytestmark = pytest.mark.anyio

UNKNOWN_OID = "1.3.6.1.4.1.99999.1"

RSA_WITH_SHA1 = bytes.fromhex("300d06092a864886f70d0101050500")
RSA_WITH_SHA256_WITHOUT_NULL = bytes.fromhex("300b06092a864886f70d01010b")
RSA_WITH_SHA384 = bytes.fromhex("300d06092a864886f70d01010c0500")
RSA_WITH_SHA512 = bytes.fromhex("300d06092a864886f70d01010d0500")
RSA_PSS = bytes.fromhex("300d06092a864886f70d01010a3000")
ECDSA_WITH_SHA512 = bytes.fromhex("300a06082a8648ce3d040304")
ED25519 = bytes.fromhex("300506032b6570")


async def reason(world: World, certificate: bytes) -> Reason | None:
    found = await world.verify(certificate)
    assert found.outcome is (Outcome.ACCEPTED if found.reason is None else Outcome.REFUSED)
    return found.reason


async def test_two_names_for_the_signature_algorithm_are_refused(world: World) -> None:
    """RFC 5280 §4.1.1.2."""
    forged = world.forged(replace_field(Field.ALGORITHM, RSA_WITH_SHA384))

    assert await reason(world, forged) is Reason.MALFORMED_CERTIFICATE


@pytest.mark.parametrize(
    "algorithm",
    [
        RSA_WITH_SHA1,
        RSA_WITH_SHA384,
        RSA_WITH_SHA512,
        RSA_PSS,
        ECDSA_WITH_SHA512,
        ED25519,
        RSA_WITH_SHA256_WITHOUT_NULL,
    ],
)
async def test_an_algorithm_that_is_not_listed_is_refused(world: World, algorithm: bytes) -> None:
    assert await reason(world, under(algorithm, world)) is Reason.UNSUPPORTED_ALGORITHM


async def test_sha_1_is_refused_with_a_signature_that_is_right(world: World) -> None:
    forged = under(RSA_WITH_SHA1, world, hashes.SHA1())  # noqa: S303

    assert await reason(world, forged) is Reason.UNSUPPORTED_ALGORITHM


def under(
    algorithm: bytes, world: World, hash_algorithm: hashes.HashAlgorithm | None = None
) -> bytes:
    """A certificate that names another signature algorithm, in both places."""
    whole = parse(world.forged(replace_field(Field.ALGORITHM, algorithm)))
    whole.children[1].replacement = algorithm
    if hash_algorithm is not None:
        signature = sign_bytes(world.ca_key(), whole.children[0].encode(), hash_algorithm)
        whole.children[2].content = b"\x00" + signature
    return whole.encode()


@pytest.mark.parametrize(
    ("bits", "exponent", "expected"),
    [
        (2048, 65537, None),
        (3072, 65537, None),
        (1024, 65537, Reason.WEAK_KEY),
        (2047, 65537, Reason.WEAK_KEY),
        (2048, 3, Reason.WEAK_KEY),
        (8192, 65537, Reason.UNSUPPORTED_ALGORITHM),
    ],
)
async def test_an_rsa_key_is_of_a_size_that_is_safe_and_cheap(
    world: World, bits: int, exponent: int, expected: Reason | None
) -> None:
    numbers = rsa.RSAPublicNumbers(exponent, (1 << (bits - 1)) + 3 * 5 * 7 * 11 * 13 + 2)
    public_key = numbers.public_key()

    def change(template: CertificateTemplate) -> CertificateTemplate:
        return replace(template, public_key=public_key)

    found = await world.verify(world.issue(customise=change).certificate)

    if expected is None:
        # The key is good; the signature of another one is what is wrong here.
        assert found.reason is Reason.SIGNATURE_MISMATCH
    else:
        assert found.reason is expected


@pytest.mark.parametrize("curve", [ec.SECP256K1(), ec.SECP521R1(), ec.BrainpoolP256R1()])
async def test_a_curve_that_is_not_listed_is_refused(world: World, curve: ec.EllipticCurve) -> None:
    issued = world.issue(key=ec.generate_private_key(curve))

    assert await reason(world, der(issued.certificate)) is Reason.UNSUPPORTED_ALGORITHM


async def test_a_key_of_another_kind_is_refused(world: World) -> None:
    key = ed25519.Ed25519PrivateKey.generate().public_key()
    spki = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)

    forged = world.forged(replace_field(Field.KEY, spki))

    assert await reason(world, forged) is Reason.UNSUPPORTED_ALGORITHM


async def test_a_key_of_a_kind_that_nobody_knows_is_refused(world: World) -> None:
    algorithm = tlv(0x30, oid_der(UNKNOWN_OID))
    unknown = tlv(0x30, algorithm + tlv(0x03, b"\x00" + bytes(32)))

    forged = world.forged(replace_field(Field.KEY, unknown))

    assert await reason(world, forged) is Reason.UNSUPPORTED_ALGORITHM
