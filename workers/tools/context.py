"""What a tool may know and use: the turn, the person who asks, Jira, and where drafts go."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from workers.changes.wish import Wish
from workers.jira.gateway import JiraGateway
from workers.jira.reader import Reader, checked_project
from workers.knowledge.values import Found, Visible
from workers.proposals import AnyChange
from workers.records import Draft, SlackFile, TurnRequest
from workers.similar import Proposed


class DraftDesk(Protocol):
    """Where drafts go."""

    def propose(self, draft: Draft, reader: Reader, *, write_policy: str = "") -> Proposed:
        """Store a draft and show it (or file it at once, as the policy says); return what to tell the model."""
        ...


class ChangeDesk(Protocol):
    """Where changes of issues go."""

    def propose(self, wish: Wish, changes: Sequence[AnyChange]) -> str:
        """Show changes on the card of their turn (or make them at once); return what to tell the model."""
        ...


class Knowledge(Protocol):
    """Where documents are searched."""

    def search(self, words: str, limit: int, visible: Visible, *, only_issues: bool = False) -> list[Found]:
        """Return the best passages that may be seen, with `only_issues` none of documents; raises StateUnavailable."""
        ...


@dataclass(frozen=True)
class Asker:
    """The person whose message this turn answers."""

    user_id: str
    name: str
    email: str | None = None


@dataclass(frozen=True)
class ToolContext:
    """One turn, as tools see it."""

    request: TurnRequest
    asker: Asker
    permalink: Callable[[], str]
    """Asks Slack for the address of the message that asked; only a draft needs it."""
    reader: Reader
    """For whom tools read Jira, and what may be shown here; every read of the gateway takes it."""
    projects: tuple[str, ...]
    """Keys of the projects in which an issue may be filed from here."""
    default_project: str
    """One of them; empty if there is none."""
    jira: JiraGateway
    drafts: DraftDesk
    changes: ChangeDesk
    person: Callable[[str], Asker] = lambda user_id: Asker(user_id, user_id)
    """Looks somebody up in Slack, by id."""
    files: tuple[SlackFile, ...] = ()
    """Of the whole conversation, oldest first."""
    write_policy: str = ""
    """What this channel wants for this person; empty for what is usual."""
    knowledge: Knowledge | None = None
    """What is written down elsewhere; None if nothing of that kind is set up."""
    is_open: bool = True
    """False for somebody to whom Jira is closed: a guest, or a person of another organisation."""

    def open_project(self, given: str | None) -> str:
        """Return the key of the project that is meant (the default if none is); raises ToolError if it is not open."""
        return checked_project(given or self.default_project, self.projects)

    def wish(self) -> Wish:
        """Return who wants changes, and where."""
        return Wish(
            conversation=self.request.conversation,
            turn_ts=self.request.ts,
            asker_id=self.asker.user_id,
            asker_name=self.asker.name,
            is_auto=self.write_policy == "auto",
        )

    def draft_id(self, tool_use_id: str) -> str:
        """Return the id of what a call makes: the same again when the call is run again after a crash."""
        where = self.request.conversation
        parts = (where.team_id, where.channel_id, where.thread_ts, self.request.ts, tool_use_id)
        return hashlib.sha256("|".join(parts).encode()).hexdigest()[:16]
