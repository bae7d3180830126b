"""Which addresses a client may register to be redirected to (RFC 8252 §7, RFC 9700 §2.1)."""

import re
from urllib.parse import SplitResult, urlsplit

from gateway.settings import LOOPBACK_HOSTS

MAX_URIS = 32
MAX_LENGTH = 2_000

_HOST = re.compile(r"[a-z0-9]([a-z0-9.-]{0,252}[a-z0-9])?\Z")
_PRIVATE_USE_SCHEME = re.compile(r"[a-z][a-z0-9+-]*(\.[a-z0-9+-]+)+\Z")


def is_host(text: str) -> bool:
    return _HOST.match(text) is not None


def problem_of_all(uris: tuple[str, ...]) -> str | None:
    """What is wrong with the first wrong one; None where all may be registered."""
    if len(set(uris)) != len(uris) or len(uris) > MAX_URIS:
        return f"up to {MAX_URIS}, each once"
    return next((problem for uri in uris if (problem := problem_of(uri)) is not None), None)


def problem_of(uri: str) -> str | None:
    """HTTPS; HTTP on loopback and private-use schemes for native apps. Exact: no wildcard, no
    fragment, no user, nothing a browser would read in another way."""
    shown = repr(uri[:100])
    if not uri.isascii() or not uri.isprintable() or len(uri) > MAX_LENGTH:
        return f"{shown} has a character that may not stand in it, or is too long"
    if set(uri) & set(' \\*"<>'):
        return f"{shown} has a character that may not stand in it"
    try:
        parts = urlsplit(uri)
        _ = parts.port
    except ValueError:
        return f"{shown} is not a URI"
    if "#" in uri or "@" in parts.netloc:
        return f"{shown} has a fragment or a user in it"
    if any(segment in (".", "..") for segment in parts.path.split("/")):
        return f"{shown} has a dot segment in it"
    if not _is_allowed(parts):
        return f"{shown} must be https; a native app's may be http on loopback, or com.example:/cb"
    return None


def _is_allowed(parts: SplitResult) -> bool:
    if parts.scheme == "https":
        return is_host(parts.netloc.partition(":")[0])
    if parts.scheme == "http":
        return parts.hostname in LOOPBACK_HOSTS
    return bool(_PRIVATE_USE_SCHEME.match(parts.scheme)) and not parts.netloc
