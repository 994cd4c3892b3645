"""Text of the model as Slack's Markdown: valid while it grows, harmless, and as plain text where Slack wants that."""

from __future__ import annotations

import re

from workers.views.defuse import defuse
from workers.views.fences import Fence, lines, opened_by, scan, unclosed_span
from workers.views.inline import unfinished
from workers.views.limits import FALLBACK_TEXT, cut_escaped
from workers.views.mentions import NOBODY, Addressees
from workers.views.splitter import Piece, split
from workers.views.tables import fitting, is_row

__all__ = ["Piece", "cut_off", "defuse", "harmless", "plain_text", "presentable", "split", "streamable"]

HOLD_BACK = 300
"""Something unfinished that is longer than this is no half word any more, and is shown."""

_ONLY_BEGUN = re.compile(
    r"(?:^[ \t>]*(?:[-*+]|\d{1,3}[.)]|\#{1,6})?(?:[ \t]+\[[ x]?\]?)?"  # A list's item, a heading or a quote.
    r"|!?\[[^\[\]\n]*(?:\]\([^()\s]*)?"
    r"|(?<!\S)(?:\*\*?|~~|`|_))\Z",
    re.MULTILINE,
)
_MAY_CALL = re.compile(r"(?:[@<]\S*|<[@!]\w[^<>\n]*)\Z")


def harmless(text: str, people: Addressees = NOBODY, *, is_final: bool = True) -> str:
    """Return the model's text as it may stand in Slack: it calls only `people`, and its tables are none too large.

    Of a growing text a name at its end waits until it is certain whose it is.
    """
    return defuse(fitting(text if is_final else people.settled(text)), people)


def presentable(text: str, *, is_final: bool = False) -> str:
    """Return the part of a growing text that is valid Markdown by itself, with an open code fence closed.

    Of a final text nothing is held back.
    """
    before, fence, opening = _fence_at_end(text)
    if fence is None:
        return text.rstrip() if is_final else _settled(_held_back(text).rstrip())
    if not is_final:
        text = _without_half_line(text, fence)
        if not text[len(before) + len(opening) :].strip():
            # An empty code block says nothing: it is shown with its first line.
            return presentable(before)
    # White space of a rare kind keeps a line from closing the fence, until it is dropped.
    shown = text.rstrip()
    return shown if _fence_at_end(shown)[1] is None else f"{shown}\n{fence.closing}"


def cut_off(text: str) -> str:
    """Return a text that may end anywhere as it is shown for good: without a bullet, mark or link that only began."""
    if _fence_at_end(text)[1] is not None:
        return presentable(text, is_final=True)
    whole = text.rstrip()
    while (left := _ONLY_BEGUN.sub("", whole).rstrip()) != whole:
        whole = left
    return whole


def streamable(text: str) -> str:
    """Return the part of a growing, harmless text that may be sent for good: what follows must not change its meaning.

    A native stream draws half emphasis, links and tables by itself. Only what may yet become a mention, or code around
    one, waits; a row of a table, which may be too wide; and white space, which nobody misses at the end.
    """
    shown = text.rstrip()
    fence = _fence_at_end(text)[1]
    if fence is not None and fence.holds(text.rpartition("\n")[2]):
        return shown
    if not text.endswith("\n"):
        shown = _without_half_row(shown)
    start = _paragraph_start(shown)
    span = unclosed_span(shown[start:])
    if span >= 0 and (inside := re.search("[@<]", shown[start + span :])):
        place = start + span + inside.start()
        shown = shown if len(shown) - place > HOLD_BACK else shown[:place].rstrip()
    tail = _MAY_CALL.search(shown[-HOLD_BACK:])
    return shown[: len(shown) - len(tail[0])].rstrip() if tail else shown


def _settled(shown: str) -> str:
    """Drop a fence that opens only because what followed it on its line was held back."""
    before, fence, _ = _fence_at_end(shown)
    return shown if fence is None else presentable(before)


def _fence_at_end(text: str) -> tuple[str, Fence | None, str]:
    """Return the text before the open fence, the fence, and the line that opened it."""
    place, before, opening, fence = 0, "", "", None
    for line, was, fence in scan(text):
        if was is None and fence is not None:
            before, opening = text[:place], line
        place += len(line)
    return before, fence, opening


def _without_half_line(text: str, fence: Fence) -> str:
    """Drop a last line that may yet become the end of the fence."""
    head, newline, last = text.rpartition("\n")
    return head + newline if last and fence.may_be_closed_by(last) else text


def _held_back(text: str) -> str:
    """Drop what is unfinished at the end: a fence's first line, a table row, a link, an emphasis, a code span."""
    head, newline, last = text.rpartition("\n")
    if last and (opened_by(last) or not last.strip(" \t>`~")):
        text = head + newline
    text = _without_half_table(text)
    start = _paragraph_start(text)
    place = unfinished(text[start:])
    return text if place < 0 or len(text) - start - place > HOLD_BACK else text[: start + place]


def _without_half_table(text: str) -> str:
    whole = lines(text)
    first = len(whole)
    while first and whole[first - 1].lstrip().startswith("|"):
        first -= 1
    rows = whole[first:]
    if rows and not rows[-1].endswith("\n"):
        rows.pop()
    # A head without the line below it is not yet a table.
    return "".join([*whole[:first], *(rows if len(rows) > 1 else [])])


def _without_half_row(text: str) -> str:
    """Drop a last line that may become a row of more cells than a table may have."""
    before, _, last = text.rpartition("\n")
    return before.rstrip() if is_row(last) else text


def _paragraph_start(text: str) -> int:
    """Return where the last paragraph begins: emphasis, links and code spans don't reach beyond it."""
    start = text.rfind("\n\n") + 2 if "\n\n" in text else 0
    place = 0
    for line, before, after in scan(text[start:]):
        place += len(line)
        if before is not None and after is None:
            start, place = start + place, 0
    return start


def plain_text(text: str, limit: int = FALLBACK_TEXT, people: Addressees = NOBODY) -> str:
    """Return the text for notifications and clients without blocks: no Markdown, escaped, within the limit."""
    words = re.sub(r"^[ \t>]*(`{3,}|~{3,}).*$\n?", "", text, flags=re.MULTILINE)
    words = re.sub(r"!?\[([^\[\]\n]*)\]\(([^()\s]*)\)", r"\1 (\2)", words)
    words = re.sub(r"^#{1,6}[ \t]+", "", words, flags=re.MULTILINE)
    return cut_escaped(defuse(people.named(words.replace("**", ""))).strip(), limit)
