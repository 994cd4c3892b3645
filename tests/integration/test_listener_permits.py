"""Forms of people who may not file: without a worker, too, they are shown nothing of what there is in Jira."""

from __future__ import annotations

import json
from typing import Any

import pytest

from bot import opened_form
from sandbox.faults import Fault
from sandbox.redis_server import RedisServer
from sandbox.slack import SlackStandIn
from sandbox.slack.modals import View
from tests.clients import connect
from tests.integration.listener_harness import RunningListener, actions, front_view, thread, wait_for
from tests.integration.test_listener_clicks import keep_draft, post_buttons
from workers.policy import ChannelSettings
from workers.records import FieldOption, FieldSpec
from workers.state.cache import PROJECTS_NAME, Cache
from workers.state.channel_settings import Channels
from workers.state.mailbox import Mailboxes

pytestmark = pytest.mark.integration

GUEST, ADA = "U0GUEST01", "U0ADA0001"
MEMBERS_ONLY, LISTED_ONLY = "full members", "only certain people"
WHO = FieldSpec(id="assignee", name="Assignee", kind="user")
TEAM = FieldSpec(
    id="customfield_1", name="Team", kind="select", options=(FieldOption(id="10", name="Payments"),), options_total=1
)


@pytest.fixture(autouse=True)
def _no_worker_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """No worker runs here that would fill a form."""
    monkeypatch.setattr(opened_form, "PATIENCE_SECONDS", 0.2)


@pytest.fixture(autouse=True)
def _jira_is_known(own_redis: RedisServer, slack: SlackStandIn) -> None:
    """Workers have asked Jira, and the guest is in the channel."""
    cache = Cache(connect(own_redis.url))
    cache.put(PROJECTS_NAME, ["OPS", "WEB"], 60)
    for number, key in enumerate(("OPS", "WEB"), 1):
        cache.put(f"jira:types:{key}", [{"id": str(number), "name": "Bug"}], 60)
        cache.put(f"jira:screen:{key}:{number}", [each.model_dump(mode="json") for each in (WHO, TEAM)], 60)
    cache.put("jira:people:WEB:li", [["linus@example.com", "Linus Berg"]], 60)
    members = slack.workspace.channel("general").members
    members.extend({GUEST} - set(members))


def settle(own_redis: RedisServer, slack: SlackStandIn, **values: Any) -> None:
    """Give #general these settings, and the usual ones for all else."""
    Channels(connect(own_redis.url)).put(slack.workspace.team_id, "C0GENERAL", ChannelSettings(**values))


def top(slack: SlackStandIn, user: str, text: str) -> View:
    """Wait until a person's form says something."""

    def look() -> View | None:
        view = next(iter(reversed(slack.views.get(user, []))), None)
        return view if view and text in str(view.body) else None

    return wait_for(look)  # type: ignore[no-any-return]


def is_without_jira(view: View) -> bool:
    return not any(word in json.dumps(view.body) for word in ("OPS", "WEB", "Payments", "Bug"))


def test_a_guest_is_told_instead_of_being_shown_a_form(listener: RunningListener, slack: SlackStandIn) -> None:
    slack.shortcut("general", thread(slack), "robin", "file_issue")
    view = top(slack, GUEST, MEMBERS_ONLY)
    assert view.body.get("submit") is None
    assert is_without_jira(view)
    assert listener.is_ready()


def test_who_is_not_listed_is_told_instead_of_being_shown_a_form(
    listener: RunningListener, slack: SlackStandIn, own_redis: RedisServer
) -> None:
    settle(own_redis, slack, filers="listed", listed=("U0LINUS01",))
    slack.command("general", "ada", "/jira", "create the export hangs")
    assert top(slack, ADA, LISTED_ONLY).body.get("submit") is None
    assert listener.is_ready()


def test_of_whom_slack_says_nothing_gets_a_form_to_type_into(listener: RunningListener, slack: SlackStandIn) -> None:
    slack.faults.add(Fault(operation="users.info", kind="error", error="fatal_error", times=5))
    slack.command("general", "ada", "/jira", "create the export hangs")
    front_view(slack, ADA)
    assert is_without_jira(slack.views[ADA][-1])
    assert listener.is_ready()


def test_a_guest_who_may_file_gets_the_whole_form_and_nothing_more_once_that_has_ended(
    listener: RunningListener, slack: SlackStandIn, own_redis: RedisServer, boxes: Mailboxes
) -> None:
    settle(own_redis, slack, filers="everybody")
    slack.command("general", "robin", "/jira", "create the export hangs")
    front_view(slack, GUEST)
    form = slack.views[GUEST][-1]
    slack.click_in_view("robin", form.id, "form_project", "WEB")
    top(slack, GUEST, "Payments")
    assert slack.options("robin", form.id, "people_search", "li")["options"]

    settle(own_redis, slack)
    name = json.loads(form.body["private_metadata"])["form"]
    actions(boxes, slack.workspace.team_id, f"form:{name}")
    assert slack.options("robin", form.id, "people_search", "li")["options"] == []
    slack.click_in_view("robin", form.id, "form_project", "OPS")
    top(slack, GUEST, MEMBERS_ONLY)
    assert actions(boxes, slack.workspace.team_id, f"form:{name}") == []
    assert listener.is_ready()


def test_a_guest_cannot_open_the_form_of_a_draft(
    listener: RunningListener, slack: SlackStandIn, own_redis: RedisServer
) -> None:
    ts = thread(slack)
    keep_draft(slack, own_redis, ts, specs=(TEAM,))
    slack.click("general", post_buttons(slack, ts, "d1", "draft_edit"), "robin", "draft_edit")
    (hint,) = wait_for(lambda: slack.ephemerals)
    assert MEMBERS_ONLY in hint.text
    assert GUEST not in slack.views
    assert listener.is_ready()
