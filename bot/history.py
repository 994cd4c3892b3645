"""Reads Slack's history at leisure: inside what the shared limiter leaves, a few calls a second."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.missed import Place
from bot.services import Services
from bot.slack_client import error_code, seconds_refused
from workers.logs import get_logger

log = get_logger(__name__)

PAGE = 200
MOST_CHANNEL_PAGES = 20
PACE_SECONDS = 0.2
# This share of a method's calls is left to the answers.
LEAVE = 0.5
# No longer than this at a time, so that the job is kept while we wait.
LONGEST_NAP_SECONDS = 5.0
CHANNELS = "users.conversations"
HISTORY, REPLIES = "conversations.history", "conversations.replies"
KINDS = "im,mpim,public_channel,private_channel"
# Slack's own troubles, which pass.
TROUBLES = ("internal_error", "fatal_error", "service_unavailable", "request_timeout")
# They say nothing of a place: the operator mends them, and then all is still to be looked at.
LOCKED_OUT = ("account_inactive", "invalid_auth", "not_authed", "token_expired", "token_revoked")


class NotReadable(Exception):
    """Slack does not show this place to the bot."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class SlackAway(Exception):
    """Slack does not answer, or lets us in no more; it is worth another try later."""


@dataclass(frozen=True)
class Page:
    """Some messages, and where the next ones are."""

    messages: list[dict[str, Any]]
    cursor: str


class History:
    """The history of channels and threads; `keep` is awaited while waiting, and may raise to stop."""

    def __init__(self, services: Services, keep: Callable[[], Awaitable[None]]) -> None:
        self._services, self._keep = services, keep
        self.calls = 0

    async def channels(self) -> list[Place]:
        """Return the channels and direct messages that the bot is in; none if Slack won't tell."""
        found: list[Place] = []
        cursor = ""
        for _ in range(MOST_CHANNEL_PAGES):
            try:
                answer = await self._call(CHANNELS, types=KINDS, exclude_archived=True, limit=PAGE, cursor=cursor)
            except NotReadable as error:
                log.warning("channels_not_listed", code=error.code)
                return found
            found += [Place(channel["id"], bool(channel.get("is_im"))) for channel in answer["channels"]]
            cursor = _next(answer)
            if not cursor:
                break
        return found

    async def page(self, place: Place, *, oldest: float, cursor: str) -> Page:
        """Return a page of a channel, newest first, or of a thread, oldest first; raises NotReadable, SlackAway."""
        asked = {"channel": place.channel_id, "oldest": f"{oldest:.6f}", "limit": PAGE, "cursor": cursor}
        asked["include_all_metadata"] = True
        method = REPLIES if place.thread_ts else HISTORY
        answer = await self._call(method, **asked, **({"ts": place.thread_ts} if place.thread_ts else {}))
        return Page(list(answer["messages"]), _next(answer))

    async def _call(self, method: str, **arguments: Any) -> Mapping[str, Any]:
        given = {name: value for name, value in arguments.items() if value != ""}
        while True:
            await self._wait_for_place(method)
            self.calls += 1
            try:
                answer = await self._services.slack.api_call(method, params=given)
            except SlackApiError as error:
                code = error_code(error)
                self._services.count_call(method, code)
                await self._refused(method, code, error)
            except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
                self._services.count_call(method, type(error).__name__)
                raise SlackAway(type(error).__name__) from error
            else:
                self._services.count_call(method, "ok")
                return dict(answer.data) if isinstance(answer.data, dict) else {}

    async def _wait_for_place(self, method: str) -> None:
        """Sleep between calls, and until the limiter has a place to spare."""
        handover, team_id = self._services.handover, self._services.identity.team_id
        nap = PACE_SECONDS
        while nap > 0:
            await asyncio.sleep(min(nap, LONGEST_NAP_SECONDS))
            await self._keep()
            nap = await handover.run(lambda door: door.place(team_id, method, leave=LEAVE))

    async def _refused(self, method: str, code: str, error: SlackApiError) -> None:
        """Let the limiter know of a 429; everything else is raised."""
        answer, wait = error.response, seconds_refused(error)
        if not isinstance(answer, AsyncSlackResponse):
            raise SlackAway(code)
        if wait:
            team_id = self._services.identity.team_id
            await self._services.handover.run(lambda door: door.pause(team_id, method, wait))
        elif answer.status_code >= 500 or code in TROUBLES or code in LOCKED_OUT:
            raise SlackAway(code)
        else:
            raise NotReadable(code)


def _next(answer: Mapping[str, Any]) -> str:
    return str((answer.get("response_metadata") or {}).get("next_cursor") or "")
