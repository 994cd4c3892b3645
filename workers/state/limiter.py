"""Slack's rate limits, shared by all processes: an exact log of the calls of the last window, for each budget.

The maths. For a budget of `limit` calls in any `window`, let
    calls    = calls granted in the last `window` (a sorted set by Redis' own clock),
    held     = reservations in force (a sorted set by expiry),
    waiting  = priority calls that were refused a moment ago and will come again.
A call is granted only if one more keeps  calls + held ≤ limit, and so is a reservation. Since `calls` falls by
itself and grows only so, the sum never passes the limit, and three things follow:
  - in no window, wherever it begins, are there more than `limit` calls (a bucket of burst + rate allows twice that);
  - the holder of a reservation may always call at once: its own call takes the place of its reservation;
  - a crashed holder costs one place until its reservation expires, nothing more.
An interim call must also leave `headroom` and the places of those waiting, so that final texts come first.
A call that needs several budgets gets all of them or none. Windows are a second longer than Slack's, because calls
arrive there a little later than they were granted here.
"""

from __future__ import annotations

import math
import secrets
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import redis

from workers.state.connection import Args, state_errors
from workers.state.limiter_scripts import ACQUIRE, PAUSE
from workers.state.refusals_seen import RefusalsSeen

POLL_SECONDS = 1.0
"""The longest sleep before asking again: a reservation may be given back at any time."""


@dataclass(frozen=True, slots=True)
class Budget:
    """At most `limit` calls in any `window_seconds`; interim calls leave `headroom` of them."""

    key: str
    limit: int
    window_seconds: float = 61.0
    headroom: int = 0


@dataclass(frozen=True, slots=True)
class Hold:
    """A place kept for a later call; the same id extends it, `ttl_seconds` ends it if its holder dies."""

    budget: Budget
    id: str
    ttl_seconds: float


@dataclass(frozen=True, slots=True)
class Grant:
    """Call now."""

    room: int
    """How many more calls the first budget has."""
    holders: int
    """How many hold places in the budget of the `hold` that was asked for, else in the last one."""
    at_seconds: float
    """Redis' time of the grant."""


@dataclass(frozen=True, slots=True)
class Wait:
    """Not now; nothing was taken. Worth another try after `seconds`."""

    seconds: float


class Limiter:
    """Grants calls within budgets that all processes share; raises StateUnavailable if Redis does not answer."""

    def __init__(self, client: redis.Redis, *, clock: Callable[[], float] | None = None) -> None:
        """Take Redis' own clock unless a test brings another."""
        self._acquire = client.register_script(ACQUIRE)
        self._pause = client.register_script(PAUSE)
        self._client = client
        self._clock = clock
        self.refusals = RefusalsSeen(client)
        """What is not even worth a place."""

    def acquire(
        self,
        budgets: Sequence[Budget],
        *,
        priority: bool,
        max_wait_seconds: float = 0,
        reservation: str = "",
        hold: Hold | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> Grant | Wait:
        """Take one call from every budget and the `hold` with them, or nothing; wait for that at most so long.

        `reservation` names a hold of the caller's own in one of the budgets; the call uses it up.
        """
        call_id, left = secrets.token_hex(8), max_wait_seconds
        while True:
            answer = self._try(call_id, budgets, priority, reservation, hold, will_wait=left > 0)
            if isinstance(answer, Grant) or left <= 0:
                return answer
            nap = min(max(answer.seconds, 0.005), left, POLL_SECONDS)
            sleep(nap)
            left -= nap

    def reserve(self, hold: Hold, *, priority: bool = False) -> bool:
        """Keep a place for a later call, or extend it; False if there is no room."""
        return isinstance(self._try(secrets.token_hex(8), (), priority, "", hold, will_wait=False), Grant)

    def release(self, budget: Budget, reservation: str) -> None:
        """Give a kept place back; it may be gone already."""
        with state_errors():
            self._client.zrem(_keys(budget)[1], reservation)

    def pause(self, budget: Budget, seconds: float) -> None:
        """Grant nothing for so long, because Slack said so."""
        with state_errors():
            self._pause(keys=[_keys(budget)[3]], args=[self._now_us(), math.ceil(seconds * 1e6)])

    def _try(
        self,
        call_id: str,
        budgets: Sequence[Budget],
        priority: bool,
        reservation: str,
        hold: Hold | None,
        *,
        will_wait: bool,
    ) -> Grant | Wait:
        items: list[tuple[str, Budget, str, float]] = [("take", each, reservation, 0) for each in budgets]
        if hold:
            items.append(("hold", hold.budget, hold.id, hold.ttl_seconds))
        keys: list[str] = []
        args: Args = [self._now_us(), call_id, int(priority), int(priority and will_wait)]
        for kind, budget, name, ttl_seconds in items:
            keys += _keys(budget)
            args += [kind, budget.limit, math.ceil(budget.window_seconds * 1e6), budget.headroom, name]
            args.append(math.ceil(ttl_seconds * 1e6))
        with state_errors():
            granted, wait_us, room, holders, now_us = self._acquire(keys=keys, args=args)
        return Grant(room, holders, now_us / 1e6) if granted else Wait(wait_us / 1e6)

    def _now_us(self) -> int:
        return math.floor(self._clock() * 1e6) if self._clock else 0


def _keys(budget: Budget) -> list[str]:
    return [f"sb:limit:{budget.key}:{part}" for part in ("calls", "held", "waiting", "paused")]
