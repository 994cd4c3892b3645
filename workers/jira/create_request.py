"""The one request that files a draft: whom it names, and the fields that Jira asks for at that moment."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from workers.errors import JiraRefused, SupportBotError, ToolError
from workers.jira.fields import REPORTER
from workers.jira.forms import UNSEEN, issues_named, notes_on
from workers.jira.gateway import JiraGateway
from workers.jira.logins import Actor
from workers.jira.payload import create_payload, people_of, unknown_people
from workers.jira.reader import Reader
from workers.jira.values import CreatedIssue
from workers.logs import get_logger
from workers.records import Draft

LONGEST_KEY = 40

log = get_logger(__name__)


class CreateRequest:
    """Makes the request of a draft and sends it."""

    def __init__(self, jira: JiraGateway) -> None:
        self._jira = jira

    def with_newest_screen(self, draft: Draft) -> Draft:
        """Return a refused draft with the fields that Jira asks for now: its form may have changed within the hour."""
        try:
            specs = self._jira.create_screen(draft.project, draft.issue_type, refresh=True)
        except SupportBotError as error:
            log.info("screen_not_refreshed", cause=type(error).__name__)
            return draft
        if specs == draft.specs:
            return draft
        newest = draft.model_copy(update={"specs": specs, "version": draft.version + 1})
        return newest.model_copy(update={"notes": notes_on(newest, self._jira.cuts)})

    def send(self, draft: Draft, readers: Collection[Reader]) -> CreatedIssue:
        """File a draft by one POST, for these people; raises what the gateway's `create` raises."""
        self._check_keys(draft, readers)
        jira = self._jira.acting_as(Actor(draft.conversation.team_id, draft.asker_id))
        directory = self._jira.directory
        accounts = {**directory.accounts(people_of(draft)), **draft.accounts}
        if nobody := unknown_people(draft, accounts):
            raise JiraRefused(
                400, dict.fromkeys(nobody, "I know no single Jira account for this person."), was_sent=False
            )
        reporter = accounts.get(str(draft.fields.get(REPORTER, "")))
        reporter = reporter or directory.account_id(draft.asker_email or "", slack_id=draft.asker_id)
        try:
            return jira.create(self._payload(draft, accounts, reporter))
        except JiraRefused as error:
            # Only some accounts may set a reporter; then a line of the description says who asked.
            if reporter is None or "reporter" not in error.field_errors:
                raise
            return jira.create(self._payload(draft, accounts, None))

    def _payload(self, draft: Draft, accounts: dict[str, str], reporter: str | None) -> dict[str, Any]:
        return create_payload(
            draft,
            reporter_account_id=reporter,
            accounts=accounts,
            link_of=self._jira.link_of,
            deployment=self._jira.deployment,
        )

    def _check_keys(self, draft: Draft, readers: Collection[Reader]) -> None:
        """Refuse issues among the fields that one of these people may not be shown here, whoever put them there."""
        for spec, given in issues_named(draft):
            if problem := self._problem(given, readers):
                raise JiraRefused(400, {spec.id: problem}, was_sent=False)

    def _problem(self, given: str, readers: Collection[Reader]) -> str:
        """Say why an issue may not be named, empty if it may; nobody's eyes see none."""
        unseen = UNSEEN.format(key=given.strip().upper()[:LONGEST_KEY])
        if not readers or not all(reader.projects for reader in readers):
            # To whom nothing of Jira is open: which projects there are is not told either.
            return unseen
        try:
            for reader in readers:
                # Before the gateway's own look, which names projects that are closed in this place.
                reader.open_key(given)
            key = self._jira.open_key(given)
        except ToolError as problem:
            return str(problem)
        # The bot's own login would put the issue where it sees more than those for whom it writes.
        return "" if all(self._jira.visible_keys((key,), reader) for reader in readers) else unseen
