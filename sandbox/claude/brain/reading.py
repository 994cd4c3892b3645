"""What a request says: its turns with tool calls and results, the question, the facts, the tools on offer."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import count
from typing import Any

from sandbox.claude.brain.speech import Utterance, utterances
from sandbox.claude.scripts import Body
from sandbox.claude.signatures import blocks_of

KEY = re.compile(r"\b[A-Z][A-Z0-9]{1,9}-\d+\b")
_DEFAULT_PROJECT = re.compile(
    r"(?i:default[ _-]project)[^A-Za-z0-9\n]*(?:(?i:is|of|for|this|the|channel|key|here)[^A-Za-z0-9\n]+)*"
    r"([A-Z][A-Z0-9_]{1,9})\b"
)
_PROJECT_LIST = re.compile(r"(?i:projects?)[^A-Za-z\n]*(?:(?i:are|open|allowed|to|you|may|use)[^A-Za-z\n]+)*"
                           r"((?:[A-Z][A-Z0-9]{1,9}\b(?:, | and |,)?)+)")  # fmt: skip


_ATTACHED = re.compile(r"\[attached: ([^\n]+?), [\w.+/ -]+(?:; you can't see it: ([^\n]*?))?\](?=\n|$)")


@dataclass(frozen=True)
class SharedFile:
    """A file that people shared; `problem` says why it cannot be seen, if it cannot."""

    name: str
    problem: str


@dataclass
class Call:
    """One tool call of the model and what came back."""

    name: str
    arguments: dict[str, Any]
    result: str = ""
    sources: list[tuple[int, dict[str, Any]]] = field(default_factory=list)
    """Search results with their places among all of the request."""
    is_error: bool = False


@dataclass
class Turn:
    """What people said, and all that the model did to answer it."""

    said: list[Utterance] = field(default_factory=list)
    files: list[SharedFile] = field(default_factory=list)
    answers: list[str] = field(default_factory=list)
    rounds: list[list[Call]] = field(default_factory=list)

    @property
    def calls(self) -> list[Call]:
        """All calls of the turn, in order."""
        return [call for calls in self.rounds for call in calls]


@dataclass
class Situation:
    """A request, understood."""

    turns: list[Turn]
    facts: str
    tools: dict[str, str]
    """Names as offered, by their lower-case form."""

    @property
    def now(self) -> Turn:
        return self.turns[-1]

    @property
    def earlier(self) -> list[Turn]:
        return self.turns[:-1]

    @property
    def question(self) -> str:
        """What is asked now: the last thing that was said."""
        return self.now.said[-1].words if self.now.said else ""

    @property
    def people_said(self) -> list[Utterance]:
        """All that people said, oldest first."""
        return [part for turn in self.turns for part in turn.said if part.words]

    @property
    def calls(self) -> list[Call]:
        """All calls of the conversation, oldest first."""
        return [call for turn in self.turns for call in turn.calls]

    @property
    def default_project(self) -> str:
        """The project that the request names as the default; OPS if it names none."""
        named = _DEFAULT_PROJECT.findall(self.facts)
        return str(named[-1]) if named else next(iter(self.projects), "OPS")

    @property
    def projects(self) -> list[str]:
        """The projects that the request lists."""
        return [key for listed in _PROJECT_LIST.findall(self.facts) for key in re.findall(r"[A-Z][A-Z0-9]+", listed)]


def read(body: Body) -> Situation:
    """Return the situation that a request describes."""
    turns: list[Turn] = [Turn()]
    facts = [_text(body.get("system"))]
    open_calls: dict[str, Call] = {}
    places = count()
    for message in body["messages"]:
        if message["role"] == "assistant":
            _read_answer(message, turns[-1], open_calls)
            continue
        facts.append(_text(message.get("content")))
        if message["role"] == "user":
            _read_user(message, turns, open_calls, places)
    tools = {tool["name"].lower(): tool["name"] for tool in body.get("tools") or () if "name" in tool}
    return Situation([turn for turn in turns if turn.said or turn.answers or turn.rounds] or [Turn()],
                     "\n".join(facts), tools)  # fmt: skip


def _read_user(message: dict[str, Any], turns: list[Turn], open_calls: dict[str, Call], places: Iterator[int]) -> None:
    blocks = blocks_of(message)
    results = [block for block in blocks if block.get("type") == "tool_result"]
    for block in results:
        call = open_calls.pop(block.get("tool_use_id", ""), None)
        content = block.get("content")
        found = [part for part in content if part["type"] == "search_result"] if isinstance(content, list) else []
        sources = [(next(places), part) for part in found]
        if call:
            call.sources = sources
            call.result, call.is_error = _text(block.get("content")), bool(block.get("is_error"))
    if results:
        return
    said = [part for block in blocks if block.get("type") == "text" for part in utterances(block["text"])]
    if turns[-1].answers or turns[-1].rounds:
        turns.append(Turn())
    turns[-1].files += [SharedFile(*found) for part in said for found in _ATTACHED.findall(part.words)]
    turns[-1].said += [replace(part, words=_ATTACHED.sub("", part.words).strip()) for part in said]


def _read_answer(message: dict[str, Any], turn: Turn, open_calls: dict[str, Call]) -> None:
    calls = []
    for block in blocks_of(message):
        if block.get("type") == "text" and block["text"].strip():
            turn.answers.append(block["text"])
        elif block.get("type") == "tool_use":
            call = Call(block["name"].lower(), block.get("input") or {})
            open_calls[block["id"]] = call
            calls.append(call)
    if calls:
        turn.rounds.append(calls)


def _text(content: Any) -> str:
    """Return the text of content in any of its shapes."""
    if isinstance(content, str):
        return content
    if not isinstance(content, list):
        return ""
    return "\n".join(_block_text(block) for block in content)


def _block_text(block: dict[str, Any]) -> str:
    match block.get("type"):
        case "text":
            return str(block.get("text", ""))
        case "search_result":
            return f"{block.get('title')} {block.get('source')}\n{_text(block.get('content'))}"
        case "tool_result":
            return ""
        case _:
            return json.dumps(block) if block.get("type") == "json" else ""
