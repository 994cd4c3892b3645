"""Bulk jobs as they are stored: what shall be looked at, item by item, and how far it has come."""

from __future__ import annotations

import hashlib
from typing import Any, Literal

from pydantic import Field

from workers.payer import Payer
from workers.records import Record
from workers.rounds import Usage

JobKind = Literal["triage", "threads", "summary"]
JobState = Literal[
    "collecting", "ready", "submitting", "running", "showing", "cancelling", "done", "failed", "cancelled"
]
OVER: tuple[JobState, ...] = ("done", "failed", "cancelled")

MOST_ROUNDS = 4
"""What did not work in the first batch is sent again, in one of its own: of 1,000 with 5 % errors none is left."""
MOST_LATE_ROUNDS = 2
"""What the model does not come to takes a day each time, and is sent once more."""


class Item(Record):
    """One thing to look at: an issue or a thread."""

    id: str
    text: str = ""
    """What the model reads of it."""
    facts: dict[str, Any] = Field(default_factory=dict)
    """What its kind of job must know to show it, and to offer something about it."""


class Answer(Record):
    """What came of one item: what the model said, or why there is nothing."""

    state: Literal["done", "again", "failed"] = "done"
    said: dict[str, Any] = Field(default_factory=dict)
    problem: str = ""
    """The end of a sentence that begins with how many could not be done."""


class Job(Record):
    """One bulk job; what it looks at and what came of it lie beside it."""

    id: str
    kind: JobKind
    team_id: str
    channel_id: str
    """Where its result goes: a channel, or the person who asked for it."""
    user_id: str = ""
    """Who asked; empty if it was time for it."""
    asked: dict[str, Any] = Field(default_factory=dict)
    """What shall be looked at, as its kind understands it."""
    created_at: float = 0
    state: JobState = "collecting"
    version: int = 0
    cursor: str = ""
    """Where collecting goes on."""
    left_out: int = 0
    """How many there were beyond the most that one job takes."""
    items: int = 0
    round: int = 1
    batch_id: str = ""
    candidates: tuple[str, ...] = ()
    """Batches of which one may be ours: the answer to our create was lost."""
    held: str = ""
    """Names what is held in the budgets for the batch that is out."""
    sent: int = 0
    sent_at: float = 0
    polls: int = 0
    misses: int = 0
    """Failures in a row of what it does now."""
    usage: Usage = Usage()
    usd: float = 0
    head_ts: str = ""
    head_channel: str = ""
    """Slack's own id of where the head was posted."""
    shown: int = 0
    """How many pages of the result are posted."""
    cancelled_by: str = ""
    """Names the press that cancelled it."""
    problem: str = ""
    """Why it failed, as people read it."""

    @property
    def box(self) -> str:
        """The name of its mailbox."""
        return f"bulk:{self.team_id}:{self.id}"

    @property
    def payer(self) -> Payer:
        """Whose budgets it is counted in; what was merely due is the channel's and the workspace's."""
        channel_id = self.channel_id if self.channel_id[:1] in ("C", "G") else ""
        return Payer(self.team_id, self.user_id, channel_id)

    @property
    def is_over(self) -> bool:
        return self.state in OVER

    def custom_id(self, number: int) -> str:
        """Return the name of an item's request, by which its result is known whatever becomes of this process."""
        return f"{self.id}-{self.round}-{number}"

    def number_of(self, custom_id: str) -> int | None:
        """Return which item a result belongs to, None if it is none of this job's and round's."""
        job_id, _, rest = custom_id.partition("-")
        turn, _, number = rest.partition("-")
        is_own = job_id == self.id and turn == str(self.round) and number.isdigit()
        return int(number) if is_own and int(number) < self.items else None


def job_id(*parts: str) -> str:
    """Return the id of a job: the same for the same parts, so that what is asked for twice is done once."""
    return hashlib.sha256("|".join(parts).encode()).hexdigest()[:16]
