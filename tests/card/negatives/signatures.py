"""The person's signature with one wrong thing: exactly the stated form, over exactly this."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding
from cryptography.hazmat.primitives.asymmetric.utils import (
    decode_dss_signature,
    encode_dss_signature,
)

from gateway.virtual.keys import PrivateKey
from tests.card.batch.desk import Line, base64, card_line
from tests.card.negatives.town import REFUSED, Base, Change, Members, Row, Town, accepted
from tests.card.test_signature import bare, em, pad_and_sign, raw
from tests.card.world import World

DATA, OTHER = "申請する".encode(), "申請しない".encode()
SHA_256_INFO = bytes.fromhex("3031300d060960864801650304020105000420")
ORDER_P256 = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
MISMATCH, UNSUPPORTED, MALFORMED = (
    "signature_mismatch",
    "unsupported_signature",
    "malformed_request",
)
HASHES: Mapping[str, hashes.HashAlgorithm] = {
    "sha256": hashes.SHA256(),
    "sha384": hashes.SHA384(),
    "sha512": hashes.SHA512(),
}
Sign = Callable[[World], bytes]


@dataclass(frozen=True)
class Form:
    """How the card signs, and with which key."""

    name: str
    encoding: str
    key: Callable[[World], PrivateKey]
    sign: Sign

    @property
    def base(self) -> Base:
        return Base(f"a signature: {self.name}", "auth", self.line)

    def line(self, town: Town) -> Line:
        leaf = town.world.issue(town.kind, key=self.key(town.world)).certificate
        return card_line(town.world, leaf, town.kind, signature=self.signature(town))

    def signature(self, town: Town, **changes: object) -> dict[str, object]:
        value = base64(self.sign(town.world))
        return {"value": value, "encoding": self.encoding, "data": base64(DATA), **changes}

    def wrong(self, name: str, sign: Sign) -> Row:
        """Of the stated form, and not a signature over the data."""
        return self.refused(name, MISMATCH, lambda town: {"value": base64(sign(town.world))})

    def refused(self, name: str, reason: str, change: Callable[[Town], Members]) -> Row:
        """`change`: of the members of `signature`."""
        return Row(f"{self.name}: {name}", self._changed(change), REFUSED, reason, self.base)

    def accepted(self, name: str, change: Callable[[Town], Members]) -> Row:
        return accepted(f"{self.name}: {name}", self._changed(change), self.base)

    def _changed(self, change: Callable[[Town], Members]) -> Change:
        return lambda town: {"signature": self.signature(town, **change(town))}


def pkcs1(world: World, data: bytes = DATA, name: str = "sha256") -> bytes:
    return world.keys.card.sign(data, padding.PKCS1v15(), HASHES[name])


def ecdsa(world: World, data: bytes = DATA) -> bytes:
    return world.keys.p256.sign(data, ec.ECDSA(hashes.SHA256()))


def padded(encoded_message: bytes) -> Sign:
    """Any EM that the card has signed: what `00 80` of the card does with what it is handed."""
    return lambda world: pad_and_sign(world.keys.card, encoded_message)


def digest(name: str, data: bytes = DATA) -> bytes:
    return hashlib.new(name, data).digest()


def over_digest(name: str, value: bytes) -> Callable[[Town], Members]:
    return lambda _: {"data": None, "hash": name, "digest": base64(value)}


def fixed(**changes: object) -> Callable[[Town], Members]:
    return lambda _: changes


def raw_of(r: int, s: int) -> Sign:
    return lambda _: r.to_bytes(32) + s.to_bytes(32)


def exchanged(world: World) -> bytes:
    r, s = decode_dss_signature(ecdsa(world))
    return encode_dss_signature(s, r)


def pss(world: World) -> bytes:
    form = padding.PSS(padding.MGF1(hashes.SHA256()), salt_length=32)
    return world.keys.card.sign(DATA, form, hashes.SHA256())


def short_padding(tail: bytes) -> bytes:
    """Bleichenbacher's forgery of 2006: the padding ends early, and garbage fills the rest."""
    start = b"\0\1" + b"\xff" * 8 + b"\0" + tail
    return start + bytes(256 - len(start))


def flipped(signature: bytes) -> bytes:
    return signature[:-1] + bytes([signature[-1] ^ 1])


