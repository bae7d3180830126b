"""How a service that was given something wrong is judged by what the resident sees then."""

from collections.abc import Callable

import httpx2

from gateway.conform.fault import Fault
from gateway.conform.inspection import Inspection
from gateway.conform.model import Finding, failed, not_applicable, passed, warning
from gateway.conform.visit import Response, Visit
from gateway.demo.browser import Page

Run = Callable[[Inspection], Finding]
OWN_FAILURE = 500


def refuses(fault: Fault) -> Run:
    """With the fault nobody is signed in, and the resident is told so on a page."""

    def run(inspection: Inspection) -> Finding:
        with inspection.visit() as visit, inspection.tampering.by(fault):
            response = visit.response()
            fields = response.fields
            if fault.answer is not None:
                fields, inspection.tampering.reached = fault.answer(fields), True
            return judge_refusal(inspection, visit, response, fields)

    return run


def accepts(fault: Fault) -> Run:
    """What is unusual and allowed keeps nobody out."""

    def run(inspection: Inspection) -> Finding:
        with inspection.visit() as visit, inspection.tampering.by(fault):
            response = visit.response()
            page = _delivered(visit, response, response.fields)
            if not inspection.tampering.reached:
                return not_applicable("because_not_reached")
            if inspection.is_signed_in(visit, page):
                return passed()
            return failed("found_not_signed_in", status=_status(page))

    return run


def judge_refusal(
    inspection: Inspection, visit: Visit, response: Response, fields: dict[str, str]
) -> Finding:
    page = _delivered(visit, response, fields)
    if not inspection.tampering.reached:
        return not_applicable("because_not_reached")
    if inspection.is_signed_in(visit, page):
        return failed("found_signed_in")
    if page is None:
        return warning("found_no_page")
    if page.status == OWN_FAILURE:
        return warning("found_own_failure")
    return passed("found_refused", status=_status(page))


def _delivered(visit: Visit, response: Response, fields: dict[str, str]) -> Page | None:
    """None where no page came of it: it breaks off, or sends the browser round and round."""
    try:
        return visit.deliver_once(response, fields)
    except (httpx2.HTTPError, LookupError):
        return None


def _status(page: Page | None) -> str:
    return "-" if page is None else str(page.status)
