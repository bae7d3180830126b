"""CPU time that a piece of work may take, without the garbage collector's turns, which come when
they like. What these look for is another order of growth, not a slow machine."""

import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import process_time


def cpu_seconds(work: Callable[[], object]) -> float:
    gc.disable()
    try:
        begun = process_time()
        work()
        return process_time() - begun
    finally:
        gc.enable()


_SLOWER = 5
"""So many times as slow as where the bounds were set may a machine be."""


@contextmanager
def within(seconds: float) -> Iterator[None]:
    gc.disable()
    begun = process_time()
    try:
        yield
        took = process_time() - begun
    finally:
        gc.enable()
    assert took < _SLOWER * seconds, f"{took:.3f} s"
