"""Forms that file something, while no worker fills them: what they hold, and what is handed over."""

from __future__ import annotations

from typing import Any

import pytest

from bot import opened_form
from sandbox.faults import Fault
from sandbox.redis_server import RedisServer
from sandbox.slack import SlackStandIn
from tests.clients import connect
from tests.integration.listener_harness import (
    RunningListener,
    actions,
    front_view,
    thread,
    wait_for,
)
from workers.policy import ChannelSettings
from workers.state.cache import PROJECTS_NAME, Cache
from workers.state.channel_settings import Channels
from workers.state.forms import Forms
from workers.state.mailbox import Mailboxes
from workers.views.message_text import GOES_ON

pytestmark = pytest.mark.integration


@pytest.fixture(autouse=True)
def _no_worker_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """No worker runs here that would fill a form."""
    monkeypatch.setattr(opened_form, "PATIENCE_SECONDS", 0.2)


def know_jira(own_redis: RedisServer) -> None:
    """Know projects and types as workers do who have asked Jira."""
    cache = Cache(connect(own_redis.url))
    cache.put(PROJECTS_NAME, ["OPS", "WEB"], 60)
    bug, story = {"id": "1", "name": "Bug"}, {"id": "2", "name": "Story"}
    cache.put("jira:types:OPS", [bug, {"id": "3", "name": "Sub-task", "is_subtask": True}], 60)
    cache.put("jira:types:WEB", [story, bug], 60)


def at_first(view: dict[str, Any], block_id: str) -> str:
    """Return what is chosen or written in an input when the form opens."""
    (element,) = (block["element"] for block in view["blocks"] if block.get("block_id") == block_id)
    return str(element["initial_option"]["value"] if "initial_option" in element else element["initial_value"])


def test_the_shortcut_opens_a_form_with_the_message_and_hands_over_what_was_entered(
    listener: RunningListener, slack: SlackStandIn, boxes: Mailboxes
) -> None:
    ts = slack.say("general", "ada", "The export hangs\nsee <https://x.example|the log> &amp; weep")
    slack.shortcut("general", ts, "grace", "file_issue")
    (opened,) = (call.args["view"] for call in slack.calls if call.method == "views.open")
    assert opened["callback_id"] == "issue_draft", "also while it is being filled"
    assert "see [the log](https://x.example) & weep" in str(front_view(slack, "U0GRACE01"))
    slack.submit_view("grace", "top", {"project": "OPS", "issue_type": "Bug"})
    (action,) = actions(boxes, slack.workspace.team_id, "user:U0GRACE01")
    assert (action.kind, action.channel_id, action.message_ts) == ("shortcut_submit", "C0GENERAL", ts)
    assert action.values.pop("form_id")
    assert action.values == {
        "project": "OPS",
        "issue_type": "Bug",
        "summary": "The export hangs",
        "description": "The export hangs\nsee [the log](https://x.example) & weep",
    }
    assert listener.is_ready()


def test_a_form_that_cannot_be_stored_stays_open_and_says_so(
    listener: RunningListener, slack: SlackStandIn, boxes: Mailboxes, own_redis: RedisServer
) -> None:
    ts = slack.say("general", "ada", "The export hangs")
    slack.shortcut("general", ts, "grace", "file_issue")
    front_view(slack, "U0GRACE01")
    own_redis.kill()
    slack.submit_view("grace", "top", {"project": "OPS", "issue_type": "Bug"})
    (view,) = slack.views["U0GRACE01"]
    assert "Please try again" in view.errors["summary"]
    own_redis.restart()
    wait_for(listener.is_ready)
    slack.submit_view("grace", "top", {"project": "OPS", "issue_type": "Bug"})
    assert len(actions(boxes, slack.workspace.team_id, "user:U0GRACE01")) == 1


def test_a_form_that_slack_does_not_open_is_said_to_the_person(listener: RunningListener, slack: SlackStandIn) -> None:
    slack.faults.add(Fault(operation="views.open", kind="error", error="expired_trigger_id"))
    ts = slack.say("general", "ada", "The export hangs")
    slack.shortcut("general", ts, "grace", "file_issue")
    (hint,) = wait_for(lambda: slack.ephemerals)
    assert "could not be opened" in hint.text
    assert listener.is_ready()


