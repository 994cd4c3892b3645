"""What the end-to-end tests share: acting as a person, and looking at what Slack and Jira hold."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from sandbox.slack.messages import Message
from sandbox.stack import Stack
from sandbox.waiting import wait_for
from tests.clients import connect

T = TypeVar("T")

RUNGS = {"streams": {"SLACK_STREAMING": "true"}, "edits": {"SLACK_STREAMING": "false"}}
"""The two ways in which an answer grows."""

CHANNEL, ADA, GRACE, LINUS, GUEST = "C0SUPPORT", "U0ADA0001", "U0GRACE01", "U0LINUS01", "U0GUEST01"
ADAS_DM = "D0ADA0001"
PATIENCE_SECONDS = 60.0


def within(look: Callable[[], T | None], what: str, seconds: float = PATIENCE_SECONDS) -> T:
    """Return what `look` finds, or fail with what was waited for."""
    return wait_for(look, what, seconds=seconds)


def ask(stack: Stack, text: str, *, thread_ts: str | None = None, user: str = ADA, channel: str = CHANNEL) -> str:
    """Mention the bot and return the ts of the message."""
    return stack.slack.say(channel, user, f"{stack.slack.mention} {text}", thread_ts)


def replies(stack: Stack, thread_ts: str, channel: str = CHANNEL) -> list[Message]:
    """Return the bot's answers in a thread, without its cards."""
    return [
        message
        for message in stack.slack.replies_of_bot(channel, thread_ts)
        if (message.metadata or {}).get("event_type") != "supportbot_card"
    ]


def cards(stack: Stack, thread_ts: str, channel: str = CHANNEL) -> list[Message]:
    """Return the cards of drafts in a thread."""
    return [
        message
        for message in stack.slack.replies_of_bot(channel, thread_ts)
        if (message.metadata or {}).get("event_type") == "supportbot_card"
    ]


def is_final(message: Message) -> bool:
    """A reply that is done has no Stop button and is no open stream, nor one that was cut to be rewritten."""
    return "turn_stop" not in message.action_ids and not message.is_growing and message.metadata is not None


def answer(
    stack: Stack, thread_ts: str, *, number: int = 1, channel: str = CHANNEL, seconds: float = PATIENCE_SECONDS
) -> Message:
    """Wait for the n-th answer of a thread to be done and return it."""

    def look() -> Message | None:
        found = replies(stack, thread_ts, channel)
        return found[number - 1] if len(found) >= number and is_final(found[number - 1]) else None

    return within(look, f"answer {number} in {thread_ts}", seconds)


def card(stack: Stack, thread_ts: str, action_id: str = "draft_create", *, channel: str = CHANNEL) -> Message:
    """Wait for a draft's card that offers an action and return it."""

    def look() -> Message | None:
        return next((found for found in cards(stack, thread_ts, channel) if action_id in found.action_ids), None)

    return within(look, f"a card with {action_id} in {thread_ts}")


def filed_by_bot(stack: Stack) -> list[str]:
    """Return the keys of the issues that carry the bot's property."""
    return [key for key, issue in stack.jira.issues.items() if "supportbot" in issue.properties]


def jira_is_well_again(stack: Stack) -> None:
    """Take back what a test did to Jira, and do now what time does: the pauses that Jira asked for are over."""
    stack.jira.faults.clear()
    client = connect(stack.redis_url)
    for wall in client.scan_iter("sb:wall:*"):
        client.delete(wall)
    client.close()


def forget_jira(stack: Stack) -> None:
    """Forget what was read of Jira, as after hours without an answer: projects and types must be typed."""
    client = connect(stack.redis_url)
    for key in client.keys("*jira:*"):
        client.delete(key)
    client.close()
