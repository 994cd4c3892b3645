"""What the tests of drafts share: a draft on the screen, its buttons, and what Jira was sent."""

from __future__ import annotations

from typing import Any

from sandbox.claude.scripts import reply, tool
from sandbox.jira.site import Issue
from sandbox.slack.messages import Message
from sandbox.stack import Stack
from tests.e2e.support import ADA, CHANNEL, answer, ask, card, within

BUTTONS = ["draft_create", "draft_edit", "draft_cancel"]
ASKING = ["filing_check", "filing_force"]
CREATE = "POST issue"
SEARCH = "POST search/jql"
READY = "The draft is ready."

JUDGEMENT = {
    "kind": "report",
    "severity": "medium",
    "project": "",
    "component": "",
    "labels": [],
    "confidence": "medium",
    "questions": [],
}
"""What the fast model says of a report beside the texts of a form."""


def propose(stack: Stack, summary: str, *, user: str = ADA, channel: str = CHANNEL, **arguments: Any) -> Message:
    """Let a person ask for an issue with this summary, and return the card of its draft once the turn is over."""
    ts = ask_to_file(stack, summary, user=user, channel=channel, **arguments)
    shown = card(stack, ts, channel=channel)
    answer(stack, ts, channel=channel)
    return shown


def ask_to_file(stack: Stack, summary: str, *, user: str = ADA, channel: str = CHANNEL, **arguments: Any) -> str:
    """Let a person ask for an issue and the model propose it; return the ts of the question."""
    wanted = {"project": "OPS", "issue_type": "Task", "summary": summary, "description": "It does not work."}
    stack.claude.script(reply(tool("jira_create_issue", wanted | arguments)), reply(READY), when=summary)
    return ask(stack, f"file it: {summary}", user=user, channel=channel)


def press(stack: Stack, shown: Message, action_id: str, user: str = ADA) -> None:
    """Press a button of a card."""
    stack.slack.click(shown.channel, shown.ts, user, action_id)


def press_stale(stack: Stack, shown: Message, action_id: str, user: str = ADA) -> None:
    """Press a button that a person's screen still shows although the card has moved on."""
    now = shown.blocks
    shown.blocks = next(old.blocks for old in reversed(shown.versions) if action_id in str(old.blocks))
    try:
        press(stack, shown, action_id, user)
    finally:
        shown.blocks = now


def words(shown: Any) -> str:
    """Return all that a person reads on a card, or in a part of it."""
    if isinstance(shown, Message):
        # A stream's words stand in no block.
        return words(shown.blocks) or shown.text
    if isinstance(shown, list):
        return "\n".join(filter(None, map(words, shown)))
    if not isinstance(shown, dict):
        return ""
    own = shown["text"] if isinstance(shown.get("text"), str) else words(shown.get("text"))
    return "\n".join(filter(None, [own, words(shown.get("fields")), words(shown.get("elements"))]))


def ever_read(shown: Message) -> str:
    """Return all that a card ever said."""
    return "\n".join(words(version.blocks) for version in shown.versions)


def shows(shown: Message, text: str, what: str = "", seconds: float = 30.0) -> str:
    """Wait until a card says something and return its words."""
    return within(lambda: words(shown) if text in words(shown) else None, what or f"a card with {text!r}", seconds)


def shows_filed(shown: Message, seconds: float = 30.0) -> str:
    """Wait until a draft's card says that it is filed, which the link of a similar issue on it does not say."""
    return shows(shown, "✅ Filed as", seconds=seconds)


def offers(shown: Message, actions: list[str], seconds: float = 30.0) -> None:
    """Wait until a card has exactly these buttons."""
    within(lambda: shown.action_ids == actions, f"a card with {actions}", seconds)


def filed(stack: Stack, summary: str) -> list[Issue]:
    """Return the issues with this summary, however they came about."""
    return [issue for issue in list(stack.jira.issues.values()) if issue.fields["summary"] == summary]


def sent(stack: Stack, summary: str) -> list[dict[str, Any]]:
    """Return the creates of this summary that reached Jira, whatever became of them."""
    return [
        call
        for call in list(stack.jira.calls)
        if call["route"] == CREATE and (call["body"] or {}).get("fields", {}).get("summary") == summary
    ]


def told(stack: Stack, user: str) -> list[str]:
    """Return what this person alone was told, oldest first."""
    return [hint.text for hint in stack.slack.ephemerals if hint.user == user]


def is_told(stack: Stack, user: str, part: str) -> str:
    """Wait until a person alone is told something with these words and return it."""
    return within(lambda: next((text for text in told(stack, user) if part in text), None), f"{user} told {part!r}")


def text_of(node: Any) -> str:
    """Return the plain text of an Atlassian document."""
    if isinstance(node, dict):
        return str(node.get("text", "")) + text_of(node.get("content", []))
    return "".join(map(text_of, node)) if isinstance(node, list) else ""


def open_drafts(stack: Stack, summary: str, user: str = ADA) -> int:
    """Return how many open drafts of this summary a person's home lists, once it lists any."""

    def look() -> int:
        stack.slack.open_home(user)
        view = stack.slack.homes.get(user)
        return words(view.body["blocks"]).count(summary) if view else 0

    return within(look, f"{summary!r} on the home of {user}")
