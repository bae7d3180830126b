"""The page that says a sign-in is over, and which services are told so."""

from collections.abc import Sequence

from starlette.requests import Request
from starlette.responses import Response

from gateway.login.session import Session
from gateway.oidc.logout.front_channel import Frame, frames_of
from gateway.oidc.logout.sign_out import SignedOut
from gateway.oidc.provider import Provider
from gateway.tenants.model import Client


def logged_out_page(
    provider: Provider,
    http: Request,
    session: Session | None,
    ended: SignedOut,
    *,
    client: Client | None = None,
    go_on: str | None = None,
    everywhere: bool = False,
) -> Response:
    """`go_on`: the proven address at which `client` waits for the resident."""
    frames: Sequence[Frame] = ()
    if session is not None:
        frames = frames_of(provider.issuer, provider.keyed_hash, session, ended.here)
    return provider.pages.render(
        http,
        "oidc/logged_out.html",
        frame_src=sorted({frame.origin for frame in frames}),
        frames=frames,
        untold=untold(ended),
        client=client,
        go_on=go_on,
        everywhere=everywhere,
    )


def untold(ended: SignedOut) -> Sequence[Client]:
    """Who can be told in no way: what this browser loads ends nothing in another."""
    here = [service for service in ended.here if not has_frames([service])]
    return [service for service in (*here, *ended.elsewhere) if _is_silent(service)]


def has_frames(services: Sequence[Client]) -> bool:
    return any(service.metadata.frontchannel_logout_uri is not None for service in services)


def _is_silent(service: Client) -> bool:
    return service.metadata.backchannel_logout_uri is None
