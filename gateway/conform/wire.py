"""What a service and the gateway say to each other (ASGI): heard, and changed by a fault."""

import base64
import binascii
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, unquote

import jwt
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gateway.conform.fault import Tampering

WATCHED = frozenset({"/authorize", "/par", "/token", "/userinfo", "/logout"})


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request of this service, or of a browser on its behalf, and how it was answered."""

    path: str
    query: Mapping[str, str] = field(repr=False)
    form: Mapping[str, str] = field(repr=False)
    scheme: str
    """Of its Authorization header, in lower case."""
    status: int
    answer: Mapping[str, Any] = field(repr=False)
    """Where that is JSON."""


@dataclass(slots=True)
class Wire:
    app: ASGIApp
    client_id: str
    tampering: Tampering
    heard: list[Exchange] = field(default_factory=list, repr=False)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] not in WATCHED:
            await self.app(scope, receive, send)
            return
        body = await _body(receive)
        messages: list[Message] = []

        async def collect(message: Message) -> None:
            messages.append(dict(message))

        await self.app(scope, _again(body, receive), collect)
        exchange = _exchange(scope, body, messages)
        if _client_of(exchange, Headers(scope=scope)) == self.client_id:
            self.heard.append(exchange)
            messages = self._changed(exchange, messages)
        for message in messages:
            await send(message)

    def _changed(self, exchange: Exchange, messages: list[Message]) -> list[Message]:
        """Only what went well is spoilt."""
        fault = self.tampering.fault
        if exchange.status != 200 or not exchange.answer:
            return messages
        if exchange.path == "/token" and fault.token is not None:
            instead = fault.token(exchange.answer)
            self.tampering.reached = True
            return _json_messages(messages, instead.status, instead.body)
        if exchange.path == "/userinfo" and fault.userinfo is not None:
            self.tampering.reached = True
            return _json_messages(messages, 200, fault.userinfo(exchange.answer))
        return messages


async def _body(receive: Receive) -> bytes:
    parts = []
    while True:
        message = await receive()
        parts.append(message.get("body", b""))
        if message["type"] != "http.request" or not message.get("more_body", False):
            return b"".join(parts)


def _again(body: bytes, receive: Receive) -> Receive:
    waiting = [{"type": "http.request", "body": body, "more_body": False}]

    async def replay() -> Message:
        return waiting.pop() if waiting else await receive()

    return replay


def _exchange(scope: Scope, body: bytes, messages: list[Message]) -> Exchange:
    headers = Headers(scope=scope)
    is_form = headers.get("content-type", "").startswith("application/x-www-form-urlencoded")
    start = messages[0] if messages else {"status": 500}
    answered = b"".join(message.get("body", b"") for message in messages)
    return Exchange(
        path=scope["path"],
        query=dict(parse_qsl(scope["query_string"].decode("latin-1"))),
        form=dict(parse_qsl(body.decode("latin-1"))) if is_form else {},
        scheme=headers.get("authorization", "").partition(" ")[0].lower(),
        status=start["status"],
        answer=_object(answered),
    )


def _client_of(exchange: Exchange, headers: Headers) -> str | None:
    """Whom it says it is: this listens, and decides nothing by it."""
    credentials = headers.get("authorization", "").partition(" ")[2]
    if exchange.scheme == "basic":
        return _basic_user(credentials)
    if exchange.path == "/userinfo":
        token = credentials or exchange.form.get("access_token", "")
        return _claims(token).get("client_id")
    told = {**exchange.query, **exchange.form}
    if "client_id" in told:
        return told["client_id"]
    if "client_assertion" in told:
        return _claims(told["client_assertion"]).get("sub")
    return _claims(told.get("id_token_hint", "")).get("aud")


def _basic_user(credentials: str) -> str | None:
    try:
        decoded = base64.b64decode(credentials).decode()
    except (binascii.Error, UnicodeDecodeError):
        return None
    return unquote(decoded.partition(":")[0])


def _claims(unverified_jwt: str) -> Mapping[str, Any]:
    try:
        claims: Mapping[str, Any] = jwt.decode(unverified_jwt, options={"verify_signature": False})
    except jwt.PyJWTError:
        return {}
    return claims


def _object(body: bytes) -> Mapping[str, Any]:
    try:
        found = json.loads(body)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _json_messages(messages: list[Message], status: int, body: Mapping[str, Any]) -> list[Message]:
    told = json.dumps(body).encode()
    kept = [pair for pair in messages[0]["headers"] if pair[0].lower() != b"content-length"]
    headers = [*kept, (b"content-length", str(len(told)).encode())]
    return [
        {"type": "http.response.start", "status": status, "headers": headers},
        {"type": "http.response.body", "body": told, "more_body": False},
    ]
