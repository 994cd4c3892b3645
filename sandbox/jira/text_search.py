"""Jira's text search: terms joined by AND, light stemming, quoted phrases, `*` at the end of a word."""

from __future__ import annotations

import re
from collections.abc import Callable

from sandbox.jira.wire import JiraError

STOP_WORDS = frozenset(
    {
        "a", "an", "and", "are", "as", "at", "be", "but", "by", "for", "if", "in", "into", "is", "it", "no",
        "not", "of", "on", "or", "such", "that", "the", "their", "then", "there", "these", "they", "this", "to",
        "was", "will", "with",
    }
)  # fmt: skip
SUFFIXES = ("ations", "ation", "ings", "ing", "edly", "ed", "ies", "es", "s")
PIECE = re.compile(r'"([^"]*)"|(\S+)')
WORD = re.compile(r"\w+")

Match = Callable[[str], bool]


def stem(word: str) -> str:
    """Return a word without its common English endings, so that `drops` finds `dropped`."""
    for suffix in SUFFIXES:
        if word.endswith(suffix) and len(word) - len(suffix) >= 3:
            word = word.removesuffix(suffix) + ("y" if suffix == "ies" else "")
            break
    if len(word) > 3 and word[-1] == word[-2]:
        word = word[:-1]
    return word.removesuffix("e") if len(word) > 3 else word


def compiled(query: str, field: str) -> Match:
    """Return a predicate over text for the right side of `~`, or refuse it in Jira's words."""
    if not query.strip():
        raise JiraError(400, f"The field '{field}' does not support searching for an empty string.")
    if query.count('"') % 2:
        raise JiraError(400, f"Unable to parse the text '{query}' for field '{field}'.")
    for piece in query.split():
        if piece[0] in "*?":
            raise JiraError(
                400,
                f"The text query '{query}' for field '{field}' is not allowed to start with character '{piece[0]}'.",
            )
    groups = [_group(group) for group in re.split(r"\bOR\b", query)]
    return lambda text: any(all(match(text) for match in group) for group in groups)


def _group(query: str) -> list[Match]:
    matches: list[Match] = []
    is_negated = False
    for phrase, word in PIECE.findall(query):
        if word in ("AND", "NOT"):
            is_negated = word == "NOT"
            continue
        match = _phrase(phrase) if phrase else _term(word)
        if match is not None:
            matches.append(_negated(match) if is_negated else match)
        is_negated = False
    return matches


def _negated(match: Match) -> Match:
    return lambda text: not match(text)


def _words(text: str) -> list[str]:
    return [word for word in WORD.findall(text.lower()) if word not in STOP_WORDS]


def _phrase(phrase: str) -> Match | None:
    wanted = [stem(word) for word in _words(phrase)]
    if not wanted:
        return None

    def match(text: str) -> bool:
        stems = [stem(word) for word in _words(text)]
        return any(stems[start : start + len(wanted)] == wanted for start in range(len(stems) - len(wanted) + 1))

    return match


def _term(term: str) -> Match | None:
    """A term of several words, such as `e-mail`, matches as a phrase."""
    if term[-1] in "*?" and (prefix := "".join(WORD.findall(term.lower()))):
        return lambda text: any(word.startswith(prefix) for word in WORD.findall(text.lower()))
    return _phrase(term)
