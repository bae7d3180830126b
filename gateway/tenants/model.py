"""What a client is. A client that was read back is checked metadata: `metadata.py` made it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from gateway.tenants.metadata import ClientMetadata
from gateway.tenants.protocol import AuthMethod, SigningAlg


@dataclass(frozen=True, slots=True)
class Tenant:
    """利用環境: a prefecture or a municipality."""

    tenant_id: str
    name_ja: str
    name_en: str


class ClientKind(StrEnum):
    SERVICE = "service"
    READER = "reader"


@dataclass(frozen=True, slots=True)
class Client:
    """A service or a reader. Names are RFC 7591's where it has one."""

    client_id: str
    tenant_id: str
    kind: ClientKind
    client_name_ja: str
    client_name_en: str
    purpose_ja: str
    """What the resident's data is used for, in the municipality's own words."""
    purpose_en: str
    redirect_uris: tuple[str, ...]
    post_logout_redirect_uris: tuple[str, ...]
    token_endpoint_auth_method: AuthMethod
    grant_types: tuple[str, ...]
    scope: frozenset[str]
    sector_identifier: str
    """Tenant and host: its clients know a resident by one `sub` (OpenID Connect Core §8.1)."""
    id_token_signed_response_alg: SigningAlg
    jwks: Mapping[str, Any] | None
    client_secret_hash: str | None = field(repr=False)
    former_secret_hash: str | None = field(default=None, repr=False)
    former_secret_until: datetime | None = None
    sealed_secret: bytes | None = field(default=None, repr=False)
    """Of a client that signs with its secret (`client_secrets.py`)."""
    sealed_former_secret: bytes | None = field(default=None, repr=False)
    may_see_common_id: bool = False
    allowed_networks: tuple[str, ...] = ()
    """A reader's; none: from anywhere (`reader_networks.py`)."""
    metadata: ClientMetadata = field(kw_only=True, repr=False)
    """All that is registered; what every request needs of it stands above."""

    @property
    def is_fapi(self) -> bool:
        """Held to the FAPI 2.0 Security Profile, whether messages are signed besides or not."""
        return self.metadata.security_profile != "standard"

    @property
    def signs_messages(self) -> bool:
        """Held to FAPI 2.0 Message Signing."""
        return self.metadata.security_profile == "fapi2_message_signing"
