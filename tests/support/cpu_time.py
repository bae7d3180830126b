"""CPU time that a piece of work may take, without the garbage collector's turns, which come when
they like."""

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


@contextmanager
def within(seconds: float) -> Iterator[None]:
    gc.disable()
    begun = process_time()
    try:
        yield
        took = process_time() - begun
    finally:
        gc.enable()
    assert took < seconds, f"{took:.3f} s"
