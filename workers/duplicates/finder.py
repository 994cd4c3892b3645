"""Looks for issues like a draft before it is shown: in Jira, and among what was filed within the last day.

A look takes three seconds at most: a draft does not wait for a slow Jira.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextvars import copy_context
from typing import TypeVar

from workers.duplicates.queries import queries_of
from workers.duplicates.ranking import THRESHOLD, ranked, text_of
from workers.errors import JiraRefused, JiraUnavailable, Misconfigured, ToolError
from workers.failpoints import failpoint
from workers.jira.gateway import JiraGateway
from workers.jira.jql import IssueQuery
from workers.jira.reader import Reader
from workers.jira.values import IssueLine
from workers.logs import get_logger
from workers.records import Draft
from workers.similar import Similar, SimilarIssue
from workers.state.filings import Filings
from workers.state.similar import SimilarIssues

LOOK_SECONDS = 3.0
MOST_SHOWN = 5
MOST_RECENT_READ = 3
"""Of the issues that no search knows yet; each is a request."""
THREADS = 16

T = TypeVar("T")

log = get_logger(__name__)


class Duplicates:
    """What is looked for, found, kept and waved away for the drafts of one worker process."""

    def __init__(self, jira: JiraGateway, filings: Filings, similar: SimilarIssues) -> None:
        self._jira, self._filings, self._similar = jira, filings, similar
        self._pool = ThreadPoolExecutor(THREADS, thread_name_prefix="similar")

    def of(self, draft: Draft) -> Similar:
        """Return what was found like a draft so far."""
        return self._similar.of(draft)

    def look(self, draft: Draft, reader: Reader) -> Similar:
        """Look for issues that a draft may be a duplicate of, once, and keep what was found for its card."""
        known = self._similar.of(draft)
        return self._looked(draft, reader) if known.state == "not_looked" else known

    def look_again(self, draft: Draft, reader: Reader) -> None:
        """Look once more, since the draft reads otherwise now; not if a person said that there is none."""
        if self._similar.of(draft).state != "ignored":
            self._looked(draft, reader)

    def ignore(self, draft: Draft) -> None:
        """Keep that a person says that a draft is no duplicate."""
        self._similar.keep(draft, self._similar.of(draft).model_copy(update={"state": "ignored"}))

    def filed(self, draft: Draft) -> None:
        """Note that a draft is filed, for whoever reports the same before Jira's search knows of it."""
        self._similar.filed(draft)

    def _looked(self, draft: Draft, reader: Reader) -> Similar:
        similar = self.found(draft, reader)
        self._similar.keep(draft, similar)
        failpoint("similar_stored")
        return similar

    def found(self, draft: Draft, reader: Reader) -> Similar:
        """Return the issues that probably tell of the same as a draft, those only that the reader may be shown."""
        until = time.monotonic() + LOOK_SECONDS
        pages, is_whole = self._together([self._search(query, reader) for query in queries_of(draft)], until)
        found = {line.key: line for page in pages for line in page}
        recent, are_read = self._recent(draft, reader, found, until)
        found |= {line.key: line for line in recent}
        issues = likely(draft, list(found.values()), self._jira.url_of)
        is_whole = is_whole and are_read
        log.info("similar_looked_for", candidates=len(found), likely=len(issues), is_whole=is_whole)
        return Similar(state="looked" if is_whole else "failed", issues=issues)

    def _search(self, query: IssueQuery, reader: Reader) -> Callable[[], Sequence[IssueLine]]:
        def search() -> Sequence[IssueLine]:
            try:
                return self._jira.search(query, reader).issues
            except (JiraRefused, ToolError) as error:
                # Such as a component that is gone: the other questions go on.
                log.info("similar_query_refused", cause=type(error).__name__)
                return ()

        return search

    def _recent(
        self, draft: Draft, reader: Reader, found: dict[str, IssueLine], until: float
    ) -> tuple[list[IssueLine], bool]:
        """Return what was filed within a day, is likely, and was found by no search, as the reader sees it."""
        drafts = (self._filings.get(draft.conversation.team_id, each) for each in self._similar.recent(draft))
        filed = {
            filing.issue_key: other
            for other, filing in filter(None, drafts)
            if filing.state == "done" and not filing.joins and filing.issue_key not in found
        }
        lines = [IssueLine(key, other.summary, description=other.description) for key, other in filed.items()]
        near = likely(draft, [*lines, *found.values()], self._jira.url_of)
        keys = [issue.key for issue in near if issue.key in filed][:MOST_RECENT_READ]
        read, is_whole = self._together([self._read(key, reader) for key in keys], until)
        return [line for lines in read for line in lines], is_whole

    def _read(self, key: str, reader: Reader) -> Callable[[], Sequence[IssueLine]]:
        def read() -> Sequence[IssueLine]:
            try:
                issue = self._jira.issue(key, reader)
            except (JiraRefused, ToolError):
                return ()  # It is gone, or not for this person.
            return (IssueLine(issue.key, issue.summary, status=issue.status, description=issue.description),)

        return read

    def _together(self, calls: Sequence[Callable[[], T]], until: float) -> tuple[list[T], bool]:
        """Return what the calls return that are done in time, and whether that is all of them."""
        futures: list[Future[T]] = [self._pool.submit(copy_context().run, call) for call in calls]
        done, late = wait(futures, timeout=max(0.0, until - time.monotonic()))
        for future in late:
            future.cancel()
        results, is_whole = [], not late
        for future in futures:
            if future not in done:
                continue
            try:
                results.append(future.result())
            except (JiraUnavailable, Misconfigured) as error:
                log.warning("similar_not_looked_for", cause=type(error).__name__)
                is_whole = False
        return results, is_whole


def likely(draft: Draft, lines: Sequence[IssueLine], url_of: Callable[[str], str]) -> tuple[SimilarIssue, ...]:
    """Return the likeliest of these issues, those only that a person should look at."""
    own = text_of(draft.summary, draft.description)
    scores = ranked(own, [text_of(line.summary, line.description) for line in lines])
    best = [lines[place] for place, score in scores if score >= THRESHOLD][:MOST_SHOWN]
    return tuple(
        SimilarIssue(key=line.key, summary=line.summary, status=line.status, url=url_of(line.key)) for line in best
    )
