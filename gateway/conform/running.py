"""One check after the other, in a thread beside the gateway."""

import time
from collections.abc import Callable, Sequence

import httpx2

from gateway.conform.inspection import Inspection
from gateway.conform.model import Check, Finding, Outcome, Result, failed, not_applicable
from gateway.conform.plan import CHECKS, SIGN_IN
from gateway.conform.visit import StoppedError

Tell = Callable[[Result], None]


def run_plan(inspection: Inspection, tell: Tell) -> Sequence[Result]:
    """Ends with the first where nobody can be signed in at all."""
    results = []
    for check in CHECKS:
        result = run_check(check, inspection)
        tell(result)
        results.append(result)
        if check is SIGN_IN and result.outcome is not Outcome.PASSED:
            break
    return results


def run_check(check: Check, inspection: Inspection) -> Result:
    began = time.monotonic()
    because = check.unless(inspection)
    finding = _found(check, inspection) if because is None else not_applicable(because)
    return Result(check, finding, round((time.monotonic() - began) * 1000))


def _found(check: Check, inspection: Inspection) -> Finding:
    try:
        return check.run(inspection)
    except StoppedError as stopped:
        page = "" if stopped.page is None else stopped.page.where
        return failed(f"found_stopped_{stopped.why}", page=page)
    except httpx2.HTTPError as error:
        return failed("found_unreachable", error=type(error).__name__)
    except LookupError as error:
        return failed("found_stopped_no_end", page=str(error))
