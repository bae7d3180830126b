"""Clients' TLS certificates, and how a proxy hands them on."""

import base64
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from jwt.algorithms import ECAlgorithm

from tests.support.gateway import NOW


def new_certificate(
    dn: str = "CN=health,O=Hanasaki,C=JP",
    names: Sequence[x509.GeneralName] = (),
    *,
    key: Any = None,
    begins: datetime = NOW - timedelta(days=1),
    ends: datetime = NOW + timedelta(days=30),
) -> x509.Certificate:
    key = key or generate_private_key(SECP256R1())
    name = x509.Name.from_rfc4514_string(dn)
    builder = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begins)
        .not_valid_after(ends)
    )
    if names:
        builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
    return builder.sign(key, SHA256())


def in_client_cert(certificate: x509.Certificate) -> str:
    """RFC 9440 §2.1."""
    return f":{base64.b64encode(certificate.public_bytes(Encoding.DER)).decode()}:"


def in_nginx(certificate: x509.Certificate) -> str:
    """$ssl_client_escaped_cert."""
    return quote(certificate.public_bytes(Encoding.PEM).decode(), safe="")


def public_jwk(key: Any) -> dict[str, Any]:
    jwk = ECAlgorithm.to_jwk(key.public_key(), as_dict=True)
    return {name: jwk[name] for name in ("kty", "crv", "x", "y")}
