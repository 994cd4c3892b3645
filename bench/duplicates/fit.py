"""`python -m bench.duplicates.fit`: fits the ranking's weights and threshold to the half that is there for tuning.

Prints them; whoever takes them over writes them into workers/duplicates/ranking.py.
"""

from __future__ import annotations

import math

from bench.duplicates.data import Labelled, known_issues, reports
from bench.duplicates.measure import best_threshold, cards
from workers.duplicates.ranking import Features, Rarity, features_of, text_of

ROUNDS, STEP, SHRINK = 1_500, 0.3, 0.002
HARDEST = 6
"""So many unlabelled issues of each report are learnt from, those that look most like it."""

Row = tuple[Features, bool]


def main() -> None:
    """Fit and print."""
    issues = known_issues()
    texts = {issue.key: text_of(issue.summary, issue.description) for issue in issues}
    rarity = Rarity(texts.values())
    table: list[tuple[Labelled, dict[str, Features]]] = []
    for report in reports("tuned on"):
        own = text_of(report.summary, report.description)
        table.append((report, {key: features_of(own, text, rarity) for key, text in texts.items()}))
    weights, bias = fitted([row for report, features in table for row in _rows(report, features)])
    scored = [(report, {key: _likely(weights, bias, each) for key, each in rows.items()}) for report, rows in table]
    threshold = best_threshold(scored, cards)
    print(f"WEIGHTS = Features({', '.join(f'{weight:.2f}' for weight in weights)})")
    print(f"BIAS = {bias:.2f}\nTHRESHOLD = {threshold:.3f}  # F1 of cards {cards(scored, threshold).f1:.3f}")


def _rows(report: Labelled, features: dict[str, Features]) -> list[Row]:
    others = sorted(features.keys() - report.same - report.different.keys(), key=lambda key: -features[key].closeness)
    wrong = [*report.different, *others[:HARDEST]]
    return [*((features[key], True) for key in report.same), *((features[key], False) for key in wrong)]


def fitted(rows: list[Row]) -> tuple[list[float], float]:
    """Return the weights and the bias of a logistic regression, both kinds counting the same in sum."""
    right = sum(is_same for _, is_same in rows)
    share = {True: len(rows) / (2 * right), False: len(rows) / (2 * (len(rows) - right))}
    weights, bias = [0.0] * len(rows[0][0]), 0.0
    for _ in range(ROUNDS):
        slopes, shift = [SHRINK * weight for weight in weights], 0.0
        for features, is_same in rows:
            error = (_likely(weights, bias, features) - is_same) * share[is_same] / len(rows)
            shift += error
            for place, value in enumerate(features):
                slopes[place] += error * value
        weights = [weight - STEP * 4 * slope for weight, slope in zip(weights, slopes, strict=True)]
        bias -= STEP * 4 * shift
    return weights, bias


def _likely(weights: list[float], bias: float, features: Features) -> float:
    return 1 / (1 + math.exp(-bias - sum(weight * value for weight, value in zip(weights, features, strict=True))))


if __name__ == "__main__":
    main()
