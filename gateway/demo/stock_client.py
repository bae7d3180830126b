"""Authlib's stock client for one service: it is given the issuer and its credentials, no more."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import httpx2
from authlib.integrations.starlette_client import OAuth
from authlib.oauth2.rfc7523 import PrivateKeyJWT
from joserfc.jwk import ECKey

from gateway.demo.town import DemoService

SCOPE = "openid profile address birthdate gender offline_access link"


@dataclass(frozen=True, slots=True)
class ServiceSettings:
    """What a service has to know of Genkan: this, and no more."""

    service: DemoService
    issuer: str
    address: str
    """Where the service itself is reached, e.g. http://localhost:8101."""
    credential: str = field(repr=False)
    """A client secret, or a private key in PEM."""
    transport: httpx2.AsyncBaseTransport | None = None
    """How the issuer is reached, where not by the network."""


Renewed = Callable[..., Awaitable[None]]


def register(settings: ServiceSettings, renewed: Renewed) -> Any:
    """Authlib's client for this service. What it needs to know it reads from discovery."""
    oauth = OAuth()
    service = settings.service
    arguments: dict[str, Any] = {
        "client_kwargs": {
            "scope": SCOPE,
            "code_challenge_method": "S256",
            "token_endpoint_auth_method": service.token_endpoint_auth_method,
            "transport": settings.transport,
            "trust_env": False,  # the issuer is on this machine: no proxy in between
        },
        "update_token": renewed,
    }
    credential: object = settings.credential
    if service.token_endpoint_auth_method == "private_key_jwt":
        arguments["client_auth_methods"] = [PrivateKeyJWT(alg="ES256")]
        credential = ECKey.import_key(settings.credential)
    oauth.register(
        "genkan",
        client_id=service.client_id,
        client_secret=credential,
        server_metadata_url=f"{settings.issuer}/.well-known/openid-configuration",
        **arguments,
    )
    return oauth.genkan
