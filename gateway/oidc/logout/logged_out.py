"""The page that says a sign-in is over, and which services are told so."""

from collections.abc import Sequence

from starlette.requests import Request
from starlette.responses import Response

from gateway.login.session import Session
from gateway.oidc.logout.front_channel import Frame, frames_of
from gateway.oidc.provider import Provider
from gateway.tenants.model import Client


def logged_out_page(
    provider: Provider,
    http: Request,
    session: Session | None,
    services: Sequence[Client],
    *,
    client: Client | None = None,
    go_on: str | None = None,
    everywhere: bool = False,
) -> Response:
    """`go_on`: the proven address at which `client` waits for the resident."""
    frames: Sequence[Frame] = ()
    if session is not None:
        frames = frames_of(provider.issuer, provider.keyed_hash, session, services)
    return provider.pages.render(
        http,
        "oidc/logged_out.html",
        frame_src=sorted({frame.origin for frame in frames}),
        frames=frames,
        untold=[service for service in services if not is_told(service)],
        client=client,
        go_on=go_on,
        everywhere=everywhere,
    )


def is_told(service: Client) -> bool:
    metadata = service.metadata
    uris = (metadata.backchannel_logout_uri, metadata.frontchannel_logout_uri)
    return any(uri is not None for uri in uris)


def has_frames(services: Sequence[Client]) -> bool:
    return any(service.metadata.frontchannel_logout_uri is not None for service in services)
