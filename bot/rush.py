"""How many events are being taken just now, so that what can wait a moment gives way to them."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager, suppress

# With more than this in hand each further piece of work makes acknowledgements late.
FEW = 2


class Rush:
    """Counts the events between their arrival and their acknowledgement."""

    def __init__(self) -> None:
        self._in_hand = 0
        self._calm = asyncio.Event()
        self._calm.set()
        self._next = asyncio.Lock()

    @contextmanager
    def taking(self) -> Iterator[None]:
        """Count one event while it is taken."""
        self._in_hand += 1
        if self._in_hand > FEW:
            self._calm.clear()
        try:
            yield
        finally:
            self._in_hand -= 1
            if self._in_hand <= FEW:
                self._calm.set()

    async def give_way(self, seconds: float) -> None:
        """Wait until few events are in hand, one caller after the other, each so long at most."""
        async with self._next:
            with suppress(TimeoutError):
                async with asyncio.timeout(seconds):
                    await self._calm.wait()
            # Lets in what has arrived, before the next caller looks.
            await asyncio.sleep(0)
