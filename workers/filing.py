"""From a draft to an issue: shows the draft, files it once through the ledger, and looks when nobody knows.

A create is sent once. If its answer is lost the filing is uncertain: it is looked up in growing waits, and only a
person may have it sent again.
"""

from __future__ import annotations

from collections.abc import Collection
from contextlib import suppress

from workers.aftercare import Aftercare
from workers.duplicates.finder import Duplicates
from workers.duplicates.joining import Joining
from workers.errors import (
    FilingUncertain,
    JiraRefused,
    JiraUnavailable,
    SupportBotError,
)
from workers.failpoints import failpoint
from workers.jira.create_request import CreateRequest
from workers.jira.errors import refusal_sentences
from workers.jira.gateway import JiraGateway
from workers.jira.payload import marker_of
from workers.jira.reader import Reader
from workers.jira.values import CreatedIssue
from workers.ledger_cards import Drawn, LedgerCards
from workers.logs import get_logger
from workers.patience import asks_person, seconds_to_look
from workers.records import Draft, Filing
from workers.sending import Sender
from workers.similar import Proposed
from workers.slack.cards import Cards
from workers.slack.files import SlackFiles
from workers.state.codec import encode
from workers.state.filings import Filings
from workers.state.ledger import UNDER_WAY
from workers.state.metrics import Metrics
from workers.views import told
from workers.views.draft_card import draft_card

# Seconds after the request was lost at which Jira is searched; its index lags by seconds to minutes.
LOOKS = (3, 10, 30, 60, 120, 300, 900)

log = get_logger(__name__)


