"""Client metadata and the strict rules it must meet before a client is registered."""

import ipaddress
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import SplitResult, urlsplit

import msgspec

from gateway.settings import LOOPBACK_HOSTS
from gateway.tenants.model import AuthMethod, ClientKind, SigningAlg

SERVICE_SCOPES = frozenset(
    {"openid", "profile", "address", "birthdate", "gender", "offline_access", "link"}
)
READER_SCOPES = frozenset({"card:verify"})
SERVICE_GRANTS = frozenset({"authorization_code", "refresh_token", "client_credentials"})

_CLIENT_ID = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}\Z")
_HOST = re.compile(r"[a-z0-9]([a-z0-9.-]{0,252}[a-z0-9])?\Z")
_PRIVATE_USE_SCHEME = re.compile(r"[a-z][a-z0-9+-]*(\.[a-z0-9+-]+)+\Z")
_PRIVATE_JWK_MEMBERS = frozenset({"d", "p", "q", "dp", "dq", "qi", "oth", "k"})
_KEY_TYPES = frozenset({"EC", "RSA", "OKP"})


class MetadataError(ValueError):
    """Metadata that cannot be registered: one line that begins with the member's name."""


class ClientMetadata(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """As it is written in a registration file and kept in the store (RFC 7591 §2)."""

    client_name_ja: str
    client_name_en: str
    purpose_ja: str
    purpose_en: str
    token_endpoint_auth_method: AuthMethod
    grant_types: tuple[str, ...]
    scope: str
    redirect_uris: tuple[str, ...] = ()
    post_logout_redirect_uris: tuple[str, ...] = ()
    sector_identifier: str | None = None
    id_token_signed_response_alg: SigningAlg = "ES256"
    jwks: dict[str, Any] | None = None


def check_metadata(kind: ClientKind, client_id: str, metadata: ClientMetadata) -> None:
    """Raises MetadataError."""
    if not _CLIENT_ID.match(client_id):
        raise MetadataError("client_id: 1 to 64 of a-z, 0-9, dot, hyphen and underscore")
    for check in READER_CHECKS if kind is ClientKind.READER else SERVICE_CHECKS:
        check(metadata)


def check_texts(metadata: ClientMetadata) -> None:
    for name in ("client_name_ja", "client_name_en", "purpose_ja", "purpose_en"):
        text: str = getattr(metadata, name)
        if not 1 <= len(text) <= 400 or not text.isprintable():
            raise MetadataError(f"{name}: 1 to 400 printable characters")


def check_service_grants(metadata: ClientMetadata) -> None:
    grants, method = set(metadata.grant_types), metadata.token_endpoint_auth_method
    if not grants or not grants <= SERVICE_GRANTS:
        raise MetadataError(f"grant_types: some of {', '.join(sorted(SERVICE_GRANTS))}")
    if "refresh_token" in grants and "authorization_code" not in grants:
        raise MetadataError("grant_types: refresh_token needs authorization_code")
    if "client_credentials" in grants and method == "none":
        raise MetadataError("grant_types: a public client has no credentials to use")
    if ("authorization_code" in grants) != bool(metadata.redirect_uris):
        raise MetadataError("redirect_uris: they and authorization_code need each other")


def check_service_scope(metadata: ClientMetadata) -> None:
    scopes = set(metadata.scope.split(" "))
    if not scopes <= SERVICE_SCOPES:
        raise MetadataError(f"scope: some of {', '.join(sorted(SERVICE_SCOPES))}")
    if "authorization_code" in metadata.grant_types and "openid" not in scopes:
        raise MetadataError("scope: openid is needed")


def check_redirect_uris(metadata: ClientMetadata) -> None:
    for name in ("redirect_uris", "post_logout_redirect_uris"):
        uris: tuple[str, ...] = getattr(metadata, name)
        if len(set(uris)) != len(uris) or len(uris) > 32:
            raise MetadataError(f"{name}: up to 32, each once")
        for uri in uris:
            check_redirect_uri(name, uri)


def check_redirect_uri(name: str, uri: str) -> None:
    """HTTPS; HTTP on loopback and private-use schemes for native apps (RFC 8252 §7). Exact: no
    wildcard, no fragment, no user, nothing a browser would read in another way."""
    if not uri.isascii() or not uri.isprintable() or len(uri) > 2_000 or set(uri) & set(' \\*"<>'):
        raise MetadataError(f"{name}: {uri[:100]!r} has a character that may not stand in it")
    try:
        parts = urlsplit(uri)
        _ = parts.port
    except ValueError as cause:
        raise MetadataError(f"{name}: {uri[:100]!r} is not a URI") from cause
    if "#" in uri or "@" in parts.netloc:
        raise MetadataError(f"{name}: {uri[:100]!r} has a fragment or a user in it")
    if any(segment in (".", "..") for segment in parts.path.split("/")):
        raise MetadataError(f"{name}: {uri[:100]!r} has a dot segment in it")
    if not _is_allowed(parts):
        raise MetadataError(
            f"{name}: {uri[:100]!r} must be https; or, of a native app, http on loopback or a"
            " scheme like com.example"
        )


def _is_allowed(parts: SplitResult) -> bool:
    if parts.scheme == "https":
        return parts.hostname is not None and bool(_HOST.match(parts.netloc.partition(":")[0]))
    if parts.scheme == "http":
        return parts.hostname in LOOPBACK_HOSTS
    return bool(_PRIVATE_USE_SCHEME.match(parts.scheme)) and not parts.netloc


def check_jwks(metadata: ClientMetadata) -> None:
    needs_keys = metadata.token_endpoint_auth_method == "private_key_jwt"
    if needs_keys != (metadata.jwks is not None):
        raise MetadataError("jwks: it and private_key_jwt need each other")
    if metadata.jwks is None:
        return
    keys = metadata.jwks.get("keys")
    if not isinstance(keys, list) or not 1 <= len(keys) <= 16:
        raise MetadataError("jwks: an object with 1 to 16 keys")
    for key in keys:
        if not isinstance(key, dict) or key.get("kty") not in _KEY_TYPES:
            raise MetadataError("jwks: keys of type EC, RSA or OKP only")
        if key.keys() & _PRIVATE_JWK_MEMBERS:
            raise MetadataError("jwks: a private key stands in it; make a new one")


def check_sector(metadata: ClientMetadata) -> None:
    if metadata.sector_identifier is not None:
        if not _HOST.match(metadata.sector_identifier):
            raise MetadataError("sector_identifier: a host name in lower case")
        return
    if len(_hosts(metadata)) > 1:
        # OpenID Connect Core §8.1
        raise MetadataError("sector_identifier: redirect_uris of several hosts need one")


def check_reader_is_plain(metadata: ClientMetadata) -> None:
    if metadata.grant_types != ("client_credentials",):
        raise MetadataError("grant_types: a reader uses client_credentials only")
    if not set(metadata.scope.split(" ")) <= READER_SCOPES:
        raise MetadataError("scope: a reader may have card:verify only")
    if metadata.token_endpoint_auth_method == "none":
        raise MetadataError("token_endpoint_auth_method: a reader has to authenticate")
    if metadata.redirect_uris or metadata.post_logout_redirect_uris:
        raise MetadataError("redirect_uris: a reader has none")


def sector_of(tenant_id: str, client_id: str, metadata: ClientMetadata) -> str:
    """Whose clients share subjects: one host's, within one tenant, so that no tenant can join
    another's sector. A client without a web address is a sector of its own."""
    named = [host for host in _hosts(metadata) if not _is_shared(host)]
    host = metadata.sector_identifier or (named[0] if named else f"client:{client_id}")
    return f"{tenant_id}/{host}"


def _hosts(metadata: ClientMetadata) -> list[str]:
    hosts = (urlsplit(uri).hostname or "" for uri in metadata.redirect_uris)
    return sorted(set(hosts))


def _is_shared(host: str) -> bool:
    """Every native app has the same loopback address: it is nobody's sector."""
    if host in LOOPBACK_HOSTS or not host:
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


Checks = tuple[Callable[[ClientMetadata], None], ...]
SERVICE_CHECKS: Checks = (
    check_texts,
    check_service_grants,
    check_service_scope,
    check_redirect_uris,
    check_jwks,
    check_sector,
)
READER_CHECKS: Checks = (check_texts, check_reader_is_plain, check_jwks, check_sector)
