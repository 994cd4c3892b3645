"""The states of a write on its way into Jira: each change of state is a compare-and-set in Redis.

new ─► sending ─► done
  │       ├─────► new                              (Jira certainly did not take it)
  │       ├─────► rejected ─► sending …            (a person corrected it, or tries again)
  │       └─────► uncertain ─► done | sending      (only a person has it sent again)
  └─► cancelled

What is written, and what came of it, lies in further fields of the same hash; the ledger does not look at them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal, cast

import redis

from workers.records import FilingState
from workers.state.connection import Args, state_errors
from workers.state.mailbox_scripts import DUE

SENDING_LEASE_MS = 10_000
# Who was told to look and died is replaced after this long.
LOOK_AGAIN_MS = 15_000

Begin = Literal["begun", "busy", "gone", "done", "cancelled", "uncertain", "new", "rejected"]
BeginMode = Literal["press", "force", "resume", "look"]
UNDER_WAY: tuple[FilingState, ...] = ("sending", "uncertain")
"""The states out of which a sender moves what it sent: the second if it was taken for dead meanwhile."""

_BEGIN = """
local entry, index = KEYS[1], KEYS[2]
local token, lease_ms, id, mode, by = unpack(ARGV, 1, 5)
local t = redis.call('TIME')
local now = t[1] * 1000 + math.floor(t[2] / 1000)
local state = redis.call('HGET', entry, 'state')
if not state then return 'gone' end
if state == 'done' or state == 'cancelled' then return state end
if state == 'sending' then
  -- The same sender's: its first call came through, and the answer to it was lost.
  if token ~= '' and redis.call('HGET', entry, 'token') == token then return 'begun' end
  if tonumber(redis.call('HGET', entry, 'lease_until')) > now then return 'busy' end
  -- The sender died: nobody knows whether Jira has it. Look, never send.
  redis.call('HSET', entry, 'state', 'uncertain')
  redis.call('HSETNX', entry, 'uncertain_since', now)
  redis.call('ZADD', index, now, id)
  return 'uncertain'
end
local resumes = mode == 'resume'
if mode == 'look' or (resumes and state ~= 'uncertain') then return state end
if state == 'uncertain' and not resumes and mode ~= 'force' then return state end
redis.call('HSET', entry, 'state', 'sending', 'token', token, 'lease_until', now + lease_ms)
if not resumes then
  redis.call('HSET', entry, 'pressed_by', by)
  for i = 6, #ARGV, 2 do redis.call('HSET', entry, ARGV[i], ARGV[i + 1]) end
  -- The looks of what is lost now count from now, not from an earlier loss.
  redis.call('HDEL', entry, 'uncertain_since')
end
redis.call('ZADD', index, now + lease_ms, id)
return 'begun'
"""

_RENEW = """
local t = redis.call('TIME')
local now = t[1] * 1000 + math.floor(t[2] / 1000)
if redis.call('HGET', KEYS[1], 'state') ~= 'sending' or redis.call('HGET', KEYS[1], 'token') ~= ARGV[1] then
  return 0
end
redis.call('HSET', KEYS[1], 'lease_until', now + ARGV[2])
redis.call('ZADD', KEYS[2], now + ARGV[2], ARGV[3])
return 1
"""

# From one of the given states to another, with fields; a sender's `token` must still be the last one.
_MOVE = """
local entry, index = KEYS[1], KEYS[2]
local id, token, from, to, look_in_ms = unpack(ARGV)
local t = redis.call('TIME')
local now = t[1] * 1000 + math.floor(t[2] / 1000)
local state = redis.call('HGET', entry, 'state')
if not state or not string.find(from, '|' .. state .. '|', 1, true) then return 0 end
if token ~= '' and redis.call('HGET', entry, 'token') ~= token then return 0 end
redis.call('HSET', entry, 'state', to)
for i = 6, #ARGV, 2 do redis.call('HSET', entry, ARGV[i], ARGV[i + 1]) end
if to == 'uncertain' then
  redis.call('HSETNX', entry, 'uncertain_since', now)
else
  redis.call('HDEL', entry, 'uncertain_since')
