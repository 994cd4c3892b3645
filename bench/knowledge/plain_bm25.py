"""BM25 and nothing else: words as they are written, one field, no stems and no filler words."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence

K1, B = 1.2, 0.75


class PlainBm25:
    """What the search is compared with."""

    def __init__(self, texts: Sequence[str]) -> None:
        self._counts = [Counter(_words(text)) for text in texts]
        self._lengths = [sum(counts.values()) for counts in self._counts]
        self._usual = sum(self._lengths) / len(self._lengths)
        held = Counter(word for counts in self._counts for word in counts)
        self._weights = {word: math.log(1 + (len(texts) - n + 0.5) / (n + 0.5)) for word, n in held.items()}

    def ranked(self, query: str) -> list[int]:
        """Return the places of the texts that hold any word of the query, the best first."""
        words = set(_words(query))
        scores = [sum(self._score(place, word) for word in words) for place in range(len(self._counts))]
        return sorted((place for place, score in enumerate(scores) if score), key=lambda place: -scores[place])

    def _score(self, place: int, word: str) -> float:
        times = self._counts[place].get(word, 0)
        long = 1 - B + B * self._lengths[place] / self._usual
        return self._weights.get(word, 0.0) * times * (K1 + 1) / (times + K1 * long)


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", text.lower())
