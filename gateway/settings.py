"""Every setting, typed and frozen. `conf/genkan.toml` explains them; a test holds the two together.

Order of precedence: environment (`GENKAN_SECTION__KEY`), the file, the default here.
"""

from typing import Any, Literal

import msgspec

LOOPBACK_HOSTS = frozenset({"localhost", "127.0.0.1", "::1"})


class Server(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    issuer: str = "http://localhost:8000"
    listen_host: str = "127.0.0.1"
    listen_port: int = 8000
    workers: int = 1
    doors: tuple[Literal["residents", "operators"], ...] = ("residents", "operators")
    body_limit_bytes: int = 65_536
    client_certificate_header: str = ""
    client_certificate_chain: Literal["validated", "unvalidated"] = "validated"


class Store(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    records: str = "sqlite:///var/genkan.db"
    records_file: str | None = None
    moments: str = "memory:"
    moments_file: str | None = None


class Keys(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    master_key: str | None = None
    master_key_file: str = "var/master.key"
    reload_seconds: int = 60


class Card(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    trust: Literal["production", "demo"] = "production"
    anchors_dir: str = "var/anchors"
    profiles: tuple[str, ...] = ("jpki-sign", "jpki-auth")
    revocation_sources: tuple[str, ...] = ("crl",)
    validators: tuple[str, ...] = ()
    linking: str = ""
    challenge_seconds: int = 300
    document_limit_bytes: int = 10_485_760
    reader_agent: str = "http://127.0.0.1:8765"


class Login(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    session_idle_seconds: int = 1_800
    session_absolute_seconds: int = 28_800
    task_seconds: int = 1_800
    acr_authentication_certificate: str = "urn:genkan:acr:card-authentication"
    acr_signature_certificate: str = "urn:genkan:acr:card-signature"
    amr_card: tuple[str, ...] = ("sc", "pin", "mfa")


class Oidc(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    code_seconds: int = 60
    access_token_seconds: int = 600
    id_token_seconds: int = 600
    refresh_token_seconds: int = 2_592_000
    verified_claims_trust_framework: str = ""
    verified_claims_assurance_level: str = ""
    verified_claims_policy: str = ""
    verified_claims_procedure: str = ""
    session_management: bool = False


class Admin(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    trusted_proxies: tuple[str, ...] = ()
    reload_seconds: int = 5
    session_idle_seconds: int = 900
    session_absolute_seconds: int = 28_800
    reauthentication_seconds: int = 300
    invitation_hours: int = 72
    undo_days: int = 30
    approval_days: int = 7
    secret_overlap_hours: int = 168


class Limits(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    requests_per_minute_per_address: int = 12_000
    burst_per_address: int = 2_000
    requests_per_minute_per_client: int = 12_000
    burst_per_client: int = 2_000


class Audit(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    directory: str = "var/log"
    retention_days: int = 365
    seal_seconds: int = 600


class Reader(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    listen_host: str = "127.0.0.1"
    listen_port: int = 8765
    gateway_origins: tuple[str, ...] = ("http://localhost:8000",)
    request_seconds: int = 300


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The whole file. `plugins` holds each plugin's own table, checked by the plugin."""

    server: Server = msgspec.field(default_factory=Server)
    store: Store = msgspec.field(default_factory=Store)
    keys: Keys = msgspec.field(default_factory=Keys)
    card: Card = msgspec.field(default_factory=Card)
    login: Login = msgspec.field(default_factory=Login)
    oidc: Oidc = msgspec.field(default_factory=Oidc)
    admin: Admin = msgspec.field(default_factory=Admin)
    limits: Limits = msgspec.field(default_factory=Limits)
    audit: Audit = msgspec.field(default_factory=Audit)
    reader: Reader = msgspec.field(default_factory=Reader)
    plugins: dict[str, dict[str, Any]] = {}

    @property
    def secure_cookies(self) -> bool:
        """False only where the issuer is plain HTTP on this machine (the demo)."""
        return self.server.issuer.startswith("https://")
