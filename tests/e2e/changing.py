"""What the tests of changes share: a change asked for, its card, and what Jira holds."""

from __future__ import annotations

from typing import Any

from sandbox.claude.scripts import reply, tool
from sandbox.slack.messages import Message
from sandbox.stack import Stack
from tests.e2e.drafting import text_of
from tests.e2e.support import ADA, CHANNEL, answer, ask, card

CONFIRM, CANCEL = "action_confirm", "action_cancel"
BUTTONS = [CONFIRM, CANCEL]
LOST = ["action_check", "action_force", "action_cancel"]
COMMENT = "POST issue/{key}/comment"
READY = "It is ready to be checked."

Call = tuple[str, dict[str, Any]]


def ask_for(stack: Stack, words: str, *calls: Call, user: str = ADA, channel: str = CHANNEL) -> str:
    """Let a person ask for changes and the model propose them by these calls; return the ts of the question."""
    stack.claude.script(reply(*(tool(*call) for call in calls)), reply(READY), when=words)
    return ask(stack, words, user=user, channel=channel)


def propose(stack: Stack, words: str, *calls: Call, user: str = ADA, channel: str = CHANNEL) -> Message:
    """Let a person ask for changes, and return their card once the turn is over."""
    ts = ask_for(stack, words, *calls, user=user, channel=channel)
    shown = card(stack, ts, CONFIRM, channel=channel)
    answer(stack, ts, channel=channel)
    return shown


def comment(key: str, body: str, **more: Any) -> Call:
    return "jira_add_comment", {"key": key, "body": body, **more}


def update(key: str, **fields: Any) -> Call:
    return "jira_update_issue", {"key": key, **fields}


def move(key: str, to_status: str, **more: Any) -> Call:
    return "jira_transition_issue", {"key": key, "to_status": to_status, **more}


def link(key: str, relation: str, other: str) -> Call:
    return "jira_link_issues", {"key": key, "other_key": other, "relation": relation}


def comments(stack: Stack, key: str, words: str) -> list[dict[str, Any]]:
    """Return the comments of an issue that say this."""
    return [each for each in list(stack.jira.issue(key).comments) if words in text_of(each["body"])]


def field(stack: Stack, key: str, name: str) -> Any:
    """Return what a field of an issue holds, by name where it has one."""
    value = stack.jira.issue(key).fields[name]
    return value.get("name") or value.get("displayName") if isinstance(value, dict) else value


def sent(stack: Stack, route: str, key: str) -> list[dict[str, Any]]:
    """Return the writes by this route to an issue that reached Jira, whatever became of them."""
    return [call for call in list(stack.jira.calls) if call["route"] == route and f"/{key}/" in f"{call['path']}/"]
