"""What a grant is given once the caller is known: the same for all of them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from gateway.errors import InvalidRequest
from gateway.oidc.clients.authentication import AuthenticatedClient
from gateway.oidc.model import Confirmation
from gateway.tenants.model import Client


@dataclass(frozen=True, slots=True)
class TokenRequest:
    caller: AuthenticatedClient
    form: Mapping[str, str] = field(repr=False)
    confirmation: Confirmation | None
    """The key whose possession came with this very request; what is issued is bound to it."""
    now: datetime

    @property
    def client(self) -> Client:
        return self.caller.client

    def required(self, name: str) -> str:
        """Raises InvalidRequest."""
        if name not in self.form:
            raise InvalidRequest(f"{name} is missing")
        return self.form[name]
