"""What the listeners have heard until when, and the work of looking for what they missed: one process at a time.

While some listener can hear Slack it beats. A beat that comes after too long a silence makes a job: look at
everything since the last beat. So does one after events were refused: look at everything since the first of them.
The job outlives the process that works on it, with a cursor for each place.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import cast

import redis

from workers.state.connection import Args, state_errors

LOCK_MS = 20_000
DONE = "done"

# KEYS heard, job   ARGV gap, margin, longest, since when events were refused or 0 (ms)
_BEAT = """
local t = redis.call('TIME')
local now = t[1] * 1000 + math.floor(t[2] / 1000)
local gap, margin, longest, refused = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
local heard = tonumber(redis.call('GET', KEYS[1]) or '0')
redis.call('SET', KEYS[1], now)
if now - heard <= gap and refused == 0 then return 0 end
if refused > 0 then heard = math.min(heard, refused) end
local since = math.max(heard - margin, now - longest)
-- A second silence begins the job anew: what was looked at before it may have changed.
local known = tonumber(redis.call('HGET', KEYS[2], 'since') or '0')
if known > 0 and known < since then since = math.max(known, now - longest) end
redis.call('DEL', KEYS[2])
redis.call('HSET', KEYS[2], 'since', since, 'begun', now)
redis.call('PEXPIRE', KEYS[2], longest)
return 1
"""

# KEYS lock, job   ARGV token, lock_ms. Takes or renews the lock; returns the job, empty if there is none or no lock.
_TAKE = """
if redis.call('EXISTS', KEYS[2]) == 0 then return {} end
local holder = redis.call('GET', KEYS[1])
if holder and holder ~= ARGV[1] then return {} end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return redis.call('HGETALL', KEYS[2])
"""

# KEYS lock, job   ARGV token, lock_ms, begun, place, cursor. Notes how far a place is; 0 if the job is another's now.
_NOTE = """
if redis.call('GET', KEYS[1]) ~= ARGV[1] or redis.call('HGET', KEYS[2], 'begun') ~= ARGV[3] then return 0 end
redis.call('PEXPIRE', KEYS[1], ARGV[2])
redis.call('HSET', KEYS[2], ARGV[4], ARGV[5])
return 1
"""

# KEYS lock, job   ARGV token, begun. Ends the job, unless a new silence has begun it anew.
_FINISH = """
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
redis.call('DEL', KEYS[1])
if redis.call('HGET', KEYS[2], 'begun') == ARGV[2] then redis.call('DEL', KEYS[2]) end
return 1
"""

_RELEASE = """
if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end
return 0
"""


@dataclass(frozen=True)
class Job:
    """Look at what was written since then."""

    since: float
    """Unix seconds."""
    begun: str
    """Names this job; one that was begun anew has another."""
    cursors: Mapping[str, str] = field(default_factory=dict)
    """By place: where to go on, or DONE."""


class CatchUps:
    """The job of one team's listeners; raises StateUnavailable."""

    def __init__(self, client: redis.Redis) -> None:
        self._beat = client.register_script(_BEAT)
        self._take = client.register_script(_TAKE)
        self._note = client.register_script(_NOTE)
        self._finish = client.register_script(_FINISH)
        self._release = client.register_script(_RELEASE)

    def beat(
        self,
        team_id: str,
        *,
        gap_seconds: float,
        margin_seconds: float,
        longest_seconds: float,
        refused_since: float | None = None,
    ) -> bool:
        """Note that Slack can be heard; return whether something is to be looked for.

        So it is if Slack could not be heard for longer than `gap_seconds`, or if events were refused since then.
        """
        args: Args = [
            int(seconds * 1000) for seconds in (gap_seconds, margin_seconds, longest_seconds, refused_since or 0)
        ]
        with state_errors():
            return bool(self._beat(keys=[_key(team_id, "heard"), _key(team_id, "job")], args=args))

    def take(self, team_id: str, token: str) -> Job | None:
        """Return the job if there is one and nobody else is at it; its lock runs out unless it is noted on."""
        with state_errors():
            row = cast("list[bytes]", self._take(keys=_keys(team_id), args=[token, LOCK_MS]))
        fields = {name.decode(): value.decode() for name, value in zip(row[::2], row[1::2], strict=True)}
        if not fields:
            return None
        since, begun = float(fields.pop("since")) / 1000, fields.pop("begun")
        return Job(since, begun, fields)

    def note(self, team_id: str, token: str, job: Job, place: str, cursor: str) -> bool:
        """Store how far a place was looked at and keep the lock; False if this job is no longer the caller's."""
        with state_errors():
            return bool(self._note(keys=_keys(team_id), args=[token, LOCK_MS, job.begun, place, cursor]))

    def release(self, team_id: str, token: str) -> None:
        """Leave the job to another process."""
        with state_errors():
            self._release(keys=_keys(team_id)[:1], args=[token])

    def finish(self, team_id: str, token: str, job: Job) -> None:
        """End the job."""
        with state_errors():
            self._finish(keys=_keys(team_id), args=[token, job.begun])


def _key(team_id: str, name: str) -> str:
    return f"sb:{{catchup:{team_id}}}:{name}"


def _keys(team_id: str) -> list[str]:
    return [_key(team_id, "lock"), _key(team_id, "job")]
