"""Citations as people read them: a number behind the words, and a list of the sources at the end.

Numbers go by the order in which sources are cited first in a turn, so that a worker that takes a turn over from its
journal gives the same numbers again.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from workers.rounds import Round

HEADING = "**Sources**"
LONGEST_TITLE = 120
_MARKS = str.maketrans({"[": "(", "]": ")", "`": "'", "*": "", "_": " ", "<": " ", ">": " ", "|": "/", "\\": " "})


class Citations:
    """The sources of one turn, numbered."""

    def __init__(self, sources: Mapping[str, str] | None = None) -> None:
        self._titles = dict(sources or {})
        self._spoken: Citations | None = None

    def of_round(self) -> SpokenRound:
        """Return what hears a round; it numbers on without changing this one, since a round may yet be cut."""
        self._spoken = Citations(self._titles)
        return SpokenRound(self._spoken)

    def text_of(self, finished: Round) -> str:
        """Return what a finished round said, with the numbers of what it cites."""
        said, self._spoken = SpokenRound(self), None
        for block in finished.blocks:
            if block["type"] == "text":
                said.add(str(block["text"]))
                said.cite(block.get("citations") or ())
        return said.words

    def marks(self, words: str, citations: Iterable[Any]) -> str:
        """Return the numbers that stand behind these words, each once; empty if nothing is cited."""
        numbers = dict.fromkeys(filter(None, map(self._number, citations)))
        if not numbers:
            return ""
        signs = " ".join(f"[{number}]" for number in numbers)
        last = words.rpartition("\n")[2].lstrip()
        # Behind the end of code or of a table's row they would be part of it.
        return f"\n\n{signs}" if last.startswith(("```", "~~~", "|")) else f" {signs}"

    def listed(self) -> str:
        """Return the list of all sources, empty if nothing was cited."""
        if not self._titles:
            return ""
        return "\n".join([HEADING, *(row for _, row in _rows(self._titles))])

    def listed_for(self, shown: str) -> str:
        """Return the list of those sources whose numbers stand in the text of an answer that was cut."""
        if self._spoken:
            return self._spoken.listed_for(shown)
        rows = [row for number, row in _rows(self._titles) if f"[{number}]" in shown]
        return "\n".join([HEADING, *rows]) if rows else ""

    def _number(self, citation: Any) -> int | None:
        given = citation if isinstance(citation, Mapping) else vars(citation)
        if given.get("type") != "search_result_location" or not given.get("source"):
            return None
        self._titles.setdefault(str(given["source"]), str(given.get("title") or ""))
        return list(self._titles).index(str(given["source"])) + 1


class SpokenRound:
    """The words of a round as they come; white space waits for what follows it, since numbers stand before it."""

    def __init__(self, citations: Citations) -> None:
        self._citations = citations
        self.words, self._space = "", ""

    def add(self, piece: str) -> str:
        """Take more text and return what can be shown now."""
        whole = self._space + piece
        ready = whole.rstrip()
        self._space = whole[len(ready) :]
        self.words += ready
        return ready

    def cite(self, citations: Iterable[Any]) -> str:
        """Take what the text before cites and return the numbers to show."""
        signs = self._citations.marks(self.words, citations)
        self.words += signs
        return signs


def _rows(titles: Mapping[str, str]) -> list[tuple[int, str]]:
    return [(number, f"{number}. {_link(title, source)}") for number, (source, title) in enumerate(titles.items(), 1)]


def _link(title: str, source: str) -> str:
    name = " ".join(title.translate(_MARKS).split())[:LONGEST_TITLE] or "Source"
    if re.match(r"https?://[^\s/]", source):
        return f"[{name}]({source.replace(' ', '%20').replace('(', '%28').replace(')', '%29')})"
    return f"{name} (`{source.replace('`', '')}`)"
