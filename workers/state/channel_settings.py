"""The settings of channels: kept until somebody changes them, nothing makes them expire."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import cast

import redis

from workers.policy import ChannelSettings
from workers.records import Conversation
from workers.state.codec import decode, encode
from workers.state.connection import state_errors

DIGESTS = "sb:channels:digests"


class Channels:
    """By team and channel; a channel that was never set up has the usual settings."""

    def __init__(self, client: redis.Redis) -> None:
        self._redis = client

    def get(self, team_id: str, channel_id: str) -> ChannelSettings:
        """Return the settings of a channel; raises StateUnavailable."""
        with state_errors():
            data = cast("bytes | None", self._redis.get(_key(team_id, channel_id)))
        return ChannelSettings.model_validate(decode(data)) if data else ChannelSettings()

    def put(self, team_id: str, channel_id: str, settings: ChannelSettings) -> None:
        """Keep the settings of a channel."""
        with state_errors():
            self._redis.set(_key(team_id, channel_id), encode(settings.model_dump(mode="json")))
            change = self._redis.sadd if settings.wants_digests else self._redis.srem
            change(DIGESTS, f"{team_id}:{channel_id}")

    def with_digests(self) -> list[tuple[str, str]]:
        """Return (team, channel) of the channels that want digests."""
        with state_errors():
            rows = cast("set[bytes]", self._redis.smembers(DIGESTS))
        pairs = (row.decode().partition(":") for row in sorted(rows))
        return [(team_id, channel_id) for team_id, _, channel_id in pairs]

    def wants_mention(self, conversation: Conversation) -> bool:
        """Return whether follow-ups without a mention are left alone in this channel now."""
        if conversation.is_direct:
            return False
        return self.get(conversation.team_id, conversation.channel_id).wants_mention(datetime.now(UTC))


def _key(team_id: str, channel_id: str) -> str:
    return f"sb:channel:{team_id}:{channel_id}"
