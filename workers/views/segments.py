"""Where a reply is cut into messages: at places that are given, and for the rest where it fits best."""

from __future__ import annotations

from collections.abc import Sequence

from workers.views.fences import CLOSE_ROOM, open_fence
from workers.views.limits import SEGMENT_TEXT
from workers.views.splitter import Piece, borders, closing, span_over, split, table_head
from workers.views.tables import is_row

MOST_WORDS = 40
"""So many words back from the end a border is looked for."""
_ENDS_SENTENCE = (".", "!", "?", ":", ";", ")", ",")


def pieces_of(text: str, cuts: Sequence[int], limit: int = SEGMENT_TEXT) -> tuple[Piece, ...]:
    """Return the parts of a text that was cut at these places before; what is behind them is split as it fits."""
    pieces: list[Piece] = []
    opens, start = "", 0
    for end in cuts:
        raw = text[start:end]
        fence = open_fence(opens + raw)
        pieces.append(Piece(raw, opens, closing(raw, fence)))
        opens = fence.reopening if fence else table_head(opens + raw, text[end:], limit)
        start = end
    return (*pieces, *split(text[start:], limit, opens))


def cut_behind(text: str, opens: str, at_least: int, limit: int = SEGMENT_TEXT) -> int | None:
    """Return the best place to end a message of which the first `at_least` characters cannot be taken back.

    None if there is no good place yet: never inside a link, a line of code or the row of a table.
    """
    window = text[: limit - CLOSE_ROOM - len(opens)]
    for places in borders(window, opens):
        good = [place for place in places if place >= at_least and span_over(opens, window, place) < 0]
        if good:
            return good[-1]
    return next((place for place in _word_ends(text, window, at_least) if _is_good(window, opens, place)), None)


def _word_ends(text: str, window: str, at_least: int) -> list[int]:
    """Return where words end, the last first; the end of the whole text counts if a sentence seems to end there."""
    ends = [len(window)] if window == text and text.endswith(_ENDS_SENTENCE) else []
    place = len(window)
    while len(ends) < MOST_WORDS:
        place = max(window.rfind(" ", 0, place), window.rfind("\n", 0, place))
        if place + 1 < at_least or place < 0:
            break
        ends.append(place + 1)
    return [end for end in ends if end >= at_least]


def _is_good(window: str, opens: str, place: int) -> bool:
    """Return whether a cut between two words leaves two good halves."""
    line = window[window.rfind("\n", 0, place) + 1 : place]
    return open_fence(opens + window[:place]) is None and not is_row(line) and span_over(opens, window, place) < 0
