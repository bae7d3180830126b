"""The counters of a card that was issued and lies in no folder yet."""

from gateway.virtual.pins import Pin, PinLockedError


class MemoryTries:
    def __init__(self) -> None:
        self._remaining = {pin: pin.most_tries for pin in Pin}

    def remaining(self, pin: Pin) -> int:
        return self._remaining[pin]

    def spend(self, pin: Pin) -> int:
        if self._remaining[pin] == 0:
            raise PinLockedError(pin)
        self._remaining[pin] -= 1
        return self._remaining[pin]

    def restore(self, pin: Pin) -> None:
        self._remaining[pin] = pin.most_tries
