"""Which certificate a signer names under his signature: ESS signingCertificate (RFC 2634 §5.4) and
signingCertificateV2 (RFC 5035 §3)."""

import hashlib

from asn1crypto import tsp, x509

from gateway.card.api import CertificateError, Reason
from gateway.card.documents.algorithms import read_hash
from gateway.card.documents.signed_attributes import SignedAttributes

SIGNING_CERTIFICATE = bytes.fromhex("060b2a864886f70d010910020c")
SIGNING_CERTIFICATE_V2 = bytes.fromhex("060b2a864886f70d010910022f")


def check_signing_certificate(attributes: SignedAttributes, certificate: x509.Certificate) -> None:
    """Where the signer names his certificate, it is this one. Nobody has to; raises
    CertificateError for another."""
    first = attributes.find(SIGNING_CERTIFICATE)
    if first is not None:
        # The first one named is the signer's own (RFC 2634 §5.4.1), by SHA-1: it can only refuse.
        named = tsp.SigningCertificate.load(first, strict=True)["certs"][0]
        its_hash = hashlib.sha1(certificate.dump(), usedforsecurity=False)
        _compare(named, its_hash.digest(), certificate)
    second = attributes.find(SIGNING_CERTIFICATE_V2)
    if second is not None:
        named = tsp.SigningCertificateV2.load(second, strict=True)["certs"][0]
        its_hash = hashlib.new(read_hash(named["hash_algorithm"]), certificate.dump())
        _compare(named, its_hash.digest(), certificate)


def _compare(
    named: tsp.ESSCertID | tsp.ESSCertIDv2, its_hash: bytes, certificate: x509.Certificate
) -> None:
    is_it = named["cert_hash"].native == its_hash
    if named["issuer_serial"].native is not None:
        is_it = is_it and _names(named["issuer_serial"], certificate)
    if not is_it:
        message = "the signer names another certificate"
        raise CertificateError(Reason.SIGNATURE_MISMATCH, message)


def _names(issuer_serial: tsp.IssuerSerial, certificate: x509.Certificate) -> bool:
    """RFC 5035 §5.4: the issuer is one directoryName."""
    issuers = issuer_serial["issuer"]
    return (
        len(issuers) == 1
        and issuers[0].name == "directory_name"
        and issuers[0].chosen.untag().dump() == certificate["tbs_certificate"]["issuer"].dump()
        and issuer_serial["serial_number"].native == certificate.serial_number
    )
