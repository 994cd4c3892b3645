"""Which texts are likely about the same: by the words they share, rare words counting more. No call to anybody."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable

from workers.jira.jql import words_of

LIKELY = 0.35
"""From this share of weighted words on two summaries are shown to the model as possibly the same."""


class Corpus:
    """Short texts by name."""

    def __init__(self, texts: Iterable[tuple[str, str]]) -> None:
        self._words = {name: frozenset(words_of([text])) for name, text in texts}
        self._where: dict[str, set[str]] = defaultdict(set)
        for name, words in self._words.items():
            for word in words:
                self._where[word].add(name)

    def near(self, name: str, text: str, *, most: int = 5) -> list[str]:
        """Return the names of the texts that are most like this one, itself left out, the likest first."""
        own = frozenset(words_of([text]))
        shared: Counter[str] = Counter()
        for word in own:
            for other in self._where.get(word, ()):
                shared[other] += self._weight(word)  # type: ignore[assignment]  # a Counter of floats
        scores = {
            other: weight / max(self._size(own), self._size(self._words[other]), 1e-9)
            for other, weight in shared.items()
            if other != name
        }
        likely = [other for other, score in scores.items() if score >= LIKELY]
        return sorted(likely, key=lambda other: (-scores[other], other))[:most]

    def _weight(self, word: str) -> float:
        return math.log(1 + len(self._words) / (1 + len(self._where.get(word, ()))))

    def _size(self, words: frozenset[str]) -> float:
        return sum(map(self._weight, words))
