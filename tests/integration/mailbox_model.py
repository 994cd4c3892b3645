"""What a mailbox is meant to do, in plain Python; what the server does is compared with it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from workers.state.mailbox import EditResult, Mark, PutResult
from workers.state.strangers import MOST_STRANGERS

# What outlives a restart of the head.
KEPT = ("segments", "done_before")


@dataclass
class Head:
    """What is known of the message that has begun."""

    id: str
    attempts: int = 0
    journal: dict[str, int] = field(default_factory=dict)
    waits: bool = False
    obeyed: str = ""
    is_sealed: bool = False


@dataclass
class Model:
    """A mailbox as it is meant to be."""

    waiting: list[str] = field(default_factory=list)
    words: dict[str, int] = field(default_factory=dict)
    marks: dict[str, Mark] = field(default_factory=dict)
    seen: set[str] = field(default_factory=set)
    strangers: set[str] = field(default_factory=set)
    done: list[str] = field(default_factory=list)
    since: float | None = None
    head: Head | None = None
    is_held: bool = False

    @property
    def begun(self) -> Head:
        """The message that is in somebody's hands."""
        assert self.head
        return self.head

    def put(self, ts: str, words: int, *, asked: bool) -> PutResult:
        if ts in self.seen:
            return "seen"
        if not asked and (self.since is None or float(ts) < self.since):
            self.strangers = set(sorted({*self.strangers, ts}, key=float)[-MOST_STRANGERS:])
            return "stranger"
        self.since = min(self.since or float(ts), float(ts))
        self.seen.add(ts)
        self.strangers.discard(ts)
        begun = self.head.id if self.head else ""
        later = (at for at, other in enumerate(self.waiting) if other != begun and float(other) > float(ts))
        self.waiting.insert(next(later, len(self.waiting)), ts)
        self.words[ts] = words
        return "overtaken" if asked and any(float(other) > float(ts) for other in self.strangers) else "new"

    def can_be_claimed(self) -> bool:
        if self.is_held or not self.waiting:
            return False
        mark = self.marks.get(self.waiting[0])
        return not (self.head and self.head.waits and mark in (None, self.head.obeyed))

    def claim(self) -> Head:
        if self.head is None:
            self.head = Head(self.waiting[0])
        self.head.attempts += 1
        self.is_held = True
        return self.head

    def edit(self, ts: str, words: int, *, is_same: bool) -> EditResult:
        has_begun = self.head is not None and self.head.id == ts
        is_final = has_begun and self.begun.is_sealed
        if ts not in self.words or is_final or self.marks.get(ts, "edited") != "edited":
            return "late"
        self.words[ts] = words
        if not is_same and has_begun:
            self.marks[ts] = "edited"
        return "same" if is_same else "edited"

    def mark(self, mark: Mark, chosen: Callable[[str], bool]) -> list[str]:
        marked = [ts for ts in self.waiting if chosen(ts)]
        self.marks |= dict.fromkeys(marked, mark)
        return marked

    def commit(self) -> bool:
        ts = self.waiting.pop(0)
        self.done.append(ts)
        self.words.pop(ts)
        self.marks.pop(ts, None)
        self.head, self.is_held = None, False
        return bool(self.waiting)

    def release(self, *, waits: bool, refund: bool, obeyed: Mark) -> None:
        head = self.begun
        head.attempts -= refund
        head.waits, head.obeyed, head.is_sealed = waits, obeyed, False
        self.is_held = False

    def restart(self) -> None:
        kept = {name: value for name, value in self.begun.journal.items() if name in KEPT}
        self.head, self.is_held = Head(self.begun.id, journal=kept), False
        if self.marks.get(self.head.id) == "edited":
            del self.marks[self.head.id]
