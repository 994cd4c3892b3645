"""The door into the workers for a listener that must not wait: a bounded pool of threads and a deadline."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from bot.deadline import ANSWER_SECONDS, seconds_left
from workers.jobs import (
    Action,
    Asked,
    Conversation,
    Door,
    Draft,
    Filing,
    NewWords,
    PutResult,
    StateUnavailable,
    TurnRequest,
)

T = TypeVar("T")

THREADS = 8
# More than this cannot be stored within the deadline anyway.
MAX_WAITING = 1_000


class Handover:
    """`Door` for asyncio: every call answers within seconds or raises StateUnavailable, whatever Redis does.

    The calls that one ack waits for share these seconds (`bot.deadline`).
    """

    def __init__(self, door: Door) -> None:
        self._door = door
        self.metrics = door.metrics
        self._pool = ThreadPoolExecutor(THREADS, thread_name_prefix="door")
        self._waiting = 0

    def prepare(self) -> None:
        """Do ahead what would make the first question wait; returns at once."""
        self._pool.submit(self._door.prepare, THREADS)

    async def ask(self, request: TurnRequest, *, will_sign: bool) -> Asked:
        """Store a request durably, once; `will_sign`: a first sign will be shown if there is a place for it."""
        return await self._call(lambda: self._door.ask(request, will_sign=will_sign))

    async def act(self, action: Action) -> PutResult:
        """Store a click, a submission or a command durably, once."""
        return await self._call(lambda: self._door.act(action))

    async def stop(self, conversation: Conversation, *, turn_ts: str = "", before_ts: str = "") -> list[str]:
        """Stop one turn, or all that were asked at or before a ts; return which."""
        return await self._call(lambda: self._door.stop(conversation, turn_ts=turn_ts, before_ts=before_ts))

    async def edit(self, conversation: Conversation, words: NewWords) -> bool:
        """Store new words for a question; False if nothing changes by them."""
        return await self._call(lambda: self._door.edit(conversation, words))

    async def withdraw(self, conversation: Conversation, ts: str, *, is_placed: bool) -> bool:
        """Store that a question was deleted; False if it waits for no answer."""
        return await self._call(lambda: self._door.withdraw(conversation, ts, is_placed=is_placed))

    async def draft(self, team_id: str, draft_id: str) -> tuple[Draft, Filing] | None:
        """Return a draft and where it stands."""
        return await self._call(lambda: self._door.draft(team_id, draft_id))

    async def signs_shown(self, requests: Sequence[TurnRequest]) -> list[bool]:
        """Tell the workers that first signs are out, or won't be; return for each whether its turn is worked on."""
        return await self._call(lambda: self._door.signs_shown(requests))

    async def run(self, work: Callable[[Door], T]) -> T:
        """Do something else with the door."""
        return await self._call(lambda: work(self._door))

    async def redis_problem(self) -> str:
        """Say why Redis takes nothing in time; an empty text if it does."""
        try:
            return await self._call(self._door.redis_problem)
        except StateUnavailable:
            return "does not answer"

    async def metrics_text(self) -> bytes:
        """Return the figures of all processes."""
        return await self._call(self._door.metrics_text)

    def close(self) -> None:
        """Write the last figures; what no thread has begun is given up, Slack sends it again."""
        self._pool.shutdown(wait=False, cancel_futures=True)
        self._door.metrics.flush()

    async def _call(self, work: Callable[[], T]) -> T:
        if self._waiting >= MAX_WAITING:
            raise StateUnavailable("too many calls wait")
        seconds = seconds_left(ANSWER_SECONDS)
        if seconds <= 0:
            # Not begun: what is refused must not be stored all the same.
            raise StateUnavailable("no time left")
        self._waiting += 1
        try:
            async with asyncio.timeout(seconds):
                return await asyncio.get_running_loop().run_in_executor(self._pool, work)
        except TimeoutError as error:
            # What a thread has begun may still be stored; the repeated delivery is then seen as such.
            raise StateUnavailable("no answer in time") from error
        finally:
            self._waiting -= 1
