"""Mailboxes: what must be done for one conversation or one subject, in order, by one worker at a time.

The mailbox is the truth, a Celery kick only a hint. A worker holds a lease with a fencing token; whatever it writes
here is refused once the lease is another's.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, cast

import redis

from workers.errors import Interrupted
from workers.records import Conversation
from workers.rounds import HistoryEntry
from workers.state import mailbox_scripts as lua
from workers.state.codec import decode, encode
from workers.state.connection import Args, state_errors
from workers.state.strangers import KEPT_SECONDS, MOST_STRANGERS, Strangers, strangers_key
from workers.state.words_ahead import WordsAhead, ahead_key, seen_key

LEASE_MS = 6_000
GRACE_MS = 1_000
SEEN_SECONDS = 86_400
MAX_WAITING = 50
READY = "sb:ready"

PutResult = Literal["new", "overtaken", "seen", "stranger", "full"]
Mark = Literal["", "stopped", "edited", "deleted"]
EditResult = Literal["edited", "same", "changed", "late"]


@dataclass(frozen=True)
class Claim:
    """One message in one worker's hands; `journal` holds what an earlier holder got done."""

    box: str
    asked_at: float
    """Monotonic seconds before it was claimed: from then on its lease runs, however late the answer came."""
    token: int
    id: str
    body: Any
    attempts: int
    mark: Mark
    journal: Mapping[str, Any]


@dataclass(frozen=True)
class Stored:
    """A body as it was read, to be replaced only if it still is the same."""

    body: Any
    data: bytes


def keys_of(box: str) -> list[str]:
    """Return the keys of a mailbox, all with one hash tag, and the ready index."""
    return [*(f"sb:{{{box}}}:{name}" for name in lua.BOX_KEYS[:-1]), READY]


def _thread_of(box: str) -> tuple[str, str]:
    """Return the index of the team's conversations and this one's name there; no name for what is no conversation."""
    kind, team_id, rest = box.split(":", 2)
    return f"sb:threads:{team_id}", rest if kind == "turn" else ""


