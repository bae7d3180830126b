"""The table `[plugins.ocsp]`."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Final

from plugins.asking.table import check_keys, flag, is_usable_url, seconds, whole_number
from plugins.ocsp.rules import Rules

EVERY_ANCHOR: Final = "*"
DEFAULTS: Mapping[str, object] = {
    "responders": {},
    "use_aia": False,
    "nonce": "required",
    "request_hash": "sha256",
    "skew_seconds": 60,
    "max_age_seconds": 1800,
    "require_nocheck": True,
    "timeout_seconds": 5,
    "breaker_failures": 5,
    "breaker_pause_seconds": 30,
    "cache_seconds": 300,
}
RESPONDER_KEYS = ("url", "nonce")
REQUEST_HASHES = ("sha1", "sha256")

_FINGERPRINT = re.compile(r"[0-9A-F]{64}")


class Nonce(StrEnum):
    REQUIRED = "required"
    OPTIONAL = "optional"
    """Sent; a response without it is taken, one with another is not."""
    OFF = "off"
    """Not sent: for responders that only hand out what they signed before."""


@dataclass(frozen=True, slots=True)
class Responder:
    url: str
    nonce: Nonce


@dataclass(frozen=True, slots=True)
class OcspSettings:
    responders: Mapping[str, Responder]
    """By the anchor's fingerprint, or EVERY_ANCHOR."""
    use_aia: bool
    """Ask where the certificate says, when no responder is set for its anchor."""
    nonce: Nonce
    request_hash: str
    rules: Rules
    timeout: timedelta
    breaker_failures: int
    breaker_pause: timedelta
    cache_bound: timedelta


def read_settings(table: Mapping[str, object]) -> OcspSettings:
    check_keys(table, DEFAULTS)
    values = {**DEFAULTS, **table}
    nonce = _nonce(values["nonce"], "nonce")
    responders = _responders(values["responders"], nonce)
    use_aia = flag(values, "use_aia")
    if not responders and not use_aia:
        raise ValueError('responders: at least one is needed, e.g. "*" = "http://ocsp.example/"')
    if values["request_hash"] not in REQUEST_HASHES:
        raise ValueError(f"request_hash: one of {', '.join(REQUEST_HASHES)} is needed")
    max_age = seconds(values, "max_age_seconds", least=0)
    return OcspSettings(
        responders=responders,
        use_aia=use_aia,
        nonce=nonce,
        request_hash=str(values["request_hash"]),
        rules=Rules(
            skew=seconds(values, "skew_seconds", least=0),
            max_age=max_age or None,
            require_nocheck=flag(values, "require_nocheck"),
        ),
        timeout=seconds(values, "timeout_seconds", least=1),
        breaker_failures=whole_number(values, "breaker_failures", least=1),
        breaker_pause=seconds(values, "breaker_pause_seconds", least=1),
        cache_bound=seconds(values, "cache_seconds", least=0),
    )


def _responders(value: object, nonce: Nonce) -> Mapping[str, Responder]:
    if not isinstance(value, Mapping):
        raise ValueError("responders: a table of anchor fingerprints and URLs is needed")
    return {_anchor(key): _responder(key, told, nonce) for key, told in value.items()}


def _anchor(key: str) -> str:
    if key != EVERY_ANCHOR and not _FINGERPRINT.fullmatch(key):
        raise ValueError(
            f"responders.{key}: an anchor's SHA-256 fingerprint in upper-case hexadecimal"
            f' or "{EVERY_ANCHOR}" is needed'
        )
    return key


def _responder(key: str, told: object, nonce: Nonce) -> Responder:
    """A URL, or a table of it and what is particular to its responder."""
    table = told if isinstance(told, Mapping) else {"url": told}
    check_keys(table, RESPONDER_KEYS, f"responders.{key}.")
    url = table.get("url")
    if not isinstance(url, str) or not is_usable_url(url):
        raise ValueError(f"responders.{key}: an http or https URL is needed")
    return Responder(url, _nonce(table.get("nonce", nonce), f"responders.{key}.nonce"))


def _nonce(value: object, key: str) -> Nonce:
    if not isinstance(value, str) or value not in tuple(Nonce):
        raise ValueError(f"{key}: one of {', '.join(Nonce)} is needed")
    return Nonce(value)
