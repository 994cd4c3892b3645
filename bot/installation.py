"""The workspace that the bot's token belongs to, found out from Slack before any event is taken."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

import aiohttp
from slack_bolt.authorization import AuthorizeResult
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.identity import Identity
from bot.slack_client import error_code
from workers.logs import get_logger

log = get_logger(__name__)

FIRST_PAUSE_SECONDS = 0.5
LONGEST_PAUSE_SECONDS = 30.0


class NotAuthorised(Exception):
    """Slack has not told us yet who we are; the event must come again."""


class Installation:
    """Who the bot is, once Slack has said so; `problem` says what is in the way until then."""

    def __init__(self, client: AsyncWebClient, allowed_bots: Iterable[str] = ()) -> None:
        self._client, self._allowed_bots = client, frozenset(allowed_bots)
        self._identity: Identity | None = None
        self.problem = "not yet connected"

    @property
    def is_known(self) -> bool:
        return self._identity is not None

    @property
    def bot_user_id(self) -> str:
        """The bot's user id, empty while it is unknown."""
        return self._identity.bot_user_id if self._identity else ""

    @property
    def identity(self) -> Identity:
        """The bot's own ids; raises NotAuthorised while they are unknown."""
        if self._identity is None:
            raise NotAuthorised(self.problem)
        return self._identity

    async def find_out(self) -> None:
        """Ask Slack until it answers; an event taken before that could not be told from our own words."""
        pause = FIRST_PAUSE_SECONDS
        while not self.is_known:
            try:
                await self._ask()
            except SlackApiError as error:
                self._note(error_code(error))
            except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
                self._note(type(error).__name__)
            if not self.is_known:
                await asyncio.sleep(pause)
                pause = min(pause * 2, LONGEST_PAUSE_SECONDS)

    def authorization(self) -> AuthorizeResult:
        """Return what Bolt needs to know to tell our own events from others'; raises NotAuthorised."""
        identity = self.identity
        return AuthorizeResult(
            enterprise_id=None,
            team_id=identity.team_id,
            bot_user_id=identity.bot_user_id,
            bot_id=identity.bot_id,
            bot_token=self._client.token,
        )

    async def _ask(self) -> None:
        answer = await self._client.auth_test()
        self._identity = Identity(
            team_id=str(answer["team_id"]),
            bot_user_id=str(answer["user_id"]),
            bot_id=str(answer.get("bot_id") or ""),
            allowed_bots=self._allowed_bots,
        )
        self.problem = ""
        log.info("slack_authorised", team_id=self._identity.team_id, bot_user_id=self._identity.bot_user_id)

    def _note(self, problem: str) -> None:
        self.problem = problem
        log.error("slack_not_authorised", problem=problem)
