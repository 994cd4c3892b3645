"""The story of a bulk job, a step at a time: collect, send, find what was lost, poll, take the results, tell them.

A step does one thing and stores how far it came before the next one is begun. No thread waits between two steps, and
any worker may do the next one: what a step must know lies in the job.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime, timedelta

from workers.bulk.kinds import Kind, Outcome
from workers.bulk.services import BulkServices
from workers.bulk_jobs import MOST_LATE_ROUNDS, MOST_ROUNDS, Answer, Job, JobState
from workers.claude.batches import Request, Result
from workers.errors import BudgetHeld, BudgetSpent, ClaudeUnavailable, Interrupted, TurnFailed
from workers.failpoints import failpoint
from workers.logs import get_logger
from workers.rounds import Usage

SKEW = timedelta(minutes=2)
"""How far Claude's clock may be behind ours."""
SLOWEST_FACTOR = 10
GROWTH = 1.5
UNPAID = "the budget is used up"

log = get_logger(__name__)

Next = tuple[Job, float]
"""A job as it stands, and in how many seconds it goes on."""


def step(job: Job, kind: Kind, services: BulkServices) -> Next:
    """Do the next thing of a job that is not over."""
    return STEPS[job.state](job, kind, services)


def _collect(job: Job, kind: Kind, services: BulkServices) -> Next:
    found = kind.collect(job, services)
    services.jobs.put_items(job, enumerate(found.items, job.items))
    number = job.items + len(found.items)
    failpoint("bulk_collected")
    state: JobState = "collecting" if found.cursor else "ready"
    job = services.jobs.save(
        job, items=number, cursor=found.cursor, left_out=job.left_out + found.left_out, state=state, misses=0
    )
    return job, found.wait_seconds


def _submit(job: Job, kind: Kind, services: BulkServices) -> Next:
    """Send what is open; that it is being sent is stored first, since the answer may be lost."""
    requests = _open_requests(job, kind, services)
    if not requests:
        return services.jobs.save(job, state="showing", misses=0), 0
    try:
        held = job.held or services.batches.hold(requests, job.payer)
    except BudgetHeld:
        return _later(job, services)  # What others hold comes free when they end, and by itself in a day.
    except BudgetSpent:
        if job.round == 1:
            raise
        return _without(requests, job, services), 0
    try:
        job = services.jobs.save(
            job, held=held, state="submitting", sent=len(requests), sent_at=time.time(), batch_id="", candidates=(),
            polls=0,
        )  # fmt: skip
    except Interrupted:
        if held != job.held:
            services.batches.book(held, job.payer, Usage(), 0)  # Nobody else knows of it.
        raise
    failpoint("batch_sending")
    batch = services.batches.create(requests, job.payer)
    failpoint("batch_sent")
    services.jobs.claim_batch(job, batch.id)
    log.info("batch_sent", job=job.id, kind=job.kind, round=job.round, requests=job.sent)
    return services.jobs.save(job, state="running", batch_id=batch.id, misses=0), _pause(job, services)


def _without(requests: Sequence[Request], job: Job, services: BulkServices) -> Job:
    """Go on to what was done, without what there is no money to repeat."""
    numbers = [number for each in requests if (number := job.number_of(each.custom_id)) is not None]
    services.jobs.put_answers(job, dict.fromkeys(numbers, Answer(state="failed", problem=UNPAID)))
    return services.jobs.save(job, state="showing", misses=0)


def _look_for(job: Job, _kind: Kind, services: BulkServices) -> Next:
    """Look for a batch whose create had no answer, before it is sent again.

    The list names neither what is in a batch nor who sent it: one of our size that was made since then and that no
    other job has taken may be ours. Its results tell, for they carry our ids.
    """
    if likely := _likely(job, services):
        return services.jobs.save(job, state="running", candidates=likely, misses=0), _pause(job, services)
    # It was not taken, so nothing is gained by that: what can never be sent is given up in the end.
    return services.jobs.save(job, state="ready"), 0


def _likely(job: Job, services: BulkServices) -> tuple[str, ...]:
    """Return the batches that may be the one of a create that had no answer."""
    since = datetime.fromtimestamp(job.sent_at, UTC) - SKEW
    likely = tuple(
        batch.id
        for batch in services.batches.since(since)
        if batch.size == job.sent and services.jobs.owner_of(batch.id) in ("", job.id)
    )
    log.info("batch_looked_for", job=job.id, candidates=len(likely))
    return likely


def _poll(job: Job, kind: Kind, services: BulkServices) -> Next:
    if not job.batch_id:
        return _choose(job, services)
    batch = services.batches.find(job.batch_id)
    if batch and not batch.is_ended:
        return _later(job, services)
    return _take(job, kind, services), 0


def _choose(job: Job, services: BulkServices) -> Next:
    """Look which candidate is ours; with none left the requests are sent again."""
    own, left = _own_of(job, job.candidates, services)
    if own:
        return services.jobs.save(job, batch_id=own, candidates=()), 0
    if not left:
        return services.jobs.save(job, state="ready", candidates=()), 0
    return _later(services.jobs.save(job, candidates=left), services)


def _own_of(job: Job, candidates: Iterable[str], services: BulkServices) -> tuple[str, tuple[str, ...]]:
    """Return which of these batches is ours, or else those that have not ended and may be it."""
    left: list[str] = []
    for batch_id in candidates:
        batch = services.batches.find(batch_id)
        if batch is None:
            continue
        if batch.is_ended:
            is_own = _is_own(job, batch_id, services) and services.jobs.claim_batch(job, batch_id)
        else:
            is_own = services.jobs.owner_of(batch_id) == job.id  # One of an earlier round has ended.
        if is_own:
            return batch_id, ()
        if not batch.is_ended:
            left.append(batch_id)
    return "", tuple(left)


