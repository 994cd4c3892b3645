"""What the model costs, booked by person, channel, workspace and turn, with budgets that concurrent calls keep.

A call is admitted while what was spent and what running calls may still spend lies below each budget; it then holds an
upper estimate of its own cost. So whatever runs at once, a budget is exceeded by one call at most.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Literal, cast

import redis

from workers.payer import Payer
from workers.rounds import Usage
from workers.state.connection import Args, state_errors
from workers.state.running_calls import RunningCalls

Kind = Literal["person", "channel", "workspace", "turn"]
NANO = 1_000_000_000
"""Money is kept in whole billionths of a dollar: sums are exact."""
DAYS_KEPT = 35
MONTHS_KEPT = 13
LAST_KEPT = 5
"""Answers of a person of which each is told by itself."""
BOOKED_SECONDS = 86_400
"""How long it is known that a call was booked: longer than any worker stalls and goes on."""
_DAY = 86_400

# KEYS per account: figures, held.  ARGV: name of the reservation, its amount, its life in ms, what must fit beside all
# else (the amount, or 0 for a call that may exceed a budget), then a limit per account.
# Returns the number of the account that has no room (0: admitted), whether none comes free, and what is left of it.
RESERVE = """
local time = redis.call('TIME')
local now, ttl, busy = time[1] * 1000 + math.floor(time[2] / 1000), tonumber(ARGV[3]), 0
for i = 1, #KEYS / 2 do
  local limit = tonumber(ARGV[4 + i])
  redis.call('ZREMRANGEBYSCORE', KEYS[2 * i], '-inf', now)
  local spent, own = tonumber(redis.call('HGET', KEYS[2 * i - 1], 'nano') or '0'), tonumber(ARGV[4])
  if spent >= limit or spent + own > limit then return {i, 1, math.max(0, limit - spent)} end
  for _, member in ipairs(redis.call('ZRANGE', KEYS[2 * i], 0, -1)) do
    spent = spent + tonumber(string.match(member, ':(%d+)$'))
  end
  if busy == 0 and (spent >= limit or spent + own > limit) then busy = i end
end
if busy > 0 then return {busy, 0, 0} end
for i = 1, #KEYS / 2 do
  redis.call('ZADD', KEYS[2 * i], string.format('%.0f', now + ttl), ARGV[1] .. ':' .. ARGV[2])
  if redis.call('PTTL', KEYS[2 * i]) < ttl then redis.call('PEXPIRE', KEYS[2 * i], ttl) end
end
return {0, 0, 0}
"""


@dataclass(frozen=True)
class Account:
    """One sum of money with its budget; zero is no budget."""

    kind: Kind
    name: str
    limit_usd: float
    kept_seconds: int


@dataclass(frozen=True)
class Refusal:
    """Why a call was not admitted."""

    account: Account
    is_spent: bool
    """False if only what other running calls hold fills it."""
    left_usd: float = 0.0
    """What is left of it, if that is merely too little."""


@dataclass(frozen=True)
class Reservation:
    """What a call holds until it is booked or its time is over."""

    payer: Payer
    accounts: tuple[Account, ...]
    """Those of a budget, in which it is held."""
    member: str = ""
    """Under which name it is held, and booked once; empty for what nobody else can book."""


@dataclass(frozen=True)
class Figures:
    """What was used: tokens by kind, dollars, turns; of a workspace's day also by model."""

    turns: int = 0
    usage: Usage = field(default_factory=Usage)
    usd: float = 0.0

    @property
    def prompt_tokens(self) -> int:
        used = self.usage
        return used.input_tokens + used.cache_creation_input_tokens + used.cache_read_input_tokens

    @property
    def tokens(self) -> int:
        return self.prompt_tokens + self.usage.output_tokens

    @property
    def cached_share(self) -> float:
        """The part of what was read that came from the cache."""
        return self.usage.cache_read_input_tokens / self.prompt_tokens if self.prompt_tokens else 0.0

    def less(self, part: Figures) -> Figures:
        """Return what is left of these without a part of them."""
        usage = {name: max(0, getattr(self.usage, name) - getattr(part.usage, name)) for name in Usage.model_fields}
        return Figures(max(0, self.turns - part.turns), Usage(**usage), max(0.0, self.usd - part.usd))


