"""Adds the report of a draft to an issue that exists, once: as a comment that is looked for before it is sent.

What is read of an issue by its key is never older than what was written to it, so a comment can be looked for surely,
and a lost one is sent again. That is why this goes on by itself where the filing of an issue asks a person.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable

from workers.errors import FilingUncertain, Interrupted, JiraRefused, SupportBotError
from workers.failpoints import failpoint
from workers.jira.gateway import JiraGateway
from workers.jira.logins import Actor
from workers.jira.reader import Reader
from workers.logs import get_logger
from workers.proposals import Comment
from workers.records import Draft
from workers.state.filing_lease import renewing
from workers.state.filings import Filings
from workers.state.ledger import UNDER_WAY, BeginMode

FIRST_LOOK_SECONDS = 3.0
HEADING = "Reported once more:"

log = get_logger(__name__)


class Joining:
    """The reports of one worker process that become comments; `show` makes a draft's card tell how it stands.

    `joined` is called once a report has been added.
    """

    def __init__(
        self, filings: Filings, jira: JiraGateway, show: Callable[[Draft], None], joined: Callable[[Draft], None]
    ) -> None:
        self._filings, self._jira, self._show, self._joined = filings, jira, show, joined

    def join(self, draft: Draft, key: str, reader: Reader, *, by: str) -> bool:
        """Add the report to an issue unless that is done or begun; False if the draft is on its way elsewhere.

        Raises JiraUnavailable, or JiraRefused also if the issue is not to be shown to who wants that, and then it was
        certainly not added: the draft is as it was.
        """
        self._jira.changes.target(key, reader)
        token = secrets.token_hex(8)
        begun = self._filings.begin(draft, token=token, by=by, joins=key)
        if begun == "uncertain" and self._joins(draft) == key:
            return self.go_on(draft)
        if begun == "begun":
            self._send(draft, key, token, "press")
        return begun in ("begun", "busy", "done")

    def go_on(self, draft: Draft) -> bool:
        """Bring what was begun and is not known to be done to its end; False if there is nothing of the kind."""
        key, token = self._joins(draft), secrets.token_hex(8)
        if not key:
            return False
        if self._filings.begin(draft, token=token, by="", mode="resume") == "begun":
            self._send(draft, key, token, "resume")
        return True

    def _send(self, draft: Draft, key: str, token: str, mode: BeginMode) -> None:
        try:
            with renewing(lambda: self._filings.renew(draft, token=token)):
                failpoint("joining_begun")
                self._show(draft)
                self._comment(draft, key)
            failpoint("joining_answered")
        except FilingUncertain:
            self._later(draft, token)
        except Interrupted:
            # Whose press this is now may have counted it as done meanwhile; this can go on by itself.
            self._later(draft, token)
            raise
        except SupportBotError as error:
            # What goes on with an earlier try must not forget that one: it may have come through.
            if mode == "press" or isinstance(error, JiraRefused):
                self._filings.move(draft, "new", since=UNDER_WAY, token=token, fields={"joins": ""})
            else:
                self._later(draft, token)
            raise
        else:
            self._filings.done(draft, key, self._jira.url_of(key))
            log.info("report_added", issue=key)
            failpoint("joining_stored")
            self._joined(draft)

    def _comment(self, draft: Draft, key: str) -> None:
        changes = self._jira.acting_as(Actor(draft.conversation.team_id, draft.asker_id)).changes
        comment = comment_of(draft, key)
        if not changes.has_comment(comment.key, comment.id):
            changes.comment(comment)

    def _later(self, draft: Draft, token: str) -> None:
        log.warning("joining_uncertain")
        self._filings.move(draft, "uncertain", since=UNDER_WAY, token=token, look_in_seconds=FIRST_LOOK_SECONDS)

    def _joins(self, draft: Draft) -> str:
        found = self._filings.get(draft.conversation.team_id, draft.id)
        return found[1].joins if found else ""


def comment_of(draft: Draft, key: str) -> Comment:
    """Return a report as a comment; its id is the same whenever it is made."""
    who = draft.asker_name or "a colleague"
    return Comment(
        id=f"{draft.id}:{key}",
        key=key,
        body="\n\n".join(filter(None, (f"**{HEADING} {' '.join(draft.summary.split())}**", draft.description.strip()))),
        mentions=draft.mentions,
        said_by=f"From {who} via " if draft.permalink else f"From {who} via Slack",
        said_at=draft.permalink,
    )