def _is_own(job: Job, batch_id: str, services: BulkServices) -> bool:
    first = next(iter(services.batches.results(batch_id)), None)
    return first is not None and job.number_of(first.custom_id) is not None


def _take(job: Job, _kind: Kind, services: BulkServices) -> Job:
    """Store what came of each request, in whatever order it comes; the same again changes nothing."""
    answers: dict[int, Answer] = {}
    own: list[Result] = []
    known = services.jobs.answers(job)
    for result in services.batches.results(job.batch_id):
        number = job.number_of(result.custom_id)
        if number is None or number in answers:
            continue
        is_final = job.round >= (MOST_LATE_ROUNDS if result.is_late else MOST_ROUNDS)
        answers[number] = _final(result.answer) if is_final else result.answer
        own.append(result)
    is_last = job.round >= MOST_ROUNDS
    settled_before = {number for number, answer in known.items() if answer.state != "again"}
    fresh = {number: answer for number, answer in answers.items() if number not in settled_before}
    services.jobs.put_answers(job, fresh)
    failpoint("bulk_taken")
    # A request without a result, of a batch that is gone, is open as well.
    settled = {number for number, answer in (known | answers).items() if answer.state != "again"}
    again = job.items - len(settled)
    log.info("batch_taken", job=job.id, round=job.round, results=len(answers), again=again)
    state: JobState = "showing" if is_last or not again else "ready"
    usage, usd = _book(job, own, services)
    return services.jobs.save(
        job, state=state, round=job.round if state == "showing" else job.round + 1, usage=_sum(job.usage, usage),
        usd=job.usd + usd, held="", misses=0,
    )  # fmt: skip


def _book(job: Job, results: Iterable[Result], services: BulkServices) -> tuple[Usage, float]:
    """Book what a batch took and return it: each request has its own price, by its own length.

    Before the step is stored: who does it again after a crash books no second time.
    """
    usage, usd = Usage(), 0.0
    for result in results:
        usage, usd = _sum(usage, result.usage), usd + services.batches.cost_usd(result.usage)
    services.batches.book(job.held, job.payer, usage, usd)
    return usage, usd


def _show(job: Job, kind: Kind, services: BulkServices) -> Next:
    items = dict(services.jobs.items(job))
    job = kind.show(job, Outcome(items, services.jobs.answers(job)), services)
    failpoint("bulk_shown")
    log.info("bulk_done", job=job.id, kind=job.kind, items=job.items, usd=round(job.usd, 6))
    return services.jobs.save(job, state="done", misses=0), 0


def _wind_up(job: Job, _kind: Kind, services: BulkServices) -> Next:
    """Stop a cancelled job's batch, and book what it took until it ended."""
    if not job.held:
        return services.jobs.save(job, state="cancelled"), 0
    if not job.batch_id:
        # It was cancelled before the answer to our create was stored.
        own, left = _own_of(job, job.candidates or _likely(job, services), services)
        if own or left:
            job = services.jobs.save(job, batch_id=own, candidates=left)
        if left:
            return _later(job, services)
    batch = services.batches.find(job.batch_id) if job.batch_id else None
    if batch and not batch.is_ended:
        if not batch.is_stopping:
            services.batches.cancel(batch.id)
        return _later(job, services)
    usage, usd = _book(job, services.batches.results(batch.id) if batch else (), services)
    return services.jobs.save(job, state="cancelled", held="", usage=_sum(job.usage, usage), usd=job.usd + usd), 0


def settle(job: Job, services: BulkServices) -> None:
    """Book what a job that fails has out, and free what it held: at most that, as far as its end cannot be awaited."""
    if not job.held:
        return
    try:
        batch = services.batches.find(job.batch_id) if job.batch_id else None
        if batch and not batch.is_ended:
            services.batches.cancel(batch.id)
        if not job.candidates and (batch is None or batch.is_ended):
            _book(job, services.batches.results(batch.id) if batch else (), services)
            return
    except (ClaudeUnavailable, TurnFailed) as error:
        log.warning("batch_not_settled", job=job.id, cause=type(error).__name__)
    services.batches.book(job.held, job.payer, Usage(), services.batches.held_usd(job.held))


STEPS: dict[JobState, Callable[[Job, Kind, BulkServices], Next]] = {
    "collecting": _collect,
    "ready": _submit,
    "submitting": _look_for,
    "running": _poll,
    "showing": _show,
    "cancelling": _wind_up,
}


def _open_requests(job: Job, kind: Kind, services: BulkServices) -> list[Request]:
    answers = services.jobs.answers(job)
    return [
        kind.ask(job, number, item)
        for number, item in services.jobs.items(job)
        if number not in answers or answers[number].state == "again"
    ]


def _later(job: Job, services: BulkServices) -> Next:
    return services.jobs.save(job, polls=job.polls + 1, misses=0), _pause(job, services)


def _pause(job: Job, services: BulkServices) -> float:
    """Return the wait before the next look: it grows, for a batch takes minutes or hours."""
    first = services.settings.batch_poll_seconds
    return min(first * GROWTH**job.polls, first * SLOWEST_FACTOR)


def _final(answer: Answer) -> Answer:
    return answer.model_copy(update={"state": "failed"}) if answer.state == "again" else answer


def _sum(one: Usage, other: Usage) -> Usage:
    return Usage(**{name: getattr(one, name) + getattr(other, name) for name in Usage.model_fields})
