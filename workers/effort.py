"""How hard the model thinks: little for greetings and look-ups, more for everything else; one conversation, one effort.

A change of effort may cost a conversation its cached prefix or, with some ways of thinking, be refused: so it is
chosen when a conversation begins, and kept with its history.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal

from workers.records import TurnRequest
from workers.rounds import HistoryEntry

Effort = Literal["low", "medium"]
USUAL: Effort = "medium"
SHORT = 120

_KEY = re.compile(r"\b[A-Z][A-Z0-9_]{1,9}-\d+\b")
_GREETING = re.compile(
    r"\W*(?:hi|hello|hey|hallo|moin|bonjour|salut|hola|ciao|good (?:morning|afternoon|evening)|thanks?|thank you|danke"
    r"|merci|gracias|help|what can you do|who are you)\b(?:\W*\w+){0,3}\W*",
    re.IGNORECASE,
)


def effort_of(request: TurnRequest, earlier: Sequence[HistoryEntry]) -> str:
    """Return the effort of a conversation: the one that it has, or else what its first question needs."""
    if earlier:
        return earlier[-1].effort or USUAL
    if request.files or not request.opens_thread or len(request.text) > SHORT:
        return USUAL
    return "low" if _KEY.search(request.text) or _GREETING.fullmatch(request.text) else USUAL
