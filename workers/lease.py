"""The lease under which this thread works. It is asked before each write to the outside, which no fence can refuse."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from workers.errors import Interrupted


class Lease:
    """Ours until a moment that its keeper puts off, and never again once it is lost."""

    def __init__(self, until: float, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._until, self._clock = until, clock
        self._lost = False

    def extend(self, until: float) -> None:
        """Take note that it was renewed; in vain once it is lost."""
        self._until = until

    def lose(self) -> None:
        """Another may hold it now."""
        self._lost = True

    @property
    def is_lost(self) -> bool:
        # The clock runs on while the process stands still, and so tells what no keeper could notice.
        return self._lost or self._clock() > self._until


_current: ContextVar[Lease | None] = ContextVar("lease", default=None)


@contextmanager
def under(lease: Lease) -> Iterator[None]:
    """Work under a lease while inside, in this thread and in contexts copied from it."""
    token = _current.set(lease)
    try:
        yield
    finally:
        _current.reset(token)


@contextmanager
def without_lease() -> Iterator[None]:
    """Work under no lease while inside: what was done too late is taken back by whoever did it."""
    token = _current.set(None)
    try:
        yield
    finally:
        _current.reset(token)


def check_lease() -> None:
    """Raise Interrupted("fenced") if the lease of this work is lost; without a lease there is none to lose."""
    lease = _current.get()
    if lease and lease.is_lost:
        raise Interrupted("fenced")
