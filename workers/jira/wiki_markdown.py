"""Jira's wiki markup → Markdown, for reading: line by line, in linear time; what it does not know stays as text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

HEADING = re.compile(r"^h([1-6])\.\s*(.*)$")
ITEM = re.compile(r"^([*#-]+)\s+(.*)$")
FENCE = re.compile(r"\{(code|noformat)(?::([^}]*))?\}")
LANGUAGE = re.compile(r"(?:^|language=)([\w+#.-]+)$")
PANEL = re.compile(r"\{(?:panel|info|note|warning|tip)(?::([^{}\n]{0,300}))?\}")
TITLE = re.compile(r"(?:^|\|)title=([^|]*)")
QUOTE = re.compile(r"\{quote\}")
COLOR = re.compile(r"\{(?:color|anchor)(?::[^{}\n]{0,200})?\}")
LINK = re.compile(r"\[([^\[\]|\n]{1,2000})\|([^\]\s|]{1,2000})(?:\|[^\]\n]{0,200})?\]")
MARKUP = re.compile(r"[\[{*!\\-]")
BARE_LINK = re.compile(r"\[((?:https?|mailto):[^\]\s]{1,2000})\]")
PERSON = re.compile(r"\[~(?:accountid:)?([^\]\n]{1,200})\]")
IMAGE = re.compile(r"!([^!\s|][^!\n|]{0,200}\.\w{2,5})(?:\|[^!\n]{0,200})?!")
MONO = re.compile(r"\{\{([^{}\n]{1,2000})\}\}")
BOLD = re.compile(r"(?<![\w*\\])\*(?=\S)([^*\n]{1,2000}?)(?<=[^\s\\])\*(?![\w*])")
STRUCK = re.compile(r"(?<![\w\\-])-(?=[^\s-])([^\n-]{1,2000}?)(?<=[^\s\\])-(?![\w-])")
ESCAPED = re.compile(r"\\([\\{}\[\]|*_^~+!?#-])")


def markdown_of_wiki(text: str) -> str:
    """Return wiki markup as Markdown; no words are dropped, and code stands as it is."""
    return "\n".join(_lines(text.replace("\r\n", "\n"))).strip()


def _lines(text: str) -> Iterator[str]:
    end, quote = 0, _Quote()
    while match := FENCE.search(text, end):
        closing = text.find(f"{{{match[1]}}}", match.end())
        if closing < 0:
            break  # Never closed: plain text.
        yield from _plain(text[end : match.start()], quote)
        yield from _code(match[2] or "", text[match.end() : closing])
        end = closing + len(match[1]) + 2
    yield from _plain(text[end:], quote)


@dataclass
class _Quote:
    """Whether a {quote} is open."""

    is_open: bool = False


def _code(options: str, code: str) -> Iterator[str]:
    language = LANGUAGE.search(options.partition("|")[0])
    fence = "`" * max(3, _longest_run(code) + 1)
    yield f"{fence}{language[1] if language else ''}"
    yield code.strip("\n")
    yield fence


def _longest_run(code: str) -> int:
    return max((len(run) for run in re.findall(r"`+", code)), default=0)


def _plain(text: str, quote: _Quote) -> Iterator[str]:
    """Yield the lines outside of code."""
    for line in text.split("\n"):
        first, *rest = QUOTE.split(line)
        if first.strip() or not rest:
            yield ("> " if quote.is_open else "") + _line(first)
        for part in rest:
            quote.is_open = not quote.is_open
            yield ("> " if quote.is_open else "") + _line(part) if part.strip() else ""


def _line(line: str) -> str:
    if heading := HEADING.match(line):
        return f"{'#' * int(heading[1])} {_inline(heading[2])}"
    if line.startswith("bq. "):
        return f"> {_inline(line[4:])}"
    if line.strip() == "----":
        return "---"
    if item := ITEM.match(line):
        return _item(item[1], item[2])
    if line.startswith("|"):
        return _row(line)
    return _inline(line)


def _item(signs: str, text: str) -> str:
    bullet = "1." if signs[-1] == "#" else "-"
    return f"{'  ' * (len(signs) - 1)}{bullet} {_inline(text)}"


def _row(line: str) -> str:
    """Return a table row; a header row gets the rule that Markdown wants below it."""
    if line.startswith("||"):
        cells = [cell.strip() for cell in line.strip().strip("|").split("||")]
        return f"| {' | '.join(_inline(cell) for cell in cells)} |\n|{' --- |' * len(cells)}"
    cells = [cell.strip() for cell in line.strip().strip("|").split("|")] if "[" not in line else [line.strip("| ")]
    return f"| {' | '.join(_inline(cell) for cell in cells)} |"


def _inline(text: str) -> str:
    if not MARKUP.search(text):
        return text
    text = COLOR.sub("", PANEL.sub(_panel_title, text))
    text = MONO.sub(lambda match: f"`{match[1]}`", text)
    text = PERSON.sub(r"@\1", LINK.sub(r"[\1](\2)", BARE_LINK.sub(r"<\1>", text)))
    text = IMAGE.sub(r"[attachment: \1]", text)
    text = STRUCK.sub(r"~~\1~~", BOLD.sub(r"**\1**", text))
    return ESCAPED.sub(r"\1", text.replace(r" \\ ", " ").replace("\\\\", " "))


def _panel_title(match: re.Match[str]) -> str:
    title = TITLE.search(match[1] or "")
    return f"**{title[1]}**" if title and title[1] else ""
