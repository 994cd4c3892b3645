"""The model of the run: every answer names its question's token in each sentence, so that all text can be traced."""

from __future__ import annotations

import re
import threading
import time
from collections import deque
from collections.abc import Mapping

from bench.chaos.plan import Kind
from sandbox.claude.scripts import Block, Body, Reply, refusal, reply, text, thinking, tool
from workers.views import failures

ODDITIES = (
    "claude: no stop reason",
    "claude: cut tool JSON",
    "claude: pause_turn",
    "claude: refusal",
    "claude: context exceeded",
)

TOKEN = re.compile(r"\bzk\d+m\d+x[0-9a-f]{6}\b")
TRIES = 2
"""How often the model calls a tool that fails before it says so."""


def question(token: str, kind: Kind) -> str:
    """Return what a person asks."""
    if kind == "file":
        return f"please file a task about {token}, the printer on our floor is on strike."
    if kind == "search":
        return f"is there an issue about {token} already?"
    return f"what do I do about {token}?"


def sentences(token: str) -> list[str]:
    """Return the sentences of the one right answer."""
    steps = 6 + int(token[-1], 16) // 3
    body = [
        f"Step {step} of {steps} for {token} is to look at the cable and then at the switch."
        for step in range(1, steps + 1)
    ]
    return [f"This is the answer to {token}.", *body, f"That is all about {token}."]


def apology(token: str) -> list[str]:
    """Return the sentences for somebody whose draft could not be made."""
    return [f"I could not prepare a draft for {token}.", f"Please ask me about {token} again a little later."]


def is_whole(said: str, token: str, verdict: str = "") -> bool:
    """Return whether a text holds everything of an answer, each sentence once, or what is said in its place.

    The verdict is what a person reads where the model refused, alone, or had no room left, below what it said.
    """
    if verdict and said.count(verdict) == 1 and (verdict != failures.REFUSED or said.strip() == verdict):
        return True
    return any(all(said.count(one) == 1 for one in way(token)) for way in (sentences, apology))


def is_apology(said: str, token: str) -> bool:
    return apology(token)[0] in said


class Model:
    """Plans the answer to each request; safe to call from the stand-in's thread while faults are ordered."""

    def __init__(self) -> None:
        self._oddities: deque[tuple[str, str]] = deque()
        self._lock = threading.Lock()
        self.played: list[tuple[float, str]] = []
        """(monotonic time, label) of answers that ended oddly."""
        self.verdicts: dict[str, str] = {}
        """By token: the sentence that may stand for the answer."""

    def order(self, kind: str, label: str) -> None:
        """Let the next answer that can end in this way."""
        with self._lock:
            self._oddities.append((kind, label))

    def clear(self) -> None:
        with self._lock:
            self._oddities.clear()

    def __call__(self, body: Body) -> Reply:
        start, asked = _question(body)
        found = TOKEN.search(asked)
        if not found:
            return reply("I see no question.")
        token = found[0]
        results = _results(body, start)
        if "please file" in asked and len(results) < TRIES and not _has_worked(results):
            return self._calling(f"One moment, I prepare {token}." if not results else "", _create(token))
        if "is there an issue" in asked and not results:
            return self._calling("", tool("jira_search", {"keywords": [token]}))
        failed = "please file" in asked and not _has_worked(results)
        # After a pause the model goes on where it stopped.
        said = _said(body, start)
        return self._speaking(token, [one for one in (apology if failed else sentences)(token) if one not in said])

    def _calling(self, words: str, call: Block) -> Reply:
        blocks: list[Block | str] = [thinking("Somebody wants something done."), *([words] if words else []), call]
        if self._takes("claude: cut tool JSON"):
            return reply(*blocks, stop_reason=None, cut_json=12)
        return reply(*blocks)

    def _speaking(self, token: str, parts: list[str]) -> Reply:
        words = " ".join(parts)
        if len(parts) > 1 and self._takes("claude: pause_turn"):
            return reply(" ".join(parts[: len(parts) // 2]), stop_reason="pause_turn")
        if self._takes("claude: refusal"):
            self.verdicts[token] = failures.REFUSED
            return refusal("cyber", "It is about a strike.", text(words[: len(words) // 2]))
        if self._takes("claude: context exceeded"):
            self.verdicts[token] = failures.CONVERSATION_TOO_LONG
            return reply(words[: len(words) // 2], stop_reason="model_context_window_exceeded")
        if self._takes("claude: no stop reason"):
            return reply(words[: len(words) // 2], stop_reason=None)
        return reply(thinking(f"They ask about {token}."), words) if token[-2] < "8" else reply(words)

    def _takes(self, kind: str) -> bool:
        with self._lock:
            for ordered in self._oddities:
                if ordered[0] == kind:
                    self._oddities.remove(ordered)
                    self.played.append((time.monotonic(), ordered[1]))
                    return True
        return False


def _create(token: str) -> Block:
    words = {"summary": f"Printer on strike {token}", "description": f"It does not print. Asked as {token}."}
    return tool("jira_create_issue", {"project": "OPS", "issue_type": "Task", **words})


def _question(body: Body) -> tuple[int, str]:
    """Return where the last question stands and its own words, without the facts and the thread above it."""
    for place in reversed(range(len(body["messages"]))):
        blocks = _blocks(body["messages"][place])
        if body["messages"][place]["role"] == "user" and not _is_results(blocks):
            texts = [str(block.get("text", "")) for block in blocks if block.get("type") == "text"]
            return place, texts[-1] if texts else ""
    return 0, ""


def _results(body: Body, start: int) -> list[Mapping[str, object]]:
    return [
        block
        for message in body["messages"][start + 1 :]
        for block in _blocks(message)
        if block.get("type") == "tool_result"
    ]


def _said(body: Body, start: int) -> str:
    """Return what the model has said since the question."""
    since = (message for message in body["messages"][start + 1 :] if message["role"] == "assistant")
    return "\n".join(block["text"] for message in since for block in _blocks(message) if block["type"] == "text")


def _has_worked(results: list[Mapping[str, object]]) -> bool:
    return any(not result.get("is_error") for result in results)


def _is_results(blocks: list[Block]) -> bool:
    return any(block.get("type") == "tool_result" for block in blocks)


def _blocks(message: Mapping[str, object]) -> list[Block]:
    content = message["content"]
    return content if isinstance(content, list) else [{"type": "text", "text": content}]
