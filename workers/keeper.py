"""The keeper: one thread a process that renews the leases of all running work and passes interrupts on."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from workers.errors import InterruptReason, StateUnavailable
from workers.interrupt import Interrupt
from workers.lease import Lease, under
from workers.logs import get_logger
from workers.state.mailbox import Claim, Mailboxes

TICK_SECONDS = 1.0
# A lease is treated as lost this long before Redis lets it go: clocks and pauses differ.
MARGIN_SECONDS = 1.0

log = get_logger(__name__)


@dataclass
class _Held:
    claim: Claim
    interrupt: Interrupt
    lease: Lease


class Keeper:
    """Keeps every claim of this process alive until it is let go, lost or handed over."""

    def __init__(self, boxes: Mailboxes) -> None:
        self._boxes = boxes
        self._held: dict[tuple[str, int], _Held] = {}
        self._lock = threading.Lock()
        self._handing_over = False
        self._thread: threading.Thread | None = None

    @contextmanager
    def holding(self, claim: Claim, *, timeout_seconds: float) -> Iterator[Interrupt]:
        """Renew the claim's lease while inside, and yield what stops its work."""
        interrupt = Interrupt(deadline=time.monotonic() + timeout_seconds)
        held = _Held(claim, interrupt, Lease(claim.asked_at + self._lease_seconds()))
        with self._lock:
            self._held[(claim.box, claim.token)] = held
            self._start()
        if claim.mark:
            held.interrupt.trigger(claim.mark)
        if self._handing_over:
            held.interrupt.trigger("handover")
        try:
            with under(held.lease):
                yield held.interrupt
        finally:
            # A tool may run on beside a turn that did not wait for it: it writes nothing any more.
            held.lease.lose()
            with self._lock:
                self._held.pop((claim.box, claim.token), None)

    @property
    def is_handing_over(self) -> bool:
        return self._handing_over

    def hand_over(self) -> None:
        """Tell all running work to stop and give its leases back: the process is about to end."""
        self._handing_over = True
        for held in self._all():
            held.interrupt.trigger("handover")

    def give_up(self) -> None:
        """Release every lease that is still held: what hangs will not come back in this process."""
        for held in self._all():
            held.lease.lose()
            held.interrupt.trigger("fenced")
            try:
                self._boxes.release(held.claim, refund=True)
            except StateUnavailable:
                log.warning("release_failed")

    def running(self) -> int:
        return len(self._held)

    def _all(self) -> list[_Held]:
        with self._lock:
            return list(self._held.values())

    def _lease_seconds(self) -> float:
        return self._boxes.lease_ms / 1000 - MARGIN_SECONDS

    def _start(self) -> None:
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="keeper", daemon=True)
            self._thread.start()

    def _run(self) -> None:
        while True:
            started = time.monotonic()
            try:
                self._renew(started)
            except Exception as error:
                log.warning("keeper_failed", exc_info=error)
            for held in self._all():
                if held.lease.is_lost:
                    held.interrupt.trigger("fenced")
                held.interrupt.tick()
            time.sleep(max(0.05, TICK_SECONDS - (time.monotonic() - started)))

    def _renew(self, started: float) -> None:
        """Renew all leases; a Redis that does not answer leaves the local deadlines running."""
        all_held = self._all()
        if not all_held:
            return
        try:
            answers = self._boxes.renew([held.claim for held in all_held])
        except StateUnavailable:
            log.warning("renew_failed", leases=len(all_held))
            return
        for held, (still_held, mark) in zip(all_held, answers, strict=True):
            if still_held:
                held.lease.extend(started + self._lease_seconds())
            else:
                held.lease.lose()
            reason: InterruptReason | None = "fenced" if not still_held else mark or None
            if reason:
                held.interrupt.trigger(reason)
