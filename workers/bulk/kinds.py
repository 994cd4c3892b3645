"""What a kind of job must bring: what it collects, what it asks of each item, and how it tells what came of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from workers.bulk.services import BulkServices
from workers.bulk_jobs import Answer, Item, Job
from workers.claude.batches import Request


@dataclass(frozen=True)
class Collected:
    """Some items, and where to go on; an empty cursor means that these were the last."""

    items: tuple[Item, ...]
    cursor: str = ""
    left_out: int = 0
    wait_seconds: float = 0
    """How long to leave others their share of a limit before going on."""


@dataclass(frozen=True)
class Outcome:
    """A job's items and what came of each."""

    items: Mapping[int, Item]
    answers: Mapping[int, Answer]

    def done(self) -> dict[int, Item]:
        """Return the items that the model answered, by their numbers."""
        return {number: item for number, item in self.items.items() if self.is_done(number)}

    def is_done(self, number: int) -> bool:
        answer = self.answers.get(number)
        return answer is not None and answer.state == "done"

    def problems(self) -> dict[str, int]:
        """Return what kept items from being done, and how many each."""
        found: dict[str, int] = {}
        for number in self.items:
            answer = self.answers.get(number)
            if answer is None or answer.state != "done":
                problem = answer.problem if answer else "the model did not answer"
                found[problem] = found.get(problem, 0) + 1
        return found


@dataclass(frozen=True)
class Kind:
    """One kind of job."""

    collect: Callable[[Job, BulkServices], Collected]
    ask: Callable[[Job, int, Item], Request]
    show: Callable[[Job, Outcome, BulkServices], Job]
    """Tells the result and returns the job as it then stands; may be called again after a crash."""
    progress: Callable[[Job], str]
    """What who asked reads while it runs."""
