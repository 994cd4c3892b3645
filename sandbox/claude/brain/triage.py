"""First judgement of a report: how bad, which component, and what is not said yet."""

from __future__ import annotations

import re
from dataclasses import dataclass

_SEVERITIES = {
    "blocker": r"everyone|everybody|nobody|no one|all (?:users|customers|of us)|outage|data loss|security|whole"
    r"|company|in production|production is|completely",
    "low": r"typo|cosmetic|minor|nice to have|colou?r|spelling|misaligned",
    "high": r"can(?:'|no)?t|blocked|urgent|down|not working|doesn't work|fails?|crash\w*|broken|customers?|drops?"
    r"|stopped|lost|several|many",
    "medium": r"slow|sometimes|intermittent|errors?|wrong|times? out|timeout|delay",
}
_COMPONENTS = (
    ("Network", r"vpn|wi-?fi|network|dns|proxy|firewall|latency|router|internet"),
    ("Identity", r"log ?in|sign ?in|password|sso|mfa|2fa|account|locked out|permission"),
    ("E-mail", r"e-?mails?|mail|outlook|inbox|calendar"),
    ("Checkout", r"checkout|cart|payments?|card"),
    ("Billing", r"invoices?|billing|refunds?"),
    ("Export", r"exports?|csv|download"),
    ("Dashboard", r"dashboards?|charts?|graphs?"),
    ("Reporting", r"reports?|statistics"),
    ("Workplace", r"printers?|laptops?|monitors?|scanner|desk|office|keyboard"),
    ("Search", r"search|index"),
)
_GAPS = {
    "the steps that lead to it": r"steps|reproduc\w+|when (?:i|we|you)|after (?:i|we|a|an)|if (?:i|we)|clicking",
    "since when it happens": r"since|started|today|yesterday|this (?:morning|week)|\d{1,2}:\d\d|ago|after the"
    r"|monday|tuesday|wednesday|thursday|friday",
    "who is affected": r"everyone|everybody|all (?:of|users)|teams?|users|customers|only me|just me|people|nobody"
    r"|colleagues?|office|\d+ (?:of us|persons)",
}
QUESTIONS = {
    "the steps that lead to it": "Which steps lead to it?",
    "since when it happens": "Since when does it happen?",
    "who is affected": "Who is affected?",
}
"""How each gap is asked for."""
_PROBLEM = re.compile(
    r"\b(?:can(?:'|\u2019|no)?t|down|drop(?:s|ping|ped)?|fail\w*|crash\w*|broken?|breaks|slow|errors?|wrong|stuck|lost"
    r"|not work\w*|(?:doesn|don|won|isn|didn)['\u2019]t|stopped|blocked|missing|freez\w*|hang(?:s|ing)?|times? ?out"
    r"|timeout|outage|unable|no longer|disconnect\w*|problem|trouble|blank|refus\w+|reject\w+|locked"
    r"|typo|50[0-4]|40[0-9])\b",
    re.IGNORECASE,
)
PRIORITY = {"blocker": "Highest", "high": "High", "medium": "Medium", "low": "Low"}


@dataclass(frozen=True)
class Judgement:
    """What a first look at a report tells."""

    severity: str
    component: str | None
    gaps: tuple[str, ...]


def judge(words: str) -> Judgement:
    """Return the first judgement of a report."""
    severity = next((name for name, signs in _SEVERITIES.items() if _says(words, signs)), "medium")
    component = next((name for name, signs in _COMPONENTS if _says(words, signs)), None)
    return Judgement(severity, component, tuple(gap for gap, signs in _GAPS.items() if not _says(words, signs)))


def is_problem(words: str) -> bool:
    """True if the words tell of something that does not work."""
    return bool(_PROBLEM.search(words))


def answers_a_gap(words: str) -> bool:
    """True if the words tell steps, a time or who is affected."""
    return any(_says(words, signs) for signs in _GAPS.values())


def _says(words: str, signs: str) -> bool:
    return bool(re.search(rf"\b(?:{signs})\b", words, re.IGNORECASE))
