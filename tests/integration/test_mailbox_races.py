"""Many workers at once at one mailbox on a real server, some of which die with what they hold."""

from __future__ import annotations

import threading
import time

import pytest
import redis

from tests.clients import connect
from workers.errors import Interrupted
from workers.rounds import HistoryEntry
from workers.state.mailbox import Claim, Mailboxes

pytestmark = pytest.mark.integration

BOX = "turn:T1:C1:100.000001"
WORKERS, MESSAGES, LEASE_MS = 6, 60, 60


def ts_of(number: int) -> str:
    return f"{number}.000000"


class Crew:
    """Workers that race for one box; those that died with a message come back to it while another has it."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._dead: list[Claim] = []
        self.committed: list[str] = []
        self.undone: list[str] = []
        """What was written by somebody who had lost the message."""
        self.fenced = 0

    def work(self) -> None:
        """Claim, renew, write and commit; die with every third message, give every fifth back."""
        boxes = Mailboxes(connect(self._url), ttl_seconds=3600, lease_ms=LEASE_MS)
        claimed, give_up_at = 0, time.monotonic() + 120
        while len(self.committed) < MESSAGES and time.monotonic() < give_up_at:
            claim = boxes.claim(BOX)
            if claim is None:
                time.sleep(0.002)
                continue
            claimed += 1
            self._come_back(boxes, claim)
            if claimed % 3 == 0:
                self._dead.append(claim)
            elif claimed % 5 == 0:
                boxes.release(claim, refund=True)
            elif boxes.renew([claim])[0][0] and self._end(boxes, claim):
                self.committed.append(claim.id)

    def _come_back(self, boxes: Mailboxes, heir: Claim) -> None:
        for dead in [each for each in self._dead if each.id == heir.id]:
            if boxes.renew([dead])[0][0] or boxes.release(dead) or self._end(boxes, dead):
                self.undone.append(dead.id)

    def _end(self, boxes: Mailboxes, claim: Claim) -> bool:
        entry = HistoryEntry(turn_ts=claim.id, asker_id="U1", audience="channel:C1")
        try:
            boxes.write_journal(claim, {"round:0": claim.token})
            boxes.commit(claim, entry)
        except Interrupted:
            self.fenced += 1
            return False
        return True


def test_of_many_workers_that_die_each_message_is_committed_once_and_in_order(
    redis_url: str, redis_client: redis.Redis
) -> None:
    boxes, crew = Mailboxes(redis_client, ttl_seconds=3600), Crew(redis_url)
    workers = [threading.Thread(target=crew.work) for _ in range(WORKERS)]
    for worker in workers:
        worker.start()
    asked = [ts_of(number) for number in range(1, MESSAGES + 1)]
    for ts in asked:
        # No more than fifty wait at a time.
        while boxes.put(BOX, ts, {}) == "full":
            time.sleep(0.002)
    for worker in workers:
        worker.join()

    assert [turn.turn_ts for turn in boxes.history(BOX)] == asked
    assert sorted(crew.committed, key=float) == asked
    assert not boxes.has_mail(BOX)
    assert crew.undone == []
    assert crew.fenced > 0
