"""Where too much waits already for what somebody does, they are told to try again, wherever they did it."""

from __future__ import annotations

import json

import pytest

from sandbox.redis_server import RedisServer
from sandbox.slack import SlackStandIn
from sandbox.slack.view_checks import check_view
from tests.clients import connect
from tests.integration.listener_harness import RunningListener, fill, settings_for, thread, wait_for
from workers.records import FieldSpec
from workers.state.cache import PROJECTS_NAME, Cache
from workers.state.mailbox import Mailboxes

pytestmark = pytest.mark.integration

GRACE = "U0GRACE01"
AGAIN = "Please try that again in a minute."
WHO = FieldSpec(id="assignee", name="Assignee", kind="user")


def test_in_the_app_home(listener: RunningListener, slack: SlackStandIn, boxes: Mailboxes) -> None:
    fill(boxes, f"act:{slack.workspace.team_id}:home:{GRACE}")
    slack.open_home("grace")
    home = wait_for(lambda: slack.workspace.homes.get(GRACE))
    wait_for(lambda: AGAIN in str(home.body))
    assert "One moment" not in str(home.body)
    assert check_view(home.body) == []
    assert listener.is_ready()


def test_beside_a_message_with_the_emoji_for_drafts(
    slack: SlackStandIn, own_redis: RedisServer, boxes: Mailboxes
) -> None:
    settings = settings_for(slack.workspace.base_url, own_redis.url, mode="socket", reaction_emoji="ticket")
    running = RunningListener(settings)
    try:
        wait_for(running.is_ready)
        ts = thread(slack)
        fill(boxes, f"act:{slack.workspace.team_id}:message:C0GENERAL:{ts}")
        slack.react("general", ts, "grace", "ticket")
        (hint,) = wait_for(lambda: slack.ephemerals)
    finally:
        running.stop()
    assert (hint.user, hint.thread_ts) == (GRACE, None)
    assert AGAIN in hint.text


def test_in_a_search_of_a_form(
    listener: RunningListener, slack: SlackStandIn, boxes: Mailboxes, own_redis: RedisServer
) -> None:
    cache = Cache(connect(own_redis.url))
    cache.put(PROJECTS_NAME, ["OPS", "WEB"], 60)
    for number, key in enumerate(("OPS", "WEB"), 1):
        cache.put(f"jira:types:{key}", [{"id": str(number), "name": "Bug"}], 60)
    cache.put("jira:screen:WEB:2", [WHO.model_dump(mode="json")], 60)
    slack.command("general", "grace", "/jira", "create the export hangs")
    view = wait_for(lambda: slack.views.get(GRACE))[-1]
    wait_for(lambda: view.body.get("submit"), 15)
    slack.click_in_view("grace", view.id, "form_project", "WEB")
    wait_for(lambda: "people_search" in str(view.body))
    assert json.loads(view.body["private_metadata"])["project"] == "WEB"

    fill(boxes, f"act:{slack.workspace.team_id}:look_up:people-Li-WEB-Bug")
    (said,) = slack.options("grace", view.id, "people_search", "Li")["options"]
    assert said["text"]["text"].endswith(AGAIN)
    assert listener.is_ready()
