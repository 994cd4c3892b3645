"""The Message Batches API: many requests at half price, answered within a day. Only this module speaks to it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

import anthropic
from anthropic.types.messages import MessageBatch

from workers.bulk_jobs import Answer
from workers.claude.client import Claude, supports_effort, usage_of
from workers.claude.errors import claude_errors
from workers.claude.prices import BATCH_FACTOR
from workers.claude.purse import tokens_at_most
from workers.errors import TurnFailed
from workers.payer import Payer
from workers.rounds import Usage
from workers.state.accounts import NANO, Reservation, utc_now

MOST_REQUESTS = 100_000
MOST_BYTES = 200 * 1024 * 1024
"""Claude takes 256 MB; what stands around the requests is not counted here."""
SEND_SECONDS, RESULTS_SECONDS = 60.0, 60.0
HELD_SECONDS = 25 * 3_600
"""A batch ends within a day."""
LISTED = 100
MOST_LISTED = 500

TOO_LARGE = "That is more than I can look at in one go. Please ask for less at once."
REFUSED = "the model would not look at them"
UNREADABLE = "the model's answer could not be used"
NOT_DONE = {
    "errored": "the model failed on them",
    "expired": "the model did not get to them within a day",
    "canceled": "the work was cancelled",
}
INVALID = "invalid_request_error"


@dataclass(frozen=True)
class Request:
    """One item's question."""

    custom_id: str
    system: str
    text: str
    schema: dict[str, Any]
    max_tokens: int = 1_500


@dataclass(frozen=True)
class Batch:
    """A batch as Claude tells of it."""

    id: str
    is_ended: bool
    is_stopping: bool
    size: int
    created_at: datetime


@dataclass(frozen=True)
class Result:
    """What came of one request, and what it took."""

    custom_id: str
    answer: Answer
    usage: Usage = field(default_factory=Usage)
    is_late: bool = False
    """The model did not come to it within a day."""


class Batches:
    """Sends batches to the fast model; raises ClaudeUnavailable, or TurnFailed for what no repetition helps."""

    def __init__(self, claude: Claude) -> None:
        self._claude = claude

    @property
    def model(self) -> str:
        return self._claude.fast_model

    def hold(self, requests: Sequence[Request], payer: Payer) -> str:
        """Hold what these requests may cost at most and return the hold's name; raises BudgetSpent."""
        purse = self._claude.purse
        most = sum(
            purse.prices.most(self.model, tokens_at_most([each.system, each.text, each.schema]), each.max_tokens)
            for each in requests
        )
        return purse.hold(payer, most * BATCH_FACTOR, seconds=HELD_SECONDS, is_whole=True).member

    def book(self, held: str, payer: Payer, usage: Usage, usd: float) -> None:
        """Book what a batch took, once however often it is told, and free what was held for it."""
        purse = self._claude.purse
        limited = tuple(each for each in purse.accounts_of(payer, utc_now()) if each.limit_usd > 0)
        purse.book_many(Reservation(payer, limited, held), self.model, usage, usd)

    @staticmethod
    def held_usd(held: str) -> float:
        """Return what is held under a name."""
        return int(held.partition(":")[2] or 0) / NANO

    def create(self, requests: Sequence[Request], payer: Payer) -> Batch:
        """Send a batch; after ClaudeUnavailable it may have been taken all the same, so look before sending again."""
        user_hash = self._claude.user_hash(payer)
        wire = [_wire(each, self.model, user_hash) for each in requests]
        if len(wire) > MOST_REQUESTS or sum(len(json.dumps(each)) for each in wire) > MOST_BYTES:
            raise TurnFailed(TOO_LARGE)
        with claude_errors():
            return _batch(self._api(SEND_SECONDS).create(requests=wire))  # type: ignore[arg-type]  # plain JSON

    def find(self, batch_id: str) -> Batch | None:
        """Return a batch as it stands, None if Claude knows it no more."""
        with claude_errors():
            try:
                return _batch(self._api().retrieve(batch_id))
            except anthropic.NotFoundError:
                return None

    def since(self, moment: datetime) -> list[Batch]:
        """Return the batches of this key's workspace that were made since then, newest first."""
        found: list[Batch] = []
        with claude_errors():
            for each in self._api().list(limit=LISTED):
                if each.created_at < moment or len(found) >= MOST_LISTED:
                    break
                found.append(_batch(each))
        return found

    def cancel(self, batch_id: str) -> None:
        """Ask Claude to stop; what is done by then is told and paid for."""
        with claude_errors():
            try:
                self._api().cancel(batch_id)
            except (anthropic.NotFoundError, anthropic.BadRequestError):
                return  # It has ended.

    def results(self, batch_id: str) -> Iterator[Result]:
        """Yield what came of an ended batch's requests, in any order; nothing if its results are gone."""
        with claude_errors():
            try:
                lines = self._api(RESULTS_SECONDS).results(batch_id)
            except anthropic.NotFoundError:
                return
            for line in lines:
                yield _result(line.custom_id, line.result)

    def cost_usd(self, usage: Usage) -> float:
        """Return what one request of a batch cost: half of what the same call costs alone."""
        return self._claude.purse.prices.cost(self.model, usage, is_batch=True)

    def _api(self, seconds: float = 20.0) -> anthropic.resources.messages.Batches:
        return self._claude.api.with_options(timeout=seconds).messages.batches


def _wire(request: Request, model: str, user_hash: str) -> dict[str, Any]:
    effort = {"effort": "low"} if supports_effort(model) else {}
    return {
        "custom_id": request.custom_id,
        "params": {
            "model": model,
            "max_tokens": request.max_tokens,
            "system": request.system,
            "messages": [{"role": "user", "content": request.text}],
            "output_config": {"format": {"type": "json_schema", "schema": request.schema}, **effort},
            "metadata": {"user_id": user_hash},
        },
    }


def _batch(raw: MessageBatch) -> Batch:
    counts = raw.request_counts
    size = counts.processing + counts.succeeded + counts.errored + counts.canceled + counts.expired
    status = raw.processing_status
    return Batch(raw.id, status == "ended", status == "canceling", size, raw.created_at)


def _result(custom_id: str, raw: Any) -> Result:
    if raw.type == "succeeded":
        message = raw.message
        return Result(custom_id, _said(message), usage_of(message))
    kind = raw.error.error.type if raw.type == "errored" else ""
    # What was wrong with a request stays wrong, and what a person cancelled is not begun again.
    state: Literal["again", "failed"] = "failed" if raw.type == "canceled" or kind == INVALID else "again"
    answer = Answer(state=state, problem=NOT_DONE.get(raw.type, NOT_DONE["errored"]))
    return Result(custom_id, answer, is_late=raw.type == "expired")


def _said(message: anthropic.types.Message) -> Answer:
    if message.stop_reason == "refusal":
        return Answer(state="failed", problem=REFUSED)
    try:
        said = json.loads("".join(block.text for block in message.content if block.type == "text"))
    except ValueError:
        said = None
    return Answer(said=said) if isinstance(said, dict) else Answer(state="again", problem=UNREADABLE)