class Mailboxes:
    """All mailboxes of one Redis; safe to share between threads."""

    def __init__(self, client: redis.Redis, *, ttl_seconds: int, lease_ms: int = LEASE_MS) -> None:
        self._redis = client
        self.ahead = WordsAhead(client)
        self.strangers = Strangers(client)
        self.lease_ms = lease_ms
        self._ttl = ttl_seconds
        self._put = client.register_script(lua.PUT)
        self._claim = client.register_script(lua.CLAIM)
        self._renew = client.register_script(lua.RENEW)
        self._journal = client.register_script(lua.JOURNAL)
        self._commit = client.register_script(lua.COMMIT)
        self._seal = client.register_script(lua.SEAL)
        self._edit = client.register_script(lua.EDIT)
        self._restart = client.register_script(lua.RESTART)
        self._release = client.register_script(lua.RELEASE)
        self._mark = client.register_script(lua.MARK)
        self._due = client.register_script(lua.DUE)

    def put(self, box: str, message_id: str, body: Any, *, asked: bool = True, sign_ms: int = 0) -> PutResult:
        """Store a message durably unless it was seen; `asked=False` stores it only where the bot takes part.

        `overtaken`: stored, and new words for it, or follow-ups to it, came before it.
        """
        threads, thread = _thread_of(box)
        keys = [*keys_of(box), self._sign_key(box, message_id), seen_key(box, message_id), threads]
        keys += [ahead_key(box, message_id), strangers_key(box)]
        args: Args = [message_id, encode(body), box, GRACE_MS, SEEN_SECONDS, self._ttl, MAX_WAITING, sign_ms]
        args += [int(asked), thread, KEPT_SECONDS, MOST_STRANGERS]
        with state_errors():
            return cast("PutResult", self._put(keys=keys, args=args).decode())

    def claim(self, box: str) -> Claim | None:
        """Take the first message, or None if there is none, it waits for a time, or another worker holds it."""
        asked_at = time.monotonic()
        with state_errors():
            answer = self._claim(keys=keys_of(box), args=[box, self.lease_ms, self._ttl])
        if answer[0] != b"ok":
            return None
        _, token, message_id, body, attempts, mark, pairs = answer
        fields = dict(zip(pairs[::2], pairs[1::2], strict=True))
        own = (b"id", b"attempts", b"not_before", b"obeyed", b"sealed")
        return Claim(
            box=box,
            asked_at=asked_at,
            token=int(token),
            id=message_id.decode(),
            body=decode(body) if body else None,
            attempts=int(attempts),
            mark=mark.decode(),
            journal={name.decode(): decode(value) for name, value in fields.items() if name not in own},
        )

    def renew(self, claims: Sequence[Claim]) -> list[tuple[bool, Mark]]:
        """Lengthen the leases; for each: still held?, and the mark that was put on its message."""
        with state_errors():
            pipe = self._redis.pipeline(transaction=False)
            for claim in claims:
                args: Args = [claim.box, claim.token, claim.id, self.lease_ms]
                self._renew(keys=keys_of(claim.box), args=args, client=pipe)
            return [(bool(held), mark.decode()) for held, mark in pipe.execute()]

    def write_journal(self, claim: Claim, fields: Mapping[str, Any]) -> None:
        """Remember what was done; raises Interrupted("fenced") if another worker has taken over."""
        flat = [part for name, value in fields.items() for part in (name, encode(value))]
        with state_errors():
            held = self._journal(keys=keys_of(claim.box), args=[claim.token, *flat])
        if not held:
            raise Interrupted("fenced")

    def journal_of_heir(self, claim: Claim, name: str) -> Any | None:
        """Return what whoever has the message by now remembers under a name; None if nobody has it."""
        with state_errors():
            row = self._redis.hmget(f"sb:{{{claim.box}}}:journal", "id", name)
        message_id, value = cast("list[bytes | None]", row)
        return decode(value) if value and message_id == claim.id.encode() else None

    def commit(
        self, claim: Claim, entry: HistoryEntry | None = None, *, drop_oldest: int = 0, of_turns: int = 0
    ) -> bool:
        """End a message in one step and return whether more wait; raises Interrupted("fenced").

        The oldest turns are dropped only if the history still has as many as it had when they were chosen.
        """
        body = encode(entry.model_dump(mode="json")) if entry else b""
        args: Args = [claim.box, claim.token, claim.id, self._ttl, body, drop_oldest, of_turns]
        with state_errors():
            answer = self._commit(keys=keys_of(claim.box), args=args)
        if answer == b"fenced":
            raise Interrupted("fenced")
        return bool(answer == b"more")

    def release(self, claim: Claim, *, delay_seconds: float = 0, refund: bool = False, obeyed: Mark = "") -> bool:
        """Give a message back for another try; False if it was another's already.

        A mark cuts the delay short, unless it is the one that was `obeyed`: that is what waits.
        """
        args: Args = [claim.box, claim.token, int(delay_seconds * 1000), int(refund), obeyed]
        with state_errors():
            return bool(self._release(keys=keys_of(claim.box), args=args))

    def seal(self, claim: Claim) -> Mark:
        """Close a message to edits, unless it is marked: then return the mark; raises Interrupted("fenced")."""
        with state_errors():
            answer = self._seal(keys=keys_of(claim.box), args=[claim.token, claim.id]).decode()
        if answer == "fenced":
            raise Interrupted("fenced")
        return cast("Mark", answer)

    def restart(self, claim: Claim) -> None:
        """Give an edited message back to be answered anew in the same Slack messages; raises Interrupted."""
        with state_errors():
            answer = self._restart(keys=keys_of(claim.box), args=[claim.box, claim.token, claim.id])
        if answer == b"fenced":
            raise Interrupted("fenced")

    def turns_of(self, box: str, ts: str) -> list[str]:
        """Return the ids under which a message waits or runs: one that is tried again carries a suffix."""
        with state_errors():
            rows = cast("list[bytes]", self._redis.lrange(f"sb:{{{box}}}:mail", 0, -1))
        ids = (row.decode() for row in rows)
        return [message_id for message_id in ids if message_id.partition("~")[0] == ts]

    def has_seen(self, box: str, message_id: str) -> bool:
        """Return whether a message was stored before, however long ago it was answered."""
        with state_errors():
            return bool(self._redis.exists(seen_key(box, message_id)))

    def refuse(self, box: str, message_id: str) -> bool:
        """Take a message for seen before it comes; False if it has come."""
        with state_errors():
            return bool(self._redis.set(seen_key(box, message_id), 1, nx=True, ex=SEEN_SECONDS))

    def conversation_of(self, place: Conversation, message_id: str) -> Conversation:
        """Return where in a channel a message waits or runs; the place itself if it does nowhere."""
        with state_errors():
            rows = cast("list[bytes]", self._redis.zrange(READY, 0, -1))
        channel = f"turn:{place.team_id}:{place.channel_id}:"
        boxes = [row.decode() for row in rows if row.decode().startswith(channel)]
        return next((Conversation.of_box(box) for box in boxes if self.turns_of(box, message_id)), place)

    def stored(self, box: str, message_id: str) -> Stored | None:
        """Return the body of a message that waits or runs."""
        with state_errors():
            data = cast("bytes | None", self._redis.hget(f"sb:{{{box}}}:body", message_id))
        return Stored(decode(data), data) if data else None

    def edit(
        self, box: str, message_id: str, body: Any, *, instead_of: Stored | None = None, is_same: bool = False
    ) -> EditResult:
        """Replace the body of a message unless its answer is final; a running answer begins anew.

        `changed`: it is no longer the one that it was to replace. One that asks the same leaves the answer alone.
        """
        args: Args = [message_id, encode(body), box, instead_of.data if instead_of else b"", int(is_same)]
        with state_errors():
            return cast("EditResult", self._edit(keys=keys_of(box), args=args).decode())

    def mark(self, box: str, mark: Mark, *, only: str = "", before: str = "") -> list[str]:
        """Mark one message that waits or runs, or all asked at or before a ts; return their ids."""
        with state_errors():
            answer = self._mark(keys=keys_of(box), args=[box, mark, only, before])
        return [message_id.decode() for message_id in answer]

    def due(self, limit: int = 100) -> list[str]:
        """Return the mailboxes that wait for a worker, each again after a short grace."""
        with state_errors():
            return [box.decode() for box in self._due(keys=[READY], args=[limit, GRACE_MS])]

    def history(self, box: str) -> list[HistoryEntry]:
        """Return the committed turns of a conversation, oldest first."""
        with state_errors():
            rows = cast("list[bytes]", self._redis.lrange(f"sb:{{{box}}}:history", 0, -1))
        return [HistoryEntry.model_validate(decode(row)) for row in rows]

    def threads(self, team_id: str, limit: int) -> list[tuple[Conversation, float]]:
        """Return the conversations in which the bot takes part and when each was last active, that one first."""
        with state_errors():
            rows = cast(
                "list[tuple[bytes, float]]",
                self._redis.zrange(f"sb:threads:{team_id}", 0, limit - 1, desc=True, withscores=True),
            )
        return [(Conversation.of_box(f"turn:{team_id}:{row.decode()}"), at / 1000) for row, at in rows]

    def waiting(self) -> int:
        """Return how many messages wait or run in all mailboxes."""
        with state_errors():
            boxes = cast("list[bytes]", self._redis.zrange(READY, 0, 999))
            pipe = self._redis.pipeline(transaction=False)
            for box in boxes:
                pipe.llen(f"sb:{{{box.decode()}}}:mail")
            return sum(pipe.execute()) if boxes else 0

    def signs_shown(self, signs: Sequence[tuple[str, str]]) -> list[bool]:
        """First signs, by box and message, are out or will never be; return whether there still is mail in each box."""
        with state_errors():
            pipe = self._redis.pipeline()
            for box, message_id in signs:
                pipe.delete(self._sign_key(box, message_id))
                pipe.exists(f"sb:{{{box}}}:mail")
            return [bool(found) for found in pipe.execute()[1::2]]

    def has_mail(self, box: str) -> bool:
        """Return whether a message of this box waits or is worked on."""
        with state_errors():
            return bool(self._redis.exists(f"sb:{{{box}}}:mail"))

    def sign_pending(self, box: str, message_id: str) -> bool:
        """Return whether the listener's first sign may still arrive."""
        with state_errors():
            return bool(self._redis.exists(self._sign_key(box, message_id)))

    @staticmethod
    def _sign_key(box: str, message_id: str) -> str:
        return f"sb:{{{box}}}:sign:{message_id}"
