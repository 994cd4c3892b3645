"""What the ranking is held against: plain BM25 and TF-IDF over words as they are written."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence

K1, B = 1.2, 0.75


def words(text: str) -> list[str]:
    return re.findall(r"\w+", text.lower())


def bm25(report: str, issues: Sequence[str]) -> list[float]:
    """Return the score of each issue for a report, divided by the report's own score so that one threshold fits all."""
    texts = [Counter(words(issue)) for issue in issues]
    average = sum(text.total() for text in texts) / len(texts)
    found = Counter(word for text in texts for word in text)
    rarity = {word: math.log(1 + (len(texts) - found[word] + 0.5) / (found[word] + 0.5)) for word in words(report)}

    def score(text: Counter[str]) -> float:
        length = K1 * (1 - B + B * text.total() / average)
        return sum(rarity[word] * text[word] * (K1 + 1) / (text[word] + length) for word in rarity)

    own = score(Counter(words(report))) or 1.0
    return [score(text) / own for text in texts]


def tf_idf(report: str, issues: Sequence[str]) -> list[float]:
    """Return the cosine of each issue with a report."""
    texts = [Counter(words(issue)) for issue in issues]
    found = Counter(word for text in texts for word in text)

    def weighed(text: Counter[str]) -> dict[str, float]:
        return {word: (1 + math.log(n)) * math.log((len(texts) + 1) / (found[word] + 0.5)) for word, n in text.items()}

    own = weighed(Counter(words(report)))
    return [_cosine(own, weighed(text)) for text in texts]


def _cosine(one: dict[str, float], other: dict[str, float]) -> float:
    length = math.hypot(*one.values()) * math.hypot(*other.values())
    return sum(value * other.get(word, 0.0) for word, value in one.items()) / length if length else 0.0
