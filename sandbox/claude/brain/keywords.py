"""Which words of a report are worth a search."""

from __future__ import annotations

import re
from pathlib import Path

MOST_KEYWORDS = 4
_WORD = re.compile(r"[A-Za-zÀ-ÿ][\wÀ-ÿ'-]+|\b\d{3}\b")
_MARKUP = re.compile(r"<[^>\s]*>|\[[^\]]*\]\(|https?://\S+|`{1,3}|@[^()@\n]{1,60} \(\w+\)|[@#][\w.-]+")


def _listed(name: str) -> frozenset[str]:
    return frozenset(Path(__file__).with_name(name).read_text(encoding="utf-8").split())


_DULL = _listed("dull_words.txt")
_TELLING = _listed("telling_words.txt")
# They tell something beside a component only: alone they find what is broken in the same way elsewhere.
_SYMPTOMS = frozenset({"blank", "crash", "disconnects", "drops", "freezes", "production", "slow", "timeout"})


def keywords_of(words: str) -> list[str]:
    """Return up to four telling words, in the order in which they were said."""
    seen: dict[str, int] = {}
    for place, match in enumerate(_WORD.finditer(_MARKUP.sub(" ", words))):
        word = match[0].strip("'-")
        plain = word.lower().removesuffix("'s")
        if plain in _DULL or len(plain) < 3:
            continue
        if not any(plain == known.lower() for known in seen):
            seen[word if word.isupper() else plain] = place
    best = sorted(seen, key=lambda word: (-_weight(word), seen[word]))[:MOST_KEYWORDS]
    return sorted(best, key=seen.__getitem__)


def groups_of(keywords: list[str]) -> list[str]:
    """Return groups to search by: the two most telling words together, then the telling ones alone."""
    best = sorted(keywords, key=lambda word: (-_weight(word), keywords.index(word)))[:2]
    pair = " ".join(word for word in keywords if word in best)
    alone = [word for word in keywords if _weight(word) >= 3 and word.lower() not in _SYMPTOMS]
    return list(dict.fromkeys([pair, *(alone or keywords)]))[:MOST_KEYWORDS]


def weight_of(words: str) -> int:
    """Return how much the words tell: the more telling keywords, the more."""
    return sum(map(worth, keywords_of(words)))


def worth(keyword: str) -> int:
    """Return how much one keyword tells."""
    return 1 + _weight(keyword)


def _weight(word: str) -> int:
    return 3 * (word.lower() in _TELLING) + 2 * (word.isupper() and len(word) <= 5) + (len(word) >= 5)
