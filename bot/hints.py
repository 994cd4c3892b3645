"""Words for one person alone: an ephemeral message, best effort."""

from __future__ import annotations

import aiohttp
from slack_sdk.errors import SlackApiError

from bot.services import Services
from bot.slack_client import proxy_for
from workers.jobs import Conversation
from workers.logs import get_logger

log = get_logger(__name__)

NOT_STORED = (
    "I could not take that: my memory does not answer right now. Nothing was changed; please try again in a minute."
)
TIMEOUT = aiohttp.ClientTimeout(total=5)


async def whisper(services: Services, conversation: Conversation, user_id: str, text: str) -> None:
    """Tell one person something in a thread."""
    try:
        await services.slack.chat_postEphemeral(
            channel=conversation.channel_id,
            thread_ts=conversation.thread_ts,
            user=user_id,
            text=text,
        )
    except SlackApiError as error:
        log.warning("hint_failed", problem=str(error.response["error"]))
    except (aiohttp.ClientError, TimeoutError, OSError) as error:
        log.warning("hint_failed", problem=type(error).__name__)


async def answer_click(services: Services, response_url: str, text: str) -> None:
    """Tell the person who clicked or typed a command something, where they did it."""
    session = services.slack.session
    if not response_url or session is None:
        return
    body = {"response_type": "ephemeral", "replace_original": False, "text": text}
    try:
        async with session.post(
            response_url, json=body, proxy=proxy_for(response_url), timeout=TIMEOUT, allow_redirects=False
        ) as response:
            if response.status != 200:
                log.warning("hint_failed", problem=str(response.status))
    except (aiohttp.ClientError, TimeoutError, OSError) as error:
        log.warning("hint_failed", problem=type(error).__name__)
