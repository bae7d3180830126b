"""The counters of a card that was issued and lies in no folder yet."""

from gateway.virtual.pins import Pin, one_try_less


class MemoryTries:
    def __init__(self) -> None:
        self._remaining = {pin: pin.most_tries for pin in Pin}

    def remaining(self, pin: Pin) -> int:
        return self._remaining[pin]

    def spend(self, pin: Pin, seen: int | None) -> int:
        self._remaining[pin] = one_try_less(pin, self._remaining[pin], seen)
        return self._remaining[pin]

    def restore(self, pin: Pin) -> None:
        self._remaining[pin] = pin.most_tries