PKCS1 = Form("PKCS #1", "pkcs1", lambda world: world.keys.card, pkcs1)
BARE = Form(
    "PKCS #1, bare",
    "pkcs1-bare",
    lambda world: world.keys.card,
    lambda world: bare(world.keys.card, DATA),
)
DER = Form("ECDSA in DER", "ecdsa-der", lambda world: world.keys.p256, ecdsa)
RAW = Form(
    "ECDSA, raw",
    "ecdsa-raw",
    lambda world: world.keys.p256,
    lambda world: raw(world.keys.p256, 32, DATA),
)
P384 = Form(
    "ECDSA on P-384",
    "ecdsa-raw",
    lambda world: world.keys.p384,
    lambda world: raw(world.keys.p384, 48, DATA),
)

SHA_1 = hashes.SHA1()  # noqa: S303
H = digest("sha256")
INFO_WITHOUT_NULL = bytes.fromhex("302f300b0609608648016503040201") + b"\4\x20"

OF_RSA = (
    PKCS1.wrong("nothing", lambda _: b""),
    PKCS1.wrong("zeros", lambda _: bytes(256)),
    PKCS1.wrong("the greatest number there is", lambda _: b"\xff" * 256),
    PKCS1.wrong("a hundred thousand bytes", lambda _: bytes(100_000)),
    PKCS1.wrong("a bit flipped", lambda world: flipped(pkcs1(world))),
    PKCS1.wrong("a zero before it", lambda world: b"\0" + pkcs1(world)),
    PKCS1.wrong("a zero behind it", lambda world: pkcs1(world) + b"\0"),
    PKCS1.wrong("its last byte lost", lambda world: pkcs1(world)[:-1]),
    PKCS1.wrong(
        "another key's",
        lambda world: world.keys.other.sign(DATA, padding.PKCS1v15(), HASHES["sha256"]),
    ),
    PKCS1.wrong("over other data", lambda world: pkcs1(world, OTHER)),
    PKCS1.wrong("over the hash in the place of the data", lambda world: pkcs1(world, H)),
    PKCS1.wrong("with SHA-1", lambda world: world.keys.card.sign(DATA, padding.PKCS1v15(), SHA_1)),
    PKCS1.wrong("with SHA-512", lambda world: pkcs1(world, name="sha512")),
    PKCS1.wrong("with PSS", pss),
    PKCS1.wrong("without its DigestInfo", lambda world: bare(world.keys.card, DATA)),
    PKCS1.wrong("with a DigestInfo without NULL", padded(em(INFO_WITHOUT_NULL + H))),
    PKCS1.wrong(
        "with bytes behind its DigestInfo", padded(em(SHA_256_INFO + H + b"\0", filler=b"\xff"))
    ),
    PKCS1.wrong("with its DigestInfo before garbage", padded(short_padding(SHA_256_INFO + H))),
    PKCS1.wrong("with another filler", padded(em(SHA_256_INFO + H, filler=b"\xfe"))),
    PKCS1.wrong("of block type 2", padded(em(SHA_256_INFO + H, start=b"\0\2"))),
    PKCS1.wrong("without any padding", padded(bytes(256 - 51) + SHA_256_INFO + H)),
    PKCS1.refused("over another digest", MISMATCH, over_digest("sha256", digest("sha256", OTHER))),
    PKCS1.refused(
        "over a digest of another hash", MISMATCH, over_digest("sha384", digest("sha384"))
    ),
    BARE.wrong("with its DigestInfo", pkcs1),
    BARE.wrong("over other data", lambda world: bare(world.keys.card, OTHER)),
    BARE.wrong("with a byte behind the hash", padded(em(H + b"\0"))),
    BARE.wrong("with a zero before the hash", padded(em(b"\0" + H))),
    BARE.wrong("with half the hash", padded(em(H[:16]))),
    BARE.wrong("with another filler", padded(em(H, filler=b"\xfe"))),
    BARE.wrong("of block type 2", padded(em(H, start=b"\0\2"))),
    BARE.wrong("a zero before it", lambda world: b"\0" + bare(world.keys.card, DATA)),
    BARE.refused(
        "over another hash of the same length",
        MISMATCH,
        over_digest("sha256", digest("sha256", OTHER)),
    ),
    BARE.refused(
        "over a digest of another hash", MISMATCH, over_digest("sha512", digest("sha512"))
    ),
)

