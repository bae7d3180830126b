"""What a run found, in words: a line a check, what to change, and the whole as JSON."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from functools import partial
from importlib.metadata import version
from importlib.resources import files

from gateway.conform.model import Outcome, Result
from gateway.conform.plan import PLAN
from gateway.tenants.model import Client
from gateway.web.languages import Language, Texts

_SIGNS = {
    Outcome.PASSED: "✓",
    Outcome.FAILED: "✗",
    Outcome.WARNING: "!",
    Outcome.NOT_APPLICABLE: "–",
}


class Words:
    def __init__(self, language: Language) -> None:
        texts = Texts([files("gateway.conform").joinpath("texts")])
        self._say = partial(texts.say, language)

    def lines(self, result: Result) -> Iterator[str]:
        """The check, and where it did not pass: what was seen, what to change and why."""
        sign, name = _SIGNS[result.outcome], result.check.name
        if result.outcome is Outcome.NOT_APPLICABLE:
            yield f"{sign} {name}: {self._found(result)}"
            return
        yield f"{sign} {name}: {self._done(result)} ({result.milliseconds} ms)"
        if result.outcome is not Outcome.PASSED:
            yield f"    {self._found(result)}"
            yield f"    → {self._change(result)} [{result.check.clause}]"

    def summary(self, results: Sequence[Result]) -> str:
        counted = Counter(result.outcome for result in results)
        key = "summary_failed" if counted[Outcome.FAILED] else "summary_passed"
        return self._say(key, **{outcome.value: counted[outcome] for outcome in Outcome})

    def document(
        self, client: Client, issuer: str, results: Sequence[Result], now: datetime
    ) -> Mapping[str, object]:
        """For programs; the words in it are of the language that was chosen."""
        counted = Counter(result.outcome for result in results)
        return {
            "client_id": client.client_id,
            "issuer": issuer,
            "at": now.isoformat(),
            "genkan": version("genkan"),
            "plan": PLAN,
            "passed": counted[Outcome.FAILED] == 0,
            "counts": {outcome.value: counted[outcome] for outcome in Outcome},
            "checks": [self._entry(result) for result in results],
        }

    def _entry(self, result: Result) -> Mapping[str, object]:
        return {
            "name": result.check.name,
            "clause": result.check.clause,
            "outcome": result.outcome.value,
            "checked": self._done(result),
            "found": self._found(result),
            "change": self._change(result),
            "milliseconds": result.milliseconds,
        }

    def _done(self, result: Result) -> str:
        return self._say(f"check_{result.check.key}")

    def _change(self, result: Result) -> str:
        return self._say(f"change_{result.check.key}")

    def _found(self, result: Result) -> str:
        return self._say(result.finding.found, **result.finding.values)
