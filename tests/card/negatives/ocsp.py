"""OCSP responses with one wrong thing (RFC 6960 §3.2): the matrix of 22, and what goes with it."""

from dataclasses import replace
from datetime import timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes

from tests.card.batch.desk import base64
from tests.card.forge import oid_der, tlv
from tests.card.negatives.responses import (
    OCSP,
    changed,
    given,
    good,
    named,
    other_generation,
    revoked,
    revoking,
    sibling,
    signed,
    single,
    singles,
    spoilt,
    stale,
    unsuccessful,
    unusable,
    usable,
)
from tests.card.negatives.town import accepted
from tests.card.world import NOW
from tests.plugins import ocsp_forge as forge
from tests.plugins.ocsp_forge import (
    CertificateId,
    extension,
    nonce_extension,
)

SECOND, DAY = timedelta(seconds=1), timedelta(days=1)
SHA_1 = hashes.SHA1()  # noqa: S303
UNKNOWN_CRITICAL = extension(forge.OID_UNKNOWN, b"\5\0", critical=True)
UNKNOWN_EXTENSION = x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3.4"), b"")
UNREADABLE = tlv(0x30, tlv(0x30, oid_der("1.2.840.113549.1.1.1")) + tlv(0x03, b"\0\1"))

REVOKED = (
    *(revoked(f"for the reason {code}", revoking(code)) for code in (1, 2, 3, 4, 5, 6, 9, 10)),
    revoked("for no reason", revoking()),
    revoked(
        "by the CA itself", lambda ocsp: ocsp.by_the_ca().with_single(status=forge.revoked(NOW))
    ),
    revoked(
        "beside a good answer in it",
        singles(lambda own: (own, replace(own, status=forge.revoked(NOW)))),
    ),
    revoked(
        "before a good answer in it",
        singles(lambda own: (replace(own, status=forge.revoked(NOW)), own)),
    ),
    revoked("by a second response", good, revoking()),
    revoked("by a first response", revoking(), good),
    revoked("from a day in the future on", single(status=forge.revoked(NOW + DAY))),
)

STATUS = (
    unusable("the responder does not know it", single(status=forge.UNKNOWN)),
    unusable("a status that there is not", single(status=tlv(0x83, b""))),
    unusable("good, with something in it", single(status=tlv(0x80, b"\0"))),
    unusable("revoked without a time", single(status=tlv(0xA1, b""))),
    unusable("revoked for the reason 7", revoking(7)),
    unusable("revoked and taken back", revoking(8)),
    unusable("both good and unknown", single(status=forge.GOOD + forge.UNKNOWN)),
    *(
        unusable(f"the responder says {name}", unsuccessful(code))
        for code, name in (
            (1, "malformedRequest"),
            (2, "internalError"),
            (3, "tryLater"),
            (4, "what there is not"),
            (5, "sigRequired"),
            (6, "unauthorized"),
        )
    ),
    unusable(
        "tryLater around a good answer",
        spoilt(lambda der: der.replace(b"\x0a\1\0", b"\x0a\1\3", 1)),
    ),
)

CERTIFICATE_IDS = (
    unusable("of another serial number", named(lambda _, own: replace(own, serial=own.serial + 1))),
    unusable(
        "of its serial number, negative", named(lambda _, own: replace(own, serial=-own.serial))
    ),
    unusable("of another CA's name", named(lambda _, own: replace(own, name_hash=bytes(32)))),
    unusable("of another CA's key", named(lambda _, own: replace(own, key_hash=bytes(32)))),
    unusable(
        "of a sibling CA",
        named(lambda ocsp, _: CertificateId.of(ocsp.leaf, sibling(ocsp).certificate)),
    ),
    unusable(
        "of another generation",
        named(lambda ocsp, _: CertificateId.of(ocsp.leaf, other_generation(ocsp).certificate)),
    ),
    unusable(
        "by a hash that nobody uses",
        named(lambda ocsp, _: CertificateId.of(ocsp.leaf, ocsp.issuer, "sha512")),
    ),
    unusable(
        "by SHA-1 under the name of SHA-256",
        named(
            lambda ocsp, _: replace(
                CertificateId.of(ocsp.leaf, ocsp.issuer, "sha1"), hash_name="sha256"
            )
        ),
    ),
    unusable(
        "by one hash of each",
        named(
            lambda ocsp, own: replace(
                own, key_hash=CertificateId.of(ocsp.leaf, ocsp.issuer, "sha1").key_hash
            )
        ),
    ),
    unusable("of nobody", changed(singles=())),
)

