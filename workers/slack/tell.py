"""Words for one person alone: where they acted, or else in their own messages. Best effort, never an error."""

from __future__ import annotations

from typing import Any

from slack_sdk.webhook import WebhookClient

from workers.errors import SlackRefused, SupportBotError
from workers.logs import get_logger
from workers.records import Action
from workers.slack.api import SlackClients
from workers.slack.refusals import NETWORK_ERRORS

TIMEOUT_SECONDS = 10

log = get_logger(__name__)


class Teller:
    """Tells the person who acted what came of it."""

    def __init__(self, slack: SlackClients) -> None:
        self._slack = slack

    def tell(self, action: Action, text: str, blocks: list[dict[str, Any]] | None = None) -> None:
        """Show a text to the person of an action: by the address that Slack gave for it, else as an ephemeral."""
        if action.response_url and _respond(action.response_url, text, blocks):
            return
        api = self._slack.of(action.team_id)
        content: dict[str, Any] = {"text": text, "blocks": blocks}
        try:
            try:
                content |= {"channel": action.channel_id, "user": action.user_id}
                api.call("chat.postEphemeral", thread_ts=action.certain_thread, **content)
            except SlackRefused:
                api.call("chat.postMessage", channel=action.user_id, text=text, blocks=blocks)
        except SupportBotError as error:
            log.info("hint_not_shown", cause=type(error).__name__)


def _respond(url: str, text: str, blocks: list[dict[str, Any]] | None) -> bool:
    """Answer by a response url, which works also where the bot is not; False if it has lapsed."""
    client = WebhookClient(url, timeout=TIMEOUT_SECONDS, retry_handlers=[])
    client.proxy = None  # urllib then honours NO_PROXY.
    try:
        answer = client.send(text=text, blocks=blocks, response_type="ephemeral", replace_original=False)
    except NETWORK_ERRORS as error:
        log.info("response_url_failed", cause=type(error).__name__)
        return False
    return answer.status_code == 200
