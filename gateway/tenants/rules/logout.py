"""Where a service may be told that a sign-in is over (Back- and Front-Channel Logout 1.0)."""

from urllib.parse import urlsplit

from gateway.tenants.metadata import ClientMetadata, MetadataError
from gateway.tenants.redirect_uris import problem_of

_FIELDS = (
    "backchannel_logout_uri",
    "backchannel_logout_session_required",
    "frontchannel_logout_uri",
    "frontchannel_logout_session_required",
)


def check_back_channel(metadata: ClientMetadata) -> None:
    uri = metadata.backchannel_logout_uri
    if uri is not None:
        _check_address("backchannel_logout_uri", uri)
    elif metadata.backchannel_logout_session_required:
        raise MetadataError("backchannel_logout_session_required", "needs a backchannel_logout_uri")


def check_front_channel(metadata: ClientMetadata) -> None:
    uri = metadata.frontchannel_logout_uri
    if uri is None:
        if metadata.frontchannel_logout_session_required:
            raise MetadataError(
                "frontchannel_logout_session_required", "needs a frontchannel_logout_uri"
            )
        return
    _check_address("frontchannel_logout_uri", uri)
    # Front-Channel Logout §2: scheme, host and port of a registered redirect URI.
    if origin_of_uri(uri) not in map(origin_of_uri, metadata.redirect_uris):
        raise MetadataError(
            "frontchannel_logout_uri", "scheme, host and port of one of the redirect_uris"
        )


def check_reader_signs_nobody_out(metadata: ClientMetadata) -> None:
    for name in _FIELDS:
        if getattr(metadata, name):
            raise MetadataError(name, "for services only")


def origin_of_uri(uri: str) -> tuple[str, str | None, int | None]:
    """With the port that is meant where none stands."""
    parts = urlsplit(uri)
    return parts.scheme, parts.hostname, parts.port or {"https": 443, "http": 80}.get(parts.scheme)


def _check_address(name: str, uri: str) -> None:
    problem = problem_of(uri)
    if problem is not None:
        raise MetadataError(name, problem)
    if urlsplit(uri).scheme not in ("https", "http"):
        raise MetadataError(name, "https; http on loopback only")
