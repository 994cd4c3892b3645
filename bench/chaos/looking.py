"""What a person sees of the bot's messages: whose answer it is, its words, its buttons, how a card stands."""

from __future__ import annotations

from typing import Literal

from sandbox.slack.messages import Message
from sandbox.slack.standin import SlackStandIn

CardState = Literal["asks", "filed", "cancelled", "uncertain", "under way"]


def replies(slack: SlackStandIn, channel: str, root_ts: str, asked_ts: str, token: str) -> list[Message]:
    """Return the messages that answer one question, oldest first; a stream is marked only when it ends."""
    found = _of_bot(slack, channel, root_ts)
    return [one for one in found if turn_of(one) == asked_ts or (is_unmarked(one) and token in words([one]))]


def cards(slack: SlackStandIn, channel: str, root_ts: str, token: str) -> list[Message]:
    """Return the cards whose headline ever named a token, oldest first; below it stand issues of other questions."""
    return [
        message
        for message in _of_bot(slack, channel, root_ts)
        if is_card(message) and any(token in one.text for one in message.versions)
    ]


def is_card(message: Message) -> bool:
    return (message.metadata or {}).get("event_type") == "supportbot_card"


def is_unmarked(message: Message) -> bool:
    return message.bot_id is not None and not turn_of(message) and not is_card(message)


def strays(slack: SlackStandIn, channel: str, root_ts: str, tokens: set[str]) -> list[Message]:
    """Return what the bot wrote in a thread that belongs to no question in it."""
    found = [message for message in _of_bot(slack, channel, root_ts) if is_unmarked(message)]
    return [message for message in found if not any(token in words([message]) for token in tokens)]


def turn_of(message: Message) -> str:
    """Return the ts of the question that a reply answers, or an empty text."""
    mark = message.metadata or {}
    is_reply = mark.get("event_type") == "supportbot_reply"
    return str(mark.get("event_payload", {}).get("turn", "")) if is_reply else ""


def segment_of(message: Message) -> int | None:
    """Return which part of an answer it is, or None if it is not marked yet."""
    payload = (message.metadata or {}).get("event_payload", {})
    return payload.get("segment") if turn_of(message) else None


def words(messages: list[Message]) -> str:
    """Return the text of an answer as people read it, wherever its lines or its messages end."""
    return " ".join(" ".join(_words(message) for message in messages).split())


def _words(message: Message) -> str:
    found = [str(block["text"]) for block in message.blocks or [] if block.get("type") == "markdown"]
    return " ".join(found) or message.text


def is_growing(message: Message) -> bool:
    """A reply with a Stop button is not done, and neither is a stream before its end."""
    is_live = message.stream is not None and message.stream.state == "streaming"
    return is_live or "turn_stop" in message.action_ids


def state_of(card: Message) -> CardState:
    """Return how a draft stands, as its card says."""
    if "filing_force" in card.action_ids:
        return "uncertain"
    if "draft_create" in card.action_ids:
        return "asks"
    if card.text.startswith("Filed as"):
        return "filed"
    return "cancelled" if card.text.startswith("Cancelled") else "under way"


def _of_bot(slack: SlackStandIn, channel: str, root_ts: str) -> list[Message]:
    return slack.replies_of_bot(channel, root_ts)