TIMES = (
    unusable("thisUpdate in the future by a second", single(this_update=NOW + SECOND)),
    unusable(
        "no nextUpdate, 5 minutes old",
        single(next_update=None, this_update=NOW - timedelta(minutes=5)),
    ),
    unusable("no nextUpdate, 10 days old", single(next_update=None, this_update=NOW - 10 * DAY)),
    unusable(
        "a time without seconds",
        signed(lambda tbs: setattr(tbs.children[1], "content", b"202611200259Z")),
    ),
    unusable(
        "a time with a fraction",
        signed(lambda tbs: setattr(tbs.children[1], "content", b"20261120025900.5Z")),
    ),
    unusable(
        "a time of another zone",
        signed(lambda tbs: setattr(tbs.children[1], "content", b"20261120025900+0900")),
    ),
    unusable(
        "a day that does not exist",
        signed(lambda tbs: setattr(tbs.children[1], "content", b"20260230025900Z")),
    ),
    stale("nextUpdate past by a second", single(next_update=NOW - SECOND)),
    stale(
        "nextUpdate past, though it revokes",
        single(next_update=NOW - SECOND, status=forge.revoked(NOW - DAY)),
    ),
    stale("nextUpdate long past", single(this_update=NOW - 9 * DAY, next_update=NOW - 8 * DAY)),
)

FORM = (
    unusable("none at all", lambda ocsp: b""),
    unusable("an HTML page", lambda ocsp: b"<!DOCTYPE html><title>502</title>"),
    unusable("a megabyte of zeros", lambda ocsp: bytes(1_000_000)),
    unusable("the last byte lost", spoilt(lambda der: der[:-1])),
    unusable("a byte behind it", spoilt(lambda der: der + b"\0")),
    unusable("an indefinite length", spoilt(lambda der: b"\x30\x80" + der[4:] + b"\0\0")),
    unusable("a length that is not minimal", spoilt(lambda der: b"\x30\x83\0" + der[2:])),
    unusable("successful without a response", lambda ocsp: bytes.fromhex("30030a0100")),
    unusable(
        "another type of response",
        spoilt(lambda der: der.replace(oid_der(forge.OID_BASIC), oid_der("1.3.6.1.5.5.7.48.1.3"))),
    ),
    unusable("its default version written out", changed(version=bytes.fromhex("a003020100"))),
    unusable("version 2", changed(version=bytes.fromhex("a003020101"))),
    unusable("no responder", changed(responder_id=b"")),
    unusable("an unknown critical extension", changed(extensions=UNKNOWN_CRITICAL)),
    unusable("an unknown critical extension of its answer", single(extensions=UNKNOWN_CRITICAL)),
    unusable("an extension twice", changed(extensions=nonce_extension(b"1") * 2)),
    unusable(
        "a critical flag written as FALSE",
        changed(extensions=UNKNOWN_CRITICAL.replace(b"\1\1\xff", b"\1\1\0")),
    ),
)

REFUSALS = (*REVOKED, *STATUS, *CERTIFICATE_IDS, *TIMES, *FORM)


ACCEPTANCES = (
    usable(
        "by a CertID of SHA-1",
        named(lambda ocsp, _: CertificateId.of(ocsp.leaf, ocsp.issuer, "sha1")),
    ),
    usable(
        "before another's answer",
        singles(
            lambda own: (
                own,
                replace(
                    own,
                    certificate_id=replace(own.certificate_id, serial=1),
                    status=forge.revoked(NOW),
                ),
            )
        ),
    ),
    usable(
        "behind another's answer",
        singles(
            lambda own: (
                replace(
                    own,
                    certificate_id=replace(own.certificate_id, serial=1),
                    status=forge.revoked(NOW),
                ),
                own,
            )
        ),
    ),
    usable("with a nonce that nobody asked for", changed(extensions=nonce_extension(b"x" * 32))),
    usable("with an unknown extension", changed(extensions=extension(forge.OID_UNKNOWN, b"\5\0"))),
    usable("produced after the time asked about", changed(produced_at=NOW + DAY)),
    usable("in its first second", single(this_update=NOW)),
    usable("in its last second", single(next_update=NOW)),
    accepted(
        "OCSP: unusable beside a good one", lambda town: given(b"", town.ocsp.response()), OCSP
    ),
    accepted(
        "OCSP: unusable beside a good CRL",
        lambda town: {**given(b""), "crls": [base64(town.crl())]},
        OCSP,
    ),
)
