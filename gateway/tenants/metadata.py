"""Client metadata: what is registered of a client, and what follows from it. Rules: next door."""

import ipaddress
import re
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

import msgspec

from gateway.errors import InvalidField
from gateway.settings import LOOPBACK_HOSTS
from gateway.tenants.protocol import (
    AssertionAlg,
    AuthMethod,
    ClientSigningAlg,
    ContentEncryption,
    DeliveryMode,
    DetailType,
    EncryptionAlg,
    ResponseType,
    SecurityProfile,
    SigningAlg,
)

COMMON_ID = "common_id"
"""The one scope that is allowed a service apart (`may_see_common_id`)."""
_ID = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}\Z")
ID_RULE = "1 to 64 of a-z, 0-9, dot, hyphen and underscore; not the word new"
RESERVED = "new"
"""Where the console has the form for another one."""


class MetadataError(InvalidField):
    """Metadata that cannot be registered."""


class Datatype(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A kind of data, as programs name it and as residents read it."""

    name: str
    label_ja: str
    label_en: str


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
    response_types: tuple[ResponseType, ...] = ("code",)
    security_profile: SecurityProfile = "standard"
    require_pushed_authorization_requests: bool = False
    """RFC 9126 §6: none of its requests comes with the browser alone."""
    request_object_signing_alg: ClientSigningAlg | None = None
    """With nothing else does it sign its requests; None: with any that its keys can."""
    require_signed_request_object: bool = False
    """RFC 9101 §10.5: none of its requests counts unsigned."""
    authorization_signed_response_alg: SigningAlg = "ES256"
    """Where a request asks for a signed answer (JARM §3)."""
    default_max_age: int | None = None
    """Seconds, for requests without a max_age."""
    default_acr_values: tuple[str, ...] = ()
    """For requests without acr_values."""
    decision_document_number: str | None = None
    """施行文書番号: the document by which the municipality decided on the purpose."""
    contact: str | None = None
    """Whom residents and the platform ask: an e-mail address, a telephone number, an office."""
    may_see_common_id: bool = False
    allowed_networks: tuple[str, ...] = ()
    """From where a reader may be used, in CIDR; none: from anywhere."""
    token_endpoint_auth_signing_alg: AssertionAlg | None = None
    """With nothing else does it sign that it is itself; None: with any that its key can."""
    dpop_bound_access_tokens: bool = False
    """RFC 9449 §5.2: it asks for no token without a proof of its key."""
    tls_client_certificate_bound_access_tokens: bool = False
    """RFC 8705 §3.4."""
    tls_client_auth_subject_dn: str | None = None
    """RFC 8705 §2.1.2: what its certificate says of it; one of these five."""
    tls_client_auth_san_dns: str | None = None
    tls_client_auth_san_uri: str | None = None
    tls_client_auth_san_ip: str | None = None
    tls_client_auth_san_email: str | None = None
    backchannel_logout_uri: str | None = None
    """Where it is told, from here, that a sign-in is over (OpenID Connect Back-Channel Logout)."""
    backchannel_logout_session_required: bool = False
    """It cannot tell which of its sessions are meant without a `sid`."""
    frontchannel_logout_uri: str | None = None
    """What the resident's own browser loads then (OpenID Connect Front-Channel Logout)."""
    frontchannel_logout_session_required: bool = False
    resources: tuple[str, ...] = ()
    """Where the APIs it provides are (RFC 8707 §2); an address is one service's on the gateway."""
    datatypes: tuple[Datatype, ...] = ()
    """What data its APIs hold."""
    allowed_resources: tuple[str, ...] = ()
    """APIs of other services that it may call for residents who agree."""
    authorization_details_types: tuple[DetailType, ...] = ()
    """RFC 9396 §10."""
    id_token_encrypted_response_alg: EncryptionAlg | None = None
    """None: it is signed only. Here as in what follows, a text for which no `enc` is registered is
    encrypted with A128CBC-HS256."""
    id_token_encrypted_response_enc: ContentEncryption | None = None
    userinfo_signed_response_alg: SigningAlg | None = None
    """None: plain JSON."""
    userinfo_encrypted_response_alg: EncryptionAlg | None = None
    userinfo_encrypted_response_enc: ContentEncryption | None = None
    authorization_encrypted_response_alg: EncryptionAlg | None = None
    """Of answers that are signed (JARM §3)."""
    authorization_encrypted_response_enc: ContentEncryption | None = None
    introspection_signed_response_alg: SigningAlg | None = None
    """It is answered with a JWT whatever it accepts; None: as it asks (RFC 9701 §6)."""
    introspection_encrypted_response_alg: EncryptionAlg | None = None
    introspection_encrypted_response_enc: ContentEncryption | None = None
    backchannel_token_delivery_mode: DeliveryMode | None = None
    """How it learns that a resident has answered its counter (CIBA Core 1.0 §4)."""
    backchannel_client_notification_endpoint: str | None = None
    backchannel_authentication_request_signing_alg: ClientSigningAlg | None = None
    """With which it signs every such request; None: it signs none."""
    backchannel_user_code_parameter: bool = False
    software_id: str | None = None
    """RFC 7591 §2: the same for every installation of one software."""
    software_version: str | None = None


def as_stored(metadata: ClientMetadata) -> dict[str, Any]:
    """Without what is as it is by itself: it is read at every request of the client."""
    defaults = {
        one.name: one.default
        for one in msgspec.structs.fields(ClientMetadata)
        if one.default is not msgspec.NODEFAULT
    }
    told = msgspec.structs.asdict(metadata)
    kept = {
        name: value
        for name, value in told.items()
        if name not in defaults or value != defaults[name]
    }
    plain: dict[str, Any] = msgspec.to_builtins(kept)
    return plain


def is_identifier(text: str) -> bool:
    """Whether it could be the ID of a client or a tenant at all."""
    return _ID.match(text) is not None


def uses_secret(metadata: ClientMetadata) -> bool:
    """Any of the three methods that a secret is for."""
    return metadata.token_endpoint_auth_method.startswith("client_secret_")


def signs_with_secret(metadata: ClientMetadata) -> bool:
    """The secret is a key that has to be read again then (OpenID Connect Core §9)."""
    return metadata.token_endpoint_auth_method == "client_secret_jwt"


def sector_of(tenant_id: str, client_id: str, metadata: ClientMetadata) -> str:
    """Whose clients share subjects: one host's, within one tenant, so that no tenant can join
    another's sector. A client without a web address is a sector of its own."""
    return f"{tenant_id}/{sector_host(metadata) or f'client:{client_id}'}"


def sector_host(metadata: ClientMetadata) -> str | None:
    """None for a client that is a sector of its own."""
    return metadata.sector_identifier or _first_own_host(metadata.redirect_uris)


def hosts_of(metadata: ClientMetadata) -> list[str]:
    return _hosts(metadata.redirect_uris)


@lru_cache(maxsize=1024)  # it is asked at every request of a client
def _first_own_host(redirect_uris: tuple[str, ...]) -> str | None:
    return next((host for host in _hosts(redirect_uris) if not _is_shared(host)), None)


def _hosts(uris: tuple[str, ...]) -> list[str]:
    return sorted({urlsplit(uri).hostname or "" for uri in uris})


def _is_shared(host: str) -> bool:
    """Every native app has the same loopback address: it is nobody's sector."""
    if host in LOOPBACK_HOSTS or not host:
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
