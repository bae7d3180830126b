"""A program's own certificate: what it registers of it, and where it keeps it."""

from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from joserfc.jwk import ECKey
from jwt.utils import base64url_encode

from tests.support.throwaway_ca import Party


def files_of(party: Party) -> dict[str, str]:
    return {"certificate_file": str(party.certificate_file), "key_file": str(party.key_file)}


def certified_key(party: Party) -> dict[str, Any]:
    """As a JWK."""
    spki = (
        _certificate(party)
        .public_key()
        .public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    )
    return {**ECKey.import_key(spki).as_dict(private=False), "use": "sig"}


def thumbprint(party: Party) -> str:
    """RFC 8705 §3.1."""
    return base64url_encode(_certificate(party).fingerprint(SHA256())).decode()


def _certificate(party: Party) -> x509.Certificate:
    return x509.load_pem_x509_certificate(party.certificate_file.read_bytes())
