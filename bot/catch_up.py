"""After a silence: looks through Slack's history for questions that never reached us, and hands each over once.

One process at a time works on it, slowly, so that answers come first; another goes on where it died.
"""

from __future__ import annotations

import asyncio
import contextlib
import secrets
import time
from collections.abc import AsyncIterator, Callable

from bot.changes import Change
from bot.history import History, NotReadable, SlackAway
from bot.intake import Intake
from bot.missed import LONGEST_SECONDS, Place, active_threads, missed_edits, missed_turns
from bot.services import Services
from workers.jobs import DONE, Job, StateUnavailable, TurnRequest
from workers.logs import get_logger

log = get_logger(__name__)

BEAT_SECONDS = 10.0
# Shorter silences are bridged by Slack itself, which brings an event again at once, after a minute, and after five.
GAP_SECONDS = 30.0
MARGIN_SECONDS = 60.0
# A thread's root may be older than what is asked in it; of older threads only those are known where we take part.
ROOTS_SECONDS = 86_400.0
MOST_PAGES = 5
RECENT_THREADS, MOST_THREADS = 200, 1_000
POLL_SECONDS = 0.25
SILENCE = {"gap_seconds": GAP_SECONDS, "margin_seconds": MARGIN_SECONDS, "longest_seconds": LONGEST_SECONDS}


class JobLost(Exception):
    """Another process has the job, or a new silence has begun it anew."""


class CatchUp:
    """Beats while Slack can be heard, and works on what a silence has left."""

    def __init__(self, services: Services, is_hearing: Callable[[], bool]) -> None:
        self._services, self._is_hearing = services, is_hearing
        self._intake = Intake(services)
        self._token = secrets.token_hex(8)
        self._wake = asyncio.Event()

    async def run(self) -> None:
        """Go on until cancelled; nothing that goes wrong here ends it."""
        try:
            await asyncio.gather(self._beat(), self._work())
        finally:
            with contextlib.suppress(StateUnavailable):
                await self._services.handover.run(lambda door: door.missed.release(self._team_id, self._token))

    async def _beat(self) -> None:
        while True:
            await self._until_heard()
            try:
                if await self._was_away():
                    log.info("was_away")
                    self._wake.set()
            except StateUnavailable:
                log.warning("beat_failed")
            except Exception:
                log.exception("beat_failed")
            await asyncio.sleep(BEAT_SECONDS)

    async def _was_away(self) -> bool:
        """Beat, and return whether there is something to look for: after a silence, or after events were refused."""
        refusals = self._services.refusals
        since = refusals.since
        was_away = await self._services.handover.run(
            lambda door: door.missed.beat(self._team_id, refused_since=since, **SILENCE)
        )
        if since is not None:
            # Also what was refused during this beat is found: the looking begins only now.
            refusals.since = None
        return was_away

    async def _work(self) -> None:
        while True:
            await self._until_heard()
            self._wake.clear()
            try:
                job = await self._take()
                if job:
                    await self._catch_up(job)
            except (StateUnavailable, SlackAway, JobLost) as error:
                log.warning("catch_up_interrupted", cause=type(error).__name__)
            except Exception:
                log.exception("catch_up_failed")
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._wake.wait(), BEAT_SECONDS)

    async def _until_heard(self) -> None:
        while not self._is_hearing():  # noqa: ASYNC110  a socket that comes and goes sets no event
            await asyncio.sleep(POLL_SECONDS)

    @property
    def _team_id(self) -> str:
        return self._services.identity.team_id

    async def _take(self) -> Job | None:
        """Take the job, or keep it."""
        if not self._is_hearing():
            return None
        return await self._services.handover.run(lambda door: door.missed.take(self._team_id, self._token))

    async def _keep(self, job: Job) -> None:
        kept = await self._take()
        if kept is None or kept.begun != job.begun:
            raise JobLost

    async def _catch_up(self, job: Job) -> None:
        log.info("catch_up_begins", since=round(job.since), places_done=len(job.cursors))
        history = History(self._services, lambda: self._keep(job))
        done = {name for name, cursor in job.cursors.items() if cursor == DONE}
        async for place in self._places(history):
            if place.name not in done:
                await self._look(place, job, history, done)
        await self._services.handover.run(lambda door: door.missed.finish(self._team_id, self._token, job))
        log.info("catch_up_done", places=len(done), calls=history.calls)

    async def _places(self, history: History) -> AsyncIterator[Place]:
        """Yield where to look: lively threads of ours, direct messages, channels, then the older threads."""
        known = await self._services.handover.run(lambda door: door.threads(self._team_id, MOST_THREADS))
        threads = [Place(where.channel_id, where.is_direct, where.thread_ts) for where, _ in known]
        for place in threads[:RECENT_THREADS]:
            yield place
        channels = await history.channels()
        for place in sorted(channels, key=lambda each: not each.is_direct):
            yield place
        for place in threads[RECENT_THREADS:]:
            yield place

    async def _look(self, place: Place, job: Job, history: History, done: set[str]) -> None:
        """Look through one place, page by page; each page's messages are stored before the next one is asked for."""
        oldest = job.since - (0.0 if place.thread_ts else ROOTS_SECONDS)
        cursor = job.cursors.get(place.name, "")
        try:
            for _ in range(MOST_PAGES):
                page = await history.page(place, oldest=oldest, cursor=cursor)
                found = missed_turns(page.messages, place, self._services.identity, since=job.since, now=time.time())
                for request in found:
                    await self._hand_over(request)
                for change in missed_edits(page.messages, place, self._services.identity, since=job.since):
                    await self._hand_over_edit(change)
                for thread in active_threads(page.messages, place, since=job.since) if not place.thread_ts else ():
                    if thread.name not in done:
                        await self._look(thread, job, history, done)
                cursor = page.cursor
                if not cursor:
                    break
                await self._note(job, place, cursor)
        except NotReadable as error:
            log.info("place_not_readable", place=place.name, code=error.code)
        await self._note(job, place, DONE)
        done.add(place.name)

    async def _note(self, job: Job, place: Place, cursor: str) -> None:
        handover, team_id = self._services.handover, self._team_id
        if not await handover.run(lambda door: door.missed.note(team_id, self._token, job, place.name, cursor)):
            raise JobLost

    async def _hand_over(self, request: TurnRequest) -> None:
        work = await self._intake.take(request)
        if work:
            log.info("missed_message_taken", box=request.conversation.box, ts=request.ts)
            self._services.background.start(work)

    async def _hand_over_edit(self, change: Change) -> None:
        words = change.new_words
        if words and await self._services.handover.edit(change.conversation, words):
            log.info("missed_edit_taken", box=change.conversation.box, ts=change.ts)
