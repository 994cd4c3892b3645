"""What one answer may take: rounds, tokens, calls of each tool; and the noticing of calls in a circle."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from workers.rounds import Round
from workers.setting_values import OTHER
from workers.views import failures

# The same call with the same result: this often the model is told, and if it goes on the answer ends.
TOLD_AT = 3


@dataclass(frozen=True)
class Bounds:
    """The limits of a turn's rounds; seconds are the interrupt's, dollars the purse's."""

    rounds: int = 16
    tokens: int = 1_000_000
    calls: Mapping[str, int] = field(default_factory=dict)
    """How often each tool may be called; `other` is for those that are not named."""

    def reached(self, rounds: Sequence[Round]) -> str:
        """Return the sentence that ends a turn after these rounds, empty if it may go on."""
        if len(rounds) >= self.rounds:
            return failures.TOO_MANY_ROUNDS
        if sum(each.usage.tokens for each in rounds) >= self.tokens:
            return failures.TOO_MANY_TOKENS
        return ""


class CallBook:
    """The calls of one turn in their order: the same for a worker that takes the turn over."""

    def __init__(self, most: Mapping[str, int]) -> None:
        self._most = most
        self._exhausted: dict[str, int] = {}
        self._calls: Counter[str] = Counter()
        self._answers: Counter[str] = Counter()

    def refusal(self, call: Mapping[str, Any]) -> str:
        """Count a call and return what the model is told in its place, empty if it may run."""
        name = str(call["name"]).strip().lower()
        self._calls[name] += 1
        most = self._most.get(name, self._most.get(OTHER))
        if most is None or self._calls[name] <= most:
            return ""
        self._exhausted.setdefault(name, most)
        return (
            f"Not run: {name} may be called {most} times in one answer, and it was. Answer with what you have, and say"
            " what you left out."
        )

    def note(self, call: Mapping[str, Any], content: Any) -> str:
        """Count an answer and return what is added to it once the model turns in a circle."""
        key = json.dumps([call["name"], call["input"], content], sort_keys=True, default=str)
        digest = hashlib.sha256(key.encode()).hexdigest()
        self._answers[digest] += 1
        if self._answers[digest] < TOLD_AT:
            return ""
        return (
            f"[You have made this very call {self._answers[digest]} times and got the same answer each time. Don't make"
            " it again: answer with what you have, or ask the person.]"
        )

    @property
    def exhausted(self) -> Mapping[str, int]:
        """Return the tools that were called more often than they may be, with how often that is."""
        return self._exhausted

    @property
    def is_stuck(self) -> bool:
        """The model was told that it turns in a circle, and went on."""
        return any(count > TOLD_AT for count in self._answers.values())
