"""What the model is told: the stable system prompt, and one turn's question with the facts that vary."""

from __future__ import annotations

import functools
import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from workers.claude.marks import lifetime
from workers.files.blocks import ReadFile, Shown
from workers.person import SOMEBODY
from workers.records import SlackFile, TurnRequest

MAX_QUESTION = 60_000
MAX_THREAD = 40_000

_FENCES = re.compile(r"<(/?)(message|thread|facts|file|summary)\b", re.IGNORECASE)
_DEFUSED = r"[\1\2"
_SLACK_LINK = re.compile(r"<((?:https?|mailto):[^|>]+)(?:\|([^>]*))?>")
_SLACK_PERSON = re.compile(r"<@([UW][A-Z0-9]+)(?:\|[^>]*)?>")
_SLACK_NAME = re.compile(r"<([@#!])([^|>]+)(?:\|([^>]*))?>")


@dataclass(frozen=True)
class Said:
    """One message of the thread, by a person or an alert bot."""

    name: str
    text: str
    files: tuple[SlackFile, ...] = ()


@dataclass(frozen=True)
class Facts:
    """What varies between turns, and therefore comes last."""

    now: datetime
    place: str
    asker: str
    default_project: str
    projects: tuple[str, ...]
    """In which an issue may be filed from here."""
    readable: tuple[str, ...] = ()
    """Of which the place may be told."""
    drafts: tuple[str, ...] = ()
    """What became of the drafts and changes of this conversation, a sentence each."""
    default_type: str = ""
    language: str = ""
    is_closed: bool = False
    """Jira is closed to the asker."""
    looks_at: str = ""
    """The channel that the asker had open beside this conversation."""


@functools.cache
def system_prompt() -> str:
    """Return the system prompt: the same for all people, channels and days, so that it stays cached."""
    return Path(__file__).with_name("prompt.md").read_text(encoding="utf-8")


@functools.cache
def prompt_version() -> str:
    return hashlib.sha256(system_prompt().encode()).hexdigest()[:12]


def system_blocks(*, is_long: bool = True) -> tuple[dict[str, Any], ...]:
    """Return the system prompt with its breakpoint: tools and prompt are kept in the cache, for an hour or shorter."""
    return ({"type": "text", "text": system_prompt(), "cache_control": lifetime(is_long=is_long)},)


def question(
    request: TurnRequest,
    thread: Sequence[Said],
    facts: Facts,
    names: dict[str, str],
    files: Sequence[ReadFile] = (),
) -> dict[str, Any]:
    """Return the user message of a turn: files, facts, what was written above, the question last."""
    read = {each.file.id: each for each in files}
    parts = [_facts(facts)]
    if thread:
        lines = "\n".join(_message(said.name, said.text, said.files, names, read) for said in thread)
        parts.append(f"<thread>\n{_tail(lines, MAX_THREAD)}\n</thread>")
    parts.append(_message(facts.asker, request.text[:MAX_QUESTION], request.files, names, read))
    # Claude reads pictures best when they stand before the words about them.
    return {"role": "user", "content": [*shown(files), *map(_text, parts)]}


def without_media(question: dict[str, Any]) -> dict[str, Any]:
    """Return the question with a sentence in the place of each picture and document."""
    sentence = _text("[This file could not be opened: it seems to be damaged.]")
    content = [sentence if block["type"] in ("image", "document") else block for block in question["content"]]
    return {**question, "content": content}


def shown(files: Sequence[ReadFile]) -> Iterator[dict[str, Any]]:
    """Yield what Claude is shown of files, in the order of the thread, each under its name."""
    for each in files:
        if each.shown.block is None:
            continue
        tag = f'<file name="{_attribute(each.file.name)}" from="{_attribute(each.by)}">'
        if each.shown.block["type"] == "text":
            yield _text(f"{tag}\n{_FENCES.sub(_DEFUSED, each.shown.block['text'])}\n</file>")
        else:
            yield _text(f"{tag}it stands next</file>")
            yield each.shown.block


def _text(text: str) -> dict[str, Any]:
    return {"type": "text", "text": text}


def defused(text: str) -> str:
    """Return a text in which none of our own tags works."""
    return _FENCES.sub(_DEFUSED, text)


def named_in(text: str) -> list[str]:
    """Return the ids of the people whom a Slack message names."""
    return _SLACK_PERSON.findall(text)


def readable(text: str, names: dict[str, str]) -> str:
    """Turn Slack's markup into plain Markdown with people's names; the fence's own tags are defused."""

    def name_of(match: re.Match[str]) -> str:
        sign, target, label = match.groups()
        if sign == "@":
            # The id is for tools; an answer shows the name alone.
            return f"@{names.get(target) or label or SOMEBODY} ({target})"
        if sign == "#":
            return f"#{label}" if label else "a channel"
        shown = (label or "").removeprefix("@") or ("a group" if target.startswith("subteam") else target)
        return shown if shown == "a group" else f"@{shown}"

    text = _SLACK_LINK.sub(lambda m: f"[{m[2]}]({m[1]})" if m[2] and m[2] != m[1] else m[1], text)
    text = _SLACK_NAME.sub(name_of, text)
    text = text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
    return _FENCES.sub(_DEFUSED, text)


def _facts(facts: Facts) -> str:
    lines = [
        f"Now: {facts.now:%A %Y-%m-%d %H:%M} UTC",
        f"Place: {facts.place}",
        f"Asker: {_attribute(facts.asker)}",
        *_settings(facts),
    ]
    if not facts.is_closed:
        lines += [_FENCES.sub(_DEFUSED, draft) for draft in facts.drafts]
    return "\n".join(["<facts>", *lines, "</facts>"])


def _settings(facts: Facts) -> Iterator[str]:
    """Yield what this channel or the standing of the asker says."""
    if facts.is_closed:
        yield "Jira: closed to this asker, a guest or a person of another organisation. Tell nothing from Jira."
    else:
        yield f"Default project: {facts.default_project}"
        yield f"Open projects: {', '.join(facts.projects) or 'none here'}"
        if facts.readable != facts.projects:
            yield f"Of these the people here may be told of: {', '.join(facts.readable) or 'none'}"
    if facts.default_type:
        yield f"Default type of issues: {_attribute(facts.default_type)}"
    if facts.language:
        yield f"Language to answer in: {_attribute(facts.language)}"
    if facts.looks_at:
        yield f"Looking at: {_attribute(facts.looks_at)}"


def _message(
    name: str, text: str, files: Sequence[SlackFile], names: dict[str, str], read: Mapping[str, ReadFile]
) -> str:
    said = readable(text, names).strip() or "(no text)"
    below = "".join(f"\n[{attached(file, read.get(file.id))}]" for file in files)
    return f'<message from="{_attribute(name)}">\n{said}{below}\n</message>'


def attached(file: SlackFile, read: ReadFile | None = None) -> str:
    """Name a file; one that could not be shown says why, so that the model can tell the person."""
    file, shown = (read.file, read.shown) if read else (file, Shown())
    about = f"attached: {_attribute(file.name) or 'a file without a name'}, {file.mimetype or 'unknown type'}"
    if shown.problem:
        return f"{about}; you can't see it: {shown.problem}"
    return f"{about}; it is larger than you see it" if shown.is_smaller else about


def _attribute(text: str) -> str:
    return re.sub(r'["<>\n]', " ", text).strip()[:80]


def _tail(text: str, limit: int) -> str:
    """Keep the newest part of a long thread."""
    return text if len(text) <= limit else "(older messages left out)\n" + text[-limit:]
