"""Who was proven during a request: noted where it is proven, read by the line that ends it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from starlette.requests import HTTPConnection

from gateway.audit.origins import client_actor, operator_actor

_KEY = "gateway.party"


@dataclass(frozen=True, slots=True)
class Party:
    actor: str
    tenant_id: str | None = None
    client_id: str | None = None


UNPROVEN = Party("unknown")


def note_client(request: HTTPConnection, client_id: str, tenant_id: str) -> None:
    request.scope[_KEY] = Party(client_actor(client_id), tenant_id, client_id)


def note_operator(request: HTTPConnection, operator_id: str, tenant_id: str | None) -> None:
    request.scope[_KEY] = Party(operator_actor(operator_id), tenant_id)


def party_of(scope: Mapping[str, Any]) -> Party:
    found: Party = scope.get(_KEY, UNPROVEN)
    return found
