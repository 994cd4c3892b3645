"""Pure: a text becomes terms. A term is a stem, or the word that stands for all that mean the same in support."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import pairwise

from workers.duplicates.lexicon import COMMON, CONTRARY, SAME, STOP

LONGEST_TEXT = 3_000
"""Of a description: what follows are logs and signatures of mails."""
LONGEST_PHRASE = 3
MOST_SALIENT = 8

_WORD = re.compile(r"[^\W_]+(?:['\u2019][^\W_]+)?")
_NOISE = re.compile(r"```.*?```|https?://\S+|<[^>\s]*>", re.DOTALL)
_CJK = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_ENDINGS = (
    "isierung", "ations", "ation", "ingly", "ments", "ness", "ings", "ment", "ing", "edly", "ies", "ied", "ers", "est",
    "ed", "es", "er", "en", "ly", "s",
)  # fmt: skip


def terms_of(text: str) -> list[str]:
    """Return the terms of a text, in their order."""
    words = list(_plain_words(_NOISE.sub(" ", text[:LONGEST_TEXT])))
    terms, place = [], 0
    while place < len(words):
        size, meaning = _meaning(words, place)
        if meaning not in STOP:
            terms.append(meaning)
        place += size
    return terms


def is_common(term: str) -> bool:
    """Return whether a term tells nothing of a problem."""
    return term in _common()


def contrary_of(terms: Iterable[str]) -> dict[int, frozenset[str]]:
    """Return for each row of contraries which of its terms occur."""
    given = set(terms)
    found = ((number, frozenset(given & row)) for number, row in enumerate(_contraries()))
    return {number: row for number, row in found if row}


def salient(summary: str, description: str) -> list[str]:
    """Return words as they were written that are worth searching for, those of the summary first."""
    found: dict[str, None] = {}
    for text in (summary, description):
        for word in _plain_words(_NOISE.sub(" ", text[:LONGEST_TEXT])):
            if word not in STOP and not is_common(stem(word)) and not is_common(word) and len(word) > 2:
                found.setdefault(word)
    return list(found)[:MOST_SALIENT]


def plain_words(text: str) -> list[str]:
    """Return the words of a text as they are written, lower-case and without accents."""
    return list(_plain_words(_NOISE.sub(" ", text[:LONGEST_TEXT])))


@lru_cache(maxsize=20_000)
def stem(word: str) -> str:
    """Return a word without its common endings."""
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            word = word.removesuffix(ending) + ("y" if ending in ("ies", "ied") else "")
            break
    if len(word) > 3 and word[-1] == word[-2]:
        word = word[:-1]
    return word.removesuffix("e") if len(word) > 3 else word


@lru_cache(maxsize=50_000)
def trigrams(term: str) -> frozenset[str]:
    """Return the groups of three letters of a term, its edges included."""
    padded = f" {term} "
    return frozenset(padded[start : start + 3] for start in range(len(padded) - 2))


def _plain_words(text: str) -> Iterator[str]:
    """Yield lower-case words without accents; of scripts that know no spaces, pairs of signs."""
    folded = unicodedata.normalize("NFKD", text.lower().replace("ß", "ss"))
    folded = "".join(sign for sign in folded if not unicodedata.combining(sign))
    for word in _WORD.findall(folded):
        plain = word.replace("\u2019", "'")
        if _CJK.search(plain) and len(plain) > 1:
            yield from ("".join(pair) for pair in pairwise(plain))
        else:
            yield plain


def _meaning(words: list[str], place: int) -> tuple[int, str]:
    """Return how many words from here on mean one thing, and what: the longest phrase that is known wins."""
    phrases = _phrases()
    for size in range(min(LONGEST_PHRASE, len(words) - place), 0, -1):
        known = phrases.get(tuple(map(stem, words[place : place + size])))
        if known:
            return size, known
    word = words[place]
    return 1, word if word in STOP else stem(word.partition("'")[0])


@lru_cache(maxsize=1)
def _phrases() -> dict[tuple[str, ...], str]:
    found: dict[tuple[str, ...], str] = {}
    for names in SAME:
        meaning = names[0].replace(" ", "_").replace("-", "_")
        for name in names:
            found.setdefault(tuple(map(stem, _plain_words(name))), meaning)
    return found


@lru_cache(maxsize=1)
def _common() -> frozenset[str]:
    words = COMMON
    return frozenset([*words, *map(stem, words), *(_meaning([word], 0)[1] for word in words)])


@lru_cache(maxsize=1)
def _contraries() -> tuple[frozenset[str], ...]:
    return tuple(frozenset(_meaning([name], 0)[1] for name in row) for row in CONTRARY)
