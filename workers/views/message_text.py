"""The words of a Slack message: its text, else what its blocks and attachments say, as alert bots write them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

LONGEST = 8_000
LONGEST_WHOLE = 29_000
"""Jira's descriptions take a little more, and of a form's 250 kB a letter may take six bytes."""
GOES_ON = "… (shortened: the rest stands in the message)"
ENDS_LINE = ("mrkdwn", "plain_text", "rich_text_section")
_ATTACHMENT = ("pretext", "title", "text")


def readable_text(message: Mapping[str, Any]) -> str:
    """Return what a person reads in this message, cut to a length that a thread can bear."""
    words = _said(message)
    return words if len(words) <= LONGEST else words[: LONGEST - 1] + "…"


def whole_text(message: Mapping[str, Any]) -> str:
    """Return what is filed of this message: all of it, or as much as Jira takes and that there is more."""
    words = _said(message)
    return words if len(words) <= LONGEST_WHOLE else words[: LONGEST_WHOLE - len(GOES_ON)] + GOES_ON


def _said(message: Mapping[str, Any]) -> str:
    text = str(message.get("text") or "").strip()
    if not text or message.get("bot_id"):
        # What a bot writes as text is often only the headline of its blocks.
        known = _letters(text)
        more = [line for line in _lines(message.get("blocks") or ()) if _letters(line) not in known]
        text = "\n".join(part for part in (text, *more) if part)
    attached = "\n".join(line for each in message.get("attachments") or () for line in _attachment(each))
    return "\n".join(part for part in (text, attached) if part)


def _letters(text: str) -> str:
    """Return a text without its markup, to be found again in another."""
    return re.sub(r"\W|_", "", text).casefold()


def _attachment(attachment: Mapping[str, Any]) -> Iterator[str]:
    found = [str(attachment[name]).strip() for name in _ATTACHMENT if attachment.get(name)]
    found += [f"{field.get('title', '')}: {field.get('value', '')}" for field in attachment.get("fields") or ()]
    found += _lines(attachment.get("blocks") or ())
    yield from found or [str(attachment.get("fallback") or "").strip()]


def _lines(blocks: Any) -> Iterator[str]:
    """Yield a line for each block that has words."""
    for block in blocks if isinstance(blocks, list | tuple) else ():
        line = "".join(_words(block)).strip()
        if line:
            yield line


def _words(node: Any) -> Iterator[str]:
    """Yield the texts inside a block, whatever its kind."""
    if isinstance(node, list):
        for each in node:
            yield from _words(each)
            if isinstance(each, Mapping) and each.get("type") in ENDS_LINE:
                yield "\n"
    elif isinstance(node, Mapping):
        yield _own_words(node)
        for name in ("text", "fields", "elements", "rows"):
            if isinstance(node.get(name), list | dict):
                yield from _words(node[name])


def _own_words(node: Mapping[str, Any]) -> str:
    """Return the text of a node of rich text, a link, a mention or an emoji."""
    text = node.get("text")
    if isinstance(text, str):
        return text
    if node.get("type") == "user":
        return f"<@{node.get('user_id', '')}>"
    return str(node.get("url", "")) if node.get("type") == "link" else ""
