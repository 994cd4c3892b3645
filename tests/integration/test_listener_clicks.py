"""Buttons, forms of drafts and commands: stored durably, answered at once, never silent when they fail."""

from __future__ import annotations

import time
from typing import Any

import pytest
import requests

from bot import opened_form
from sandbox.faults import Fault
from sandbox.redis_server import RedisServer
from sandbox.slack import BOT_TOKEN, SlackStandIn
from tests.clients import connect
from tests.integration.listener_harness import (
    RunningListener,
    actions,
    front_view,
    thread,
    wait_for,
)
from workers.policy import ChannelSettings
from workers.records import DRAFT_VERSION, Conversation, Draft, FieldSpec
from workers.state.channel_settings import Channels
from workers.state.filings import Filings
from workers.state.mailbox import Mailboxes

pytestmark = pytest.mark.integration


def post_buttons(slack: SlackStandIn, thread_ts: str, value: str, *action_ids: str) -> str:
    """Post a message of the bot's with buttons and return its ts."""
    elements = [
        {"type": "button", "action_id": name, "value": value, "text": {"type": "plain_text", "text": name}}
        for name in action_ids
    ]
    body = {
        "channel": "C0GENERAL",
        "thread_ts": thread_ts,
        "text": "card",
        "blocks": [{"type": "actions", "elements": elements}],
    }
    headers = {"Authorization": f"Bearer {BOT_TOKEN}"}
    answer = requests.post(
        f"{slack.workspace.base_url}/api/chat.postMessage", json=body, headers=headers, timeout=10
    ).json()
    return str(answer["ts"])


def keep_draft(slack: SlackStandIn, own_redis: RedisServer, thread_ts: str, **changes: Any) -> Draft:
    """Store a draft as a worker does."""
    place = Conversation(team_id=slack.workspace.team_id, channel_id="C0GENERAL", thread_ts=thread_ts)
    given: dict[str, Any] = {
        "id": "d1",
        "conversation": place,
        "turn_ts": thread_ts,
        "asker_id": "U0ADA0001",
        "project": "OPS",
        "issue_type": "Bug",
        "summary": "The export hangs",
        "created_at": time.time(),
    }
    draft = Draft.model_validate(given | changes)
    Filings(connect(own_redis.url), ttl_seconds=3_600).add(draft)
    return draft


@pytest.fixture(autouse=True)
def _no_worker_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """No worker runs here that would fill a form."""
    monkeypatch.setattr(opened_form, "PATIENCE_SECONDS", 0.2)


@pytest.mark.parametrize("name", ["draft_create", "draft_cancel", "filing_check", "filing_force"])
def test_a_click_on_a_card_is_stored_with_who_pressed_and_where(
    listener: RunningListener, slack: SlackStandIn, boxes: Mailboxes, name: str
) -> None:
    root = thread(slack)
    card = post_buttons(slack, root, "d1", name)
    slack.click("general", card, "grace", name)
    (action,) = actions(boxes, slack.workspace.team_id, "draft:d1")
    assert (action.kind, action.user_id) == (name, "U0GRACE01")
    assert (action.channel_id, action.thread_ts, action.message_ts) == ("C0GENERAL", root, card)
    assert listener.is_ready()


def test_two_clicks_are_two_actions_in_order(listener: RunningListener, slack: SlackStandIn, boxes: Mailboxes) -> None:
    card = post_buttons(slack, thread(slack), "d1", "draft_create", "draft_cancel")
    slack.click("general", card, "grace", "draft_create")
    slack.click("general", card, "ada", "draft_cancel")
    taken = actions(boxes, slack.workspace.team_id, "draft:d1")
    assert [(action.kind, action.user_id) for action in taken] == [
        ("draft_create", "U0GRACE01"),
        ("draft_cancel", "U0ADA0001"),
    ]
    assert listener.is_ready()


def test_a_retry_names_the_turn_and_the_message_of_the_button(
    listener: RunningListener, slack: SlackStandIn, boxes: Mailboxes
) -> None:
    root = thread(slack)
    failed = post_buttons(slack, root, root, "turn_retry")
    slack.click("general", failed, "ada", "turn_retry")
    (action,) = actions(boxes, slack.workspace.team_id, f"turn:{root}")
    assert action.values == {"turn": root}
    assert (action.thread_ts, action.message_ts) == (root, failed)
    assert listener.is_ready()


def test_a_stop_marks_the_turn_that_the_button_names(
    listener: RunningListener, slack: SlackStandIn, boxes: Mailboxes
) -> None:
    root = slack.say("general", "ada", f"{slack.mention} the export hangs")
    wait_for(lambda: slack.deliveries and slack.events_under_way == 0)
    reply = post_buttons(slack, root, root, "turn_stop")
    slack.click("general", reply, "ada", "turn_stop")
    conversation = Conversation(team_id=slack.workspace.team_id, channel_id="C0GENERAL", thread_ts=root)
    claim = boxes.claim(conversation.box)
    assert claim is not None
    assert claim.mark == "stopped"
    assert listener.is_ready()


@pytest.mark.parametrize("name", ["draft_create", "draft_edit", "turn_stop", "turn_retry"])
def test_a_click_that_cannot_be_stored_is_said_to_the_person(
    listener: RunningListener, slack: SlackStandIn, own_redis: RedisServer, name: str
) -> None:
    card = post_buttons(slack, thread(slack), "d1", name)
    wait_for(lambda: slack.events_under_way == 0)
    own_redis.kill()
    slack.click("general", card, "grace", name)
    (hint,) = wait_for(lambda: slack.ephemerals)
    assert hint.user == "U0GRACE01"
    assert "Please try again" in hint.text
    assert not listener.is_ready()


