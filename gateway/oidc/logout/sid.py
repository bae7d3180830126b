"""What a service knows a sign-in by (OpenID Connect Front-Channel Logout §3)."""

from collections.abc import Mapping

from gateway.keys.hashing import KeyedHash


def sid_of(keyed_hash: KeyedHash, session_id: str, client_id: str) -> str:
    """Of this session at this service: two services cannot tell that theirs are one browser's."""
    return keyed_hash.hash("sid", session_id, client_id)


def sid_claim(keyed_hash: KeyedHash, session_id: str | None, client_id: str) -> Mapping[str, str]:
    """Of an ID token; none where there was no browser."""
    return {} if session_id is None else {"sid": sid_of(keyed_hash, session_id, client_id)}
