"""Answers of /token and /userinfo that are refusals, incomplete, or of somebody else."""

import itertools
from collections.abc import Mapping
from typing import Any

from gateway.conform.checks.judging import Run, accepts, refuses
from gateway.conform.fault import Fault, TokenAnswer, with_members
from gateway.conform.inspection import Inspection
from gateway.conform.model import Finding, failed, not_applicable, passed

_UNKNOWN = {"urn:example:unheard-of": {"of": ["nobody"]}}


def refuses_token_error(status: int, error: str) -> Run:
    def answer(_: Mapping[str, Any]) -> TokenAnswer:
        return TokenAnswer(status, {"error": error, "error_description": "a check of the service"})

    return refuses(Fault(token=answer))


def _without_id_token(before: Mapping[str, Any]) -> TokenAnswer:
    return TokenAnswer(200, with_members(id_token=None)(before))


def _with_more(before: Mapping[str, Any]) -> TokenAnswer:
    return TokenAnswer(200, {**before, **_UNKNOWN})


refuses_no_id_token = refuses(Fault(token=_without_id_token))
refuses_other_userinfo = refuses(Fault(userinfo=with_members(sub="somebody-else")))
refuses_userinfo_of_nobody = refuses(Fault(userinfo=with_members(sub=None)))
ignores_unknown_members = accepts(
    Fault(id_token=with_members(**_UNKNOWN), token=_with_more, userinfo=with_members(**_UNKNOWN))
)


def uses_the_newest_refresh_token(inspection: Inspection) -> Finding:
    """Twice in one sign-in, by the address that was named for it."""
    refresh = inspection.asked.refresh
    if refresh is None:
        return not_applicable("because_no_refresh_option")
    with inspection.visit() as visit:
        page = visit.sign_in()
        began = len(inspection.heard)
        for _ in range(2):
            page = visit.press(page, refresh)
        signed_in = inspection.is_signed_in(visit, page)
    asked = [
        one
        for one in inspection.heard[began:]
        if one.path == "/token" and one.form.get("grant_type") == "refresh_token"
    ]
    if not asked:
        return failed("found_no_refresh")
    used = [one.form.get("refresh_token") for one in asked]
    if len(set(used)) != len(used) or any(one.status != 200 for one in asked):
        return failed("found_old_refresh_token")
    return passed() if signed_in else failed("found_not_signed_in", status=str(page.status))


def asks_no_userinfo(inspection: Inspection) -> str | None:
    heard = itertools.chain(*inspection.known.heard)
    asks = any(one.path == "/userinfo" and one.status == 200 for one in heard)
    return None if asks else "because_no_userinfo"


def does_not_refresh(inspection: Inspection) -> str | None:
    if "refresh_token" not in inspection.client.grant_types:
        return "because_no_refresh_grant"
    return None if inspection.asked.refresh else "because_no_refresh_option"


def asks_for_nothing_more(inspection: Inspection) -> str | None:
    """`openid` alone tells at /userinfo what the ID token says."""
    told = inspection.client.scope - {"openid", "offline_access", "link"}
    return None if told else "because_openid_alone"
