"""Exchanges as the page shows them: members in their order, tokens opened."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from gateway.developers.trying.reading import Check, check_id_token, read_token
from gateway.developers.trying.visit import Exchange, TryOut

_LONG = ("access_token", "id_token", "refresh_token", "token", "id_token_hint", "Authorization")
_TIMES = ("exp", "iat", "nbf", "auth_time")


@dataclass(frozen=True, slots=True)
class Opened:
    """A token that is a JWT."""

    header: Sequence[tuple[str, str]]
    claims: Sequence[tuple[str, str]] = field(repr=False)
    checks: Sequence[Check] = ()


@dataclass(frozen=True, slots=True)
class Member:
    name: str
    value: str = field(repr=False)
    is_folded: bool
    opened: Opened | None = None


@dataclass(frozen=True, slots=True)
class Shown:
    exchange: Exchange
    sent: Sequence[Member]
    received: Sequence[Member]


def show_all(
    tryout: TryOut, keys: Mapping[str, Any], issuer: str, now: datetime
) -> Sequence[Shown]:
    """`keys`: of /jwks; none where nothing has to be checked."""

    def received(exchange: Exchange, name: str, value: object) -> Member:
        text = _text(value)
        read = read_token(text) if name in ("access_token", "id_token") else None
        if read is None:
            return Member(name, text, name in _LONG)
        checks: Sequence[Check] = ()
        if name == "id_token" and exchange.step == "token":
            checks = check_id_token(text, keys, issuer, tryout.secrets.nonce, now)
        return Member(
            name, text, name in _LONG, Opened(_pairs(read.header), _pairs(read.claims), checks)
        )

    return [
        Shown(
            exchange,
            members(exchange.sent),
            [received(exchange, name, value) for name, value in exchange.received.items()],
        )
        for exchange in tryout.exchanges
    ]


def members(sent: Mapping[str, str]) -> Sequence[Member]:
    return [Member(name, value, name in _LONG) for name, value in sent.items()]


def _pairs(told: Mapping[str, Any]) -> Sequence[tuple[str, str]]:
    return [(name, _with_time(name, value)) for name, value in told.items()]


def _with_time(name: str, value: object) -> str:
    if name in _TIMES and isinstance(value, int):
        return f"{value} ({datetime.fromtimestamp(value, UTC):%Y-%m-%d %H:%M:%S} UTC)"
    return _text(value)


def _text(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
