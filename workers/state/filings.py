"""Drafts, and where each stands on its way into Jira: one hash a draft in the ledger of filings.

An issue that exists makes its draft done, whatever was believed before.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, cast

import redis

from workers.records import Conversation, Draft, Filing, FilingState
from workers.state.codec import decode, encode
from workers.state.connection import Args, state_errors
from workers.state.ledger import LOOK_AGAIN_MS, Begin, BeginMode, Entry, Ledger

UNCERTAIN = "sb:filings:uncertain"
MOST_OF_PERSON = 200

FILES = ("attached", "not_attached")
BEFORE_DONE: tuple[FilingState, ...] = ("new", "sending", "rejected", "uncertain", "cancelled")

_EDIT = """
local state = redis.call('HGET', KEYS[1], 'state')
if state ~= 'new' and state ~= 'rejected' then return 0 end
if redis.call('HGET', KEYS[1], 'version') ~= ARGV[1] then return 0 end
redis.call('HSET', KEYS[1], 'body', ARGV[3], 'version', ARGV[2])
if ARGV[4] ~= '' then redis.call('HSET', KEYS[1], 'state', 'new', 'errors', ARGV[4]) end
return 1
"""


class Filings:
    """All drafts of one Redis, with where each stands."""

    def __init__(self, client: redis.Redis, *, ttl_seconds: int) -> None:
        self._redis, self._ttl = client, ttl_seconds
        self._ledger = Ledger(client, UNCERTAIN)
        self._edit = client.register_script(_EDIT)

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

    def begin(self, draft: Draft, *, token: str, by: str, mode: BeginMode = "press", joins: str = "") -> Begin:
        """Try to become the one who sends a draft to Jira, as an issue or to one that it `joins`.

        `force` sends an uncertain one again; `resume` goes on with a comment, which can be looked for surely; `look`
        sends nothing, but finds out that a sender has died.
        """
        return self._ledger.begin(_entry(draft), token=token, by=by, mode=mode, fields={"joins": joins})

    def renew(self, draft: Draft, *, token: str) -> bool:
        """Keep sending; False if this sender was given up."""
        return self._ledger.renew(_entry(draft), token=token)

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
        return self._ledger.move(
            _entry(draft), to, since=since, token=token, look_in_seconds=look_in_seconds, fields=fields
        )

    def done(self, draft: Draft, issue_key: str, issue_url: str) -> bool:
        """Store that the issue exists, whatever the state was; False if one was stored before.

        Its filing is looked at until `rest`: something is left to do about an issue that is new.
        """
        fields = {"issue_key": issue_key, "issue_url": issue_url}
        return self.move(draft, "done", since=BEFORE_DONE, look_in_seconds=LOOK_AGAIN_MS / 1000, fields=fields)

    def look_later(self, draft: Draft, seconds: float) -> None:
        """Have this filing looked at again, after some seconds."""
        self._ledger.look_later(_entry(draft), seconds)

    def rest(self, draft: Draft) -> None:
        """Look at this filing no more."""
        self.look_later(draft, 0)

    def remember_files(self, draft: Draft, attached: Sequence[str], not_attached: Mapping[str, str]) -> None:
        """Store which files of the draft are on the issue, and which will not be and why."""
        pairs: list[Any] = ["attached", encode(list(attached)), "not_attached", encode(dict(not_attached))]
        with state_errors():
            self._redis.hset(_key_of(draft), items=pairs)

    def link_failed(self, draft: Draft) -> int:
        """Count that an issue could not be linked to its thread; return how often it could not."""
        with state_errors():
            return self._redis.hincrby(_key_of(draft), "links_failed", 1)

    def edit(self, old: Draft, new: Draft, *, keeps_state: bool = False) -> bool:
        """Replace a draft that is not filed yet; False if it was edited or filed meanwhile.

        What Jira refused it for is forgotten, unless it `keeps_state`.
        """
        errors = b"" if keeps_state else encode([])
        args: Args = [old.version, new.version, encode(new.model_dump(mode="json")), errors]
        with state_errors():
            return bool(self._edit(keys=[_key_of(old)], args=args))

    def remember_card(self, draft: Draft, card_ts: str, shows: str = "", *, instead_of: str = "") -> str:
        """Store which Slack message shows the draft, and return which one is its card; see Ledger."""
        return self._ledger.remember_card(_entry(draft), card_ts, shows, instead_of=instead_of)

    def to_look_at(self, limit: int = 50) -> list[tuple[str, str]]:
        """Return (team_id, draft_id) of filings whose fate must be looked up now; each again in a while."""
        return self._ledger.to_look_at(_key, limit)


def _key(team_id: str, draft_id: str) -> str:
    return f"sb:draft:{team_id}:{draft_id}"


def _marker_key(team_id: str, marker: str) -> str:
    return f"sb:marker:{team_id}:{marker}"


def _drafts_of(conversation: Conversation) -> str:
    return f"sb:{{{conversation.box}}}:drafts"


def _drafts_of_person(team_id: str, user_id: str) -> str:
    return f"sb:person:{team_id}:{user_id}:drafts"


def _key_of(draft: Draft) -> str:
    return _key(draft.conversation.team_id, draft.id)


def _entry(draft: Draft) -> Entry:
    return Entry(_key_of(draft), f"{draft.conversation.team_id}:{draft.id}")


def _filing(row: dict[bytes, bytes]) -> Filing:
    values: dict[str, Any] = {
        name: row[name.encode()].decode()
        for name in ("state", "issue_key", "issue_url", "pressed_by", "card_ts", "card_shows", "joins")
        if name.encode() in row
    }
    errors = decode(row[b"errors"]) if b"errors" in row else ()
    times = {name: float(row.get(name.encode(), b"0")) / 1000 for name in ("uncertain_since", "settled_at")}
    files: dict[str, Any] = {name: decode(row[name.encode()]) for name in FILES if name.encode() in row}
    return Filing(**values, **times, **files, errors=tuple(errors))
