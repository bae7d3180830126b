"""Client metadata and the strict rules it must meet before a client is registered."""

import ipaddress
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import msgspec

from gateway.settings import LOOPBACK_HOSTS
from gateway.tenants import jwks, redirect_uris
from gateway.tenants.model import AuthMethod, ClientKind, SigningAlg, Tenant

SERVICE_SCOPES = frozenset(
    {"openid", "profile", "address", "birthdate", "gender", "offline_access", "link"}
)
READER_SCOPES = frozenset({"card:verify"})
SERVICE_GRANTS = frozenset({"authorization_code", "refresh_token", "client_credentials"})

_ID = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}\Z")
_ID_RULE = "1 to 64 of a-z, 0-9, dot, hyphen and underscore"
_SECRET = re.compile(r"[!-~]{32,256}\Z")


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


def is_identifier(text: str) -> bool:
    """Whether it could be the ID of a client or a tenant at all."""
    return _ID.match(text) is not None


def uses_secret(metadata: ClientMetadata) -> bool:
    return metadata.token_endpoint_auth_method in ("client_secret_basic", "client_secret_post")


def check_tenant(tenant: Tenant) -> None:
    """Raises MetadataError."""
    if not is_identifier(tenant.tenant_id):
        raise MetadataError(f"tenant_id: {_ID_RULE}")
    for name, text in (("name_ja", tenant.name_ja), ("name_en", tenant.name_en)):
        _check_text(name, text, 200)


def check_metadata(kind: ClientKind, client_id: str, metadata: ClientMetadata) -> None:
    """Raises MetadataError."""
    if not is_identifier(client_id):
        raise MetadataError(f"client_id: {_ID_RULE}")
    for check in READER_CHECKS if kind is ClientKind.READER else SERVICE_CHECKS:
        check(metadata)


def check_secret(metadata: ClientMetadata, secret: str) -> None:
    """A secret that is brought along. It is kept under a fast hash, so it has to be a random one
    (RFC 6749 §10.10). Raises MetadataError."""
    if not uses_secret(metadata):
        raise MetadataError("client_secret: this client authenticates without one")
    if not _SECRET.match(secret):
        raise MetadataError("client_secret: 32 to 256 random characters; without it, one is made")


def check_texts(metadata: ClientMetadata) -> None:
    for name in ("client_name_ja", "client_name_en", "purpose_ja", "purpose_en"):
        _check_text(name, getattr(metadata, name), 400)


def _check_text(name: str, text: str, longest: int) -> None:
    if not 1 <= len(text) <= longest or not text.isprintable():
        raise MetadataError(f"{name}: 1 to {longest} printable characters")


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
        problem = redirect_uris.problem_of_all(getattr(metadata, name))
        if problem is not None:
            raise MetadataError(f"{name}: {problem}")


def check_jwks(metadata: ClientMetadata) -> None:
    needs_keys = metadata.token_endpoint_auth_method == "private_key_jwt"
    if needs_keys != (metadata.jwks is not None):
        raise MetadataError("jwks: it and private_key_jwt need each other")
    problem = None if metadata.jwks is None else jwks.problem_of(metadata.jwks)
    if problem is not None:
        raise MetadataError(f"jwks: {problem}")


def check_sector(metadata: ClientMetadata) -> None:
    if metadata.sector_identifier is not None:
        if not redirect_uris.is_host(metadata.sector_identifier):
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
