"""A Redis that answers slowly: each call takes a while, and still Slack has its ack before it gives up on it.

The stand-in raises NotAcknowledged after Slack's three seconds, where a person would see a warning sign.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from bot import opened_form
from bot.hints import NOT_STORED
from bot.listeners.form_changes import LOADING
from bot.open_modal import NOT_OPENED
from sandbox.redis_server import RedisServer
from sandbox.slack import SlackStandIn
from tests.clients import connect
from tests.integration.listener_harness import RunningListener, actions, front_view, settings_for, thread, wait_for
from tests.integration.slow_redis import SlowRedis
from tests.integration.test_listener_clicks import keep_draft, post_buttons
from workers.records import FieldSpec
from workers.state.cache import PROJECTS_NAME, Cache
from workers.state.mailbox import Mailboxes

pytestmark = pytest.mark.integration

GRACE = "U0GRACE01"
# Two or three of these fit into the three seconds, and no interaction makes do with two.
SECONDS = 1.2
PEOPLE = FieldSpec(id="customfield_1", name="Reviewer", kind="user")


@pytest.fixture
def way(own_redis: RedisServer) -> Iterator[SlowRedis]:
    with SlowRedis(own_redis) as slow:
        yield slow


@pytest.fixture(autouse=True)
def listener(
    slack: SlackStandIn, own_redis: RedisServer, way: SlowRedis, monkeypatch: pytest.MonkeyPatch
) -> Iterator[RunningListener]:
    """A listener behind the slow way, quick until it is told otherwise; no worker is there to fill its forms."""
    monkeypatch.setattr(opened_form, "PATIENCE_SECONDS", 0.2)
    cache = Cache(connect(own_redis.url))
    cache.put(PROJECTS_NAME, ["OPS", "WEB"], 60)
    cache.put("jira:types:OPS", [{"id": "1", "name": "Bug"}], 60)
    cache.put("jira:types:WEB", [{"id": "2", "name": "Story"}, {"id": "1", "name": "Bug"}], 60)
    cache.put("jira:screen:WEB:2", [PEOPLE.model_dump(mode="json")], 60)
    running = RunningListener(settings_for(slack.workspace.base_url, way.url, mode="socket"))
    wait_for(running.is_ready)
    yield running
    way.seconds = 0
    running.stop()


def opened(slack: SlackStandIn) -> None:
    """Open a form of the listener's own."""
    slack.shortcut("general", thread(slack), "grace", "file_issue")
    front_view(slack, GRACE)


def shown(slack: SlackStandIn) -> str:
    return str(slack.views[GRACE][-1].body)


def test_a_form_that_cannot_be_stored_in_time_says_so_and_can_be_sent_again(
    slack: SlackStandIn, way: SlowRedis, boxes: Mailboxes
) -> None:
    opened(slack)
    way.seconds = SECONDS
    slack.submit_view("grace", "top", {"project": "OPS", "issue_type": "Bug"})
    assert slack.views[GRACE][-1].errors == {"summary": NOT_STORED}

    way.seconds = 0
    slack.submit_view("grace", "top", {"project": "OPS", "issue_type": "Bug"})
    assert not slack.views.get(GRACE)
    # One, also where the first came to be stored after its refusal.
    assert len(actions(boxes, slack.workspace.team_id, f"user:{GRACE}")) == 1


def test_an_edit_that_cannot_be_stored_in_time_says_so_and_can_be_sent_again(
    slack: SlackStandIn, own_redis: RedisServer, way: SlowRedis, boxes: Mailboxes
) -> None:
    root = thread(slack)
    keep_draft(slack, own_redis, root)
    slack.click("general", post_buttons(slack, root, "d1", "draft_edit"), "grace", "draft_edit")
    front_view(slack, GRACE)
    way.seconds = SECONDS * 2
    slack.submit_view("grace", "top", {"summary": "The CSV export hangs"})
    assert slack.views[GRACE][-1].errors == {"summary": NOT_STORED}

    way.seconds = 0
    slack.submit_view("grace", "top", {"summary": "The CSV export hangs"})
    assert not slack.views.get(GRACE)
    assert [each.kind for each in actions(boxes, slack.workspace.team_id, "draft:d1")] == ["draft_edit"]


def test_another_project_that_cannot_be_drawn_in_time_is_said_above_the_form(
    slack: SlackStandIn, way: SlowRedis, boxes: Mailboxes
) -> None:
    opened(slack)
    way.seconds = SECONDS
    slack.click_in_view("grace", slack.views[GRACE][-1].id, "form_project", "WEB", {"summary": "Typed already"})
    wait_for(lambda: NOT_STORED in shown(slack))

    way.seconds = 0
    slack.submit_view("grace", "top", {"issue_type": "Bug"})
    (action,) = actions(boxes, slack.workspace.team_id, f"user:{GRACE}")
    assert action.values["summary"] == "Typed already"


def test_a_draft_opens_in_time_or_a_word_says_why_not(
    slack: SlackStandIn, own_redis: RedisServer, way: SlowRedis
) -> None:
    root = thread(slack)
    keep_draft(slack, own_redis, root)
    card = post_buttons(slack, root, "d1", "draft_edit")
    way.seconds = 1.6
    slack.click("general", card, "grace", "draft_edit")
    (seen,) = wait_for(
        lambda: [str(each.body) for each in slack.views.get(GRACE, [])] or [each.text for each in slack.ephemerals]
    )
    assert seen in (NOT_OPENED, NOT_STORED) or "The export hangs" in seen

    way.seconds = 0
    slack.click("general", card, "grace", "draft_edit")
    assert "The export hangs" in str(front_view(slack, GRACE))


def test_a_search_that_takes_too_long_says_so_and_finds_the_next_time(
    slack: SlackStandIn, own_redis: RedisServer, way: SlowRedis
) -> None:
    opened(slack)
    slack.click_in_view("grace", slack.views[GRACE][-1].id, "form_project", "WEB", {"issue_type": "Story"})
    wait_for(lambda: "Reviewer" in shown(slack))
    Cache(connect(own_redis.url)).put("jira:people:WEB:ada", [["ada@example.com", "Ada Park"]], 60)
    view = slack.views[GRACE][-1]

    def offered() -> list[str]:
        return [each["text"]["text"] for each in slack.options("grace", view.id, "people_search", "ada")["options"]]

    way.seconds = SECONDS
    assert offered() == [LOADING.name]
    way.seconds = 0
    assert wait_for(lambda: offered() == ["Ada Park"])