class Accounts:
    """By team; days and months are those of UTC."""

    def __init__(self, client: redis.Redis) -> None:
        self._redis, self.running = client, RunningCalls(client)
        self._reserve = client.register_script(RESERVE)

    def reserve(
        self, payer: Payer, accounts: Sequence[Account], usd: float, ttl_seconds: float, *, is_whole: bool = False
    ) -> Reservation | Refusal:
        """Hold an estimate in each account that has a budget, or in none of them; with `is_whole` it must fit in."""
        limited = tuple(account for account in accounts if account.limit_usd > 0)
        name, amount = uuid.uuid4().hex, nano(usd)
        if not limited:
            return Reservation(payer, (), f"{name}:{amount}")
        keys = [key for each in limited for key in (_key(payer.team_id, each.name), _held(payer.team_id, each.name))]
        own = amount if is_whole else 0
        args: Args = [name, amount, int(ttl_seconds * 1000), own, *(nano(each.limit_usd) for each in limited)]
        with state_errors():
            place, is_spent, left = cast("list[int]", self._reserve(keys=keys, args=args))
        if place:
            return Refusal(limited[place - 1], bool(is_spent), left / NANO)
        return Reservation(payer, limited, f"{name}:{amount}")

    def book(
        self, held: Reservation, accounts: Sequence[Account], model: str, usage: Usage, usd: float, now: datetime
    ) -> bool:
        """Count what a call has cost, in all its accounts and in the day's figures, and free what it held.

        Whoever comes second with the same call counts nothing and is told False.
        """
        team_id = held.payer.team_id
        mark = _key(team_id, f"booked:{held.member}")

        def once(pipe: redis.client.Pipeline) -> bool:
            is_first = not held.member or not pipe.exists(mark)
            pipe.multi()
            self._free(pipe, team_id, [account.name for account in held.accounts], held.member)
            if is_first:
                self._count(pipe, held.payer, accounts, model, usage, nano(usd), now)
                if held.member:
                    pipe.set(mark, 1, nx=True, ex=BOOKED_SECONDS)
            return is_first

        with state_errors():
            # Its types leave out that the function's value is wanted.
            return bool(self._redis.transaction(once, mark, value_from_callable=True))  # type: ignore[arg-type]

    def free(self, team_id: str, names: Sequence[str], member: str) -> None:
        """Free what a call holds in these accounts."""
        with state_errors():
            pipe = self._redis.pipeline()
            self._free(pipe, team_id, names, member)
            pipe.execute()

    @staticmethod
    def _free(pipe: redis.client.Pipeline, team_id: str, names: Sequence[str], member: str) -> None:
        for name in names:
            pipe.zrem(_held(team_id, name), member)

    @staticmethod
    def _count(
        pipe: redis.client.Pipeline, payer: Payer, accounts: Sequence[Account], model: str, usage: Usage, amount: int,
        now: datetime,
    ) -> None:  # fmt: skip
        if not amount and usage == Usage():
            return
        day = f"{now:%Y-%m-%d}"
        for account in accounts:
            _add(pipe, _key(payer.team_id, account.name), usage, amount, account.kept_seconds)
        _add(pipe, _key(payer.team_id, model_account(model, now)), usage, amount, DAYS_KEPT * _DAY)
        # Who is empty in the index of people is work that nobody asked for.
        ranks = [(f"models:{day}", model), (f"people:{day}", payer.user_id)]
        if any(account.kind == "channel" for account in accounts):
            ranks.append((f"channels:{day}", payer.channel_id))
        for index, member in ranks:
            pipe.zincrby(_key(payer.team_id, index), amount, member)
            pipe.expire(_key(payer.team_id, index), DAYS_KEPT * _DAY)

    def add_turn(self, payer: Payer, now: datetime, usd: float) -> None:
        """Count an answer that was given: for its person, with what it cost, its channel and the day."""
        last = _key(payer.team_id, f"last:{payer.user_id}")
        names = (person_account(payer.user_id, now), channel_account(payer.channel_id, now), day_account(now))
        with state_errors():
            pipe = self._redis.pipeline()
            for name in names:
                pipe.hincrby(_key(payer.team_id, name), "turns", 1)
                pipe.expire(_key(payer.team_id, name), DAYS_KEPT * _DAY)
            pipe.lpush(last, f"{now.timestamp():.0f}:{nano(usd)}")
            pipe.ltrim(last, 0, LAST_KEPT - 1)
            pipe.expire(last, DAYS_KEPT * _DAY)
            pipe.execute()

    def last_costs(self, team_id: str, user_id: str) -> list[float]:
        """Return the dollars that each of a person's last answers cost, the newest first."""
        with state_errors():
            rows = cast("list[bytes]", self._redis.lrange(_key(team_id, f"last:{user_id}"), 0, -1))
        return [int(row.decode().partition(":")[2]) / NANO for row in rows]

    def figures(self, team_id: str, *names: str) -> list[Figures]:
        """Return the figures of accounts, in the order of their names."""
        with state_errors():
            pipe = self._redis.pipeline(transaction=False)
            for name in names:
                pipe.hgetall(_key(team_id, name))
            return [_figures(row) for row in pipe.execute()]

    def ranked(self, team_id: str, index: str) -> dict[str, int]:
        """Return the members of an index, such as `people:<day>`, with what each spent; the dearest first."""
        with state_errors():
            found = self._redis.zrevrange(_key(team_id, index), 0, -1, withscores=True)
        return {member.decode(): int(amount) for member, amount in cast("list[tuple[bytes, float]]", found)}

    def once(self, team_id: str, what: str, ttl_seconds: int) -> bool:
        """Return True the first time that something is asked for."""
        with state_errors():
            return bool(self._redis.set(_key(team_id, f"told:{what}"), 1, nx=True, ex=ttl_seconds))


