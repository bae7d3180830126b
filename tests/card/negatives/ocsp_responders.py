"""OCSP responses whose signer may not answer, or has not signed them (RFC 6960 §4.2.2.2)."""

from dataclasses import replace
from datetime import timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import ExtendedKeyUsageOID as Purpose

from gateway.virtual.keys import PrivateKey
from tests.card.forge import Field, extensions, key_usage, oid_der, replace_field, tlv
from tests.card.negatives.responses import (
    by_the_holder,
    ca_named,
    changed,
    delegate,
    delegate_key,
    delegate_of,
    forged_delegate,
    other_generation,
    p521,
    self_appointed,
    sibling,
    unsigned,
    unusable,
    usable,
)
from tests.card.world import NOW
from tests.plugins import ocsp_forge as forge
from tests.plugins.ocsp_forge import (
    by_key,
    by_name,
    extension,
)

SECOND, DAY = timedelta(seconds=1), timedelta(days=1)
SHA_1 = hashes.SHA1()  # noqa: S303
UNKNOWN_CRITICAL = extension(forge.OID_UNKNOWN, b"\5\0", critical=True)
UNKNOWN_EXTENSION = x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3.4"), b"")
UNREADABLE = tlv(0x30, tlv(0x30, oid_der("1.2.840.113549.1.1.1")) + tlv(0x03, b"\0\1"))


def short_key() -> PrivateKey:
    return rsa.generate_private_key(65_537, 1_024)  # noqa: S505


RESPONDERS = (
    unusable(
        "a delegate for clientAuth only",
        delegate(lambda made: made.with_extension(x509.ExtendedKeyUsage([Purpose.CLIENT_AUTH]))),
    ),
    unusable(
        "a delegate for any purpose",
        delegate(
            lambda made: made.with_extension(
                x509.ExtendedKeyUsage([Purpose.ANY_EXTENDED_KEY_USAGE])
            )
        ),
    ),
    unusable(
        "a delegate for no purpose",
        delegate(lambda made: made.without_extension(x509.ExtendedKeyUsage.oid)),
    ),
    unusable(
        "a delegate past its last second",
        delegate(lambda made: replace(made, not_after=NOW - SECOND)),
    ),
    unusable(
        "a delegate before its first second",
        delegate(lambda made: replace(made, not_before=NOW + SECOND)),
    ),
    unusable(
        "a delegate without nocheck",
        delegate(lambda made: made.without_extension(x509.OCSPNoCheck.oid)),
    ),
    unusable(
        "a delegate without digitalSignature",
        delegate(lambda made: made.with_extension(key_usage("content_commitment"), critical=True)),
    ),
    unusable(
        "a delegate with an unknown critical extension",
        delegate(lambda made: made.with_extension(UNKNOWN_EXTENSION, critical=True)),
    ),
    unusable("a delegate of a sibling CA", delegate_of(sibling)),
    unusable("a delegate of another generation", delegate_of(other_generation)),
    unusable("a delegate of its own making", self_appointed),
    unusable("a delegate with RSA-1024", delegate_key(short_key)),
    unusable("a delegate on P-521", delegate_key(p521)),
    unusable(
        "a delegate signed with SHA-512",
        delegate(lambda made: replace(made, hash_algorithm=hashes.SHA512())),
    ),
    unusable(
        "a delegate with an extension twice",
        forged_delegate(lambda tbs: extensions(tbs).append(extensions(tbs)[0])),
    ),
    unusable(
        "a delegate of version 2",
        forged_delegate(replace_field(Field.VERSION, bytes.fromhex("a003020101"))),
    ),
    unusable(
        "a delegate with an unreadable key", forged_delegate(replace_field(Field.KEY, UNREADABLE))
    ),
    unusable("the person himself", by_the_holder),
    unusable(
        "a sibling CA",
        lambda ocsp: replace(
            ocsp.by_the_ca(),
            key=sibling(ocsp).private_key,
            responder_id=by_key(sibling(ocsp).certificate),
        ),
    ),
    unusable(
        "a sibling CA under the CA's name",
        lambda ocsp: replace(ocsp.by_the_ca(), key=sibling(ocsp).private_key),
    ),
    unusable(
        "another generation of the CA",
        lambda ocsp: replace(
            ocsp.by_the_ca(),
            key=other_generation(ocsp).private_key,
            responder_id=by_name(ocsp.issuer),
        ),
    ),
    unusable("a delegate without its certificate", changed(certificates=())),
    unusable("another than it names, by name", ca_named(by_name)),
    unusable("another than it names, by key", ca_named(by_key)),
    unusable(
        "more certificates than anybody reads",
        lambda ocsp: replace(ocsp.response(), certificates=(ocsp.issuer,) * 8 + (ocsp.delegate,)),
    ),
)

SIGNATURES = (
    unusable(
        "signed with another response's signature",
        lambda ocsp: replace(
            ocsp.response(),
            signature=ocsp.response().with_single(status=forge.UNKNOWN).own_signature(),
        ),
    ),
    unusable("signed with nothing", changed(signature=b"")),
    unusable("signed with zeros", changed(signature=bytes(256))),
    unusable("signed with SHA-1", changed(algorithm=forge.RSA_SHA1, hash_algorithm=SHA_1)),
    unusable(
        "signed with SHA-512", changed(algorithm=forge.RSA_SHA512, hash_algorithm=hashes.SHA512())
    ),
    unusable("signed with RSA in the name of ECDSA", changed(algorithm=forge.ECDSA_SHA256)),
    unusable(
        "a signature with unused bits",
        unsigned(
            lambda node: setattr(node.children[2], "content", b"\1" + node.children[2].content[1:])
        ),
    ),
)

REFUSALS = (*RESPONDERS, *SIGNATURES)

ACCEPTANCES = (
    usable("by the CA itself", lambda ocsp: ocsp.by_the_ca()),
    usable(
        "by a responder told by its name",
        lambda ocsp: replace(ocsp.response(), responder_id=by_name(ocsp.delegate)),
    ),
    usable(
        "by a delegate that may do more",
        delegate(
            lambda made: made.with_extension(
                x509.ExtendedKeyUsage([Purpose.OCSP_SIGNING, Purpose.CLIENT_AUTH])
            )
        ),
    ),
    usable(
        "by a delegate without keyUsage",
        delegate(lambda made: made.without_extension(x509.KeyUsage.oid)),
    ),
    usable("by a delegate in its last second", delegate(lambda made: replace(made, not_after=NOW))),
)
