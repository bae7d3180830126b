"""How often a client may poll: every five seconds, and five more each time it does not wait.

RFC 8628 §3.5, CIBA Core 1.0 §11.
"""

from datetime import timedelta

from gateway.store.api import Moments

INTERVAL = timedelta(seconds=5)
KIND = "pace"
_MORE = timedelta(seconds=5)
# A client waits by its own clock, and a network is not always as quick.
_SLACK = timedelta(seconds=1)


async def is_too_soon(moments: Moments, poll_key: str, left: timedelta) -> bool:
    """Asked once for each poll that finds no answer; from a poll that came too soon, the longer
    wait begins anew. `left`: for how long it may still poll."""
    waited = f"{poll_key}/waited"
    told = await moments.get(KIND, poll_key)
    interval = INTERVAL if told is None else timedelta(seconds=int(told))
    if await moments.claim(KIND, waited, interval - _SLACK):
        return False
    longer = interval + _MORE
    await moments.put(KIND, poll_key, str(int(longer.total_seconds())).encode(), left)
    await moments.put(KIND, waited, b"", longer - _SLACK)
    return True
