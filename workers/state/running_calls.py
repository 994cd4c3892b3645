"""Calls of the model that nobody takes over: noted before they are made, and found here once their worker is dead."""

from __future__ import annotations

import time
from typing import cast

import redis

from workers.payer import Payer
from workers.rounds import RunningCall
from workers.state.codec import decode, encode
from workers.state.connection import state_errors

DUE, BODIES = "sb:usage:{all}:running:due", "sb:usage:{all}:running:calls"
AT_ONCE = 100


class RunningCalls:
    """Of all workers; a round of the loop is no such call: its turn's journal holds it."""

    def __init__(self, client: redis.Redis) -> None:
        self._redis = client

    def note(self, payer: Payer, call: RunningCall, *, over_in_seconds: float) -> None:
        """Remember what a call costs if its worker says nothing of it until then."""
        row = {**vars(payer), "call": call.model_dump(mode="json")}
        with state_errors():
            pipe = self._redis.pipeline()
            pipe.hset(BODIES, call.member, encode(row))
            pipe.zadd(DUE, {call.member: time.time() + over_in_seconds})
            pipe.execute()

    def forget(self, member: str) -> None:
        """Forget a call that was booked."""
        with state_errors():
            pipe = self._redis.pipeline()
            pipe.zrem(DUE, member)
            pipe.hdel(BODIES, member)
            pipe.execute()

    def due(self) -> list[tuple[Payer, RunningCall]]:
        """Return the calls that are over and not booked, the oldest first, and some of them only."""
        with state_errors():
            members = cast(
                "list[bytes]", self._redis.zrange(DUE, "-inf", time.time(), byscore=True, offset=0, num=AT_ONCE)
            )
            bodies = cast("list[bytes | None]", self._redis.hmget(BODIES, members)) if members else []
        return [_read(decode(body)) for body in bodies if body is not None]


def _read(row: dict[str, object]) -> tuple[Payer, RunningCall]:
    call = RunningCall.model_validate(row.pop("call"))
    return Payer(**{name: str(value) for name, value in row.items()}), call
