"""The two events that Slack sends for each mention, at one time: one is dispatched, both get the answer to that."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from slack_bolt.response import BoltResponse

from bot.events import SUBTYPES_OF_PEOPLE
from bot.words import mentions

Key = tuple[str, str, str]


class Twins:
    """Knows the mentions that are being dispatched; one that comes later is told from the first by the mailbox."""

    def __init__(self) -> None:
        self._at_work: dict[Key, asyncio.Future[BoltResponse]] = {}

    async def dispatched(
        self, key: Key | None, dispatch: Callable[[], Awaitable[BoltResponse]]
    ) -> tuple[BoltResponse, bool]:
        """Return the answer to an event, and whether it is its twin's."""
        if key is None:
            return await dispatch(), False
        if key in self._at_work:
            return await asyncio.shield(self._at_work[key]), True
        at_work = self._at_work[key] = asyncio.ensure_future(dispatch())
        at_work.add_done_callback(lambda _: self._at_work.pop(key))
        return await asyncio.shield(at_work), False


def mention_key(body: Mapping[str, Any], bot_user_id: str) -> Key | None:
    """Return what both events of a mention have in common, None for all else; never raises.

    Only words that name the bot give both events the same meaning: without them `message` may ask for nothing.
    """
    event = body.get("event")
    if not isinstance(event, Mapping) or event.get("type") not in ("app_mention", "message"):
        return None
    if event.get("subtype") not in SUBTYPES_OF_PEOPLE or event.get("hidden") or event.get("edited"):
        return None
    if not mentions(str(event.get("text") or ""), bot_user_id):
        return None
    key = (str(body.get("team_id") or ""), str(event.get("channel") or ""), str(event.get("ts") or ""))
    return key if all(key) else None
