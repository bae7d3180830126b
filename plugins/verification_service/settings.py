"""The table `[plugins.verification_service]`."""

import ipaddress
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlsplit

from plugins.asking.client import MAX_CONNECTIONS
from plugins.asking.table import check_keys, is_usable_url, seconds, whole_number
from plugins.verification_service.assertion import PrivateKeyJwt
from plugins.verification_service.client_key import read_key
from plugins.verification_service.tls import tls_context

DEFAULTS: Mapping[str, object] = {
    "base_url": "",
    "ca_file": "",
    "client_auth": "mtls",
    "client_key_file": "",
    "client_certificate_file": "",
    "client_id": "",
    "token_url": "",
    "scope": "",
    "assertion_algorithm": "ES256",
    "assertion_key_id": "",
    "skew_seconds": 60,
    "max_age_seconds": 1800,
    "timeout_seconds": 5,
    "max_at_once": 16,
    "breaker_failures": 5,
    "breaker_pause_seconds": 30,
    "cache_seconds": 300,
}
MTLS, PRIVATE_KEY_JWT = "mtls", "private_key_jwt"
# What only one of the two ways of authentication uses.
ONLY_FOR = {
    "client_certificate_file": MTLS,
    "client_id": PRIVATE_KEY_JWT,
    "token_url": PRIVATE_KEY_JWT,
    "scope": PRIVATE_KEY_JWT,
    "assertion_key_id": PRIVATE_KEY_JWT,
}


@dataclass(frozen=True, slots=True)
class Freshness:
    skew: timedelta
    """How far the service's clock may be from ours."""
    max_age: timedelta | None
    """How old the thisUpdate of an answer without nextUpdate may be; None: it needs one."""


@dataclass(frozen=True, slots=True)
class ServiceSettings:
    base_url: str
    """Without a slash at its end."""
    tls: ssl.SSLContext
    private_key_jwt: PrivateKeyJwt | None
    """None: the gateway's own certificate, in `tls`, says who it is."""
    freshness: Freshness
    timeout: timedelta
    """For everything one question takes."""
    max_at_once: int
    breaker_failures: int
    breaker_pause: timedelta
    cache_bound: timedelta


def read_settings(table: Mapping[str, object]) -> ServiceSettings:
    check_keys(table, DEFAULTS)
    values = {**DEFAULTS, **table}
    base_url = _url(values, "base_url")
    by_jwt = _is_by_jwt(values)
    key_file = _text(values, "client_key_file", needed=True)
    certificate_file = _text(values, "client_certificate_file", needed=not by_jwt)
    private_key_jwt = _private_key_jwt(values, key_file) if by_jwt else None
    if not by_jwt and urlsplit(base_url).scheme != "https":
        raise ValueError("base_url: a client certificate needs https")
    return ServiceSettings(
        base_url=base_url.rstrip("/"),
        tls=tls_context(_text(values, "ca_file"), certificate_file, key_file),
        private_key_jwt=private_key_jwt,
        freshness=Freshness(
            skew=seconds(values, "skew_seconds", least=0),
            max_age=seconds(values, "max_age_seconds", least=0) or None,
        ),
        timeout=seconds(values, "timeout_seconds", least=1),
        max_at_once=whole_number(values, "max_at_once", least=1, most=MAX_CONNECTIONS),
        breaker_failures=whole_number(values, "breaker_failures", least=1),
        breaker_pause=seconds(values, "breaker_pause_seconds", least=1),
        cache_bound=seconds(values, "cache_seconds", least=0),
    )


def _is_by_jwt(values: Mapping[str, object]) -> bool:
    chosen = values["client_auth"]
    if chosen not in (MTLS, PRIVATE_KEY_JWT):
        raise ValueError(f"client_auth: one of {MTLS}, {PRIVATE_KEY_JWT} is needed")
    for key, way in ONLY_FOR.items():
        if values[key] and way != chosen:
            raise ValueError(f"{key}: it is of use only with client_auth = {way}")
    return chosen == PRIVATE_KEY_JWT


def _private_key_jwt(values: Mapping[str, object], key_file: str) -> PrivateKeyJwt:
    algorithm = _text(values, "assertion_algorithm", needed=True)
    return PrivateKeyJwt(
        client_id=_text(values, "client_id", needed=True),
        token_url=_url(values, "token_url"),
        scope=_text(values, "scope"),
        algorithm=algorithm,
        key_id=_text(values, "assertion_key_id"),
        key=read_key(key_file, algorithm),
    )


def _url(values: Mapping[str, object], key: str) -> str:
    """https; or http on this machine itself, where nobody listens in."""
    value = values[key]
    if not isinstance(value, str) or not is_usable_url(value):
        raise ValueError(f"{key}: an https URL is needed")
    parts = urlsplit(value)
    if parts.query:
        raise ValueError(f"{key}: a URL without a query is needed")
    if parts.scheme != "https" and not _is_loopback(parts.hostname or ""):
        raise ValueError(f"{key}: an https URL is needed; http only to a loopback address")
    return value


def _is_loopback(host: str) -> bool:
    """By number: a name may be anybody's."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _text(values: Mapping[str, object], key: str, *, needed: bool = False) -> str:
    value = values[key]
    if not isinstance(value, str) or not value.isprintable() or (needed and not value):
        raise ValueError(f"{key}: a text is needed")
    return value