def test_editing_a_draft_that_is_gone_is_said_to_the_person(listener: RunningListener, slack: SlackStandIn) -> None:
    card = post_buttons(slack, thread(slack), "unknown", "draft_edit")
    slack.click("general", card, "grace", "draft_edit")
    (hint,) = wait_for(lambda: slack.ephemerals)
    assert "no longer know this draft" in hint.text
    assert listener.is_ready()


@pytest.mark.parametrize(
    ("text", "begins"),
    [("help", "*What"), ("", "*What"), ("help\nplease", "*What"), ("help\tme", "*What"), ("frobnicate x", "I don't")],
)
def test_the_command_says_what_the_bot_can_do(
    listener: RunningListener, slack: SlackStandIn, text: str, begins: str
) -> None:
    slack.command("general", "ada", "/jira", text)
    (answer,) = slack.ephemerals
    assert answer.user == "U0ADA0001"
    assert answer.text.startswith(begins)
    assert "`/jira help`" in answer.text
    assert listener.is_ready()


def test_a_guest_is_told_only_of_what_a_guest_can_do(
    listener: RunningListener, slack: SlackStandIn, own_redis: RedisServer
) -> None:
    team_id = slack.workspace.team_id
    Channels(connect(own_redis.url)).put(team_id, "C0SUPPORT", ChannelSettings(filers="everybody"))
    slack.command("general", "ada", "/jira", "help")
    slack.command("support", "robin", "/jira", "help")
    member, guest = (shown.text for shown in slack.ephemerals)
    assert all(words in member for words in ("/jira search", "/jira settings", "put :ticket: on it"))
    assert "without anything from Jira" in guest
    assert all(words in guest for words in ("in a message's menu", "/jira create", "put :ticket: on it"))
    assert not any(words in guest for words in ("/jira search", "/jira settings", "say so"))
    assert listener.is_ready()


def test_the_help_waits_for_no_word_on_who_asks(listener: RunningListener, slack: SlackStandIn) -> None:
    slack.faults.add(Fault(operation="users.info", kind="status", status=500, times=-1))
    slack.command("general", "ada", "/jira", "help")
    (answer,) = slack.ephemerals
    assert "/jira search" in answer.text
    assert listener.is_ready()


def test_the_home_says_what_the_bot_does(listener: RunningListener, slack: SlackStandIn) -> None:
    slack.open_home("ada")
    home = wait_for(lambda: slack.homes.get("U0ADA0001"))
    assert "What I can do" in str(home.body)
    assert listener.is_ready()


def test_edit_opens_the_draft_and_hands_over_what_was_entered(
    listener: RunningListener, slack: SlackStandIn, own_redis: RedisServer, boxes: Mailboxes
) -> None:
    root = thread(slack)
    keep_draft(slack, own_redis, root)
    card = post_buttons(slack, root, "d1", "draft_edit")
    slack.click("general", card, "grace", "draft_edit")
    assert "The export hangs" in str(front_view(slack, "U0GRACE01"))
    slack.submit_view("grace", "top", {"summary": "The CSV export hangs", "description": "since noon"})
    (action,) = actions(boxes, slack.workspace.team_id, "draft:d1")
    assert (action.kind, action.user_id, action.thread_ts) == ("draft_edit", "U0GRACE01", root)
    assert action.values == {"summary": "The CSV export hangs", "description": "since noon", DRAFT_VERSION: 1}
    assert not slack.views.get("U0GRACE01")
    assert listener.is_ready()


def test_what_is_wrong_in_a_form_is_said_at_the_field(
    listener: RunningListener, slack: SlackStandIn, own_redis: RedisServer, boxes: Mailboxes
) -> None:
    root = thread(slack)
    keep_draft(
        slack, own_redis, root, specs=[FieldSpec(id="customfield_1", name="Contact", kind="text", required=True)]
    )
    card = post_buttons(slack, root, "d1", "draft_edit")
    slack.click("general", card, "grace", "draft_edit")
    slack.submit_view("grace", "top", {"customfield_1": " "})
    (view,) = slack.views["U0GRACE01"]
    assert "is required" in view.errors["customfield_1"]
    assert actions(boxes, slack.workspace.team_id, "draft:d1") == []
    assert listener.is_ready()


def test_a_draft_that_is_settled_is_not_edited(
    listener: RunningListener, slack: SlackStandIn, own_redis: RedisServer
) -> None:
    root = thread(slack)
    draft = keep_draft(slack, own_redis, root)
    card = post_buttons(slack, root, "d1", "draft_edit")
    slack.click("general", card, "grace", "draft_edit")
    filings = Filings(connect(own_redis.url), ttl_seconds=3_600)
    filings.move(draft, "cancelled", since=("new",), fields={"pressed_by": "U0ADA0001"})
    slack.submit_view("grace", "top", {"summary": "too late"})
    assert "already" in slack.views["U0GRACE01"][0].errors["summary"]
    slack.click("general", card, "ada", "draft_edit")
    (hint,) = wait_for(lambda: slack.ephemerals)
    assert (hint.user, "cancelled already" in hint.text) == ("U0ADA0001", True)
    assert listener.is_ready()


def test_clicks_beyond_measure_are_refused_with_a_word_to_the_person(
    listener: RunningListener, slack: SlackStandIn, boxes: Mailboxes
) -> None:
    ts = post_buttons(slack, thread(slack), "d1", "draft_create")
    for _ in range(50):
        slack.click("general", ts, "ada", "draft_create")
    slack.click("general", ts, "grace", "draft_create")
    (hint,) = wait_for(lambda: slack.ephemerals)
    assert (hint.user, "a lot waiting" in hint.text) == ("U0GRACE01", True)
    assert len(actions(boxes, slack.workspace.team_id, "draft:d1")) == 50
    assert listener.is_ready()
