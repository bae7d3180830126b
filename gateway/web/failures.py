"""A failure of ours in the log, once: under the request's number, with nothing it brought."""

import logging

from starlette.requests import Request

from gateway.logs import FAILURE_IS_LOGGED
from gateway.web.arrival import arrival_of
from gateway.web.route_template import route_template

log = logging.getLogger(__name__)


def log_failure(request: Request, error: Exception) -> str:
    """The request's number, for whoever is told. The route only: a path, a query or a body may
    hold a secret."""
    arrival = arrival_of(request)
    log.error(
        "request %s to %s failed",
        arrival.request_id,
        route_template(request.scope),
        exc_info=error,
        extra={"arrival": arrival},
    )
    request.scope[FAILURE_IS_LOGGED] = True
    return arrival.request_id
