"""Jira's wiki markup → Markdown, for reading: line by line, in linear time; what it does not know stays as text."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass
from html.entities import html5

from workers.jira.code_spans import code_span, longest_run

HEADING = re.compile(r"^h([1-6])\.\s*(.*)$")
BOXES = {"☐ ": "[ ] ", "☑ ": "[x] "}
"""Tasks, as this program writes them."""
ITEM = re.compile(r"^([*#-]+)\s+(.*)$")
NO_MONO = r"(?!(?<=\{)\{[^{}\n]{1,300}\}\})"
"""Not within double braces: `{{code}}` is the word, as code."""
FENCE = re.compile(NO_MONO + r"(?<!(?<!\\)\\)\{(code|noformat)(?::([^{}\n]{0,300}))?\}")
LANGUAGE = re.compile(r"(?:^|language=)([\w+#.-]+)$")
BOX = re.compile(NO_MONO + r"\{(quote|panel|info|note|warning|tip)(?::([^{}\n]{0,300}))?\}")
"""What stands apart from the text around it; the same sign opens and closes it."""
TITLE = re.compile(r"(?:^|\|)title=([^|]*)")
COLOR = re.compile(NO_MONO + r"\{(?:color|anchor)(?::[^{}\n]{0,200})?\}")
LINK = re.compile(r"\[([^\[\]|\n]{1,2000})\|([^\[\]\s|]{1,2000})(?:\|[^\[\]\n]{0,200})?\]")
MARKUP = re.compile(r"[\[{*!-]")
BARE_LINK = re.compile(r"\[((?:https?|mailto):[^\]\s]{1,2000})\]")
PERSON = re.compile(r"\[~(?:accountid:)?([^\[\]\n]{1,200})\]")
IMAGE = re.compile(r"!([^!\s|][^!\n|]{0,200}\.\w{2,5})(?:\|[^!\n]{0,200})?!")
MONO = re.compile(r"\{\{([^{}\n]{1,2000})\}\}")
BOLD = re.compile(r"(?<![\w*])\*(?=\S)([^*\n]{1,2000}?)(?<=\S)\*(?![\w*])")
STRUCK = re.compile(r"(?<![\w-])-(?=[^\s-])([^\n-]{1,2000}?)(?<=\S)-(?![\w-])")
BRACED = re.compile(r"\{([*_-])\}([^{}\n]{1,2000})\{\1\}")
BRACES = {"*": "**", "_": "_", "-": "~~"}
CELL_END = re.compile(r"\|\|?")
TAKEN_FIRST = re.compile(
    r"(?P<line_break>\\\\)"
    r"|\\(?P<sign>[{}\[\]|*_^~+!?#-])"
    r"|\\(?P<smiley>\((?=(?i:[ynix/]|\\?[!+?-]|\\?\*[rgby]?|on|off|flag|flagoff)\))|[:;](?=(?:\\?-)?\\?[)(PDpd]))"
    r"|(?<!\S)\\(?P<line_start>h(?=[1-6]\.)|b(?=q\.))"
    r"|&(?:#\d{1,7}|#[xX][\da-fA-F]{1,6}|[A-Za-z]{2,31}\d{0,2});"
)
"""What stands for a sign that is no markup: it is put away before markup is looked for."""
SIGNS = r"\{}[]|*_^~+!?#-(:;hb"
PUT_AWAY = {sign: chr(0xFDD0 + place) for place, sign in enumerate(SIGNS)}
"""Characters that Unicode keeps free for a program's own use: no text holds them."""
LINE_BREAK = chr(0xFDD0 + len(SIGNS))
NO_CHARACTERS = re.compile("[\ufdd0-\ufdef]")
BROUGHT_BACK = str.maketrans({put: sign for sign, put in PUT_AWAY.items()})
LINE_BREAKS = re.compile(f" ?{LINE_BREAK} ?")


def markdown_of_wiki(text: str) -> str:
    """Return wiki markup as Markdown; no words are dropped, and code stands as it is."""
    return "\n".join(_lines(NO_CHARACTERS.sub("\N{REPLACEMENT CHARACTER}", text.replace("\r\n", "\n")))).strip()


