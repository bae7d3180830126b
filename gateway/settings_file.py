"""Reading the settings: file and environment, types, and the combinations that cannot be."""

import ipaddress
import re
import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, get_origin

import msgspec

from gateway.errors import SettingsError
from gateway.settings import LOOPBACK_HOSTS, Settings

_PREFIX = "GENKAN_"
_AT = re.compile(r"(.*) - at `\$\.?(.*)`\Z", re.DOTALL)
_ORIGIN = re.compile(
    r"(?P<scheme>https?)://(?P<host>[a-z0-9.-]+|\[[0-9a-f:]+\])(:(?P<port>[1-9][0-9]{0,4}))?"
)
_HEADER = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,63}")
_IMPLIED = {"https": ":443", "http": ":80"}
_VERIFIED_CLAIMS = (
    "verified_claims_trust_framework",
    "verified_claims_assurance_level",
    "verified_claims_policy",
    "verified_claims_procedure",
)
_MAY_BE_EMPTY = frozenset(
    {
        "server.client_certificate_header",
        "card.linking",
        *(f"oidc.{key}" for key in _VERIFIED_CLAIMS),
    }
)
_UNKNOWN = re.compile(r"Object contains unknown field `(.*)`\Z")


def load_settings(path: Path | None, environ: Mapping[str, str]) -> Settings:
    """Raises SettingsError: one line that begins with the key."""
    tables = {} if path is None else _read(path)
    _override(tables, environ)
    settings = _convert(tables)
    settings = _with_secret_files(settings)
    for check in CHECKS:
        check(settings)
    return settings


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except OSError as cause:
        raise SettingsError(f"{path}: {cause.strerror}") from cause
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as cause:
        raise SettingsError(f"{path}: {cause}") from cause


def _override(tables: dict[str, Any], environ: Mapping[str, str]) -> None:
    """GENKAN_SERVER__LISTEN_PORT=8443; a list is written with commas. Plugins' own tables are not
    typed here and stay in the file. Names without `__` are not ours: Kubernetes sets some."""
    sections = {field.name: field.type for field in msgspec.structs.fields(Settings)}
    for name, text in environ.items():
        section, separator, key = name.removeprefix(_PREFIX).lower().partition("__")
        if not name.startswith(_PREFIX) or not separator:
            continue
        if section not in sections or section == "plugins":
            raise SettingsError(f"{name}: there is no section {section}")
        kinds = {field.name: field.type for field in msgspec.structs.fields(sections[section])}
        if key not in kinds:
            raise SettingsError(f"{name}: there is no setting {section}.{key}")
        value: object = text
        if get_origin(kinds[key]) is tuple:
            value = [part.strip() for part in text.split(",") if part.strip()]
        elif kinds[key] is int and re.fullmatch(r"-?[0-9]+", text):
            value = int(text)
        elif kinds[key] is bool and text in ("true", "false"):
            value = text == "true"
        table = tables.setdefault(section, {})
        if not isinstance(table, dict):
            raise SettingsError(f"{section}: it must be a table")
        table[key] = value


def _convert(tables: dict[str, Any]) -> Settings:
    try:
        return msgspec.convert(tables, Settings)
    except msgspec.ValidationError as cause:
        text, key = str(cause), ""
        if located := _AT.match(text):
            text, key = located.groups()
        if unknown := _UNKNOWN.match(text):
            key = f"{key}.{unknown[1]}".lstrip(".")
            text = "there is no such setting"
        raise SettingsError(f"{key}: {text}") from cause


def _with_secret_files(settings: Settings) -> Settings:
    """A URL may hold a password: `*_file` names a file that holds the whole URL instead."""
    store = settings.store
    changes = {}
    for key in ("records", "moments"):
        path = getattr(store, f"{key}_file")
        if path is not None:
            try:
                changes[key] = Path(path).read_text("utf-8").strip()
            except (OSError, UnicodeDecodeError) as cause:
                raise SettingsError(f"store.{key}_file: {path} cannot be read") from cause
    return msgspec.structs.replace(settings, store=msgspec.structs.replace(store, **changes))


def check_issuer(settings: Settings) -> None:
    # OpenID Connect Discovery §3 would allow a path; ours is the host's root. HTTPS but for the
    # demo.
    _origin("server.issuer", settings.server.issuer)


def check_client_certificates(settings: Settings) -> None:
    header = settings.server.client_certificate_header
    if header and not _HEADER.fullmatch(header):
        raise SettingsError("server.client_certificate_header: letters, digits and hyphens only")
    if header and not settings.admin.trusted_proxies:
        raise SettingsError(
            "server.client_certificate_header: only a listed proxy's is read, and "
            "admin.trusted_proxies lists none"
        )


