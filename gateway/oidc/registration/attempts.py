"""How often somebody may try tokens at /register. Metadata that is refused makes nobody wait."""

from datetime import timedelta

from gateway.protection.backoff import Backoff
from gateway.protection.doorway import Doorway
from gateway.protection.failures import Rule

_LONGEST = timedelta(minutes=1)
REGISTRATIONS = Doorway(
    Rule("registration", Backoff(free=20, longest=_LONGEST)),
    Rule("registrations_of_address", Backoff(free=200, longest=_LONGEST)),
)
"""Where a registration begins, it is nobody's yet."""
