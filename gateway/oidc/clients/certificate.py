"""The TLS client certificate a listed proxy says this request came with (RFC 8705, RFC 9440).

The proxy has checked that whoever sends has the private key. Anybody else's word is not read.
"""

import base64
import binascii
import hashlib
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from urllib.parse import unquote

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from starlette.requests import Request

from gateway.errors import InvalidRequest
from gateway.oidc.provider import Provider
from gateway.web.networks import parse_address

MAX_LENGTH = 16_384
_ESCAPED_PEM = "-----BEGIN%20CERTIFICATE-----"


@dataclass(frozen=True, slots=True)
class ClientCertificate:
    """Its holder sends this request. Whose it is, and whether it is in time, is not checked yet."""

    x5t_s256: str
    """RFC 8705 §3.1."""
    der: bytes = field(repr=False)
    public_key: bytes = field(repr=False)
    """As SubjectPublicKeyInfo."""
    subject: x509.Name = field(repr=False)
    alternative_names: x509.SubjectAlternativeName | None = field(repr=False)
    not_before: datetime
    not_after: datetime

    def is_in_time(self, now: datetime) -> bool:
        return self.not_before <= now <= self.not_after


def client_certificate(provider: Provider, http: Request) -> ClientCertificate | None:
    """None where there is none, or nobody who is listed says so. Raises InvalidRequest."""
    name = provider.settings.server.client_certificate_header
    if not name or not _is_from_proxy(provider, http):
        return None
    values = http.headers.getlist(name)
    if not values:
        return None
    if len(values) > 1:
        raise InvalidRequest("the client certificate came twice")
    try:
        return read_certificate(values[0])
    except ValueError as cause:
        raise InvalidRequest("the client certificate cannot be read") from cause


def _is_from_proxy(provider: Provider, http: Request) -> bool:
    try:
        return parse_address(http.client.host if http.client else "") in provider.proxies
    except ValueError:
        return False


@lru_cache(maxsize=256)
def read_certificate(value: str) -> ClientCertificate:
    """As RFC 9440 §2.1 has it (`:base64 of DER:`), or as PEM with percent escapes (nginx's
    $ssl_client_escaped_cert). Raises ValueError."""
    if len(value) > MAX_LENGTH:
        raise ValueError("too long")
    try:
        found = x509.load_der_x509_certificate(_der(value))
        key = found.public_key()
        names = [
            one.value
            for one in found.extensions
            if isinstance(one.value, x509.SubjectAlternativeName)
        ]
    except (
        x509.DuplicateExtension,
        x509.UnsupportedGeneralNameType,
        UnsupportedAlgorithm,
    ) as cause:
        raise ValueError("not of a kind that is known") from cause
    der = found.public_bytes(Encoding.DER)
    digest = hashlib.sha256(der).digest()
    return ClientCertificate(
        base64.urlsafe_b64encode(digest).rstrip(b"=").decode("ascii"),
        der,
        key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo),
        found.subject,
        names[0] if names else None,
        found.not_valid_before_utc,
        found.not_valid_after_utc,
    )


def _der(value: str) -> bytes:
    if value.startswith(_ESCAPED_PEM):
        pem = unquote(value, errors="strict").encode("ascii")
        (one,) = x509.load_pem_x509_certificates(pem)
        return one.public_bytes(Encoding.DER)
    if len(value) < 2 or value[0] != ":" or value[-1] != ":":
        raise ValueError("of no known form")
    try:
        return base64.b64decode(value[1:-1], validate=True)
    except binascii.Error as cause:
        raise ValueError("no base64") from cause
