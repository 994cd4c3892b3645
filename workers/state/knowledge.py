"""What was read of the knowledge: documents, their versions, what cannot be read, and what changed when."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any, cast

import redis

from workers.state.codec import UnknownFormatError, decode, encode
from workers.state.connection import Args, state_errors

AT_ONCE = 200
KEYS = ("documents", "versions", "problems", "changes", "generation", "report", "era")

# One step, so that who has seen a generation has seen all that belongs to it, also when two write.
_CHANGE = """
local documents, versions, problems, changes, generation = unpack(KEYS)
local number = redis.call('INCR', generation)
for place = 1, #ARGV, 4 do
  local id, version, body, problem = ARGV[place], ARGV[place + 1], ARGV[place + 2], ARGV[place + 3]
  local was = redis.call('HEXISTS', documents, id) == 1
  if version == '' then
    redis.call('HDEL', versions, id)
  else
    redis.call('HSET', versions, id, version)
  end
  if problem == '' then redis.call('HDEL', problems, id) else redis.call('HSET', problems, id, problem) end
  if body == '' then redis.call('HDEL', documents, id) else redis.call('HSET', documents, id, body) end
  if body ~= '' or was then redis.call('ZADD', changes, number, id) end
end
return number
"""


class KnowledgeStore:
    """The documents of a deployment, for all its workers: folders, spaces and projects are no workspace's own."""

    def __init__(self, client: redis.Redis) -> None:
        self._redis = client
        self._key = {name: f"sb:knowledge:{{all}}:{name}" for name in KEYS}
        self._change = client.register_script(_CHANGE)

    # Written by the one who reads the sources

    def versions(self, prefix: str) -> dict[str, str]:
        """Return the versions of all known documents whose ids begin so, those that cannot be read among them."""
        with state_errors():
            rows = cast("dict[bytes, bytes]", self._redis.hgetall(self._key["versions"]))
        found = {key.decode(): value.decode() for key, value in rows.items()}
        return {key: value for key, value in found.items() if key.startswith(prefix)}

    def change(
        self,
        put: Mapping[str, tuple[str, Any]],
        gone: Iterable[str] = (),
        problems: Mapping[str, tuple[str, str]] | None = None,
    ) -> None:
        """Store documents (version and body), forget those that are gone, and note why others cannot be read."""
        arguments: Args = []
        for document_id, (version, body) in put.items():
            arguments += [document_id, version, encode(body), ""]
        for document_id in gone:
            arguments += [document_id, "", "", ""]
        for document_id, (version, reason) in (problems or {}).items():
            arguments += [document_id, version, "", reason]
        if arguments:
            keys = [self._key[name] for name in KEYS[:5]]
            with state_errors():
                self._change(keys=keys, args=arguments)

    def problems(self, prefix: str = "") -> dict[str, str]:
        """Return why documents cannot be read, by id."""
        with state_errors():
            rows = cast("dict[bytes, bytes]", self._redis.hgetall(self._key["problems"]))
        return {key.decode(): why.decode() for key, why in rows.items() if key.decode().startswith(prefix)}

    def save_report(self, report: Any) -> None:
        with state_errors():
            self._redis.set(self._key["report"], encode(report))

    def report(self) -> Any | None:
        """Return what was said last of how far the reading is."""
        with state_errors():
            stored = self._redis.get(self._key["report"])
        try:
            return decode(stored) if isinstance(stored, bytes) else None
        except UnknownFormatError:
            return None

    # Read by every worker

    def era(self) -> str:
        """Return what names this store: another one after Redis lost its data."""
        with state_errors():
            self._redis.set(self._key["era"], secrets.token_hex(8), nx=True)
            return cast("bytes", self._redis.get(self._key["era"]) or b"").decode()

    def generation(self) -> int:
        """Return the number of the last change."""
        with state_errors():
            return int(cast("bytes | None", self._redis.get(self._key["generation"])) or 0)

    def there(self, ids: Collection[str]) -> frozenset[str]:
        """Return those of some ids whose documents are there now."""
        names = list(ids)
        if not names:
            return frozenset()
        with state_errors():
            pipe = self._redis.pipeline()
            for name in names:
                pipe.hexists(self._key["documents"], name)
            found = pipe.execute()
        return frozenset(name for name, is_there in zip(names, found, strict=True) if is_there)

    def changed_after(self, generation: int) -> Iterator[list[tuple[str, Any | None]]]:
        """Yield ids with the documents that changed after a generation, some at a time; None for one that is gone."""
        with state_errors():
            ids = cast("list[bytes]", self._redis.zrangebyscore(self._key["changes"], f"({generation}", "+inf"))
        for start in range(0, len(ids), AT_ONCE):
            some = ids[start : start + AT_ONCE]
            with state_errors():
                bodies = cast(
                    "list[bytes | None]", self._redis.hmget(self._key["documents"], [*map(bytes.decode, some)])
                )
            yield [(key.decode(), _decoded(body)) for key, body in zip(some, bodies, strict=True)]


def _decoded(body: bytes | None) -> Any | None:
    try:
        return None if body is None else decode(body)
    except UnknownFormatError:
        return None
