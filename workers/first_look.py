"""The first judgement of a new report, made by the fast model beside the first round, so that nothing waits for it.

It reaches the loop model with the results of its first tools, and helps it to decide whether to ask before it drafts.
"""

from __future__ import annotations

import contextvars
import re
import time
from concurrent.futures import Executor, Future
from concurrent.futures import TimeoutError as TooLate
from typing import Any

from workers import prompt
from workers.claude.client import Claude
from workers.claude.triage import Choices, Triage, triage
from workers.errors import SupportBotError
from workers.jira.choices import COMPONENTS, labels_to_choose, options_of
from workers.jira.gateway import JiraGateway
from workers.logs import get_logger
from workers.payer import Payer

SECONDS = 2.5
FEWEST_WORDS = 10
USUAL_TYPES = ("Bug", "Incident", "Task")
# One sentence that begins like this and ends with a question mark only wants to know something.
_ASKS = re.compile(
    r"\s*(?:what|which|who|whom|whose|where|when|why|how|is|are|was|were|does|do|did|can|could|should|would|will|has"
    r"|have|was|wer|wie|wo|wann|warum|welche\w*|gibt|kann|ist|sind)\b[^.!?\n]*\?\s*$",
    re.IGNORECASE,
)
_TAG = re.compile(r"</?\w[^<>]*>")

log = get_logger(__name__)


class FirstLook:
    """One judgement on its way."""

    def __init__(
        self, claude: Claude, jira: JiraGateway, pool: Executor, *, projects: tuple[str, ...], payer: Payer
    ) -> None:
        self._claude, self._jira, self._pool = claude, jira, pool
        self._projects, self._payer = projects, payer
        self._until = time.monotonic() + SECONDS
        self._found: Future[Triage | None] | None = None

    def begin(self, material: str) -> None:
        """Begin to judge, beside everything else."""
        self._found = self._pool.submit(contextvars.copy_context().run, self._judge, material)

    def note(self, number: int) -> str | None:
        """Return what the loop model is told with the results of its first round; None if there is nothing to tell."""
        if number or self._found is None:
            return None
        try:
            found = self._found.result(timeout=max(0.0, self._until - time.monotonic()))
        except TooLate:
            log.info("not_triaged", cause="TooLate")
            return ""
        return note_of(found) if found else ""

    def _judge(self, material: str) -> Triage | None:
        choices = self._choices()
        left = self._until - time.monotonic()
        if left <= 0:
            return None
        found = triage(self._claude, material, choices, self._payer, seconds=left)
        if found:
            log.info("triaged", kind=found.kind, severity=found.severity, confidence=found.confidence)
        return found

    def _choices(self) -> Choices:
        """Return what Jira's create screen of the usual project allows; it is cached, and nothing fails without."""
        project = self._projects[0]
        try:
            kinds = [kind.name for kind in self._jira.issue_types(project) if not kind.is_subtask]
            usual = next((name for name in USUAL_TYPES if name in kinds), kinds[0] if kinds else "")
            specs = self._jira.create_screen(project, usual) if usual else ()
        except SupportBotError as error:
            log.info("choices_unknown", cause=type(error).__name__)
            specs = ()
        return Choices(self._projects, options_of(specs, COMPONENTS), labels_to_choose(specs, project, self._jira))


def report_in(question: dict[str, Any], text: str, *, opens_thread: bool) -> str:
    """Return the words of a question if they look like a new report, with the thread above; empty if they don't."""
    told = [block["text"] for block in question["content"] if block["type"] == "text"]
    material = "\n".join(part for part in told if not part.startswith("<facts>"))
    words = text if opens_thread else _TAG.sub(" ", material)
    return material if looks_like_report(words) else ""


def looks_like_report(words: str) -> bool:
    """Return whether somebody tells something, and does not only ask or greet."""
    return len(words.split()) >= FEWEST_WORDS and not _ASKS.match(words)


def note_of(found: Triage) -> str:
    """Return a judgement as the loop model reads it."""
    about = [found.kind, f"severity {found.severity}"]
    about += [
        f"{name} {value}" for name, value in (("project", found.project), ("component", found.component)) if value
    ]
    about += [f"labels {', '.join(found.labels)}"] if found.labels else []
    lines = [f"First judgement by a quick reader ({found.confidence} confidence): {'; '.join(about)}."]
    if found.questions:
        lines.append(f"Open questions: {' '.join(found.questions)}")
    return "\n".join(["<facts>", *(prompt.readable(line, {}) for line in lines), "</facts>"])
