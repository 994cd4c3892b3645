"""Takes the fuse out of mentions in text that no person of the workspace wrote: readable, but nobody is called."""

from __future__ import annotations

import re

from workers.views.fences import code_spans, scan

# Slack's clients draw nothing for it, and no mention survives it.
ZERO_WIDTH = "\u200b"

_OPENS_BLOCK = re.compile(r"[ \t]*(?:>|[-*+][ \t]|\d{1,9}[.)][ \t]|#{1,6}[ \t])")
_SPECIAL = re.compile(r"<!(?P<who>channel|here|everyone)(?:\|[^<>\n]*)?>", re.IGNORECASE)
_GROUP = re.compile(r"<!subteam\^(?P<id>\w+)(?:\|@?(?P<name>[^<>\n]*))?>", re.IGNORECASE)
_PERSON = re.compile(r"<@(?P<id>\w+)(?:\|(?P<name>[^<>\n]*))?>")
_PLAIN = re.compile(r"(?<![\w@./])@(?P<who>channel|here|everyone)\b", re.IGNORECASE)


def defuse(text: str) -> str:
    """Return the text with every mention that could notify someone made harmless; code is left as it is."""
    if "@" not in text and "<!" not in text:
        return text
    done: list[str] = []
    words: list[str] = []
    for line, before, after in scan(text):
        fence = before or after
        is_code = fence is not None and (before is None or fence.holds(line))
        if not is_code and line.strip():
            if _OPENS_BLOCK.match(line):
                # A code span does not reach into the next quote, item or heading.
                done.append(_defuse_paragraph("".join(words)))
                words.clear()
            words.append(line)
            continue
        done.append(_defuse_paragraph("".join(words)))
        words.clear()
        # The line that opens a fence carries its language, where a mention has no business either.
        done.append(_defuse_words(line) if before is None else line)
    return "".join([*done, _defuse_paragraph("".join(words))])


def _defuse_paragraph(paragraph: str) -> str:
    parts, place = [], 0
    for start, end in code_spans(paragraph):
        parts += [_defuse_words(paragraph[place:start]), paragraph[start:end]]
        place = end
    return "".join([*parts, _defuse_words(paragraph[place:])])


def _defuse_words(words: str) -> str:
    words = _SPECIAL.sub(lambda found: f"@{ZERO_WIDTH}{found['who']}", words)
    words = _GROUP.sub(_named, words)
    words = _PERSON.sub(_named, words)
    return _PLAIN.sub(lambda found: f"@{ZERO_WIDTH}{found['who']}", words)


def _named(found: re.Match[str]) -> str:
    return f"@{ZERO_WIDTH}{found['name'] or found['id']}"
