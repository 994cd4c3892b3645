"""People in an ADF document: an `@Name` whose account is known becomes a mention of it, and nothing else does."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from workers.views.slack_words import written

Node = dict[str, Any]

NO_MENTIONS = frozenset({"link", "code"})
"""Marks of a text that stays a text."""


def mention_people(blocks: list[Node], mentions: Mapping[str, str]) -> None:
    """Put mentions in the place of names; `mentions` has the account of each name that was found for certain."""
    if not mentions:
        return
    names = written(mentions)
    waiting = list(blocks)
    while waiting:
        node = waiting.pop()
        content = node.get("content", [])
        if node["type"] != "codeBlock" and any(each["type"] == "text" for each in content):
            node["content"] = [part for each in content for part in _parts(each, names, mentions)]
        waiting += (each for each in content if "content" in each)


def _parts(node: Node, names: re.Pattern[str], mentions: Mapping[str, str]) -> Iterator[Node]:
    """Yield a text in pieces, with mentions among them; other nodes as they are."""
    if node["type"] != "text" or any(mark["type"] in NO_MENTIONS for mark in node.get("marks", ())):
        yield node
        return
    text, end = node["text"], 0
    for match in names.finditer(text):
        if match.start() > end:
            yield {**node, "text": text[end : match.start()]}
        yield {"type": "mention", "attrs": {"id": mentions[match["name"]], "text": match[0]}}
        end = match.end()
    if end < len(text):
        yield {**node, "text": text[end:]}
