"""The end of a sign-in: begun by the service, or told to it from behind or through the browser."""

from typing import Any
from urllib.parse import urlencode

from gateway.conform.checks.judging import Run
from gateway.conform.checks.responses import OTHER_ISSUER
from gateway.conform.fault import Changed, Signing, with_members
from gateway.conform.inspection import Inspection
from gateway.conform.model import Finding, failed, passed, warning
from gateway.conform.visit import Visit

_OBEYED = (200, 204)  # Back-Channel Logout §2.8


def signs_out_here(inspection: Inspection) -> Finding:
    """Whatever the gateway does: at the service it is over."""
    with inspection.visit() as visit:
        visit.press(visit.sign_in(), inspection.asked.logout or "")
        if inspection.is_signed_in(visit):
            return failed("found_still_signed_in")
    return passed()


def signs_out_at_the_gateway(inspection: Inspection) -> Finding:
    with inspection.visit() as visit:
        page = visit.sign_in()
        began = len(inspection.heard)
        visit.press(page, inspection.asked.logout or "")
        told = [one for one in inspection.heard[began:] if one.path == "/logout"]
        if not told:
            return warning("found_no_logout_request")
        if not any("id_token_hint" in {**one.query, **one.form} for one in told):
            return warning("found_no_hint")
        refused = [one for one in told if one.status >= 400]
        if refused or not visit.asks_for_card():
            return failed("found_logout_refused", status=str(told[-1].status))
    return passed()


def is_told_of_sign_out(inspection: Inspection) -> Finding:
    with inspection.visit() as visit:
        visit.sign_in()
        status = inspection.send_logout(with_members(), Signing.OURS)
        if status not in _OBEYED:
            return failed("found_status", status=_told(status))
        if inspection.is_signed_in(visit):
            return failed("found_still_signed_in")
    return passed()


def refuses_logout_token(
    change: Changed | None = None, signing: Signing = Signing.OURS, **members: Any
) -> Run:
    """It is answered with 400, and nobody is signed out."""

    def run(inspection: Inspection) -> Finding:
        with inspection.visit() as visit:
            visit.sign_in()
            status = inspection.send_logout(change or with_members(**members), signing)
            if not _may_still_be_signed_in(inspection, visit):
                return failed("found_signed_out")
        if status in _OBEYED:
            return failed("found_accepted", status=_told(status))
        if status != 400:
            return warning("found_not_400", status=_told(status))
        return passed()

    return run


refuses_other_issuers_logout = refuses_logout_token(iss=OTHER_ISSUER)


def is_told_in_the_browser(inspection: Inspection) -> Finding:
    with inspection.visit() as visit:
        visit.sign_in()
        _open_frame(inspection, visit, inspection.way.issuer)
        if inspection.is_signed_in(visit):
            return failed("found_still_signed_in")
    return passed()


def refuses_other_issuers_frame(inspection: Inspection) -> Finding:
    """Any site can load it: with another issuer's name it means nothing here."""
    with inspection.visit() as visit:
        visit.sign_in()
        _open_frame(inspection, visit, OTHER_ISSUER)
        if not _may_still_be_signed_in(inspection, visit):
            return failed("found_signed_out")
    return passed()


def _open_frame(inspection: Inspection, visit: Visit, issuer: str) -> None:
    uri = inspection.metadata.frontchannel_logout_uri or ""
    told = {"iss": issuer, "sid": str(inspection.keys.told.get("sid", ""))}
    visit.look(f"{uri}{'&' if '?' in uri else '?'}{urlencode(told)}")


def _may_still_be_signed_in(inspection: Inspection, visit: Visit) -> bool:
    """Where no page shows it again, nobody can tell."""
    return inspection.known.home is None or inspection.is_signed_in(visit)


def _told(status: int | None) -> str:
    return "-" if status is None else str(status)


def has_no_logout(inspection: Inspection) -> str | None:
    if inspection.known.home is None:
        return "because_not_shown_again"
    return None if inspection.asked.logout else "because_no_logout_option"


def has_no_back_channel(inspection: Inspection) -> str | None:
    return None if inspection.metadata.backchannel_logout_uri else "because_no_back_channel"


def has_no_front_channel(inspection: Inspection) -> str | None:
    if inspection.known.home is None:
        return "because_not_shown_again"
    return None if inspection.metadata.frontchannel_logout_uri else "because_no_front_channel"
