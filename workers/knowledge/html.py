"""HTML, and Confluence's storage format, as sections: what is drawn for readers, in lines, cut at headings."""

from __future__ import annotations

import html
import re
from html.parser import HTMLParser

from workers.knowledge.values import Section, Text

# What a reader does not see, or sees on every page.
_SILENT = frozenset(
    {
        "script",
        "style",
        "template",
        "noscript",
        "nav",
        "footer",
        "aside",
        "svg",
        "iframe",
        "button",
        "form",
        "ac:parameter",
    }
)
_BLOCKS = frozenset(
    {
        "p", "div", "section", "article", "main", "header", "ul", "ol", "table", "tr", "blockquote", "pre", "dl", "dt",
        "dd", "figure", "figcaption", "hr", "br", "ac:structured-macro", "ac:task",
    }
)  # fmt: skip
_PARAGRAPHS = frozenset({"p", "ul", "ol", "table", "pre", "blockquote", "section", "article", "dl"})
_CDATA = re.compile(r"<!\[CDATA\[(.*?)\]\]>", re.DOTALL)


def read_html(text: str, name: str) -> Text:
    """Return an HTML document; its title is `<title>`, else its first heading, else its name."""
    reader = _Reader()
    # Newer parsers read such a section as a comment.
    reader.feed(_CDATA.sub(lambda match: html.escape(match[1]), text))
    reader.close()
    return reader.result(name)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._title, self._heading = "", ""
        self._in_title, self._level, self._silent, self._pre = False, 0, 0, 0
        self._path: list[tuple[int, str]] = []
        self._words: list[str] = []
        self._sections: list[Section] = []

    def parse_marked_section(self, i: int, report: bool = True) -> int:  # noqa: ARG002  the parser's
        """Read `<![…]>` as the comment that it is to browsers: older parsers give up on one that they don't know."""
        return self.parse_bogus_comment(i)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002
        if tag in _SILENT:
            self._silent += 1
        elif tag == "title":
            self._in_title = True
        elif _is_heading(tag):
            self._end_section()
            self._level, self._heading = int(tag[1]), ""
        else:
            self._break(tag)
            self._pre += tag == "pre"

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        # `<br/>` and macros without a body: nothing is left open.
        if tag not in _SILENT:
            self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        if tag in _SILENT:
            self._silent = max(0, self._silent - 1)
        elif tag == "title":
            self._in_title = False
        elif _is_heading(tag) and self._level:
            self._path = [
                *(each for each in self._path if each[0] < self._level),
                (self._level, _one_line(self._heading)),
            ]
            self._level = 0
        else:
            self._break(tag)
            self._pre = max(0, self._pre - (tag == "pre"))

    def handle_data(self, data: str) -> None:
        if self._in_title:
            self._title += data
        elif self._silent:
            return
        elif self._level:
            self._heading += data
        else:
            self._words.append(data if self._pre else re.sub(r"\s+", " ", data))

    def result(self, name: str) -> Text:
        self._end_section()
        sections = tuple(section for section in self._sections if section.text)
        first = next((section.path[0] for section in self._sections if section.path), "")
        return Text(_one_line(self._title) or first or name, sections)

    def _break(self, tag: str) -> None:
        if self._silent:
            return
        if tag == "li":
            self._words.append("\n- ")
        elif tag in ("td", "th"):
            self._words.append(" | ")
        elif tag in _BLOCKS:
            self._words.append("\n\n" if tag in _PARAGRAPHS else "\n")

    def _end_section(self) -> None:
        lines = [line.strip(" ") for line in "".join(self._words).split("\n")]
        # An end tag leaves an empty item behind.
        text = re.sub(r"\n{3,}", "\n\n", "\n".join(line for line in lines if line != "-")).strip()
        self._sections.append(Section(tuple(words for _, words in self._path), text))
        self._words = []


def _is_heading(tag: str) -> bool:
    return len(tag) == 2 and tag[0] == "h" and tag[1] in "123456"


def _one_line(text: str) -> str:
    return " ".join(text.split())
