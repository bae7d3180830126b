"""One SignedData (RFC 5652 §5): its signers, each over content whose digest is given."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from hashlib import new as new_hash
from typing import Any

from asn1crypto import cms, core, parser, x509

from gateway.card.api import CertificateError, Reason
from gateway.card.documents.algorithms import read_encoding, read_hash
from gateway.card.documents.content import Content, content_of
from gateway.card.documents.model import Covers, ReadSignature, UnverifiedSignature
from gateway.card.documents.signed_attributes import (
    CONTENT_TYPE,
    MESSAGE_DIGEST,
    SIGNING_TIME,
    SignedAttributes,
    octets,
    read_signed_attributes,
)
from gateway.card.documents.signing_certificate import check_signing_certificate
from gateway.card.documents.unreadable import unreadable
from gateway.card.model import Digest

MOST_SIGNERS = 64
MOST_CERTIFICATES = 64
ID_SIGNED_DATA, ID_DATA = "1.2.840.113549.1.7.2", "1.2.840.113549.1.7.1"


@dataclass(frozen=True, slots=True)
class _Signed:
    """What all signers of one SignedData share."""

    content: Content
    content_type: core.ObjectIdentifier
    certificates: Sequence[x509.Certificate]


def read_signed_data(der: bytes, content: Content | None) -> tuple[ReadSignature, ...]:
    """Its signatures, in their order, each of which covers the content whole. `content`: what was
    signed where it is detached, None where the SignedData itself must hold it. Raises
    CertificateError where it cannot be read or has no signer; nothing else, for any bytes."""
    try:
        signed_data = _unwrap(der)
        signed = _Signed(
            content=cache(_the_content(signed_data["encap_content_info"]["content"], content)),
            content_type=signed_data["encap_content_info"]["content_type"],
            certificates=_certificates(signed_data["certificates"]),
        )
        signers = _few(signed_data["signer_infos"], MOST_SIGNERS)
    except CertificateError:
        raise
    except Exception as error:  # asn1crypto raises whatever the bytes make it
        raise unreadable(error) from error
    if not signers:
        raise CertificateError(Reason.NOT_SIGNED, "a SignedData without a signer")
    return tuple(_read(signer, signed) for signer in signers)


def _unwrap(der: bytes) -> cms.SignedData:
    whole = cms.ContentInfo.load(der, strict=True)
    if whole["content_type"].dotted != ID_SIGNED_DATA:
        raise CertificateError(Reason.MALFORMED_DOCUMENT, "no SignedData")
    return whole["content"]


def _the_content(attached: core.Asn1Value, detached: Content | None) -> Content:
    if isinstance(attached, core.Void):
        if detached is None:
            raise CertificateError(Reason.MALFORMED_DOCUMENT, "what was signed is not there")
        return detached
    if detached is not None:
        raise CertificateError(Reason.MALFORMED_DOCUMENT, "what was signed is there twice")
    if not isinstance(attached, core.OctetString | core.ParsableOctetString):
        raise CertificateError(Reason.MALFORMED_DOCUMENT, "the content is no OCTET STRING")
    return content_of(bytes(attached))


def _certificates(certificates: cms.CertificateSet) -> Sequence[x509.Certificate]:
    """X.509 certificates, each once."""
    if isinstance(certificates, core.Void):
        return ()
    few = _few(certificates, MOST_CERTIFICATES)
    found = [choice.chosen for choice in few if choice.name == "certificate"]
    return tuple({certificate.dump(): certificate for certificate in found}.values())


def _few(values: core.SetOf, most: int) -> Sequence[Any]:
    """All of them. They are counted first: asn1crypto takes long for what is many."""
    rest = values.contents
    for _ in range(most):
        if rest:
            rest = rest[parser.peek(rest) :]
    if rest:
        raise CertificateError(Reason.DOCUMENT_TOO_COMPLEX, "too many signers or certificates")
    return tuple(values)


def _read(signer: cms.SignerInfo, signed: _Signed) -> ReadSignature:
    try:
        return _read_signer(signer, signed)
    except CertificateError as error:
        return error
    except Exception as error:  # noqa: BLE001 - asn1crypto raises whatever the bytes make it
        return unreadable(error)


def _read_signer(signer: cms.SignerInfo, signed: _Signed) -> UnverifiedSignature:
    hash_algorithm = read_hash(signer["digest_algorithm"])
    encoding = read_encoding(signer["signature_algorithm"], hash_algorithm)
    certificate = _signers_certificate(signer["sid"], signed.certificates)
    digest, signing_time = signed.content(hash_algorithm), None
    if not isinstance(signer["signed_attrs"], core.Void):
        attributes = read_signed_attributes(signer["signed_attrs"].contents)
        _check_attributes(attributes, signed.content_type, digest)
        check_signing_certificate(attributes, certificate)
        digest = new_hash(hash_algorithm, attributes.encoded).digest()
        signing_time = _signing_time(attributes)
    elif signed.content_type.dotted != ID_DATA:
        # RFC 5652 §5.3: only id-data may be signed without them.
        raise CertificateError(Reason.MALFORMED_DOCUMENT, "signed attributes are missing")
    return UnverifiedSignature(
        unverified_certificate=certificate.dump(),
        signature=signer["signature"].native,
        encoding=encoding,
        digest=Digest(hash_algorithm, digest),
        covers=Covers.WHOLE,
        claimed_signing_time=signing_time,
    )


def _check_attributes(
    attributes: SignedAttributes, content_type: core.ObjectIdentifier, digest: bytes
) -> None:
    if attributes.require(CONTENT_TYPE) != content_type.dump():
        raise CertificateError(Reason.MALFORMED_DOCUMENT, "another content type was signed")
    if octets(attributes.require(MESSAGE_DIGEST)) != digest:
        raise CertificateError(Reason.DOCUMENT_CHANGED, "other content was signed")


def _signers_certificate(
    sid: cms.SignerIdentifier, certificates: Sequence[x509.Certificate]
) -> x509.Certificate:
    found = [certificate for certificate in certificates if _is_meant(sid, certificate)]
    if len(found) != 1:
        message = "the signer's certificate is not in it, or in it twice"
        raise CertificateError(Reason.MALFORMED_DOCUMENT, message)
    return found[0]


def _is_meant(sid: cms.SignerIdentifier, certificate: x509.Certificate) -> bool:
    if sid.name == "subject_key_identifier":
        meant: bytes = sid.chosen.native
        return bool(meant == certificate.key_identifier)
    issuer = certificate["tbs_certificate"]["issuer"]
    return bool(
        sid.chosen["issuer"].dump() == issuer.dump()
        and sid.chosen["serial_number"].native == certificate.serial_number
    )


def _signing_time(attributes: SignedAttributes) -> datetime | None:
    value = attributes.find(SIGNING_TIME)
    if value is None:
        return None
    time = cms.Time.load(value, strict=True).native
    if not isinstance(time, datetime) or time.tzinfo is None:
        raise CertificateError(Reason.MALFORMED_DOCUMENT, "its signing time is none")
    return time.astimezone(UTC)
