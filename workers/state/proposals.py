"""Proposed changes in Redis: one hash a proposal in a ledger of its own, a field for each change and each outcome."""

from __future__ import annotations

from typing import Any, Literal, cast

import redis

from workers.proposals import CHANGE, AnyChange, Comment, Link, Outcome, Proposal
from workers.records import Conversation, FilingState
from workers.state.codec import decode, encode
from workers.state.connection import Args, state_errors
from workers.state.ledger import Begin, BeginMode, Entry, Ledger

LOST = "sb:actions:lost"
MOST_CHANGES = 10
MOST_TEXT = 9_500
"""Characters of long texts on one card: Slack takes 12,000 in one message."""
WAITS = "waits"
CHANGE_FIELD, OUTCOME_FIELD = b"change:", b"outcome:"

Added = Literal["new", "added", "known", "closed"]

# Adds a change to a proposal that nobody has pressed yet; a change that is there already is not added again.
# `reopens`: also to one that is settled, where nobody has to press anything.
_ADD = """
local entry, index, own = KEYS[1], KEYS[2], KEYS[3]
local id, head, name, body, ttl, most, reopens, created_at, text, most_text = unpack(ARGV)
if redis.call('HEXISTS', entry, name) == 1 then return 'known' end
local state = redis.call('HGET', entry, 'state')
local is_settled = state == 'done' or state == 'rejected'
if state and state ~= 'new' and not (reopens == '1' and is_settled) then return 'closed' end
local number = tonumber(redis.call('HGET', entry, 'size') or '0')
if number >= tonumber(most) then return 'closed' end
local long = tonumber(redis.call('HGET', entry, 'text') or '0') + tonumber(text)
if number > 0 and long > tonumber(most_text) then return 'closed' end
if not state then redis.call('HSET', entry, 'head', head) end
redis.call('HSET', entry, 'state', 'new', 'size', number + 1, 'text', long, name, body)
redis.call('HINCRBY', entry, 'version', 1)
redis.call('EXPIRE', entry, ttl)
redis.call('ZADD', index, created_at, id)
redis.call('EXPIRE', index, ttl)
redis.call('ZADD', own, created_at, id)
redis.call('ZREMRANGEBYRANK', own, 0, -201)
redis.call('EXPIRE', own, ttl)
return state and 'added' or 'new'
"""

# Brings a change up to date while it is not being sent.
_REPLACE = """
if redis.call('HEXISTS', KEYS[1], ARGV[1]) == 0 then return 0 end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
redis.call('HINCRBY', KEYS[1], 'version', 1)
return 1
"""


