"""Drafts and the ledger of their filing: one hash a draft, every change of state a compare-and-set in Redis.

new ─► sending ─► done
  │       ├─────► new                              (Jira certainly did not take it)
  │       ├─────► rejected ─► sending …            (a person corrected it)
  │       └─────► uncertain ─► done | sending      (only a person's "file anyway" sends again)
  └─► cancelled

An issue that exists makes its draft done, whatever was believed before.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal, cast

import redis

from workers.records import Conversation, Draft, Filing, FilingState
from workers.state.codec import decode, encode
from workers.state.connection import Args, state_errors
from workers.state.mailbox_scripts import DUE

SENDING_LEASE_MS = 10_000
# Who was told to look and died is replaced after this long; so is who filed an issue and did not link its thread.
LOOK_AGAIN_MS = 15_000
UNCERTAIN = "sb:filings:uncertain"
MOST_OF_PERSON = 200

Begin = Literal["begun", "busy", "gone", "done", "cancelled", "uncertain", "new", "rejected"]
BeginMode = Literal["press", "force", "look"]
FILES = ("attached", "not_attached")
BEFORE_DONE: tuple[FilingState, ...] = ("new", "sending", "rejected", "uncertain", "cancelled")

_BEGIN = """
local draft, index = KEYS[1], KEYS[2]
local token, lease_ms, id, mode, by = unpack(ARGV)
local t = redis.call('TIME')
local now = t[1] * 1000 + math.floor(t[2] / 1000)
local state = redis.call('HGET', draft, 'state')
if not state then return 'gone' end
if state == 'done' or state == 'cancelled' then return state end
if state == 'sending' then
  -- The same sender's: its first call came through, and the answer to it was lost.
  if token ~= '' and redis.call('HGET', draft, 'token') == token then return 'begun' end
  if tonumber(redis.call('HGET', draft, 'lease_until')) > now then return 'busy' end
  -- The sender died: nobody knows whether Jira has it. Look, never send.
  redis.call('HSET', draft, 'state', 'uncertain', 'uncertain_since', now)
  redis.call('ZADD', index, now, id)
  return 'uncertain'
end
if mode == 'look' or (state == 'uncertain' and mode ~= 'force') then return state end
redis.call('HSET', draft, 'state', 'sending', 'token', token, 'lease_until', now + lease_ms, 'pressed_by', by)
-- The looks of what is lost now count from now, not from an earlier loss.
redis.call('HDEL', draft, 'uncertain_since')
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
local draft, index = KEYS[1], KEYS[2]
local id, token, from, to, look_in_ms = unpack(ARGV)
local t = redis.call('TIME')
local now = t[1] * 1000 + math.floor(t[2] / 1000)
local state = redis.call('HGET', draft, 'state')
if not state or not string.find(from, '|' .. state .. '|', 1, true) then return 0 end
if token ~= '' and redis.call('HGET', draft, 'token') ~= token then return 0 end
redis.call('HSET', draft, 'state', to)
for i = 6, #ARGV, 2 do redis.call('HSET', draft, ARGV[i], ARGV[i + 1]) end
if to == 'uncertain' then
  redis.call('HSETNX', draft, 'uncertain_since', now)
else
  redis.call('HDEL', draft, 'uncertain_since')
