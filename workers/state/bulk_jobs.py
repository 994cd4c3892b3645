"""Bulk jobs in Redis: each a record that one writer at a time moves on, with its items and answers beside it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, cast

import redis

from workers.bulk_jobs import Answer, Item, Job
from workers.errors import Interrupted
from workers.state.codec import decode, encode
from workers.state.connection import Args, state_errors

KEPT_SECONDS = 29 * 86_400
"""As long as Claude keeps a batch's results."""
LOOKED_SECONDS = 180 * 86_400
CHUNK = 200

# A job is moved on only from the version that its writer has read.
_SAVE = """
if redis.call('HGET', KEYS[1], 'version') ~= ARGV[1] then return 0 end
redis.call('HSET', KEYS[1], 'body', ARGV[3], 'version', ARGV[2])
redis.call('EXPIRE', KEYS[1], ARGV[4])
return 1
"""
_ADD = """
if redis.call('EXISTS', KEYS[1]) == 1 then return 0 end
redis.call('HSET', KEYS[1], 'body', ARGV[1], 'version', ARGV[2])
redis.call('EXPIRE', KEYS[1], ARGV[3])
return 1
"""
# Whose a place is; it is taken only from whom its new owner found there.
_TAKE = """
if (redis.call('GET', KEYS[1]) or '') ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[2], 'EX', ARGV[3])
return 1
"""


class BulkJobs:
    """All bulk jobs of one Redis."""

    def __init__(self, client: redis.Redis) -> None:
        self._redis = client
        self._save = client.register_script(_SAVE)
        self._add = client.register_script(_ADD)
        self._take = client.register_script(_TAKE)

    def add(self, job: Job) -> bool:
        """Store a new job; False if there is one with its id, which stays as it is."""
        args: Args = [_body(job), job.version, KEPT_SECONDS]
        with state_errors():
            return bool(self._add(keys=[_key(job)], args=args))

    def get(self, team_id: str, job_id: str) -> Job | None:
        """Return a job as it stands, or None if it never was or is long over."""
        with state_errors():
            body = cast("bytes | None", self._redis.hget(f"sb:{{bulk:{team_id}:{job_id}}}", "body"))
        return Job.model_validate(decode(body)) if body else None

    def save(self, job: Job, **changed: object) -> Job:
        """Store how far a job has come and return it; raises Interrupted("fenced") if another moved it on."""
        after = job.model_copy(update={**changed, "version": job.version + 1})
        with state_errors():
            is_ours = self._save(keys=[_key(job)], args=[job.version, after.version, _body(after), KEPT_SECONDS])
        if not is_ours:
            raise Interrupted("fenced")
        return after

    def may_run(self, job: Job) -> bool:
        """Take a triage's projects for its channel; False if another one there that goes on has one of them.

        Two nights' digests are held apart by their time.
        """
        return job.kind != "triage" or all(self._takes(job, project) for project in job.asked["projects"])

    def _takes(self, job: Job, project: str) -> bool:
        key = f"sb:triaging:{job.team_id}:{job.channel_id}:{project}"
        with state_errors():
            owner = (cast("bytes | None", self._redis.get(key)) or b"").decode()
        if owner == job.id:
            return True
        other = self.get(job.team_id, owner) if owner else None
        if other and not other.is_over and other.state != "cancelling" and (other.user_id or job.user_id):
            return False
        with state_errors():
            return bool(self._take(keys=[key], args=[owner, job.id, KEPT_SECONDS]))

    # Items and answers

    def put_items(self, job: Job, items: Iterable[tuple[int, Item]]) -> None:
        """Store items under their numbers; the same again changes nothing."""
        self._put(f"{_key(job)}:items", items)

    def items(self, job: Job) -> Iterator[tuple[int, Item]]:
        """Yield the items with their numbers, in order."""
        for number, data in self._rows(f"{_key(job)}:items", range(job.items)):
            yield number, Item.model_validate(decode(data))

    def item(self, job: Job, number: int) -> Item | None:
        rows = list(self._rows(f"{_key(job)}:items", range(number, number + 1)))
        return Item.model_validate(decode(rows[0][1])) if rows else None

    def put_answers(self, job: Job, answers: Mapping[int, Answer]) -> None:
        """Store what came of items."""
        self._put(f"{_key(job)}:answers", answers.items())

    def answers(self, job: Job) -> dict[int, Answer]:
        """Return what came of the items so far, by their numbers."""
        rows = self._rows(f"{_key(job)}:answers", range(job.items))
        return {number: Answer.model_validate(decode(data)) for number, data in rows}

    # Whose a batch is

    def claim_batch(self, job: Job, batch_id: str) -> bool:
        """Take a batch for a job; False if it is another's."""
        key = f"sb:bulk:batch:{batch_id}"
        with state_errors():
            self._redis.set(key, job.id, nx=True, ex=KEPT_SECONDS)
            return cast("bytes | None", self._redis.get(key)) == job.id.encode()

    def owner_of(self, batch_id: str) -> str:
        """Return which job has taken a batch, empty if none."""
        with state_errors():
            return (cast("bytes | None", self._redis.get(f"sb:bulk:batch:{batch_id}")) or b"").decode()

    # What was looked at before

    def looked_at(self, team_id: str, channel_id: str, ids: Iterable[str]) -> dict[str, str]:
        """Return the stamps under which issues were looked at for a channel, by their ids."""
        names = list(ids)
        if not names:
            return {}
        with state_errors():
            rows = cast("list[bytes | None]", self._redis.hmget(_looked(team_id, channel_id), names))
        return {name: row.decode() for name, row in zip(names, rows, strict=True) if row}

    def remember_looked(self, team_id: str, channel_id: str, stamps: Mapping[str, str]) -> None:
        """Store that issues were looked at, each as it was then."""
        if not stamps:
            return
        with state_errors():
            self._redis.hset(_looked(team_id, channel_id), mapping=dict[Any, Any](stamps))
            self._redis.expire(_looked(team_id, channel_id), LOOKED_SECONDS)

    def _put(self, key: str, values: Iterable[tuple[int, Item | Answer]]) -> None:
        fields = {str(number): encode(value.model_dump(mode="json")) for number, value in values}
        names = list(fields)
        with state_errors():
            for start in range(0, len(names), CHUNK):
                part: dict[Any, Any] = {name: fields[name] for name in names[start : start + CHUNK]}
                self._redis.hset(key, mapping=part)
            self._redis.expire(key, KEPT_SECONDS)

    def _rows(self, key: str, numbers: range) -> Iterator[tuple[int, bytes]]:
        for start in range(numbers.start, numbers.stop, CHUNK):
            part = range(start, min(start + CHUNK, numbers.stop))
            with state_errors():
                rows = cast("list[bytes | None]", self._redis.hmget(key, [str(number) for number in part]))
            yield from ((number, row) for number, row in zip(part, rows, strict=True) if row)


def _key(job: Job) -> str:
    return f"sb:{{bulk:{job.team_id}:{job.id}}}"


def _looked(team_id: str, channel_id: str) -> str:
    return f"sb:triaged:{team_id}:{channel_id}"


def _body(job: Job) -> bytes:
    return encode(job.model_dump(mode="json"))
