"""Pure: how likely it is that two texts tell of the same problem. See docs/duplicates.md for how well it does."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from workers.duplicates.signatures import codes_of, messages_of
from workers.duplicates.words import contrary_of, is_common, plain_words, terms_of, trigrams

IN_DESCRIPTION = 0.5
"""What a word of the description counts against one of the summary."""
PRIOR_TEXTS, PRIOR_COMMON, PRIOR_RARE = 60.0, 24.0, 0.6
"""Few texts tell little of which words are rare: what is believed of a word before they are counted."""
ALIKE = 0.5
"""Of the groups of three letters that two words share: one of them is taken for a slip of the other."""
SHORTEST_SLIP = 5


@dataclass(frozen=True)
class Text:
    """What is compared of a report or an issue."""

    weights: Mapping[str, float]
    """Of each term, by where it stands."""
    summary: frozenset[str]
    words: frozenset[str] = frozenset()
    """As they are written."""
    codes: frozenset[str] = frozenset()
    messages: frozenset[str] = frozenset()
    contraries: Mapping[int, frozenset[str]] = field(default_factory=dict)


class Features(NamedTuple):
    """What speaks for two texts being about the same, or against it; each from 0 to 1."""

    closeness: float
    """Cosine of the weighted terms."""
    summary_covered: float
    """The part of the report's summary that the issue tells, too."""
    summary_told: float
    """The part of the issue's summary that the report tells."""
    rarest: float
    """How rare the rarest terms are that both have."""
    words_covered: float
    """The part of the report's words, as they are written, that the issue has, too."""
    words_told: float
    """The part of the issue's words that the report has."""
    same_code: float
    other_code: float
    same_message: float
    contrary: float


WEIGHTS = Features(2.44, 2.42, 2.02, 3.71, 2.44, 1.70, 0.18, -0.11, 0.75, -0.36)
NOTHING = Features(*(0.0 for _ in WEIGHTS))
BIAS = -4.94
THRESHOLD = 0.745
"""From here on an issue is shown to a person."""


def text_of(summary: str, description: str = "") -> Text:
    """Return what is compared of a report or an issue."""
    head, body = terms_of(summary), terms_of(description)
    weights = dict.fromkeys(body, IN_DESCRIPTION) | dict.fromkeys(head, 1.0)
    whole = f"{summary}\n{description}"
    words = frozenset(plain_words(whole))
    return Text(weights, frozenset(head), words, codes_of(whole), messages_of(whole), contrary_of(weights))


class Rarity:
    """How much each term tells: the less, the more texts have it."""

    def __init__(self, texts: Iterable[Text]) -> None:
        counts: Counter[str] = Counter()
        every = list(texts)
        for text in every:
            counts.update(text.weights.keys())
        self._counts, self._number = counts, len(every)
        self._words = Counter(word for text in every for word in text.words)

    def of(self, term: str) -> float:
        prior = PRIOR_COMMON if is_common(term) else PRIOR_RARE
        return math.log((PRIOR_TEXTS + self._number + 1) / (prior + self._counts[term] + 0.5))

    def of_word(self, word: str) -> float:
        prior = PRIOR_COMMON if is_common(word) else PRIOR_RARE
        return math.log((PRIOR_TEXTS + self._number + 1) / (prior + self._words[word] + 0.5))

    @property
    def most(self) -> float:
        """What a term tells that no text has."""
        return math.log((PRIOR_TEXTS + self._number + 1) / (PRIOR_RARE + 0.5))


def likeness(report: Text, issue: Text, rarity: Rarity) -> float:
    """Return how likely two texts tell of the same problem, from 0 to 1."""
    sum_of = sum(weight * value for weight, value in zip(WEIGHTS, features_of(report, issue, rarity), strict=True))
    return 1 / (1 + math.exp(-(BIAS + sum_of)))


def ranked(report: Text, issues: Sequence[Text]) -> list[tuple[int, float]]:
    """Return the place and likeness of each issue, the likeliest first."""
    rarity = Rarity(issues)
    scores = [(place, likeness(report, issue, rarity)) for place, issue in enumerate(issues)]
    return sorted(scores, key=lambda each: -each[1])


def features_of(report: Text, issue: Text, rarity: Rarity) -> Features:
    """Return what speaks for and against two texts being about the same."""
    slips = _slips(report, issue)
    shared = {term: other for term in report.weights if (other := term if term in issue.weights else slips.get(term))}
    if all(map(is_common, shared)) and not report.codes & issue.codes:
        return NOTHING  # "It does not work" stands in half of all reports.
    rarest = sorted((rarity.of(term) for term in shared), reverse=True)[:2]
    apart = [
        number
        for number, terms in report.contraries.items()
        if number in issue.contraries and not terms & issue.contraries[number]
    ]
    return Features(
        closeness=_closeness(report, issue, shared, rarity),
        summary_covered=_covered(report.summary, shared.keys(), rarity.of),
        summary_told=_covered(issue.summary, set(shared.values()), rarity.of),
        words_covered=_covered(report.words, issue.words, rarity.of_word),
        words_told=_covered(issue.words, report.words, rarity.of_word),
        rarest=sum(rarest) / (2 * rarity.most),
        same_code=float(bool(report.codes & issue.codes)),
        other_code=float(bool(report.codes and issue.codes and not report.codes & issue.codes)),
        same_message=float(_share_message(report.messages, issue.messages)),
        contrary=min(1.0, len(apart) / 2),
    )


def _closeness(report: Text, issue: Text, shared: Mapping[str, str], rarity: Rarity) -> float:
    own = {term: weight * rarity.of(term) for term, weight in report.weights.items()}
    other = {term: weight * rarity.of(term) for term, weight in issue.weights.items()}
    product = sum(own[term] * other[twin] for term, twin in shared.items())
    length = math.sqrt(sum(value * value for value in own.values()) * sum(value * value for value in other.values()))
    return min(1.0, product / length) if length else 0.0


def _covered(terms: frozenset[str], told: Iterable[str], rarity_of: Callable[[str], float]) -> float:
    whole = sum(map(rarity_of, terms))
    return sum(map(rarity_of, terms & set(told))) / whole if whole else 0.0


def _slips(report: Text, issue: Text) -> dict[str, str]:
    """Return for words of the report's summary that the issue lacks those that are probably meant."""
    found = {}
    for term in report.summary - issue.weights.keys():
        if len(term) >= SHORTEST_SLIP:
            near = ((_alike(term, other), other) for other in issue.weights if len(other) >= SHORTEST_SLIP)
            best, twin = max(near, default=(0.0, ""))
            if best >= ALIKE:
                found[term] = twin
    return found


def _alike(term: str, other: str) -> float:
    own, its = trigrams(term), trigrams(other)
    return 2 * len(own & its) / (len(own) + len(its))


def _share_message(own: Iterable[str], others: Iterable[str]) -> bool:
    return any(message in other or other in message for message in own for other in others)
