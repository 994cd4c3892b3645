"""Precision, recall and F1 at a threshold, for the ranking and the baselines: on labelled pairs, and on whole cards."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.duplicates.baselines import bm25, tf_idf
from bench.duplicates.data import Labelled, known_issues, reports
from bench.figures import Figure
from workers.duplicates.finder import MOST_SHOWN
from workers.duplicates.ranking import THRESHOLD, ranked, text_of

PART = "duplicates"
Scores = dict[str, float]
Score = Callable[[Labelled], Scores]
STEPS = [step / 200 for step in range(1, 200)]


@dataclass(frozen=True)
class Quality:
    """How often what is called the same is the same, and how much of what is the same is called so."""

    right: int
    called: int
    there: int

    @property
    def precision(self) -> float:
        return self.right / self.called if self.called else 1.0

    @property
    def recall(self) -> float:
        return self.right / self.there if self.there else 1.0

    @property
    def f1(self) -> float:
        both = self.precision + self.recall
        return 2 * self.precision * self.recall / both if both else 0.0


def measure_duplicates(_folder: Path) -> list[Figure]:
    """Return the figures of all ways of ranking, each at a threshold that was chosen on the other half."""
    ways: dict[str, Score] = {"shipped ranking": shipped, "BM25": _plain(bm25), "TF-IDF": _plain(tf_idf)}
    figures: list[Figure] = []
    for name, score in ways.items():
        scored = {half: scores_of(reports(half), score) for half in ("tuned on", "held out")}
        for what, judge in (("pairs", pairs), ("cards", cards)):
            threshold = THRESHOLD if score is shipped else best_threshold(scored["tuned on"], judge)
            for half, rows in scored.items():
                figures += _figures(f"{name}, {what}, {half}", judge(rows, threshold), threshold)
    return figures


def shipped(report: Labelled) -> Scores:
    """Return what the program thinks of each issue."""
    issues = known_issues()
    texts = [text_of(issue.summary, issue.description) for issue in issues]
    return {issues[place].key: score for place, score in ranked(text_of(report.summary, report.description), texts)}


def _plain(rank: Callable[[str, Sequence[str]], list[float]]) -> Score:
    issues = known_issues()
    texts = [f"{issue.summary}\n{issue.description}" for issue in issues]

    def score(report: Labelled) -> Scores:
        found = rank(f"{report.summary}\n{report.description}", texts)
        return dict(zip((issue.key for issue in issues), found, strict=True))

    return score


Scored = list[tuple[Labelled, Scores]]
Judge = Callable[[Scored, float], Quality]


def scores_of(some: Sequence[Labelled], score: Score) -> Scored:
    """Return each report with the score of each issue."""
    return [(report, score(report)) for report in some]


def pairs(rows: Scored, threshold: float) -> Quality:
    """Judge each labelled pair by itself."""
    right = called = there = 0
    for report, scores in rows:
        labelled = [(key, True) for key in report.same] + [(key, False) for key in report.different]
        there += len(report.same)
        called += sum(scores[key] >= threshold for key, _ in labelled)
        right += sum(scores[key] >= threshold for key, is_same in labelled if is_same)
    return Quality(right, called, there)


def cards(rows: Scored, threshold: float) -> Quality:
    """Judge what a person would see: the best few of all issues that reach the threshold."""
    right = called = there = 0
    for report, scores in rows:
        best = sorted(scores, key=lambda key: -scores[key])[:MOST_SHOWN]
        shown = {key for key in best if scores[key] >= threshold}
        there += len(report.same)
        called += len(shown)
        right += len(shown & report.same)
    return Quality(right, called, there)


def best_threshold(rows: Scored, judge: Judge) -> float:
    """Return the threshold with the best F1."""
    return max(STEPS, key=lambda threshold: judge(rows, threshold).f1)


def _figures(name: str, found: Quality, threshold: float) -> list[Figure]:
    note = f"{found.right} right of {found.called} called, {found.there} there; threshold {threshold:.2f}"
    values = (("precision", found.precision), ("recall", found.recall), ("F1", found.f1))
    return [Figure(PART, f"{name}: {what}", "", (value,), note=note) for what, value in values]