def test_the_shortcut_offers_the_open_projects_and_their_types_once_they_are_known(
    listener: RunningListener, slack: SlackStandIn, boxes: Mailboxes, own_redis: RedisServer
) -> None:
    know_jira(own_redis)
    slack.shortcut("general", thread(slack), "grace", "file_issue")
    offered = {
        block["block_id"]: [option["value"] for option in block["element"]["options"]]
        for block in front_view(slack, "U0GRACE01")["blocks"]
        if block.get("element", {}).get("type") == "static_select"
    }
    assert offered == {"project": ["OPS", "WEB"], "issue_type": ["Bug", "Story"]}
    slack.submit_view("grace", "top", {"project": "WEB", "issue_type": "Story"})
    (action,) = actions(boxes, slack.workspace.team_id, "user:U0GRACE01")
    assert (action.values["project"], action.values["issue_type"]) == ("WEB", "Story")
    assert listener.is_ready()


@pytest.mark.parametrize("is_known", [True, False])
def test_the_channels_own_project_and_type_are_chosen_at_first(
    listener: RunningListener, slack: SlackStandIn, own_redis: RedisServer, *, is_known: bool
) -> None:
    if is_known:
        know_jira(own_redis)
    settings = ChannelSettings(project="WEB", issue_type="Story")
    Channels(connect(own_redis.url)).put(slack.workspace.team_id, "C0GENERAL", settings)
    slack.shortcut("general", thread(slack), "grace", "file_issue")
    slack.command("general", "ada", "/jira", "create the export hangs")
    slack.command("support", "linus", "/jira", "create the export hangs")
    for user in ("U0GRACE01", "U0ADA0001"):
        view = front_view(slack, user)
        assert (at_first(view, "project"), at_first(view, "issue_type")) == ("WEB", "Story")
    if is_known:
        # Another channel has the workspace's.
        assert at_first(front_view(slack, "U0LINUS01"), "project") == "OPS"
    assert listener.is_ready()


def test_only_the_projects_that_are_open_in_the_channel_are_offered(
    listener: RunningListener, slack: SlackStandIn, own_redis: RedisServer
) -> None:
    know_jira(own_redis)
    settings = ChannelSettings(projects=("WEB",))
    Channels(connect(own_redis.url)).put(slack.workspace.team_id, "C0GENERAL", settings)
    slack.shortcut("general", thread(slack), "grace", "file_issue")
    view = front_view(slack, "U0GRACE01")
    assert at_first(view, "project") == "WEB"
    assert "OPS" not in str(view)
    assert listener.is_ready()


def test_a_message_that_is_too_long_for_jira_says_that_it_was_shortened(
    listener: RunningListener, slack: SlackStandIn
) -> None:
    lines = "\n".join(f"{number}: the log says nothing useful at all" for number in range(850))
    assert 30_000 < len(lines) < 40_000
    slack.shortcut("general", slack.say("general", "ada", lines), "grace", "file_issue")
    form = str(front_view(slack, "U0GRACE01"))
    assert all(f"{number}: the log" in form for number in (0, 400, 600))
    assert GOES_ON in form
    assert "849: the log" not in form
    assert listener.is_ready()


@pytest.mark.parametrize("way", ["shortcut", "command"])
def test_people_stand_by_name_in_a_form_that_no_worker_fills(
    listener: RunningListener, slack: SlackStandIn, boxes: Mailboxes, own_redis: RedisServer, way: str
) -> None:
    text = "Ask <@U0ADA0001> or <@U0NOBODY1> about the export"
    if way == "shortcut":
        slack.shortcut("general", slack.say("general", "ada", text), "grace", "file_issue")
    else:
        slack.command("general", "grace", "/jira", f"create {text}")
    form = front_view(slack, "U0GRACE01")
    assert "U0" not in str([block for block in form["blocks"] if block["block_id"] in ("summary", "description")])
    assert at_first(form, "summary") == "Ask @Ada Park or @someone about the export"

    slack.submit_view("grace", "top", {"project": "OPS", "issue_type": "Bug"})
    (action,) = actions(boxes, slack.workspace.team_id, "user:U0GRACE01")
    people = Forms(connect(own_redis.url)).people(slack.workspace.team_id, action.values["form_id"])
    assert people == {"Ada Park": "U0ADA0001"}, "so that Jira's own mention can be made"
    assert listener.is_ready()
