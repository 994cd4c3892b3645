"""Who said what: takes the text of a user message apart into utterances, whatever way the names are written."""

from __future__ import annotations

import re
from dataclasses import dataclass

_SPEECH_TAGS = "message|msg|question|ask|utterance|post"
_SPEECH = re.compile(rf"<({_SPEECH_TAGS})(\s[^>]*)?>(.*?)</\1>", re.DOTALL | re.IGNORECASE)
_ELEMENT = re.compile(r"<([a-z][\w-]*)(?:\s[^>]*)?>.*?</\1>", re.DOTALL | re.IGNORECASE)
_TAG = re.compile(r"</?[a-z][\w-]*(?:\s[^>]*)?/?>", re.IGNORECASE)
_NO_TEXT = re.compile(r"^\s*\(no text\)")
_NAME_ATTRIBUTE = re.compile(r"(?:from|user|name|author|speaker|sender|by)\s*=\s*[\"']([^\"']*)[\"']", re.IGNORECASE)
_SPEAKER_LINE = re.compile(
    r"^(?:[-*] )?(?:\[[^\]\n]{1,40}\]\s*)?\*{0,2}@?"
    r"(?P<name>[A-ZÀ-Þ][\w.'\u2019-]*(?: [A-ZÀ-Þ][\w.'\u2019-]*){0,3})"
    r"\*{0,2}\s?(?:[\[(][^)\]\n]{1,60}[\])])?\s?(?:wrote|said|asks|says)?:\*{0,2}\s+(?P<words>.*)$"
)
_NO_SPEAKER = re.compile(
    r"(?:errors?|warning|steps?|note|expected|actual|severity|priority|component|team|summary|description|environment"
    r"|version|file|message|failed|exception|since|affected|url|attachments?|fyi|traceback|caused|https?|question|re"
    r"|title|details|impact|browser)\b",
    re.IGNORECASE,
)
_FACT_LINE = re.compile(
    r"^\W*(?:today|date|now|channel|place|asker|asked by"
    r"|default[ _]project|(?:open )?projects|workspace|write[ _]policy)"
    r"\s*(?:\([^)]*\))?\s*(?::|\bis\b)",
    re.IGNORECASE,
)
_HEADING_LINE = re.compile(
    r"^\W*(?:what (?:people|others|was)|earlier|above|thread|messages?|conversation|question|new message|context)"
    r"[^\n]*:\W*$",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Utterance:
    """What one person said; the speaker is None when no name stands with it."""

    speaker: str | None
    words: str


def utterances(written: str) -> list[Utterance]:
    """Return what people said in a user message, in order; facts that the bot adds are left out."""
    tagged = list(_SPEECH.finditer(written))
    if not tagged:
        return _by_lines(_ELEMENT.sub("", written))
    said = [Utterance(_speaker(match[2] or ""), _NO_TEXT.sub("", match[3]).strip()) for match in tagged]
    rest = _TAG.sub("", _ELEMENT.sub("", written[tagged[-1].end() :]))
    # An empty message stays: it may be the question.
    return [*said, *_by_lines(rest)]


def _speaker(attributes: str) -> str | None:
    found = _NAME_ATTRIBUTE.search(attributes)
    return found[1] if found else None


def _by_lines(written: str) -> list[Utterance]:
    said: list[tuple[str | None, list[str]]] = []
    for line in written.splitlines():
        if _FACT_LINE.match(line) or _HEADING_LINE.match(line):
            continue
        match = _SPEAKER_LINE.match(line.strip())
        if match and not _NO_SPEAKER.match(match["name"]):
            said.append((match["name"], [match["words"]]))
        elif said:
            said[-1][1].append(line)
        else:
            said.append((None, [line]))
    joined = [Utterance(speaker, "\n".join(lines).strip()) for speaker, lines in said]
    return [part for part in joined if part.words]
