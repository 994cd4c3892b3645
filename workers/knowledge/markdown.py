"""Markdown and plain text as sections: cut at headings outside of code."""

from __future__ import annotations

import re
from collections.abc import Iterator

from workers.knowledge.values import Section, Text

_ATX = re.compile(r"^ {0,3}(#{1,6})[ \t]+(.*?)[ \t]*#*[ \t]*$")
_SETEXT = re.compile(r"^ {0,3}(=+|-{2,})[ \t]*$")
_FENCE = re.compile(r"^ {0,3}(`{3,}|~{3,})")
_FRONT_MATTER = re.compile(r"\A---\n(.*?)\n(?:---|\.\.\.)\n", re.DOTALL)
_TITLE = re.compile(r"^title:[ \t]*[\"']?(.+?)[\"']?[ \t]*$", re.MULTILINE)
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)


def read_markdown(text: str, name: str) -> Text:
    """Return a Markdown document; its title is that of its front matter, else its first heading, else its name."""
    front = _FRONT_MATTER.match(text)
    sections = tuple(_sections(_COMMENT.sub("", text[front.end() :] if front else text)))
    named = _TITLE.search(front[1]) if front else None
    first = next((section.path[0] for section in sections if section.path), "")
    return Text(named[1] if named else first or name, tuple(each for each in sections if each.text.strip()))


def read_plain(text: str, name: str) -> Text:
    """Return a document that is nothing but text."""
    return Text(name, (Section((), text),) if text.strip() else ())


def _sections(text: str) -> Iterator[Section]:
    path: list[tuple[int, str]] = []
    lines: list[str] = []
    for level, line in _marked_lines(text):
        if not level:
            lines.append(line)
            continue
        yield Section(tuple(words for _, words in path), "\n".join(lines))
        lines = []
        path = [*(each for each in path if each[0] < level), (level, plain_words(line))]
    yield Section(tuple(words for _, words in path), "\n".join(lines))


def _marked_lines(text: str) -> Iterator[tuple[int, str]]:
    """Yield each line with its level as a heading, 0 for all others."""
    fence, held = "", None
    for line in text.splitlines():
        mark = _FENCE.match(line)
        if mark:
            fence = "" if fence and line.strip().startswith(fence) else fence or mark[1]
        under = None if fence or mark or not (held or "").strip() else _SETEXT.match(line)
        atx = None if fence or mark else _ATX.match(line)
        if under and held is not None:
            yield (1 if under[1][0] == "=" else 2), held.strip()
            held = None
            continue
        if held is not None:
            yield 0, held
        held = None if atx else line
        if atx:
            yield len(atx[1]), atx[2]
    if held is not None:
        yield 0, held


def plain_words(line: str) -> str:
    """Return a heading without its marks."""
    line = re.sub(r"!?\[([^\]]*)\]\([^)]*\)", r"\1", line)
    return re.sub(r"[*`]+", "", line).strip()
