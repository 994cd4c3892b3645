"""Pure: a document's text becomes passages, cut at headings, then paragraphs, then sentences."""

from __future__ import annotations

import re
from collections.abc import Iterator

from workers.knowledge.values import Passage, Section, Text

USUAL, LONGEST = 1_200, 1_600
"""Characters of a passage: as much as answers one question."""
MOST_PASSAGES = 400
"""Of one document: what is longer is no page that people look things up in."""
BETWEEN = " \N{SINGLE RIGHT-POINTING ANGLE QUOTATION MARK} "
SENTENCE_END = re.compile(r"(?<=[.!?…。])[\"')\]]*\s+")


def passages_of(text: Text) -> tuple[Passage, ...]:
    """Return the passages of a document in its order."""
    found = (
        Passage(heading=heading_of(text, section), text=part) for section in text.sections for part in _parts(section)
    )
    return tuple(passage for passage, _ in zip(found, range(MOST_PASSAGES), strict=False))


def heading_of(text: Text, section: Section) -> str:
    """Return the headings above a section, without the one that repeats the document's title."""
    path = section.path[1:] if section.path[:1] == (text.title,) else section.path
    return BETWEEN.join(path)


def _parts(section: Section) -> Iterator[str]:
    """Yield the text of a section in parts of about the usual size."""
    part = ""
    for piece in _pieces(section.text):
        if part and len(part) + len(piece) + 2 > USUAL:
            yield part
            part = ""
        part = f"{part}\n\n{piece}" if part else piece
    if part.strip():
        yield part


def _pieces(text: str) -> Iterator[str]:
    """Yield paragraphs; of one that is too long, its sentences joined as they fit."""
    for paragraph in re.split(r"\n\s*\n", text):
        words = paragraph.strip("\n").rstrip()
        if len(words) <= LONGEST:
            if words.strip():
                yield words
            continue
        yield from _joined(_short(each) for each in SENTENCE_END.split(words))


def _joined(sentences: Iterator[Iterator[str]]) -> Iterator[str]:
    part = ""
    for sentence in (each for group in sentences for each in group):
        if part and len(part) + len(sentence) + 1 > USUAL:
            yield part
            part = ""
        part = f"{part} {sentence}" if part else sentence
    if part:
        yield part


def _short(sentence: str) -> Iterator[str]:
    """Yield a sentence, or pieces of one that never ends."""
    for start in range(0, len(sentence), LONGEST):
        yield sentence[start : start + LONGEST]
