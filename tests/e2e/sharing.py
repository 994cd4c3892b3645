"""Files in a mention, and what became of them: what Claude was shown, what the issue holds."""

from __future__ import annotations

import base64
import json
from typing import Any

from sandbox.claude.scripts import Body, Reply, reply, tool
from sandbox.claude.standin import Recorded
from sandbox.slack import NewFile
from sandbox.slack.messages import Message
from sandbox.stack import Stack
from tests.e2e.drafting import filed, words
from tests.e2e.support import ADA, CHANNEL, answer, card, within


def share(stack: Stack, text: str, *files: NewFile, thread_ts: str | None = None, user: str = ADA) -> str:
    """Mention the bot with files."""
    return stack.slack.say(CHANNEL, user, f"{stack.slack.mention} {text}", thread_ts, files)


def asked(stack: Stack, text: str) -> list[dict[str, Any]]:
    """Return the blocks of the question with these words, as Claude took them."""

    def look() -> list[dict[str, Any]] | None:
        return next((found for each in reversed(taken(stack)) if (found := question_of(each, text))), None)

    return within(look, f"the question {text!r}")


def taken(stack: Stack) -> list[Recorded]:
    return [request for request in stack.claude.message_requests if request.status == 200 and request.body]


def question_of(request: Recorded, text: str) -> list[dict[str, Any]] | None:
    """Return the blocks of the question with these words in one request, or None if it holds none."""
    for message in reversed(request.body["messages"]):
        if message["role"] == "user" and text in json.dumps(message["content"][-1], ensure_ascii=False):
            return list(message["content"])
    return None


def shown_files(blocks: list[dict[str, Any]]) -> list[tuple[str, str]]:
    """Return kind and bytes (or text) of each file that Claude was shown, in order."""
    found = []
    for block in blocks:
        if block["type"] != "text":
            found.append((block["source"]["media_type"], block["source"]["data"]))
        elif block["text"].startswith("<file ") and "stands next" not in block["text"]:
            found.append(("text", block["text"]))
    return found


def encoded(content: bytes) -> str:
    return base64.b64encode(content).decode()


def echo_of_what_is_not_seen(body: Body) -> Reply:
    """Answer as a model does that was told to name what it cannot see."""
    text = body["messages"][-1]["content"][-1]["text"]
    lines = [line.strip("[]") for line in text.splitlines() if "you can't see it" in line]
    return reply(" ".join(["Looked.", *lines]))


def told(stack: Stack, text: str, *files: NewFile) -> str:
    """Share files and return what the person reads in the end."""
    stack.claude.script(echo_of_what_is_not_seen, when=text)
    ts = share(stack, text, *files)
    return words(answer(stack, ts))


def held(stack: Stack, summary: str) -> dict[str, bytes]:
    """Return the attachments of the issue with this summary by name."""
    (issue,) = filed(stack, summary)
    return {row["filename"]: issue.attachments[row["id"]] for row in issue.fields["attachment"]}


def draft(stack: Stack, summary: str, *files: NewFile, thread_ts: str | None = None, **arguments: Any) -> Message:
    """Let a person ask for an issue with files, and return the card of its draft once the turn is over."""
    wanted = {"project": "OPS", "issue_type": "Task", "summary": summary, "description": "See the files."}
    stack.claude.script(reply(tool("jira_create_issue", wanted | arguments)), reply("Ready."), when=summary)
    ts = share(stack, f"file it: {summary}", *files, thread_ts=thread_ts)
    shown = card(stack, thread_ts or ts)
    answer(stack, thread_ts or ts, number=2 if thread_ts else 1)
    return shown
