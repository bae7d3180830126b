"""A form that changes something was on a page of ours: the browser says so (Fetch Metadata)."""

from urllib.parse import urlsplit

from starlette.requests import Request

from gateway.errors import BadRequest


def check_same_origin(request: Request) -> None:
    """Raises BadRequest for another site's form. `Sec-Fetch-Site` decides where there is one, then
    Origin (RFC 6454 §7) against Host; a program that sends neither carries nobody's cookies."""
    site = request.headers.get("sec-fetch-site")
    origin = request.headers.get("origin")
    if site is not None:
        # "none": the person did it in the browser itself, as by loading the page again.
        ours = site in ("same-origin", "none")
    else:
        ours = origin is None or _authority(origin) == request.headers.get("host")
    if not ours:
        raise BadRequest("this form was not on a page of this site", 403)


def _authority(origin: str) -> str | None:
    try:
        return urlsplit(origin).netloc or None
    except ValueError:
        return None
