"""What is done about an issue once it is filed: its thread is linked, the draft's files are attached.

None of it undoes the filing, and all of it is safe to repeat: it is tried again later until it works, or is said.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from workers.errors import (
    FileUnreadable,
    JiraRefused,
    JiraUnavailable,
    Misconfigured,
    SlackUnavailable,
    SupportBotError,
)
from workers.failpoints import failpoint
from workers.files.blocks import EMPTY
from workers.jira.attachments import Attachment, attachment_names
from workers.jira.gateway import JiraGateway
from workers.logs import get_logger
from workers.records import Draft, Filing, SlackFile
from workers.slack.files import Download, SlackFiles
from workers.state.filings import Filings

# Seconds until what did not work is tried again.
AGAIN = (2, 10, 60, 300, 1800)
MOST_BYTES = 50_000_000
"""Of one attachment, whatever Jira would take: it goes through this machine's disk."""
# While a file is on its way nobody else begins with it.
FILE_SECONDS = 200.0

SWITCHED_OFF = "attachments are switched off in Jira"
REFUSED = "Jira did not take it"
REASONS = {403: "I don't have the permission to attach files in Jira", 413: "it is larger than Jira takes"}
GAVE_UP = "it did not work for half an hour"

log = get_logger(__name__)


class Aftercare:
    """Finishes the filings of one worker process; `show` makes a draft's card tell how it stands."""

    def __init__(self, filings: Filings, jira: JiraGateway, files: SlackFiles, show: Callable[[Draft], None]) -> None:
        self._filings, self._jira, self._files, self._show = filings, jira, files, show

    def finish(self, draft: Draft, filing: Filing) -> None:
        """Link and attach what is not yet; what does not work now is tried again later, what is refused is said."""
        try:
            self._watch(draft, filing)
            self._link(draft, filing)
            self._attach(draft, filing)
        except (JiraUnavailable, SlackUnavailable) as error:
            failed = self._filings.link_failed(draft)
            log.info("aftercare_waits", issue=filing.issue_key, cause=type(error).__name__, number=failed)
            if failed <= len(AGAIN):
                self._filings.look_later(draft, AGAIN[failed - 1])
                return
            self._give_up(draft)
        self._filings.rest(draft)

    def _watch(self, draft: Draft, filing: Filing) -> None:
        """Have who reported the same hear what becomes of the issue, if they have an account."""
        if not filing.joins:
            return
        try:
            account = self._jira.directory.account_id(draft.asker_email or "", slack_id=draft.asker_id)
            if account:
                self._jira.changes.watch(filing.issue_key, account)
        except JiraUnavailable:
            raise
        except SupportBotError as error:
            log.warning("watcher_not_added", issue=filing.issue_key, cause=type(error).__name__)

    def _link(self, draft: Draft, filing: Filing) -> None:
        where = draft.conversation
        if not draft.permalink:
            return
        try:
            self._jira.link_thread(
                filing.issue_key,
                global_id=f"slack:{where.team_id}:{where.channel_id}:{where.thread_ts}",
                url=draft.permalink,
                title="Slack conversation",
            )
        except JiraUnavailable:
            raise
        except SupportBotError as error:
            log.warning("issue_not_linked", issue=filing.issue_key, cause=type(error).__name__)

    def _attach(self, draft: Draft, filing: Filing) -> None:
        """Attach what is neither attached nor given up; raises the last thing that may work later."""
        pending = list(_pending(draft, filing))
        if not pending:
            return
        here = self._jira.attachments(filing.issue_key)
        attached, refused = [*filing.attached], {**filing.not_attached}
        later: JiraUnavailable | SlackUnavailable | None = None
        for name, file in pending:
            self._filings.look_later(draft, FILE_SECONDS)
            try:
                self._one(draft.conversation.team_id, filing.issue_key, name, file, here)
                attached.append(name)
            except (JiraUnavailable, SlackUnavailable) as error:
                later = error
            except FileUnreadable as error:
                refused[name] = error.reason
            failpoint("file_attached")
            self._filings.remember_files(draft, attached, refused)
        self._show(draft)
        if later:
            raise later

    def _one(self, team_id: str, key: str, name: str, file: SlackFile, here: tuple[Attachment, ...]) -> None:
        """Attach a file unless it is there; raises FileUnreadable with the reason if it can never be."""
        if any(each.name == name and (not file.size or each.size == file.size) for each in here):
            return
        limit = min(self._jira.upload_limit(), MOST_BYTES)
        if not limit:
            raise FileUnreadable(SWITCHED_OFF)
        try:
            with self._files.opened(team_id, file, most_bytes=limit) as download:
                self._upload(key, name, download)
        except FileUnreadable as error:
            if error.may_pass:
                raise SlackUnavailable("a file could not be fetched") from error
            raise
        except JiraRefused as error:
            raise FileUnreadable(REASONS.get(error.status, REFUSED)) from error
        except Misconfigured as error:
            raise FileUnreadable(REASONS[403]) from error

    def _upload(self, key: str, name: str, download: Download) -> None:
        if not download.size:
            raise FileUnreadable(EMPTY)
        self._jira.attach(key, name, download.content, download.size, media_type=download.file.mimetype)
        log.info("file_attached", issue=key, size=download.size)

    def _give_up(self, draft: Draft) -> None:
        """Say of each file that is still not attached that it will not be."""
        found = self._filings.get(draft.conversation.team_id, draft.id)
        filing = found[1] if found else Filing()
        refused = {name: GAVE_UP for name, _ in _pending(draft, filing)}
        if refused:
            self._filings.remember_files(draft, filing.attached, {**filing.not_attached, **refused})
            self._show(draft)


def _pending(draft: Draft, filing: Filing) -> Iterator[tuple[str, SlackFile]]:
    names = attachment_names([file.name for file in draft.files])
    for name, file in zip(names, draft.files, strict=True):
        if name not in filing.attached and name not in filing.not_attached:
            yield name, file
