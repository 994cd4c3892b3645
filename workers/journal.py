"""What a turn got done so far, in the order in which a worker that takes over needs it."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import Any

from workers.records import ReplySegment
from workers.rounds import Round, RunningCall
from workers.state.mailbox import Claim, Mailboxes

RAN = "ran"


class Journal:
    """One turn's journal: written under the claim's fence, read once when the turn was claimed."""

    def __init__(self, boxes: Mailboxes, claim: Claim) -> None:
        self._boxes, self._claim = boxes, claim
        self._known: dict[str, Any] = dict(claim.journal)
        self._began = time.monotonic()

    def get(self, name: str) -> Any | None:
        return self._known.get(name)

    def put(self, name: str, value: Any) -> None:
        """Store a value; raises Interrupted("fenced") if another worker has taken over."""
        self._write({name: value})

    def round(self, number: int) -> Round | None:
        """Return a finished model call, or None if it has not ended yet."""
        stored = self._known.get(f"round:{number}")
        return Round.model_validate(stored) if stored else None

    def save_round(self, number: int, finished: Round) -> None:
        """Store a finished model call; what failed before it is over."""
        fields = {f"round:{number}": finished.model_dump(mode="json"), "failing_since": None, "call": None}
        self._write(fields)

    def save_call(self, call: RunningCall) -> None:
        """Store what a model call that runs has used so far."""
        self.put("call", call.model_dump(mode="json"))

    def call(self) -> RunningCall | None:
        """Return the model call that ran when this was left, or None if there was none."""
        stored = self._known.get("call")
        return RunningCall.model_validate(stored) if stored else None

    def segments(self) -> list[ReplySegment]:
        """Return the Slack messages of the reply so far."""
        return [ReplySegment.model_validate(row) for row in self._known.get("segments", ())]

    def segments_of_heir(self) -> list[ReplySegment]:
        """Return the Slack messages of the reply as whoever has taken the turn over knows them."""
        stored = self._boxes.journal_of_heir(self._claim, "segments")
        return [ReplySegment.model_validate(row) for row in stored or ()]

    def save_segments(self, segments: Sequence[ReplySegment]) -> None:
        self.put("segments", [segment.model_dump(mode="json") for segment in segments])

    def _write(self, fields: Mapping[str, Any]) -> None:
        """Store values, and with them how long the turn has been worked on by now, in all its attempts."""
        ran = seconds_run(self._claim) + time.monotonic() - self._began
        self._boxes.write_journal(self._claim, {**fields, RAN: ran})
        self._known.update(fields)


def seconds_run(claim: Claim) -> float:
    """Return how long earlier attempts worked on a turn, as far as they noted it; what it waited does not count."""
    return float(claim.journal.get(RAN) or 0)