class Proposals:
    """All proposed changes of one Redis, with where each stands."""

    def __init__(self, client: redis.Redis, *, ttl_seconds: int) -> None:
        self._redis, self._ttl = client, ttl_seconds
        self._ledger = Ledger(client, LOST)
        self._add = client.register_script(_ADD)
        self._replace = client.register_script(_REPLACE)

    def add(self, proposal: Proposal, change: AnyChange, *, reopens: bool = False) -> Added:
        """Put a change on a proposal, which this makes if it is the first; `closed` if it takes no more."""
        where = proposal.conversation
        args: Args = [
            proposal.id,
            encode(proposal.model_dump(mode="json")),
            CHANGE_FIELD + change.id.encode(),
            encode(CHANGE.dump_python(change, mode="json")),
            self._ttl,
            MOST_CHANGES,
            int(reopens),
            proposal.created_at,
            _long_text(change),
            MOST_TEXT,
        ]
        with state_errors():
            answer = self._add(
                keys=[_entry(proposal).key, _of(where), _of_person(where.team_id, proposal.asker_id)], args=args
            )
        return cast("Added", answer.decode())

    def get(self, team_id: str, proposal_id: str) -> Proposal | None:
        """Return a proposal as it stands, or None if it never was or has expired."""
        with state_errors():
            row = cast("dict[bytes, bytes]", self._redis.hgetall(_key(team_id, proposal_id)))
        return _proposal(row) if b"head" in row else None

    def of_conversation(self, conversation: Conversation, limit: int = 10) -> list[Proposal]:
        """Return the newest proposals of a conversation, oldest first."""
        with state_errors():
            rows = cast("list[bytes]", self._redis.zrange(_of(conversation), -limit, -1))
        found = (self.get(conversation.team_id, row.decode()) for row in rows)
        return [each for each in found if each]

    def of_person(self, team_id: str, user_id: str, limit: int = 20) -> list[Proposal]:
        """Return the newest proposals that a person asked for, newest first."""
        with state_errors():
            rows = cast("list[bytes]", self._redis.zrevrange(_of_person(team_id, user_id), 0, limit - 1))
        found = (self.get(team_id, row.decode()) for row in rows)
        return [each for each in found if each]

    def replace(self, proposal: Proposal, change: AnyChange) -> None:
        """Bring a change up to date: what was shown of it is not true any more."""
        args: Args = [CHANGE_FIELD + change.id.encode(), encode(CHANGE.dump_python(change, mode="json"))]
        with state_errors():
            self._replace(keys=[_entry(proposal).key], args=args)

    def note(self, proposal: Proposal, change_id: str, outcome: Outcome) -> None:
        """Store what came of a change."""
        with state_errors():
            self._redis.hset(
                _entry(proposal).key, OUTCOME_FIELD + change_id.encode(), encode(outcome.model_dump(mode="json"))
            )

    def remember_card(self, proposal: Proposal, card_ts: str, shows: str, *, instead_of: str = "") -> str:
        """Store which Slack message shows the proposal, and return which one is its card; see Ledger."""
        return self._ledger.remember_card(_entry(proposal), card_ts, shows, instead_of=instead_of)

    def begin(self, proposal: Proposal, *, token: str, by: str, mode: BeginMode = "press") -> Begin:
        """Try to become the one who carries a proposal out; see Ledger."""
        return self._ledger.begin(_entry(proposal), token=token, by=by, mode=mode)

    def renew(self, proposal: Proposal, *, token: str) -> bool:
        """Keep carrying it out; False if this sender was given up."""
        return self._ledger.renew(_entry(proposal), token=token)

    def move(
        self,
        proposal: Proposal,
        to: FilingState,
        *,
        since: tuple[FilingState, ...],
        token: str = "",
        look_in_seconds: float = 0,
        by: str | None = None,
    ) -> bool:
        """Change the state if it is one of `since`; False if something else happened first."""
        fields = {} if by is None else {"pressed_by": by}
        return self._ledger.move(
            _entry(proposal), to, since=since, token=token, look_in_seconds=look_in_seconds, fields=fields
        )

    def wait(self, proposal: Proposal, version: int | None) -> None:
        """Note which version is to be made by itself later, None for none; what was refused is open again then."""
        entry = _entry(proposal)
        with state_errors():
            if version is None:
                self._redis.hdel(entry.key, WAITS)
                return
            self._redis.hset(entry.key, WAITS, str(version))
        self._ledger.move(entry, "new", since=("rejected",))

    def look_later(self, proposal: Proposal, seconds: float) -> None:
        """Have this proposal looked at again, after some seconds; 0 for no more."""
        self._ledger.look_later(_entry(proposal), seconds)

    def to_look_at(self, limit: int = 50) -> list[tuple[str, str]]:
        """Return (team, id) of proposals whose fate must be looked up now; each again in a while."""
        return self._ledger.to_look_at(_key, limit)


def _long_text(change: AnyChange) -> int:
    """Return how many characters a card needs for the long texts of a change."""
    if isinstance(change, Comment):
        return len(change.body)
    fields = () if isinstance(change, Link) else change.fields
    return sum(len("".join(field.new)) for field in fields if field.spec.kind == "paragraph")


def _key(team_id: str, proposal_id: str) -> str:
    return f"sb:action:{team_id}:{proposal_id}"


def _of(conversation: Conversation) -> str:
    return f"sb:{{{conversation.box}}}:actions"


def _of_person(team_id: str, user_id: str) -> str:
    return f"sb:person:{team_id}:{user_id}:actions"


def _entry(proposal: Proposal) -> Entry:
    team_id = proposal.conversation.team_id
    return Entry(_key(team_id, proposal.id), f"{team_id}:{proposal.id}")


def _proposal(row: dict[bytes, bytes]) -> Proposal:
    head = Proposal.model_validate(decode(row[b"head"]))
    changes = [CHANGE.validate_python(decode(body)) for name, body in row.items() if name.startswith(CHANGE_FIELD)]
    outcomes = {
        name.removeprefix(OUTCOME_FIELD).decode(): Outcome.model_validate(decode(body))
        for name, body in row.items()
        if name.startswith(OUTCOME_FIELD)
    }
    words = ("state", "pressed_by", "card_ts", "card_shows")
    values: dict[str, Any] = {name: row[name.encode()].decode() for name in words if name.encode() in row}
    times = {name: float(row.get(name.encode(), b"0")) / 1000 for name in ("uncertain_since", "settled_at")}
    changes.sort(key=lambda change: change.number)
    more = {"changes": tuple(changes), "outcomes": outcomes, "version": int(row.get(b"version", b"0"))}
    more["waits_version"] = int(row.get(WAITS.encode(), b"-1"))
    return head.model_copy(update={**values, **times, **more})
