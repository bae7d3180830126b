"""Whoever brings signatures that no card made waits before the next try, each time longer.

Per browser and address, and per certificate and address: a certificate is no secret, and somebody
else who shows a resident's from elsewhere does not hold them. There is no wait for a whole address:
a town hall's counters are one. A card that is expired, revoked or not registered is none of this.
"""

import hashlib
from datetime import timedelta

from gateway.login.answer import CardAnswer
from gateway.login.failure import Failure
from gateway.login.sign_in_log import Attempt
from gateway.protection.backoff import Backoff
from gateway.protection.failures import Rule
from gateway.protection.protection import Protection

BROWSER = Rule("card_of_browser", Backoff(free=10, longest=timedelta(minutes=1)))
CERTIFICATE = Rule("card", Backoff(free=10, longest=timedelta(minutes=1)))
_FORGED = frozenset({Failure.NOT_A_CARD, Failure.SIGNATURE_MISMATCH, Failure.WRONG_CERTIFICATE})


def check_may_try(protection: Protection, answer: CardAnswer, attempt: Attempt) -> None:
    """Before the challenge is used up. Raises TooManyRequests."""
    for rule, who in _whose(answer, attempt):
        protection.check_may_try(rule, who, attempt.origin.address, attempt.at)


async def count_if_forged(
    protection: Protection, answer: CardAnswer, attempt: Attempt, failure: Failure
) -> None:
    if failure not in _FORGED:
        return
    for rule, who in _whose(answer, attempt):
        await protection.failed(rule, who, attempt.origin, attempt.at)


def _whose(answer: CardAnswer, attempt: Attempt) -> list[tuple[Rule, str]]:
    shown = answer.authentication.unverified_certificate
    found = [(CERTIFICATE, hashlib.sha256(shown).hexdigest())]
    return found if attempt.holder is None else [(BROWSER, attempt.holder), *found]
