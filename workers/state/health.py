"""What the doctor asks Redis: does it answer, and does it keep what the promises rest on."""

from __future__ import annotations

from typing import cast

import redis

from workers.state.connection import connect, state_errors


def version(url: str) -> str:
    """Return the server's name and version; raises StateUnavailable."""
    with state_errors():
        info = cast("dict[str, object]", connect(url).info("server"))
    return f"{info.get('server_name', 'redis')} {info.get('valkey_version') or info.get('redis_version')}"


def setting(url: str, name: str) -> str | None:
    """Return a setting of the server, or None if it won't tell (managed servers often don't)."""
    try:
        found = cast("dict[str, str]", connect(url).config_get(name))
    except (redis.RedisError, OSError):
        return None
    return found.get(name)
