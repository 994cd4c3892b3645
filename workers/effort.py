"""How hard the model thinks: little for greetings and look-ups, more for everything else; it may rise, and never falls.

A change of effort costs a conversation its cached prefix. So a conversation that began easily is raised once, when a
question needs it and what must be read anew is short or is in no cache any more, and keeps its effort from then on.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal

from workers.records import TurnRequest
from workers.replay import characters
from workers.rounds import HistoryEntry

Effort = Literal["low", "medium"]
USUAL: Effort = "medium"
SHORT = 120
CHEAP_TO_READ = 40_000
"""Characters: to read so much anew costs some cents at most."""
CACHED_SECONDS = 3_600

_KEY = re.compile(r"\b[A-Z][A-Z0-9_]{1,9}-\d+\b")
_GREETING = re.compile(
    r"\W*(?:hi|hello|hey|hallo|moin|bonjour|salut|hola|ciao|good (?:morning|afternoon|evening)|thanks?|thank you|danke"
    r"|merci|gracias|help|what can you do|who are you)\b(?:\W*\w+){0,3}\W*",
    re.IGNORECASE,
)


def effort_of(request: TurnRequest, earlier: Sequence[HistoryEntry]) -> str:
    """Return the effort of a turn: what the first question needs, or what the conversation has, raised if need be."""
    if not earlier:
        return USUAL if not request.opens_thread else _need(request)
    had = earlier[-1].effort or USUAL
    return USUAL if had != USUAL and _need(request) == USUAL and _is_cheap(request, earlier) else had


def _need(request: TurnRequest) -> Effort:
    if request.files or len(request.text) > SHORT:
        return USUAL
    return "low" if _KEY.search(request.text) or _GREETING.fullmatch(request.text) else USUAL


def _is_cheap(request: TurnRequest, earlier: Sequence[HistoryEntry]) -> bool:
    """Return whether it costs little to read the conversation anew, or must be done anyway."""
    is_forgotten = float(request.ts) - float(earlier[-1].message_ts) > CACHED_SECONDS
    return is_forgotten or sum(characters(message) for each in earlier for message in each.messages) <= CHEAP_TO_READ
