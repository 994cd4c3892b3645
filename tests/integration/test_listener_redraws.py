"""A form in which another project or type is chosen, while no worker is there to draw it anew."""

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
from tests.integration.listener_harness import RunningListener, actions, fill, front_view, thread, wait_for
from workers.records import FieldOption, FieldSpec
from workers.state.cache import PROJECTS_NAME, Cache
from workers.state.forms import Forms
from workers.state.mailbox import Mailboxes

pytestmark = pytest.mark.integration

GRACE = "U0GRACE01"
TEAM = FieldSpec(
    id="customfield_1",
    name="Team",
    kind="select",
    options=(FieldOption(id="10", name="Payments"), FieldOption(id="11", name="Platform")),
    options_total=2,
)
LOADING = "loading the fields"


@pytest.fixture(autouse=True)
def _no_worker_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """No worker runs here that would fill a form."""
    monkeypatch.setattr(opened_form, "PATIENCE_SECONDS", 0.2)


@pytest.fixture
def form(listener: RunningListener, slack: SlackStandIn, own_redis: RedisServer) -> View:
    """The listener's own form: the projects and types are known, the fields of a story in WEB, too."""
    cache = Cache(connect(own_redis.url))
    cache.put(PROJECTS_NAME, ["OPS", "WEB"], 60)
    cache.put("jira:types:OPS", [{"id": "1", "name": "Bug"}], 60)
    cache.put("jira:types:WEB", [{"id": "2", "name": "Story"}, {"id": "1", "name": "Bug"}], 60)
    cache.put("jira:screen:WEB:2", [TEAM.model_dump(mode="json")], 60)
    assert listener.is_ready()
    slack.shortcut("general", thread(slack), "grace", "file_issue")
    front_view(slack, GRACE)
    return slack.views[GRACE][-1]


def choose(slack: SlackStandIn, form: View, action_id: str, name: str, **typed: Any) -> None:
    """Choose in the form, and wait until it looks otherwise."""
    before = form.hash
    slack.click_in_view("grace", form.id, action_id, name, typed)
    wait_for(lambda: form.hash != before)


def at_first(form: View, field: str) -> Any:
    """Return the value that an input of the form begins with."""
    element = next(each["element"] for each in form.body["blocks"] if each.get("block_id", "").startswith(field))
    return element.get("initial_value") or element.get("initial_option", {}).get("value")


def test_what_is_known_is_drawn_without_a_worker_and_keeps_what_was_typed(
    slack: SlackStandIn, form: View, boxes: Mailboxes
) -> None:
    choose(slack, form, "form_project", "WEB", summary="Typed already", issue_type="Story")
    assert "Payments" in str(form.body), "the fields of a story"
    assert (at_first(form, "project"), at_first(form, "issue_type")) == ("WEB", "Story")
    assert at_first(form, "summary") == "Typed already"
    assert LOADING not in str(form.body)

    team = next(each["block_id"] for each in form.body["blocks"] if each.get("block_id", "").startswith(TEAM.id))
    slack.submit_view("grace", "top", {team: "Platform"})
    (action,) = actions(boxes, slack.workspace.team_id, f"user:{GRACE}")
    assert (action.values["project"], action.values["summary"]) == ("WEB", "Typed already")
    assert action.values[TEAM.id] == "Platform"


def test_what_is_not_known_is_said_to_be_loading_and_asked_of_a_worker(
    slack: SlackStandIn, form: View, boxes: Mailboxes
) -> None:
    choose(slack, form, "form_type", "Bug", summary="Typed already")
    assert LOADING in str(form.body)
    name = json.loads(form.body["private_metadata"])["form"]
    (*_, action) = actions(boxes, slack.workspace.team_id, f"form:{name}")
    assert (action.kind, action.values["entered"]["summary"]) == ("form_change", "Typed already")

    # It is said once, and goes with the next form.
    choose(slack, form, "form_project", "OPS")
    assert str(form.body).count(LOADING) == 1
    choose(slack, form, "form_project", "WEB", issue_type="Story")
    assert LOADING not in str(form.body)
    slack.submit_view("grace", "top", {})
    (action,) = actions(boxes, slack.workspace.team_id, f"user:{GRACE}")
    assert action.values["summary"] == "Typed already"


def test_a_worker_does_not_draw_what_was_chosen_before(slack: SlackStandIn, form: View, own_redis: RedisServer) -> None:
    choose(slack, form, "form_project", "WEB", issue_type="Story")
    name = json.loads(form.body["private_metadata"])["form"]
    forms = Forms(connect(own_redis.url))
    assert not forms.is_newest(slack.workspace.team_id, name, "0000000001.000000-V1")


def test_too_much_waiting_is_said_above_the_form(slack: SlackStandIn, form: View, boxes: Mailboxes) -> None:
    name = json.loads(form.body["private_metadata"])["form"]
    fill(boxes, f"act:{slack.workspace.team_id}:form:{name}")
    choose(slack, form, "form_type", "Bug", summary="Typed already")
    assert "Please try that again in a minute" in str(form.body)
    slack.submit_view("grace", "top", {})
    (action,) = actions(boxes, slack.workspace.team_id, f"user:{GRACE}")
    assert action.values["summary"] == "Typed already"


def test_too_much_waiting_is_said_where_slack_took_no_new_form_either(
    slack: SlackStandIn, form: View, boxes: Mailboxes
) -> None:
    name = json.loads(form.body["private_metadata"])["form"]
    fill(boxes, f"act:{slack.workspace.team_id}:form:{name}")
    slack.faults.add(Fault(operation="views.update", kind="error", error="fatal_error"))
    choose(slack, form, "form_project", "WEB", issue_type="Story")
    assert "Please try that again in a minute" in str(form.body)


def test_a_choice_that_cannot_be_stored_is_said_above_the_form(
    slack: SlackStandIn, form: View, own_redis: RedisServer, listener: RunningListener
) -> None:
    own_redis.kill()
    choose(slack, form, "form_type", "Bug", summary="Typed already")
    assert "Please try again" in str(form.body)
    own_redis.restart()
    wait_for(listener.is_ready)
