"""CRLs to one's taste, written as DER: any part may be wrong, and is signed all the same."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes

from gateway.card.general.crl import CrlEvidence
from gateway.card.general.crl_points import Reasons
from gateway.card.general.model import GeneralPath
from tests.card.forge import TRUE, oid_der, sign_bytes, tlv
from tests.card.general.pki import AT, Entity, Key, check

THIS_UPDATE, NEXT_UPDATE = AT - timedelta(days=1), AT + timedelta(days=1)
ECDSA_WITH_SHA256 = tlv(0x30, oid_der("1.2.840.10045.4.3.2"))

AUTHORITY_KEY_IDENTIFIER, CRL_NUMBER = "2.5.29.35", "2.5.29.20"
ISSUING_DISTRIBUTION_POINT, DELTA_CRL_INDICATOR = "2.5.29.28", "2.5.29.27"
CRL_REASON, INVALIDITY_DATE, CERTIFICATE_ISSUER = "2.5.29.21", "2.5.29.24", "2.5.29.29"
UNKNOWN = "1.3.6.1.4.1.32473.1"

KEY_COMPROMISE, CERTIFICATE_HOLD, REMOVE_FROM_CRL = 1, 6, 8


def integer(value: int) -> bytes:
    return tlv(0x02, value.to_bytes(value.bit_length() // 8 + 1, signed=True))


def utc_time(at: datetime) -> bytes:
    return tlv(0x17, at.strftime("%y%m%d%H%M%SZ").encode())


def generalized_time(at: datetime) -> bytes:
    return tlv(0x18, at.strftime("%Y%m%d%H%M%SZ").encode())


def extension(oid: str, value: bytes, *, critical: bool = False) -> bytes:
    return tlv(0x30, oid_der(oid) + (TRUE if critical else b"") + tlv(0x04, value))


def entry(
    serial_number: int | bytes,
    reason: int | None = None,
    *extensions: bytes,
    at: bytes | None = None,
) -> bytes:
    """`serial_number`, `at`: a value, or its whole DER."""
    serial = integer(serial_number) if isinstance(serial_number, int) else serial_number
    if reason is not None:
        extensions = (extension(CRL_REASON, tlv(0x0A, bytes((reason,)))), *extensions)
    tail = tlv(0x30, b"".join(extensions)) if extensions else b""
    return tlv(0x30, serial + (at or utc_time(THIS_UPDATE)) + tail)


def directory(subject: x509.Name) -> bytes:
    """As a GeneralName."""
    return tlv(0xA4, subject.public_bytes())


def certificate_issuer(subject: x509.Name) -> bytes:
    return extension(CERTIFICATE_ISSUER, tlv(0x30, directory(subject)), critical=True)


def reason_flags(reasons: Reasons) -> bytes:
    """The content of the BIT STRING, its last written bit a one."""
    places = [place for place in range(1, 9) if Reasons(1 << place) in reasons]
    octets = sum(1 << (15 - place) for place in places).to_bytes(2).rstrip(b"\0")
    return bytes((len(octets) * 8 - 1 - max(places),)) + octets


def point(
    *names: x509.Name,
    relative: bytes | None = None,
    flags: Sequence[int] = (),
    reasons: Reasons | None = None,
) -> bytes:
    """issuingDistributionPoint. `flags`: the numbers of those that are TRUE."""
    full = tlv(0xA0, tlv(0xA0, b"".join(map(directory, names)))) if names else b""
    full = full if relative is None else tlv(0xA0, tlv(0xA1, relative))
    fields = {0: full} if full else {}
    fields |= {number: tlv(0x80 | number, b"\xff") for number in flags}
    fields |= {} if reasons is None else {3: tlv(0x83, reason_flags(reasons))}
    content = b"".join(fields[number] for number in sorted(fields))
    return extension(ISSUING_DISTRIBUTION_POINT, tlv(0x30, content), critical=True)


USER, CA, INDIRECT, ATTRIBUTE = 1, 2, 4, 5


def number(value: int = 1, *, critical: bool = False) -> bytes:
    return extension(CRL_NUMBER, integer(value), critical=critical)


def key_identifier(of: Key) -> bytes:
    digest = x509.SubjectKeyIdentifier.from_public_key(of.public_key()).digest
    return extension(AUTHORITY_KEY_IDENTIFIER, tlv(0x30, tlv(0x80, digest)))


def delta(base: int) -> bytes:
    return extension(DELTA_CRL_INDICATOR, integer(base), critical=True)


def make_crl(
    issuer: Entity,
    *entries: bytes,
    extensions: Sequence[bytes] = (),
    crl_number: bytes | None = None,
    identifier: bytes | None = None,
    version: bytes = b"\x02\x01\x01",
    inner_algorithm: bytes = ECDSA_WITH_SHA256,
    outer_algorithm: bytes = ECDSA_WITH_SHA256,
    issuer_name: bytes | None = None,
    this_update: bytes | None = None,
    next_update: bytes | None = None,
    key: Key | None = None,
    hash_algorithm: hashes.HashAlgorithm | None = None,
    bare: bool = False,
) -> bytes:
    """Good in all that is not said. `bare`: no extensions at all; b"" leaves a part out."""
    found = (
        number() if crl_number is None else crl_number,
        key_identifier(issuer.key) if identifier is None else identifier,
        *extensions,
    )
    tbs = tlv(
        0x30,
        version
        + inner_algorithm
        + (issuer.name.public_bytes() if issuer_name is None else issuer_name)
        + (utc_time(THIS_UPDATE) if this_update is None else this_update)
        + (utc_time(NEXT_UPDATE) if next_update is None else next_update)
        + (tlv(0x30, b"".join(entries)) if entries else b"")
        + (b"" if bare else tlv(0xA0, tlv(0x30, b"".join(found)))),
    )
    signature = sign_bytes(key or issuer.key, tbs, hash_algorithm)
    return tlv(0x30, tbs + outer_algorithm + tlv(0x03, b"\0" + signature))


def distribution_points(
    *names: x509.Name,
    relative: x509.RelativeDistinguishedName | None = None,
    reasons: frozenset[x509.ReasonFlags] | None = None,
    crl_issuer: x509.Name | None = None,
) -> tuple[x509.ExtensionType, bool]:
    """One cRLDistributionPoint, as `pki.issue` takes extensions."""
    full = [x509.DirectoryName(each) for each in names] or None
    issuers = None if crl_issuer is None else [x509.DirectoryName(crl_issuer)]
    return x509.CRLDistributionPoints(
        [x509.DistributionPoint(full, relative, reasons, issuers)]
    ), False


def serial_number(of: Entity) -> int:
    return x509.load_der_x509_certificate(of.der).serial_number


def ask(
    leaf: Entity,
    crls: Sequence[bytes],
    *pool: Entity,
    anchor: Entity,
    at: datetime = AT,
) -> GeneralPath:
    """The whole of the general profile, with these CRLs as its evidence."""
    evidence = CrlEvidence(crls, [each.der for each in pool])
    return check(leaf, *pool, anchor=anchor, at=at, revocation=evidence)