end
if to == 'done' or to == 'cancelled' then redis.call('HSET', entry, 'settled_at', now) end
if tonumber(look_in_ms) > 0 then redis.call('ZADD', index, now + look_in_ms, id)
else redis.call('ZREM', index, id) end
return 1
"""

# Whoever looks after an entry comes back later; one that has expired is looked at no more.
_LOOK_LATER = """
local t = redis.call('TIME')
if redis.call('EXISTS', KEYS[1]) == 0 or tonumber(ARGV[2]) <= 0 then return redis.call('ZREM', KEYS[2], ARGV[1]) end
return redis.call('ZADD', KEYS[2], t[1] * 1000 + math.floor(t[2] / 1000) + ARGV[2], ARGV[1])
"""

# Which message is an entry's card: the one that its writer knew, or the one that somebody else stored since.
_SHOW = """
local known, ts, shows = unpack(ARGV)
local now = redis.call('HGET', KEYS[1], 'card_ts') or ''
if now ~= '' and now ~= known and now ~= ts then return now end
redis.call('HSET', KEYS[1], 'card_ts', ts, 'card_shows', shows)
return ts
"""


@dataclass(frozen=True)
class Entry:
    """One write in a ledger."""

    key: str
    """Of its hash."""
    member: str
    """Its name in the index: the team, a colon, its id."""


class Ledger:
    """The entries of one kind; `index` names the sorted set of those that must be looked at."""

    def __init__(self, client: redis.Redis, index: str) -> None:
        self._redis, self._index = client, index
        self._begin = client.register_script(_BEGIN)
        self._renew = client.register_script(_RENEW)
        self._move = client.register_script(_MOVE)
        self._later = client.register_script(_LOOK_LATER)
        self._show = client.register_script(_SHOW)
        self._due = client.register_script(DUE)

    def begin(
        self,
        entry: Entry,
        *,
        token: str,
        by: str,
        mode: BeginMode = "press",
        fields: Mapping[str, str | bytes] | None = None,
    ) -> Begin:
        """Try to become the one who sends an entry to Jira.

        `force` sends an uncertain one again; `resume` goes on with it where that is harmless; `look` sends nothing,
        but finds out that a sender has died. The fields are stored with a press, not with what goes on.
        """
        args: Args = [token, SENDING_LEASE_MS, entry.member, mode, by, *_flat(fields)]
        with state_errors():
            return cast("Begin", self._begin(keys=self._keys(entry), args=args).decode())

    def renew(self, entry: Entry, *, token: str) -> bool:
        """Keep sending; False if this sender was given up."""
        with state_errors():
            return bool(self._renew(keys=self._keys(entry), args=[token, SENDING_LEASE_MS, entry.member]))

    def move(
        self,
        entry: Entry,
        to: FilingState,
        *,
        since: tuple[FilingState, ...],
        token: str = "",
        look_in_seconds: float = 0,
        fields: Mapping[str, str | bytes] | None = None,
    ) -> bool:
        """Change the state if it is one of `since`; False if something else happened first."""
        args: Args = [entry.member, token, f"|{'|'.join(since)}|", to, int(look_in_seconds * 1000), *_flat(fields)]
        with state_errors():
            return bool(self._move(keys=self._keys(entry), args=args))

    def look_later(self, entry: Entry, seconds: float) -> None:
        """Have an entry looked at again, after some seconds; 0 for no more."""
        with state_errors():
            self._later(keys=self._keys(entry), args=[entry.member, int(seconds * 1000)])

    def remember_card(self, entry: Entry, card_ts: str, shows: str, *, instead_of: str = "") -> str:
        """Store which Slack message shows an entry, and a digest of what it says; return which one is its card.

        That is another than `card_ts` if somebody has stored one that is not the one this is `instead_of`.
        """
        with state_errors():
            return bytes(self._show(keys=[entry.key], args=[instead_of, card_ts, shows])).decode()

    def to_look_at(self, key_of: Callable[[str, str], str], limit: int = 50) -> list[tuple[str, str]]:
        """Return (team, id) of entries whose fate must be looked up now; each again in a while."""
        with state_errors():
            rows = cast("list[bytes]", self._due(keys=[self._index], args=[limit, LOOK_AGAIN_MS]))
            found = [cast("tuple[str, str]", tuple(row.decode().split(":", 1))) for row in rows]
            gone = [f"{team}:{name}" for team, name in found if not self._redis.exists(key_of(team, name))]
            if gone:
                self._redis.zrem(self._index, *gone)
        return [place for place in found if ":".join(place) not in gone]

    def _keys(self, entry: Entry) -> list[str]:
        return [entry.key, self._index]


def _flat(fields: Mapping[str, str | bytes] | None) -> list[str | bytes]:
    return [part for name, value in (fields or {}).items() for part in (name, value)]
