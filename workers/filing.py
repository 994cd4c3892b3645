"""From a draft to an issue: shows the draft, files it once through the ledger, and looks when nobody knows.

A create is sent once. If its answer is lost the filing is uncertain: it is looked up in growing waits, and only a
person may have it sent again.
"""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from workers.errors import FilingUncertain, JiraRefused, JiraUnavailable, StateUnavailable, SupportBotError
from workers.failpoints import failpoint
from workers.jira.errors import refusal_sentences
from workers.jira.gateway import JiraGateway
from workers.jira.payload import create_payload, marker_of, people_of
from workers.jira.values import CreatedIssue
from workers.logs import get_logger
from workers.records import Draft, Filing
from workers.slack.cards import Cards
from workers.state.codec import encode
from workers.state.filings import Filings
from workers.state.metrics import Metrics
from workers.views.draft_card import draft_card

# Seconds after the request was lost at which Jira is searched; its index lags by seconds to minutes.
LOOKS = (3, 10, 30, 60, 120, 300, 900)
# From the second look on the card asks a person, and looking goes on behind it: also after a request that hung for
# its full 30 s the two buttons then stand within 45 s.
ASK_AFTER_SECONDS = 9.0
RENEW_SECONDS = 3.0

log = get_logger(__name__)


class DraftDesk:
    """Drafts of one worker process: shown, edited, cancelled, filed."""

    def __init__(
        self, filings: Filings, cards: Cards, jira: JiraGateway, metrics: Metrics, *, write_policy: str
    ) -> None:
        self._filings, self._cards, self._jira, self._metrics = filings, cards, jira, metrics
        self._write_policy = write_policy

    def propose(self, draft: Draft) -> str:
        """Store a draft, show it or file it at once as the policy says, and return what to tell the model."""
        self._filings.add(draft)
        failpoint("draft_stored")
        if self._write_policy == "auto":
            return self._file_at_once(draft)
        self.refresh(draft)
        return (
            f"Draft shown to {draft.asker_name or 'the person'} with the buttons Create, Edit and Cancel. Nothing is "
            "filed yet: it will be when a person presses Create. Say that the draft is ready; don't repeat its text."
        )

    def keep(self, draft: Draft) -> None:
        """Store a draft, once."""
        self._filings.add(draft)

    def find(self, team_id: str, draft_id: str) -> tuple[Draft, Filing] | None:
        return self._filings.get(team_id, draft_id)

    def refresh(self, draft: Draft) -> None:
        """Make the card show where the draft stands now."""
        found = self._filings.get(draft.conversation.team_id, draft.id)
        if not found:
            return
        draft, filing = found
        asks = filing.state == "uncertain" and time.time() - filing.uncertain_since >= ASK_AFTER_SECONDS
        blocks, text = draft_card(draft, filing, asks_person=asks)
        ts = self._cards.show(draft.conversation, key=draft.id, blocks=blocks, text=text, known_ts=filing.card_ts)
        failpoint("card_shown")
        if ts != filing.card_ts:
            self._filings.remember_card(draft, ts)

    def edit(self, old: Draft, new: Draft) -> bool:
        """Replace a draft that is not filed yet and show it; False if it was edited or filed meanwhile."""
        edited = self._filings.edit(old, new)
        self.refresh(new)
        return edited

    def cancel(self, draft: Draft, *, by: str) -> None:
        """Close a draft for good, unless it was sent."""
        self._filings.move(draft, "cancelled", since=("new", "rejected"), fields={"pressed_by": by})
        self.refresh(draft)

    def file(self, draft: Draft, *, by: str, again: bool = False) -> Filing:
        """Send a draft to Jira unless it was sent before; `again` repeats one whose fate is unknown.

        Raises JiraUnavailable if Jira certainly did not take it: the draft is as it was, and can be filed later.
        """
        token = secrets.token_hex(8)
        begun = self._filings.begin(draft, token=token, by=by, mode="force" if again else "press")
        if begun == "begun":
            failpoint("filing_begun")
            self.refresh(draft)
            self._send(draft, token)
        return self._settle(draft)

    def look(self, draft: Draft) -> None:
        """Search Jira for an issue whose create lost its answer, and settle what is found."""
        if self._filings.begin(draft, token="", by="", mode="look") != "uncertain":
            self.refresh(draft)
            return
        found = self._jira.find_by_label(draft.project, marker_of(draft.id))
        if found:
            self._done(draft, min(found, key=lambda issue: int(issue.id)), since="uncertain")
            self._settle(draft)
            return
        waited = time.time() - (self._now(draft).uncertain_since or time.time())
        later = [look for look in LOOKS if look > waited + 1]
        # After the last look it stays with the person; the card's "check again" still works.
        self._filings.move(
            draft, "uncertain", since=("uncertain",), look_in_seconds=later[0] - waited if later else 10 * 86_400
        )
        self.refresh(draft)

    def outcomes(self, drafts: list[tuple[Draft, Filing]]) -> list[str]:
        """Return a sentence for the model on each draft of a conversation."""
        ends = {
            "new": "waits for a person to press Create",
            "sending": "is being filed",
            "rejected": "was refused by Jira; a person can edit it",
            "uncertain": "was sent to Jira, but it is not known yet whether it was filed",
            "cancelled": "was cancelled",
        }
        return [
            f"Draft '{draft.summary}' ({draft.project} {draft.issue_type}) "
            + (f"was filed as {filing.issue_key}" if filing.state == "done" else ends[filing.state])
            for draft, filing in drafts
        ]

    def _file_at_once(self, draft: Draft) -> str:
        try:
            filing = self.file(draft, by=draft.asker_id)
        except JiraUnavailable:
            self.refresh(draft)
            return "Jira does not answer now. The draft is shown with a Create button; a person can press it later."
        if filing.state == "done":
            return f"Filed as {filing.issue_key}: {filing.issue_url}"
        if filing.state == "rejected":
            return f"Jira refused it: {' '.join(filing.errors)} The draft is shown; a person can edit it."
        return "It was sent to Jira, but the answer was lost. The card in the thread will say whether it was filed."

    def _send(self, draft: Draft, token: str) -> None:
        """Send the one POST and store its outcome."""
        try:
            with self._renewing(draft, token):
                created = self._create(draft)
        except JiraRefused as error:
            reasons = refusal_sentences(error, {spec.id: spec.name for spec in draft.specs})
            self._filings.move(
                draft, "rejected", since=("sending",), token=token, fields={"errors": encode(list(reasons))}
            )
        except FilingUncertain:
            log.warning("filing_uncertain")
            self._filings.move(draft, "uncertain", since=("sending",), token=token, look_in_seconds=LOOKS[0])
        except SupportBotError:
            # Certainly not taken: as if the button had not been pressed.
            self._filings.move(draft, "new", since=("sending",), token=token)
            raise
        else:
            failpoint("filing_answered")
            self._done(draft, created, since="sending", token=token)
            failpoint("filing_stored")

    def _create(self, draft: Draft) -> CreatedIssue:
        accounts = self._jira.accounts(people_of(draft))
        reporter = accounts.get(draft.asker_email or "")
        try:
            return self._jira.create(self._payload(draft, accounts, reporter))
        except JiraRefused as error:
            # Only some accounts may set a reporter; then a line of the description says who asked.
            if reporter is None or "reporter" not in error.field_errors:
                raise
            return self._jira.create(self._payload(draft, accounts, None))

    def _payload(self, draft: Draft, accounts: dict[str, str], reporter: str | None) -> dict[str, Any]:
        return create_payload(draft, reporter_account_id=reporter, accounts=accounts, link_of=self._jira.link_of)

    def _done(self, draft: Draft, issue: CreatedIssue, *, since: str, token: str = "") -> None:
        fields: dict[str, str | bytes] = {"issue_key": issue.key, "issue_url": issue.url}
        if self._filings.move(draft, "done", since=("sending", "uncertain"), token=token, fields=fields):
            self._metrics.count("supportbot_issues_filed_total")
            log.info("issue_filed", issue=issue.key, found_by_looking=since == "uncertain")

    def _settle(self, draft: Draft) -> Filing:
        """Bring Jira's link and the card in line with the ledger; safe to repeat."""
        filing = self._now(draft)
        if filing.state == "done" and draft.permalink:
            where = draft.conversation
            self._jira.link_thread(
                filing.issue_key,
                global_id=f"slack:{where.team_id}:{where.channel_id}:{where.thread_ts}",
                url=draft.permalink,
                title="Slack conversation",
            )
        self.refresh(draft)
        return filing

    def _now(self, draft: Draft) -> Filing:
        found = self._filings.get(draft.conversation.team_id, draft.id)
        return found[1] if found else Filing()

    @contextmanager
    def _renewing(self, draft: Draft, token: str) -> Iterator[None]:
        """Keep the short lease of the sender alive while its request runs."""
        over = threading.Event()

        def renew() -> None:
            while not over.wait(RENEW_SECONDS):
                try:
                    self._filings.renew(draft, token=token)
                except StateUnavailable:
                    log.warning("renew_failed")

        thread = threading.Thread(target=renew, name="filing-lease", daemon=True)
        thread.start()
        try:
            yield
        finally:
            over.set()
            thread.join()