def check_reader(settings: Settings) -> None:
    if _origin("card.reader_agent", settings.card.reader_agent) not in LOOPBACK_HOSTS:
        raise SettingsError("card.reader_agent: it runs on the resident's own machine (127.0.0.1)")
    if settings.reader.listen_host not in LOOPBACK_HOSTS:
        raise SettingsError("reader.listen_host: the reader agent serves its own machine only")
    if not settings.reader.gateway_origins:
        raise SettingsError("reader.gateway_origins: at least one gateway is needed")
    for origin in settings.reader.gateway_origins:
        _origin("reader.gateway_origins", origin)


def check_doors(settings: Settings) -> None:
    if not settings.server.doors:
        raise SettingsError("server.doors: a process that opens none serves nobody")


def check_workers(settings: Settings) -> None:
    if settings.server.workers > 1 and settings.store.moments == "memory:":
        raise SettingsError(
            "store.moments: memory: is one process's own; more than one worker needs redis:"
        )


def check_each(settings: Settings) -> None:
    """A number counts something, and a text says something."""
    for section in msgspec.structs.fields(Settings):
        if section.name == "plugins":
            continue
        table = getattr(settings, section.name)
        for field in msgspec.structs.fields(table):
            value = getattr(table, field.name)
            name = f"{section.name}.{field.name}"
            if type(value) is int and value <= 0:
                raise SettingsError(f"{name}: it must be more than zero")
            empty = value == "" or (isinstance(value, tuple) and "" in value)
            if empty and name not in _MAY_BE_EMPTY:
                raise SettingsError(f"{name}: it is empty")


def check_ports(settings: Settings) -> None:
    ports = {
        "server.listen_port": settings.server.listen_port,
        "reader.listen_port": settings.reader.listen_port,
    }
    for key, port in ports.items():
        if port > 65_535:
            raise SettingsError(f"{key}: a port is at most 65535")


def check_lifetimes(settings: Settings) -> None:
    login, oidc = settings.login, settings.oidc
    if login.session_idle_seconds > login.session_absolute_seconds:
        raise SettingsError("login.session_idle_seconds: it is longer than the absolute lifetime")
    if oidc.code_seconds > 600:
        # RFC 6749 §4.1.2 recommends ten minutes at most.
        raise SettingsError("oidc.code_seconds: a code lives ten minutes at most")
    if oidc.access_token_seconds > oidc.refresh_token_seconds:
        raise SettingsError("oidc.access_token_seconds: it is longer than the refresh token's")
    if settings.card.challenge_seconds > 300:
        raise SettingsError("card.challenge_seconds: a challenge lives five minutes at most")


def check_card(settings: Settings) -> None:
    for key in ("profiles", "revocation_sources"):
        if not getattr(settings.card, key):
            raise SettingsError(f"card.{key}: none would mean no check; name at least one")


def check_admin(settings: Settings) -> None:
    admin = settings.admin
    for network in admin.trusted_proxies:
        try:
            ipaddress.ip_network(network)
        except ValueError as cause:
            raise SettingsError(f"admin.trusted_proxies: {network} is not a network") from cause
    if admin.session_idle_seconds > admin.session_absolute_seconds:
        raise SettingsError("admin.session_idle_seconds: it is longer than the absolute lifetime")


def check_audit(settings: Settings) -> None:
    if settings.audit.retention_days < 365:
        raise SettingsError("audit.retention_days: logs are kept for 365 days at least")


def check_acr(settings: Settings) -> None:
    login = settings.login
    for key in ("acr_authentication_certificate", "acr_signature_certificate"):
        if " " in getattr(login, key):
            raise SettingsError(f"login.{key}: one word without spaces is needed")
    if login.acr_authentication_certificate == login.acr_signature_certificate:
        raise SettingsError("login.acr_signature_certificate: the two must differ")


def check_verified_claims(settings: Settings) -> None:
    framework, *rest = _VERIFIED_CLAIMS
    if not getattr(settings.oidc, framework) and any(getattr(settings.oidc, key) for key in rest):
        raise SettingsError(f"oidc.{framework}: the others say nothing without it")


CHECKS: tuple[Callable[[Settings], None], ...] = (
    check_each,
    check_issuer,
    check_ports,
    check_client_certificates,
    check_reader,
    check_doors,
    check_workers,
    check_lifetimes,
    check_card,
    check_acr,
    check_admin,
    check_audit,
    check_verified_claims,
)


def _origin(key: str, url: str) -> str:
    """The host of an origin as browsers write it (RFC 6454 §6.2): byte by byte, it is compared."""
    match = _ORIGIN.fullmatch(url)
    if match is None or int(match["port"] or 0) > 65_535 or url.endswith(_IMPLIED[match["scheme"]]):
        raise SettingsError(
            f"{key}: http(s) scheme, host and port only (a port that is not the scheme's own), "
            "in lower case and without a slash at the end"
        )
    host = match["host"].strip("[]")
    if match["scheme"] == "http" and host not in LOOPBACK_HOSTS:
        raise SettingsError(f"{key}: plain http is only for this machine (localhost)")
    return host
