"""A client that proves itself with its TLS certificate (RFC 8705 §2)."""

import base64
import binascii
import json
from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any

import jwt
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from gateway.errors import InvalidClient
from gateway.oidc.clients.certificate import ClientCertificate
from gateway.tenants.distinguished_names import parse_distinguished_name
from gateway.tenants.jwks import can_sign
from gateway.tenants.metadata import ClientMetadata
from gateway.tenants.model import Client
from gateway.web.networks import parse_address

_REFUSED = "the client certificate is missing or another one"


def check_certificate(client: Client, certificate: ClientCertificate | None, now: datetime) -> None:
    """By the way it is registered for. Raises InvalidClient."""
    if certificate is None:
        raise InvalidClient(_REFUSED)
    if not certificate.is_in_time(now):
        raise InvalidClient("the client certificate is not valid now")
    is_theirs = (
        is_named(client.metadata, certificate)
        if client.token_endpoint_auth_method == "tls_client_auth"
        else is_registered(client, certificate)
    )
    if not is_theirs:
        raise InvalidClient(_REFUSED)


def is_named(metadata: ClientMetadata, certificate: ClientCertificate) -> bool:
    """RFC 8705 §2.1: the certificate bears the one name that is registered. Its chain is the
    proxy's to check."""
    if metadata.tls_client_auth_subject_dn is not None:
        return certificate.subject == _name(metadata.tls_client_auth_subject_dn)
    names = certificate.alternative_names
    if names is None:
        return False
    if metadata.tls_client_auth_san_dns is not None:
        hosts = [host.lower() for host in names.get_values_for_type(x509.DNSName)]
        return metadata.tls_client_auth_san_dns in hosts
    if metadata.tls_client_auth_san_uri is not None:
        uris = names.get_values_for_type(x509.UniformResourceIdentifier)
        return metadata.tls_client_auth_san_uri in uris
    if metadata.tls_client_auth_san_ip is not None:
        address = parse_address(metadata.tls_client_auth_san_ip)
        return address in names.get_values_for_type(x509.IPAddress)
    if metadata.tls_client_auth_san_email is not None:
        return metadata.tls_client_auth_san_email in names.get_values_for_type(x509.RFC822Name)
    return False


def is_registered(client: Client, certificate: ClientCertificate) -> bool:
    """RFC 8705 §2.2: the certificate has a registered key; where one was registered with its
    certificate (x5c), it is that certificate."""
    for key in (client.metadata.jwks or {}).get("keys", ()):
        if (
            not can_sign(key)
            or _public_key(json.dumps(key, sort_keys=True)) != certificate.public_key
        ):
            continue
        chain = key.get("x5c")
        if chain is None or _first(chain) == certificate.der:
            return True
    return False


@lru_cache(maxsize=256)
def _name(text: str) -> x509.Name:
    return parse_distinguished_name(text)


@lru_cache(maxsize=1024)
def _public_key(jwk: str) -> bytes:
    key: Mapping[str, Any] = json.loads(jwk)
    public_key = jwt.PyJWK(dict(key)).key
    raw: bytes = public_key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return raw


def _first(chain: object) -> bytes | None:
    """RFC 7517 §4.7: base64 of DER, and not base64url."""
    if not isinstance(chain, list) or not chain or not isinstance(chain[0], str):
        return None
    try:
        return base64.b64decode(chain[0], validate=True)
    except binascii.Error:
        return None