end
if to == 'done' or to == 'cancelled' then redis.call('HSET', draft, 'settled_at', now) end
if tonumber(look_in_ms) > 0 then redis.call('ZADD', index, now + look_in_ms, id)
else redis.call('ZREM', index, id) end
return 1
"""

# Whoever looks after a filing comes back later; a draft that has expired is looked at no more.
_LOOK_LATER = """
local t = redis.call('TIME')
if redis.call('EXISTS', KEYS[1]) == 0 or tonumber(ARGV[2]) <= 0 then return redis.call('ZREM', KEYS[2], ARGV[1]) end
return redis.call('ZADD', KEYS[2], t[1] * 1000 + math.floor(t[2] / 1000) + ARGV[2], ARGV[1])
"""

_EDIT = """
local state = redis.call('HGET', KEYS[1], 'state')
if state ~= 'new' and state ~= 'rejected' then return 0 end
if redis.call('HGET', KEYS[1], 'version') ~= ARGV[1] then return 0 end
redis.call('HSET', KEYS[1], 'body', ARGV[3], 'version', ARGV[2], 'state', 'new', 'errors', ARGV[4])
return 1
"""


class Filings:
    """All drafts of one Redis, with where each stands."""

    def __init__(self, client: redis.Redis, *, ttl_seconds: int) -> None:
        self._redis, self._ttl = client, ttl_seconds
        self._begin = client.register_script(_BEGIN)
        self._renew = client.register_script(_RENEW)
        self._move = client.register_script(_MOVE)
        self._edit = client.register_script(_EDIT)
        self._later = client.register_script(_LOOK_LATER)
        self._due = client.register_script(DUE)

    def add(self, draft: Draft) -> bool:
        """Store a draft before it is shown; False if it was stored before, which changes nothing."""
        key = _key(draft.conversation.team_id, draft.id)
        drafts = _drafts_of(draft.conversation)
        with state_errors():
            pipe = self._redis.pipeline()
            pipe.hsetnx(key, "body", encode(draft.model_dump(mode="json")))
            pipe.hsetnx(key, "state", "new")
            pipe.hsetnx(key, "version", str(draft.version))
            pipe.expire(key, self._ttl)
            pipe.zadd(drafts, {draft.id: draft.created_at})
            pipe.expire(drafts, self._ttl)
            own = _drafts_of_person(draft.conversation.team_id, draft.asker_id)
            pipe.zadd(own, {draft.id: draft.created_at})
            pipe.zremrangebyrank(own, 0, -MOST_OF_PERSON - 1)
            pipe.expire(own, self._ttl)
            return bool(pipe.execute()[0])

    def of_person(self, team_id: str, user_id: str, limit: int = 50) -> list[tuple[Draft, Filing]]:
        """Return the newest drafts that a person asked for, newest first."""
        with state_errors():
            rows = cast("list[bytes]", self._redis.zrevrange(_drafts_of_person(team_id, user_id), 0, limit - 1))
        return [item for item in (self.get(team_id, row.decode()) for row in rows) if item]

    def of_conversation(self, conversation: Conversation, limit: int = 10) -> list[tuple[Draft, Filing]]:
        """Return the newest drafts of a conversation, oldest first."""
        with state_errors():
            rows = cast("list[bytes]", self._redis.zrange(_drafts_of(conversation), -limit, -1))
        found = (self.get(conversation.team_id, row.decode()) for row in rows)
        return [item for item in found if item]

    def get(self, team_id: str, draft_id: str) -> tuple[Draft, Filing] | None:
        """Return a draft and where it stands, or None if it never was or has expired."""
        with state_errors():
            row = cast("dict[bytes, bytes]", self._redis.hgetall(_key(team_id, draft_id)))
        if b"body" not in row:
            return None
        return Draft.model_validate(decode(row[b"body"])), _filing(row)

    def remember_marker(self, draft: Draft, marker: str) -> None:
        """Store whose issue carries this sign, before there can be one."""
        with state_errors():
            self._redis.set(_marker_key(draft.conversation.team_id, marker), draft.id, ex=self._ttl)

    def marked(self, team_id: str, marker: str) -> tuple[Draft, Filing] | None:
        """Return the draft whose issue carries this sign."""
        with state_errors():
            draft_id = cast("bytes | None", self._redis.get(_marker_key(team_id, marker)))
        return self.get(team_id, draft_id.decode()) if draft_id else None

    def begin(self, draft: Draft, *, token: str, by: str, mode: BeginMode = "press") -> Begin:
        """Try to become the one who sends a draft to Jira.

        `force` sends an uncertain one again; `look` sends nothing, but finds out that a sender has died.
        """
        args: Args = [token, SENDING_LEASE_MS, _member(draft), mode, by]
        with state_errors():
            return cast("Begin", self._begin(keys=_keys(draft), args=args).decode())

    def renew(self, draft: Draft, *, token: str) -> bool:
        """Keep sending; False if this sender was given up."""
        with state_errors():
            return bool(self._renew(keys=_keys(draft), args=[token, SENDING_LEASE_MS, _member(draft)]))

    def move(
        self,
        draft: Draft,
        to: FilingState,
        *,
        since: tuple[FilingState, ...],
        token: str = "",
        look_in_seconds: float = 0,
        fields: Mapping[str, str | bytes] | None = None,
    ) -> bool:
        """Change the state if it is one of `since`; False if something else happened first."""
        flat = [part for name, value in (fields or {}).items() for part in (name, value)]
        args: Args = [_member(draft), token, f"|{'|'.join(since)}|", to, int(look_in_seconds * 1000), *flat]
        with state_errors():
            return bool(self._move(keys=_keys(draft), args=args))

    def done(self, draft: Draft, issue_key: str, issue_url: str) -> bool:
        """Store that the issue exists, whatever the state was; False if one was stored before.

        Its filing is looked at until `rest`: something is left to do about an issue that is new.
        """
        fields = {"issue_key": issue_key, "issue_url": issue_url}
        return self.move(draft, "done", since=BEFORE_DONE, look_in_seconds=LOOK_AGAIN_MS / 1000, fields=fields)

    def look_later(self, draft: Draft, seconds: float) -> None:
        """Have this filing looked at again, after some seconds."""
        with state_errors():
            self._later(keys=_keys(draft), args=[_member(draft), int(seconds * 1000)])

    def rest(self, draft: Draft) -> None:
        """Look at this filing no more."""
        self.look_later(draft, 0)

    def remember_files(self, draft: Draft, attached: Sequence[str], not_attached: Mapping[str, str]) -> None:
        """Store which files of the draft are on the issue, and which will not be and why."""
        pairs: list[Any] = ["attached", encode(list(attached)), "not_attached", encode(dict(not_attached))]
        with state_errors():
            self._redis.hset(_keys(draft)[0], items=pairs)

    def link_failed(self, draft: Draft) -> int:
        """Count that an issue could not be linked to its thread; return how often it could not."""
        with state_errors():
            return self._redis.hincrby(_keys(draft)[0], "links_failed", 1)

    def edit(self, old: Draft, new: Draft) -> bool:
        """Replace a draft that is not filed yet; False if it was edited or filed meanwhile."""
        args: Args = [old.version, new.version, encode(new.model_dump(mode="json")), encode([])]
        with state_errors():
            return bool(self._edit(keys=_keys(old)[:1], args=args))

    def remember_card(self, draft: Draft, card_ts: str, shows: str = "") -> None:
        """Store which Slack message shows the draft, and a digest of what it says."""
        with state_errors():
            self._redis.hset(_keys(draft)[0], mapping={"card_ts": card_ts, "card_shows": shows})

    def to_look_at(self, limit: int = 50) -> list[tuple[str, str]]:
        """Return (team_id, draft_id) of filings whose fate must be looked up now; each again in a while."""
        with state_errors():
            rows = cast("list[bytes]", self._due(keys=[UNCERTAIN], args=[limit, LOOK_AGAIN_MS]))
            found = [cast("tuple[str, str]", tuple(row.decode().split(":", 1))) for row in rows]
            gone = [f"{team}:{draft_id}" for team, draft_id in found if not self._redis.exists(_key(team, draft_id))]
            if gone:
                self._redis.zrem(UNCERTAIN, *gone)
        return [place for place in found if ":".join(place) not in gone]


def _key(team_id: str, draft_id: str) -> str:
    return f"sb:draft:{team_id}:{draft_id}"


def _marker_key(team_id: str, marker: str) -> str:
    return f"sb:marker:{team_id}:{marker}"


def _drafts_of(conversation: Conversation) -> str:
    return f"sb:{{{conversation.box}}}:drafts"


def _drafts_of_person(team_id: str, user_id: str) -> str:
    return f"sb:person:{team_id}:{user_id}:drafts"


def _keys(draft: Draft) -> list[str]:
    return [_key(draft.conversation.team_id, draft.id), UNCERTAIN]


def _member(draft: Draft) -> str:
    return f"{draft.conversation.team_id}:{draft.id}"


def _filing(row: dict[bytes, bytes]) -> Filing:
    values: dict[str, Any] = {
        name: row[name.encode()].decode()
        for name in ("state", "issue_key", "issue_url", "pressed_by", "card_ts", "card_shows")
        if name.encode() in row
    }
    errors = decode(row[b"errors"]) if b"errors" in row else ()
    times = {name: float(row.get(name.encode(), b"0")) / 1000 for name in ("uncertain_since", "settled_at")}
    files: dict[str, Any] = {name: decode(row[name.encode()]) for name in FILES if name.encode() in row}
    return Filing(**values, **times, **files, errors=tuple(errors))
