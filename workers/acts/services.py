"""What acts may use, and who may do what."""

from __future__ import annotations

from dataclasses import dataclass

from workers import policy
from workers.bulk.services import BulkServices
from workers.changes.desk import ChangeDesk
from workers.claude.client import Claude
from workers.filing import DraftDesk
from workers.jira.directory import Sought
from workers.jira.forms import issues_named
from workers.jira.gateway import JiraGateway
from workers.jira.mentions import Who
from workers.jira.reader import Reader
from workers.person import Person
from workers.policy import ChannelSettings
from workers.records import Action, Draft
from workers.settings import WorkerSettings
from workers.slack.api import SlackClients
from workers.slack.channels import channel_info
from workers.slack.files import SlackFiles
from workers.slack.modals import Modals
from workers.slack.people import People
from workers.slack.tell import Teller
from workers.standing import reader_of
from workers.state.accounts import Accounts
from workers.state.cache import Cache
from workers.state.channel_settings import Channels
from workers.state.filings import Filings
from workers.state.forms import Forms
from workers.state.knowledge import KnowledgeStore
from workers.state.pasts import Pasts


@dataclass(frozen=True)
class ActServices:
    """Made once a process."""

    settings: WorkerSettings
    slack: SlackClients
    people: People
    tell: Teller
    modals: Modals
    jira: JiraGateway
    claude: Claude
    desk: DraftDesk
    changes: ChangeDesk
    filings: Filings
    channels: Channels
    forms: Forms
    accounts: Accounts
    pasts: Pasts
    cache: Cache
    bulk: BulkServices
    files: SlackFiles
    documents: KnowledgeStore | None
    """What was read of documents; None where no source is set up."""

    def person(self, action: Action) -> Person:
        """Return who acts; raises SlackUnavailable if Slack does not say."""
        return self.people.surely(action.team_id, action.user_id)

    def who(self, team_id: str) -> Who:
        """Return what tells who somebody is whom a text names by id."""

        def sought(user_id: str) -> Sought:
            person = self.people.person(team_id, user_id)
            return Sought(person.name, user_id, person.email or "")

        return sought

    def is_admin(self, action: Action) -> bool:
        """Return whether the one who acts is an admin of the workspace, or one of the operator's choice."""
        return action.user_id in self.settings.admin_users or self.person(action).is_admin

    def channel_settings(self, action: Action) -> ChannelSettings:
        """Return the settings of the channel in which somebody acts; a direct message has the usual ones."""
        if not action.channel_id or action.channel_id.startswith("D"):
            return ChannelSettings()
        return self.channels.get(action.team_id, action.channel_id)

    def reader_of_card(self, action: Action) -> Reader:
        """Return for whom Jira is read when a card tells of it, which everybody in the channel reads."""
        return self.reader(action, is_shared=self._is_shared(action))

    def reader_of_wish(self, action: Action, asker_id: str) -> Reader:
        """Return for whom Jira is read when somebody presses a button of a card that another one asked for."""
        who = self.people.surely(action.team_id, asker_id)
        # A bot was let in by the operator, or there would be no card of it.
        is_open = who.is_full_member or who.is_bot
        return self._reader(who, action, is_open=is_open, is_shared=self._is_shared(action))

    def readers_of_draft(self, action: Action, draft: Draft) -> tuple[Reader, ...]:
        """Return who must be allowed to see the issues that a draft names: who files it, where its card is read.

        Who asked for it need not, so that a guest's report finds its place; the card tells of no more than the key.
        """
        return (self.reader_of_draft(action, draft),) if issues_named(draft) else ()

    def reader_of_draft(self, action: Action, draft: Draft) -> Reader:
        """Return for whom Jira is read where a draft's card stands: not always where its form was opened."""
        place = draft.conversation.channel_id
        return self.reader_of_card(action.model_copy(update={"channel_id": place}))

    def _is_shared(self, action: Action) -> bool:
        is_direct = action.channel_id.startswith("D")
        return not is_direct and channel_info(self.slack, action.team_id, action.channel_id).is_shared

    def reader(self, action: Action, *, is_alone: bool = False, is_shared: bool = False) -> Reader:
        """Return for whom Jira is read when somebody acts; a guest or a stranger may read nothing of it."""
        who = self.person(action)
        # What most acts read is answered to the one who acts alone.
        return self._reader(who, action, is_open=who.is_full_member, is_alone=is_alone, is_shared=is_shared)

    def _reader(self, who: Person, action: Action, *, is_open: bool, is_shared: bool, is_alone: bool = False) -> Reader:
        return reader_of(
            who,
            action.team_id,
            self.channel_settings(action),
            self.settings,
            is_open=is_open,
            is_direct=is_alone or action.channel_id.startswith("D"),
            is_shared=is_shared,
        )

    def projects(self, action: Action) -> tuple[str, ...]:
        """Return the projects in which an issue may be filed from where somebody acts."""
        return policy.fileable(self.channel_settings(action), projects=self.settings.jira_projects)

    def may_draft(self, action: Action) -> bool:
        """Return whether the one who acts may have a draft made: who may file, and members for somebody who may."""
        return self.person(action).is_full_member or self.may_file(action)

    def may_file(self, action: Action) -> bool:
        """Return whether the one who acts may have an issue filed in this channel."""
        who = self.person(action)
        settings = self.channel_settings(action)
        # The operator's word on guests stands above a channel's.
        is_guest = who.is_own_guest and self.settings.guests != "deny"
        return policy.may_file(settings, user_id=who.id, is_member=who.is_full_member, is_guest=is_guest)