def _lines(text: str) -> Iterator[str]:
    start = end = 0
    box, never_closed = _Box(), set[str]()
    while match := FENCE.search(text, end):
        name, end = match[1], match.end()
        closing = -1 if name in never_closed else text.find(f"{{{name}}}", end)
        if closing < 0:
            # It stays as text, and so do others of its name behind it; code of the other name is code.
            never_closed.add(name)
            continue
        yield from _plain(text[start : match.start()].removesuffix("\n"), box)
        yield from _code(match[2] or "", text[end:closing])
        start = closing + len(name) + 2
        start += text.startswith("\n", start)
        end = start
    yield from _plain(text[start:], box)


def _put_away(match: re.Match[str]) -> str:
    if match["line_break"]:
        return LINE_BREAK
    if sign := match["sign"] or match["smiley"] or match["line_start"]:
        return PUT_AWAY[sign]
    shown = html.unescape(match[0]) if match[0][1] == "#" else html5.get(match[0][1:], "")
    return PUT_AWAY.get(shown, shown if shown.isprintable() else " ") or match[0]


def _brought_back(text: str) -> str:
    return LINE_BREAKS.sub(" ", text).translate(BROUGHT_BACK)


@dataclass
class _Box:
    """Which quote or panel is open."""

    name: str = ""

    def turn(self, name: str, options: str) -> str:
        """Open or close it; return the title of one that opens."""
        self.name = "" if name == self.name else name
        title = TITLE.search(options) if self.name else None
        return f"**{_brought_back(title[1]).strip()}**" if title and title[1].strip() else ""


def _code(options: str, code: str) -> Iterator[str]:
    language = LANGUAGE.search(options.partition("|")[0])
    fence = "`" * max(3, longest_run(code) + 1)
    yield f"{fence}{language[1] if language else ''}"
    yield code.strip("\n")
    yield fence


def _plain(text: str, box: _Box) -> Iterator[str]:
    """Yield the lines outside of code."""
    for line in TAKEN_FIRST.sub(_put_away, text).split("\n"):
        # Words, then for each sign of a box: its name, its options, the words behind it.
        first, *rest = BOX.split(line)
        if first.strip() or not rest:
            yield ("> " if box.name else "") + _line(first)
        for place in range(0, len(rest), 3):
            title = box.turn(rest[place], rest[place + 1] or "")
            if title:
                yield f"> {title}"
            yield ("> " if box.name else "") + _line(rest[place + 2]) if rest[place + 2].strip() else ""


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
    box = BOXES.get(text[:2], "")
    return f"{'  ' * (len(signs) - 1)}{bullet} {box}{_inline(text[2:] if box else text)}"


def _row(line: str) -> str:
    """Return a table row; a header row gets the rule that Markdown wants below it."""
    # Links first: the sign between the words of a link and its address ends no cell.
    row = LINK.sub(r"[\1](\2)", line.strip())
    cells = [cell.strip() for cell in CELL_END.split(row)]
    shown = [_inline(cell).replace("|", "\\|") for cell in cells[1 : None if cells[-1] else -1]]
    rule = f"\n|{' --- |' * len(shown)}" if line.startswith("||") else ""
    return f"| {' | '.join(shown)} |{rule}"


def _inline(text: str) -> str:
    if not MARKUP.search(text):
        return _brought_back(text)
    text = COLOR.sub("", text)
    text = BRACED.sub(lambda match: f"{BRACES[match[1]]}{match[2]}{BRACES[match[1]]}", text)
    text = MONO.sub(lambda match: code_span(match[1]), text)
    text = PERSON.sub(r"@\1", LINK.sub(r"[\1](\2)", BARE_LINK.sub(r"<\1>", text)))
    text = IMAGE.sub(r"[attachment: \1]", text)
    return _brought_back(STRUCK.sub(r"~~\1~~", BOLD.sub(r"**\1**", text)))
