"""Takes a message back that was posted too late: another worker has posted it meanwhile."""

from __future__ import annotations

import time
from contextlib import suppress

from workers.errors import ReplyGone, SlackRefused, SupportBotError
from workers.lease import without_lease
from workers.logs import get_logger
from workers.records import Conversation
from workers.slack.api import SlackApi

log = get_logger(__name__)


def take_back(api: SlackApi, conversation: Conversation, ts: str, *, is_stream: bool = False) -> None:
    """Delete a message of ours that stands there twice, whoever has its work by now; never raises.

    No lease can keep a post from Slack once its first byte is on its way, so this is done without one.
    """
    log.info("surplus_message_taken_back")
    try:
        with without_lease():
            if is_stream:
                with suppress(SlackRefused):  # It may be over.
                    api.call("chat.stopStream", channel=conversation.channel_id, ts=ts, sleep=time.sleep)
            api.call("chat.delete", channel=conversation.channel_id, ts=ts, sleep=time.sleep)
    except ReplyGone:
        log.info("surplus_message_was_gone")
    except SupportBotError as error:
        log.warning("surplus_message_stands", cause=type(error).__name__)