class DraftDesk:
    """Drafts of one worker process: shown, edited, cancelled, filed."""

    def __init__(
        self,
        filings: Filings,
        cards: Cards,
        jira: JiraGateway,
        files: SlackFiles,
        metrics: Metrics,
        duplicates: Duplicates,
        *,
        write_policy: str,
    ) -> None:
        self._filings, self._cards, self._jira, self._metrics = filings, cards, jira, metrics
        self._request, self._write_policy, self.duplicates = CreateRequest(jira), write_policy, duplicates
        self._shown = LedgerCards(filings, cards, self._drawn, failpoint_name="card_shown")
        self._sender = Sender(filings, self._shown.try_to_refresh)
        self._aftercare = Aftercare(filings, jira, files, self._shown.try_to_refresh)
        self._joining = Joining(filings, jira, self._shown.refresh_in_passing, self._joined)

    def propose(self, draft: Draft, reader: Reader, *, write_policy: str = "") -> Proposed:
        """Store a draft, look for others like it, and show it or file it at once as the policy says.

        What may be a duplicate, or could not be looked for, is never filed before a person was asked.
        """
        is_new = self.keep(draft)
        failpoint("draft_stored")
        similar = self.duplicates.look(draft, reader)
        if (write_policy or self._write_policy) == "auto" and not similar.is_in_doubt:
            return Proposed(self._file_at_once(draft, reader))
        self.refresh(draft, is_new=is_new)
        return Proposed(told.shown(draft, similar), similar.shown)

    def keep(self, draft: Draft) -> bool:
        """Store a draft; False if it was stored before, which changes nothing."""
        return self._filings.add(draft)

    def join(self, draft: Draft, key: str, reader: Reader, *, by: str) -> Filing:
        """Add a draft's report to an issue that exists and close the draft; safe to repeat.

        Raises JiraUnavailable or JiraRefused if it was certainly not added: the draft is as it was.
        """
        try:
            self._joining.join(draft, key, reader, by=by)
        except SupportBotError:
            self._shown.try_to_refresh(draft)
            raise
        return self.settle(draft)

    def find(self, team_id: str, draft_id: str) -> tuple[Draft, Filing] | None:
        return self._filings.get(team_id, draft_id)

    def refresh(self, draft: Draft, *, is_new: bool = False) -> None:
        """Make the card show where the draft stands now; `is_new` if it has certainly no card yet."""
        self._shown.refresh(draft, is_new=is_new)

    def edit(self, old: Draft, new: Draft, reader: Reader | None = None) -> bool:
        """Replace a draft that is not filed yet and show it; False if it was edited or filed meanwhile."""
        edited = self._filings.edit(old, new)
        if edited and reader and _read_as(old) != _read_as(new):
            self.duplicates.look_again(new, reader)
        self.refresh(new)
        return edited

    def cancel(self, draft: Draft, *, by: str) -> None:
        """Close a draft for good, unless it was sent."""
        self._filings.move(draft, "cancelled", since=("new", "rejected"), fields={"pressed_by": by})
        self.refresh(draft)
        self._cards.settled(draft.conversation, "active")

    def file(self, draft: Draft, *, by: str, readers: Collection[Reader] = (), again: bool = False) -> Filing:
        """Send a draft to Jira unless it was sent before; `again` repeats one whose fate is unknown.

        It is sent only if each of the readers may be shown the issues that its fields name. Raises JiraUnavailable if
        Jira certainly did not take it for ten seconds: the draft is as it was, and can be filed later.
        """

        def send_and_settle() -> Filing:
            if again:
                # It may have turned up since the card has asked.
                with suppress(JiraUnavailable, JiraRefused):
                    self._clear_up(draft)
            self._sender.patiently(draft, lambda: self._send_once(draft, by=by, readers=readers, again=again))
            return self.settle(draft)

        return self._sender.looked_after(draft, send_and_settle)

    def confirm(self, team_id: str, marker: str, *, key: str, issue_id: str) -> None:
        """Take Jira's own word that an issue with this sign exists, whoever still waits for an answer."""
        found = self._filings.marked(team_id, marker)
        if found and found[1].state != "done":
            issue = CreatedIssue(key, issue_id, self._jira.url_of(key))
            self._done(found[0], issue, found_by_looking=True)
            self.settle(found[0])

    def look(self, draft: Draft) -> Filing:
        """Find out what became of a draft whose answer was lost, and settle what is found.

        Raises what kept it from looking; the next look is arranged all the same.
        """
        if self._sender.look(draft) == "uncertain":
            try:
                self._clear_up(draft)
            except SupportBotError:
                self._look_later(draft)
                self._shown.try_to_refresh(draft)
                raise
            if self._now(draft).state == "uncertain":
                self._look_later(draft)
        filing = self.settle(draft)
        if filing.state in ("new", "rejected", "cancelled"):
            # Only its card was to be shown.
            self._filings.rest(draft)
        return filing

    def _clear_up(self, draft: Draft) -> None:
        """Search Jira for the issue; what joins another is gone on with, since its comment can be looked for surely."""
        if self._joining.go_on(draft):
            return
        found = self._jira.find_by_label(draft.project, marker_of(draft.id))
        if found:
            self._done(draft, min(found, key=lambda issue: int(issue.id)), found_by_looking=True)

    def settle(self, draft: Draft) -> Filing:
        """Bring the card, Jira's link and the attachments in line with the ledger; safe to repeat."""
        filing = self._now(draft)

        def finish() -> None:
            if filing.state == "done":
                self._aftercare.finish(draft, filing)

        self._shown.settle(draft, finish)
        return filing

    def _file_at_once(self, draft: Draft, reader: Reader) -> str:
        try:
            # Nobody pressed anything.
            filing = self.file(draft, by="", readers=(reader,))
        except JiraUnavailable:
            return told.NOT_FILED
        return told.filed_at_once(filing)

    def _send_once(self, draft: Draft, *, by: str, readers: Collection[Reader], again: bool) -> None:
        """Send the one POST and store its outcome, if it is this caller's to send."""
        self._filings.remember_marker(draft, marker_of(draft.id))
        token = self._sender.begin(draft, by=by, mode="force" if again else "press")
        if not token:
            return
        try:
            with self._sender.holding(draft, token):
                failpoint("filing_begun")
                self._shown.refresh_in_passing(draft)
                created = self._request.send(draft, readers)
            failpoint("filing_answered")
        except JiraRefused as error:
            newest = self._request.with_newest_screen(draft) if error.status == 400 else draft
            reasons = refusal_sentences(error, {spec.id: spec.name for spec in newest.specs})
            self._filings.move(
                draft, "rejected", since=UNDER_WAY, token=token, fields={"errors": encode(list(reasons))}
            )
            if newest is not draft:
                self._filings.edit(draft, newest, keeps_state=True)
        except FilingUncertain:
            log.warning("filing_uncertain")
            self._filings.move(draft, "uncertain", since=UNDER_WAY, token=token, look_in_seconds=LOOKS[0])
        except SupportBotError:
            # Certainly not taken: as if the button had not been pressed.
            self._filings.move(draft, "new", since=UNDER_WAY, token=token)
            raise
        else:
            self._done(draft, created)
            failpoint("filing_stored")

    def _done(self, draft: Draft, issue: CreatedIssue, *, found_by_looking: bool = False) -> None:
        self.duplicates.filed(draft)
        if self._filings.done(draft, issue.key, issue.url):
            self._metrics.count("supportbot_issues_filed_total")
            self._cards.settled(draft.conversation, "closed")
            log.info("issue_filed", issue=issue.key, found_by_looking=found_by_looking)
        elif self._now(draft).issue_key != issue.key:
            log.warning("issue_filed_beside_another", issue=issue.key)

    def _joined(self, draft: Draft) -> None:
        self._cards.settled(draft.conversation, "closed")

    def _look_later(self, draft: Draft) -> None:
        later = seconds_to_look(LOOKS, self._now(draft).uncertain_since)
        # After the last look it stays with the person; the card's "check again" still works.
        if later:
            self._filings.look_later(draft, later)
        else:
            self._filings.rest(draft)

    def _drawn(self, draft: Draft) -> Drawn | None:
        found = self._filings.get(draft.conversation.team_id, draft.id)
        if not found:
            return None
        draft, filing = found
        asks = asks_person(filing.state, filing.uncertain_since)
        blocks, text = draft_card(draft, filing, self.duplicates.of(draft), asks_person=asks)
        return Drawn(draft.conversation, draft.id, blocks, text, filing.card_ts, filing.card_shows)

    def _now(self, draft: Draft) -> Filing:
        found = self._filings.get(draft.conversation.team_id, draft.id)
        return found[1] if found else Filing()


def _read_as(draft: Draft) -> tuple[str, str, str]:
    """Return what issues like a draft are looked for by."""
    return draft.project, draft.summary, draft.description
