"""Which addresses a client may register to be redirected to (RFC 8252 §7, RFC 9700 §2.1)."""

import re
from ipaddress import IPv4Address
from urllib.parse import SplitResult, urlsplit

from gateway.settings import LOOPBACK_HOSTS

MAX_URIS = 32
MAX_LENGTH = 2_000

# RFC 3986 §2: they stand in no URI. The asterisk may, and is refused: it looks like a wildcard.
_NOT_IN_A_URI = frozenset(' \\*"<>^`{|}')
_LABEL = r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
_HOST = re.compile(rf"{_LABEL}(\.{_LABEL})*\Z")
# Its last label makes a browser read the whole host as an IPv4 address (WHATWG URL §3.5).
_NUMBER = re.compile(r"([0-9]+|0x[0-9a-f]*)\Z")
_LONGEST_HOST = 253
_DOT_SEGMENTS = frozenset({".", "..", "%2e", "%2e.", ".%2e", "%2e%2e"})
_PRIVATE_USE_SCHEME = re.compile(r"[a-z][a-z0-9+-]*(\.[a-z0-9+-]+)+\Z")


def is_host(text: str) -> bool:
    """As DNS has it, in lower case; an IPv4 address only as everybody writes it."""
    if len(text) > _LONGEST_HOST or not _HOST.match(text):
        return False
    if not _NUMBER.match(text.rpartition(".")[2]):
        return True
    try:
        return str(IPv4Address(text)) == text
    except ValueError:
        return False


def problem_of_all(uris: tuple[str, ...]) -> str | None:
    """What is wrong with the first wrong one; None where all may be registered."""
    if len(set(uris)) != len(uris) or len(uris) > MAX_URIS:
        return f"up to {MAX_URIS}, each once"
    for number, uri in enumerate(uris, 1):
        problem = problem_of(uri)
        if problem is not None:
            return f"number {number}: {problem}"
    return None


def problem_of(uri: str) -> str | None:
    """HTTPS; HTTP on loopback and private-use schemes for native apps. Exact: no wildcard, no
    fragment, no user, nothing a browser would read in another way."""
    if not uri.isascii() or not uri.isprintable() or len(uri) > MAX_LENGTH:
        return f"up to {MAX_LENGTH} ASCII characters that can be seen"
    if set(uri) & _NOT_IN_A_URI:
        return "a character may not stand in it as it is"
    try:
        parts = urlsplit(uri)
        _ = parts.port
    except ValueError:
        return "not a URI"
    if "#" in uri or "@" in parts.netloc:
        return "without fragment and user"
    if _DOT_SEGMENTS & set(parts.path.lower().split("/")):
        return "without dot segments"
    if parts.netloc.endswith(":") or not _is_allowed(parts):
        return "https; a native app's may be http on loopback, or com.example:/cb"
    return None


def _is_allowed(parts: SplitResult) -> bool:
    if parts.scheme == "https":
        return is_host(parts.netloc.partition(":")[0])
    if parts.scheme == "http":
        return parts.hostname in LOOPBACK_HOSTS
    return bool(_PRIVATE_USE_SCHEME.match(parts.scheme)) and not parts.netloc