def summed(parts: Iterable[Figures]) -> Figures:
    """Return the sum of figures."""
    found = list(parts)
    usage = {name: sum(getattr(each.usage, name) for each in found) for name in Usage.model_fields}
    return Figures(sum(each.turns for each in found), Usage(**usage), sum(each.usd for each in found))


def person_account(user_id: str, now: datetime) -> str:
    return f"person:{user_id}:{now:%Y-%m-%d}"


def channel_account(channel_id: str, now: datetime) -> str:
    return f"channel:{channel_id}:{now:%Y-%m-%d}"


def workspace_account(now: datetime) -> str:
    return f"month:{now:%Y-%m}"


def day_account(now: datetime) -> str:
    return f"day:{now:%Y-%m-%d}"


def model_account(model: str, now: datetime) -> str:
    return f"{day_account(now)}:{model}"


def turn_account(turn: str) -> str:
    return f"turn:{turn}"


def nano(usd: float) -> int:
    return round(usd * NANO)


def utc_now() -> datetime:
    return datetime.now(UTC)


def _add(pipe: redis.client.Pipeline, key: str, usage: Usage, amount: int, kept_seconds: int) -> None:
    for name, value in (*usage.model_dump().items(), ("nano", amount)):
        if value:
            pipe.hincrby(key, name, value)
    pipe.expire(key, kept_seconds)


def _figures(row: dict[bytes, bytes]) -> Figures:
    numbers = {name.decode(): int(value) for name, value in row.items()}
    return Figures(numbers.get("turns", 0), Usage.model_validate(numbers), numbers.get("nano", 0) / NANO)


def _key(team_id: str, name: str) -> str:
    return f"sb:usage:{{{team_id}}}:{name}"


def _held(team_id: str, name: str) -> str:
    return f"{_key(team_id, name)}:held"
