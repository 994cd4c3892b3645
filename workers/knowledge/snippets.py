"""Pure: what of a passage is shown, and which passages say the same."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Collection, Sequence

from workers.knowledge.passages import SENTENCE_END

MOST_CHARACTERS = 700
SAME = 0.85
"""Passages that share this part of their words are one."""


def snippet(text: str, wanted: Collection[str], terms_of: Callable[[str], list[str]]) -> str:
    """Return the sentences around those that hold most of the wanted terms; all of a passage that is short."""
    if len(text) <= MOST_CHARACTERS:
        return text
    sentences = _sentences(text)
    weights = [len(set(terms_of(sentence)) & set(wanted)) for sentence in sentences]
    first, last = _window(sentences, weights)
    found = "".join(sentences[first : last + 1]).strip()[: MOST_CHARACTERS + 200]
    return f"{'… ' if first else ''}{found}{' …' if last + 1 < len(sentences) else ''}"


def _sentences(text: str) -> list[str]:
    """Return the sentences and lines with the space behind them: together they are the text."""
    ends = sorted({match.end() for match in SENTENCE_END.finditer(text)} | {m.end() for m in re.finditer(r"\n+", text)})
    places = [0, *(end for end in ends if end < len(text)), len(text)]
    return [text[start:end] for start, end in itertools.pairwise(places)]


def _window(sentences: Sequence[str], weights: Sequence[int]) -> tuple[int, int]:
    """Return first and last of the neighbours that fit and weigh most; of equals the first."""
    best, found, first = -1, (0, 0), 0
    size = weight = 0
    for last, sentence in enumerate(sentences):
        size, weight = size + len(sentence), weight + weights[last]
        while size > MOST_CHARACTERS and first < last:
            size, weight, first = size - len(sentences[first]), weight - weights[first], first + 1
        if weight > best:
            best, found = weight, (first, last)
    return found


def words_of(text: str) -> frozenset[str]:
    """Return what a passage is compared by."""
    return frozenset(re.findall(r"\w+", text.lower()))


def says_the_same(words: frozenset[str], others: Sequence[frozenset[str]]) -> bool:
    """Return whether one of the others is nearly the same passage."""
    return any(len(words & other) >= SAME * len(words | other) for other in others)
