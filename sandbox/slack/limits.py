"""Slack's rate limits: so many calls of a method within any 60 seconds, and one post a second per channel."""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass, field

from sandbox.slack.clock import Clock

WINDOW_SECONDS = 60.0
POST_INTERVAL_SECONDS = 0.95
"""One second, less what two honest callers' clocks may differ by."""

SPECIAL = 600
TIER_2, TIER_3, TIER_4 = 20, 50, 100


def documented_tiers() -> dict[str, int]:
    """Return calls allowed per minute, team and method; where Slack names no number, a generous one."""
    tier_2 = ["chat.startStream", "chat.stopStream", "conversations.list", "reactions.remove"]
    tier_3 = [
        "agents.sessions.rename",
        "agents.sessions.setStatus",
        "assistant.threads.setSuggestedPrompts",
        "assistant.threads.setTitle",
        "blocks.validate",
        "bots.info",
        "chat.delete",
        "chat.unfurl",
        "chat.update",
        "conversations.history",
        "conversations.info",
        "conversations.join",
        "conversations.open",
        "conversations.replies",
        "reactions.add",
        "team.info",
        "users.conversations",
        "users.lookupByEmail",
    ]
    tier_4 = [
        "chat.appendStream",
        "chat.postEphemeral",  # So its own page; the one post a second and channel is of `chat.postMessage`.
        "conversations.members",
        "files.completeUploadExternal",
        "files.getUploadURLExternal",
        "files.info",
        "users.info",
        "views.open",
        "views.publish",
        "views.push",
        "views.update",
    ]
    tiers = dict.fromkeys(tier_2, TIER_2) | dict.fromkeys(tier_3, TIER_3) | dict.fromkeys(tier_4, TIER_4)
    special = [
        "apps.connections.open",
        "assistant.threads.setStatus",
        "auth.test",
        "chat.getPermalink",
        "chat.postMessage",
    ]
    return tiers | dict.fromkeys(special, SPECIAL)


@dataclass(frozen=True)
class Refusal:
    """A call that met a limit."""

    method: str
    channel: str | None
    retry_after: int
    wall: float


@dataclass
class Limits:
    """The windows of one team; a refused call takes no place in them."""

    clock: Clock
    enabled: bool = True
    tiers: dict[str, int] = field(default_factory=documented_tiers)
    history_page: int | None = None
    """The most messages a page of history holds, when the app is a commercial one outside the Marketplace."""
    refused: list[Refusal] = field(default_factory=list)
    _calls: dict[str, deque[float]] = field(default_factory=dict)
    _last_post: dict[str, float] = field(default_factory=dict)

    def restrict_history(self) -> None:
        """Treat the app as Slack treats new commercial apps outside its Marketplace: 1 call a minute, 15 messages."""
        self.tiers |= {"conversations.history": 1, "conversations.replies": 1}
        self.history_page = 15

    def take(self, method: str, channel: str | None) -> int | None:
        """Count a call, or return after how many whole seconds it may be tried again."""
        if not self.enabled:
            return None
        now = self.clock.monotonic()
        wait = max(self._window_wait(method, now), self._post_wait(method, channel, now))
        if wait > 0:
            retry_after = max(1, math.ceil(wait))
            self.refused.append(Refusal(method, channel, retry_after, self.clock.wall()))
            return retry_after
        self._calls.setdefault(method, deque()).append(now)
        if method == "chat.postMessage" and channel:
            self._last_post[channel] = now
        return None

    def _window_wait(self, method: str, now: float) -> float:
        allowed = self.tiers.get(method)
        calls = self._calls.setdefault(method, deque())
        while calls and now - calls[0] >= WINDOW_SECONDS:
            calls.popleft()
        if allowed is None or len(calls) < allowed:
            return 0.0
        return WINDOW_SECONDS - (now - calls[0])

    def _post_wait(self, method: str, channel: str | None, now: float) -> float:
        if method != "chat.postMessage" or channel not in self._last_post:
            return 0.0
        return POST_INTERVAL_SECONDS - (now - self._last_post[channel])
