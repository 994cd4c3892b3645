"""What tests of bad input and outages share: what the model was told, and what nobody should ever read."""

from __future__ import annotations

import json
import re
from typing import Any

from sandbox.claude.scripts import tool
from sandbox.slack.messages import Message, words_of
from sandbox.stack import Stack
from tests.e2e.support import jira_is_well_again, within

GENERAL, ONCALL, TRIAGE = "C0GENERAL", "C0ONCALL0", "G0TRIAGE0"
GRACES_DM, LINUS_DM = "D0GRACE01", "D0LINUS01"
# What no person should ever read: exceptions, internals, the ids of machines.
INTERNALS = re.compile(
    r"Traceback|Exception|\bError\b|Errno|0x[0-9a-f]{6}|toolu_|req_|msg_standin|https?://127\.0\.0\.1:\d+/(?!browse)"
    r"|T0SANDBOX|sk-ant|xoxb|None\b|\bnull\b|[45]\d\d Server"
)


def shown(message: Message) -> str:
    """Return the words of a message as Slack shows them."""
    return words_of(message)


def search() -> dict[str, Any]:
    """Return a call of the search, with an id of its own."""
    return tool("jira_search", {"keywords": ["vpn"]})


def told_model(stack: Stack, words: str) -> list[str]:
    """Return the tool results that the model read in turns with these words."""
    return [
        json.dumps(block["content"])
        for kept in stack.claude.message_requests
        if kept.status == 200 and words in json.dumps(kept.body["messages"])
        for block in kept.body["messages"][-1]["content"]
        if block["type"] == "tool_result"
    ]


def mend(stack: Stack) -> None:
    """Make whole again what a test broke."""
    jira_is_well_again(stack)
    for stand_in in (stack.slack, stack.jira, stack.claude):
        stand_in.faults.clear()
    stack.claude.scripts.clear()
    stack.claude.context_tokens = None


def assert_nobody_read_internals_and_nothing_stands(stack: Stack) -> None:
    """Look at every version of every message that the bot ever wrote, and at what is shown now."""
    bot = stack.slack.workspace.bot_id
    written = [m for channel in stack.slack.workspace.channels.values() for m in channel.messages.values()]
    versions = [version for m in written if m.bot_id == bot for version in m.versions]
    texts = [part for v in versions for part in (v.text, words_of(v))]

    assert texts
    assert not [text for text in texts if INTERNALS.search(text)]
    within(lambda: not [s for s in stack.slack.workspace.shown_statuses.values() if s.status], "all statuses gone")
    assert not [m.text for m in written if "turn_stop" in m.action_ids]
    # What a test had refused on purpose carries no error of the stand-in's own.
    refused = [kept.error for kept in stack.claude.message_requests if kept.status == 400 and kept.error]
    assert not [error for error in refused if "too long" not in error]