OF_ECDSA = (
    DER.wrong("nothing", lambda _: b""),
    DER.wrong("an empty SEQUENCE", lambda _: b"\x30\0"),
    DER.wrong("a bit flipped", lambda world: flipped(ecdsa(world))),
    DER.wrong("raw", lambda world: raw(world.keys.p256, 32, DATA)),
    DER.wrong("over other data", lambda world: ecdsa(world, OTHER)),
    DER.wrong(
        "another key's",
        lambda world: ec.generate_private_key(ec.SECP256R1()).sign(DATA, ec.ECDSA(hashes.SHA256())),
    ),
    DER.wrong("with SHA-384", lambda world: world.keys.p256.sign(DATA, ec.ECDSA(hashes.SHA384()))),
    DER.wrong("bytes behind it", lambda world: ecdsa(world) + b"\0"),
    DER.wrong("a length that is not minimal", lambda world: b"\x30\x81" + ecdsa(world)[1:]),
    DER.wrong("an indefinite length", lambda world: b"\x30\x80" + ecdsa(world)[2:] + b"\0\0"),
    DER.wrong("r and s in each other's place", exchanged),
    DER.wrong("r of zero", lambda _: encode_dss_signature(0, 1)),
    DER.wrong("s as great as the order", lambda _: encode_dss_signature(1, ORDER_P256)),
    RAW.wrong("in DER", ecdsa),
    RAW.wrong("a byte short", lambda world: raw(world.keys.p256, 32, DATA)[:-1]),
    RAW.wrong("a byte long", lambda world: raw(world.keys.p256, 32, DATA) + b"\0"),
    RAW.wrong("of another curve's length", lambda world: raw(world.keys.p256, 48, DATA)),
    RAW.wrong("zeros", lambda _: bytes(64)),
    RAW.wrong("r and s greater than the order", lambda _: b"\xff" * 64),
    RAW.wrong("over other data", lambda world: raw(world.keys.p256, 32, OTHER)),
    P384.wrong("a bit flipped", lambda world: flipped(raw(world.keys.p384, 48, DATA))),
    P384.refused("over a digest of another curve's hash", UNSUPPORTED, over_digest("sha256", H)),
)

REQUESTS = (
    PKCS1.refused("of an EC key's form", UNSUPPORTED, fixed(encoding="ecdsa-der")),
    PKCS1.refused("of an EC key's raw form", UNSUPPORTED, fixed(encoding="ecdsa-raw")),
    DER.refused("of an RSA key's form", UNSUPPORTED, fixed(encoding="pkcs1")),
    DER.refused("of an RSA key's bare form", UNSUPPORTED, fixed(encoding="pkcs1-bare")),
    PKCS1.refused("of a form nobody knows", UNSUPPORTED, fixed(encoding="pss")),
    PKCS1.refused("of no form", MALFORMED, fixed(encoding=None)),
    PKCS1.refused("over a digest of SHA-1", UNSUPPORTED, over_digest("sha1", digest("sha1"))),
    PKCS1.refused("over a digest of MD5", UNSUPPORTED, over_digest("md5", digest("md5"))),
    PKCS1.refused("over a digest of no hash", MALFORMED, fixed(data=None, digest=base64(H))),
    PKCS1.refused("over a digest of another length", MALFORMED, over_digest("sha256", H[:-1])),
    PKCS1.refused("over nothing that is told", MALFORMED, fixed(data=None)),
    PKCS1.refused("over data and a digest", MALFORMED, fixed(hash="sha256", digest=base64(H))),
    PKCS1.refused("without its value", MALFORMED, fixed(value=None)),
    PKCS1.refused("not in base64", MALFORMED, fixed(value="?")),
)

REFUSALS = (*OF_RSA, *OF_ECDSA, *REQUESTS)

ACCEPTANCES = (
    PKCS1.accepted("over its digest", over_digest("sha256", H)),
    PKCS1.accepted(
        "with SHA-512 where it says so",
        lambda town: {"value": base64(pkcs1(town.world, name="sha512")), "hash": "sha512"},
    ),
    BARE.accepted("over its digest", over_digest("sha256", H)),
    DER.accepted("over its digest", over_digest("sha256", H)),
    P384.accepted("over its digest", over_digest("sha384", digest("sha384"))),
)
