"""Takes the fuse out of mentions in text that no person of the workspace wrote: readable, but nobody is called.

Only people who take part may be mentioned, and never a group of them.
"""

from __future__ import annotations

import re

from workers.person import SOMEBODY
from workers.views.fences import code_spans, scan
from workers.views.mentions import NOBODY, ZERO_WIDTH, Addressees

_OPENS_BLOCK = re.compile(r"[ \t]*(?:>|[-*+][ \t]|\d{1,9}[.)][ \t]|#{1,6}[ \t])")
_SPECIAL = re.compile(r"<!(?P<who>channel|here|everyone)(?:\|[^<>\n]*)?>", re.IGNORECASE)
_GROUP = re.compile(r"<!subteam\^(?P<id>\w+)(?:\|@?(?P<name>[^<>\n]*))?>", re.IGNORECASE)
_PERSON = re.compile(r"<@(?P<id>\w+)(?:\|(?P<name>[^<>\n]*))?>")
_BARE_ID = re.compile(r"(?<![\w@./<])@[UW](?=[A-Z]*[0-9])[A-Z0-9]{7,12}(?![\w@])")
_PLAIN = re.compile(r"(?<![\w@./])@(?P<who>channel|here|everyone)\b", re.IGNORECASE)


def defuse(text: str, people: Addressees = NOBODY) -> str:
    """Return the text with mentions of `people` made real and all others harmless; code is left as it is."""
    if "@" not in text and "<!" not in text:
        return text
    # How far a code span reaches depends on what opens a block: only what is code either way is spared.
    return _defuse(_defuse(text, people, by_line=True), people, by_line=False)


def _defuse(text: str, people: Addressees, *, by_line: bool) -> str:
    done: list[str] = []
    words: list[str] = []
    for line, before, after in scan(text):
        fence = before or after
        is_code = fence is not None and (before is None or fence.holds(line))
        if not is_code and line.strip():
            if by_line or _OPENS_BLOCK.match(line):
                # A code span does not reach into the next quote, item or heading.
                done.append(_defuse_paragraph("".join(words), people))
                words.clear()
            words.append(line)
            continue
        done.append(_defuse_paragraph("".join(words), people))
        words.clear()
        # The line that opens a fence carries its language, where a mention has no business either.
        done.append(_defuse_words(line, NOBODY) if before is None else line)
    return "".join([*done, _defuse_paragraph("".join(words), people)])


def _defuse_paragraph(paragraph: str, people: Addressees) -> str:
    parts, place = [], 0
    for start, end in code_spans(paragraph):
        parts += [_defuse_words(paragraph[place:start], people), paragraph[start:end]]
        place = end
    return "".join([*parts, _defuse_words(paragraph[place:], people)])


def _defuse_words(words: str, people: Addressees) -> str:
    words = people.mentioned(words)
    words = _SPECIAL.sub(lambda found: f"@{ZERO_WIDTH}{found['who']}", words)
    words = _GROUP.sub(lambda found: f"@{ZERO_WIDTH}{found['name']}" if found["name"] else "a group", words)
    words = _PERSON.sub(lambda found: _person(found, people), words)
    words = _BARE_ID.sub(f"@{ZERO_WIDTH}{SOMEBODY}", words)
    return _PLAIN.sub(lambda found: f"@{ZERO_WIDTH}{found['who']}", words)


def _person(found: re.Match[str], people: Addressees) -> str:
    if found["id"] in people:
        return f"<@{found['id']}>"
    return f"@{ZERO_WIDTH}{people.name_of(found['id']) or found['name'] or SOMEBODY}"
