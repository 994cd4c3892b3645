"""Words for one person alone: an ephemeral message, best effort."""

from __future__ import annotations

from typing import Any

import aiohttp

from bot.attempt import attempt
from bot.services import Services
from bot.slack_client import proxy_for
from workers.jobs import Conversation
from workers.logs import get_logger

log = get_logger(__name__)

NOT_STORED = "I could not take that: my memory does not answer right now. Please try again in a minute."
TOO_MUCH_WAITING = "There is a lot waiting here already. Please try that again in a minute."
SECONDS = 5.0
# Half of it is for a place.
WHISPER_SECONDS = 10.0


async def whisper(
    services: Services,
    conversation: Conversation,
    user_id: str,
    text: str,
    *,
    blocks: list[dict[str, Any]] | None = None,
) -> str:
    """Tell one person something in a thread; return `ok` or what came of it."""
    call = services.slack.chat_postEphemeral(
        channel=conversation.channel_id,
        thread_ts=conversation.thread_ts or None,
        user=user_id,
        text=text,
        blocks=blocks,
    )
    return await attempt(services, "chat.postEphemeral", call, seconds=WHISPER_SECONDS)


async def answer_click(
    services: Services,
    response_url: str,
    text: str,
    *,
    replaces: bool = False,
    blocks: list[dict[str, Any]] | None = None,
) -> None:
    """Tell the person who clicked or used a shortcut something, where they did it."""
    session = services.slack.session
    if not response_url or session is None:
        return
    body: dict[str, Any] = {"response_type": "ephemeral", "replace_original": replaces, "text": text}
    if blocks:
        body["blocks"] = blocks
    timeout = aiohttp.ClientTimeout(total=SECONDS)
    try:
        async with session.post(
            response_url, json=body, proxy=proxy_for(response_url), timeout=timeout, allow_redirects=False
        ) as response:
            if response.status != 200:
                log.warning("hint_failed", problem=str(response.status))
    except (aiohttp.ClientError, TimeoutError, OSError) as error:
        log.warning("hint_failed", problem=type(error).__name__)
