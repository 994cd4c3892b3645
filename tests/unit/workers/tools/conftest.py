"""One turn's toolbox over a strict Jira on loopback, and a desk that keeps the drafts it is given."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest
import redis

from tests.unit.workers.conftest import MakeSettings
from workers.changes.wish import Wish
from workers.jira.gateway import JiraGateway
from workers.jira.reader import Reader
from workers.proposals import AnyChange
from workers.records import Conversation, Draft, TurnRequest
from workers.similar import Proposed
from workers.state.cache import Cache
from workers.state.metrics import Metrics
from workers.tools.context import Asker, ToolContext
from workers.tools.toolbox import Toolbox

MakeToolbox = Callable[..., Toolbox]


PEOPLE = {
    "U0GRACE01": Asker("U0GRACE01", "Grace", "grace@example.com"),
    "U0MARG001": Asker("U0MARG001", "Margaret Hale", "margaret@example.com"),
}
"""Who is known in Slack beside the asker."""


class Desk:
    """Keeps drafts in a list, as the real desk keeps them in its ledger."""

    def __init__(self) -> None:
        self.drafts: list[Draft] = []

    def propose(self, draft: Draft, _reader: Reader, *, write_policy: str = "") -> Proposed:  # noqa: ARG002  as the desk
        self.drafts.append(draft)
        return Proposed("Draft shown.")


@pytest.fixture
def desk() -> Desk:
    return Desk()


class Changes:
    """Keeps changes in a list, as the real desk keeps them in its ledger."""

    def __init__(self) -> None:
        self.changes: list[AnyChange] = []
        self.wishes: list[Wish] = []

    def propose(self, wish: Wish, changes: Sequence[AnyChange]) -> str:
        self.wishes.append(wish)
        self.changes += changes
        return "Changes shown."


@pytest.fixture
def changes() -> Changes:
    return Changes()


@pytest.fixture
def make_toolbox(make_settings: MakeSettings, redis_client: redis.Redis, desk: Desk, changes: Changes) -> MakeToolbox:
    def make(
        *,
        email: str | None = "ada@example.com",
        ts: str = "2.1",
        is_open: bool = True,
        reader: dict[str, Any] | None = None,
        **changed: object,
    ) -> Toolbox:
        settings = make_settings(**changed)
        request = TurnRequest(
            conversation=Conversation(team_id="T1", channel_id="C1", thread_ts="1.2"),
            ts=ts,
            event_id="E1",
            kind="mention",
            user_id="U1",
            user_team_id="T1",
            text="help",
            received_at=1.0,
        )
        context = ToolContext(
            request=request,
            asker=Asker("U1", "Ada", email),
            reader=Reader("T1", "U1", email, settings.jira_projects, **(reader or {})),
            permalink=lambda: "https://example.slack.com/archives/C1/p1",
            projects=settings.jira_projects,
            default_project=settings.jira_projects[0],
            jira=JiraGateway(settings, Cache(redis_client), Metrics(redis_client)),
            drafts=desk,
            changes=changes,
            is_open=is_open,
            person=lambda user_id: PEOPLE.get(user_id, Asker(user_id, user_id)),
        )
        return Toolbox(context)

    return make


@pytest.fixture
def toolbox(make_toolbox: MakeToolbox) -> Toolbox:
    return make_toolbox()
