"""When a responder that fails is left alone: a circuit breaker. Pure: `now` is an argument."""


class Breaker:
    """Closed until so many failures in a row; then open for a pause; then half-open: one question
    per pause tries the responder, and its success closes the breaker again.

    Times are seconds of a clock that never goes back.
    """

    __slots__ = ("_failures", "_limit", "_pause", "_until")

    def __init__(self, limit: int, pause: float) -> None:
        self._limit = limit
        self._pause = pause
        self._failures = 0
        self._until: float | None = None

    def admits(self, now: float) -> bool:
        """Whether to ask. In the half-open state, whoever gets a yes is the one that tries."""
        if self._until is None:
            return True
        if now < self._until:
            return False
        self._until = now + self._pause
        return True

    def succeed(self) -> None:
        self._failures = 0
        self._until = None

    def fail(self, now: float) -> None:
        self._failures += 1
        if self._failures >= self._limit:
            self._until = now + self._pause
