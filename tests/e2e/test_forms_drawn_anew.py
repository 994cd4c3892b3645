"""A form that is drawn anew for another project or type: nothing that a person typed is lost by it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sandbox.claude.scripts import reply
from sandbox.slack.modals import View
from sandbox.stack import Stack
from tests.clients import connect
from tests.e2e.drafting import JUDGEMENT, filed
from tests.e2e.support import ADA, CHANNEL, GRACE, within
from tests.e2e.support_views import choose, input_of, modal, value

pytestmark = pytest.mark.e2e

TEAM = "customfield_10050"


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    folder: Path = tmp_path_factory.mktemp("anew")
    with Stack(beat=False, folder=folder) as stack:
        yield stack


@pytest.fixture(autouse=True)
def _forms_are_closed(stack: Stack) -> Iterator[None]:
    yield
    for view in list(stack.slack.views.get(GRACE, [])):
        stack.slack.close_view(GRACE, view.id)


def opened(stack: Stack, text: str, **filled: str) -> View:
    """Open the form for a message of which the fast model makes a task, and return it."""
    usual = {"summary": text, "description": "", "issue_type": "Task", "priority": ""}
    said: Any = reply(json.dumps(JUDGEMENT | usual | filled))
    stack.claude.script(said, when=text)
    ts = stack.slack.say(CHANNEL, ADA, text)
    stack.slack.shortcut(CHANNEL, ts, GRACE, "file_issue")
    return modal(stack, GRACE)


def change(stack: Stack, view: View, action_id: str, name: str, **typed: str) -> None:
    """Choose another project or type after something was typed, and wait for the new form."""
    before = view.hash
    stack.slack.click_in_view(GRACE, view.id, action_id, name, typed)
    within(lambda: view.hash != before, f"the form for {name}")


def test_what_was_entered_for_one_type_is_there_again_when_somebody_comes_back_to_it(stack: Stack) -> None:
    form = opened(stack, "The gate is open.")
    choose(stack, GRACE, "form_type", "Bug")
    change(stack, form, "form_type", "Task", **{input_of(form, TEAM): "Platform"})
    assert TEAM not in json.dumps(form.body)
    change(stack, form, "form_type", "Bug")
    assert value(form, TEAM) == "Platform"

    # What somebody has emptied stays empty.
    change(stack, form, "form_type", "Task", **{input_of(form, TEAM): ""})
    change(stack, form, "form_type", "Bug")
    assert value(form, TEAM) is None


def test_a_long_description_of_which_the_first_part_was_shortened_keeps_the_rest(stack: Stack) -> None:
    first, second = "A first part. " * 180, "The rest of the story. " * 100
    form = opened(stack, "The cellar is wet.", description=f"{first.strip()}\n\n{second.strip()}")
    parts = [each["block_id"] for each in form.body["blocks"] if each.get("block_id", "").startswith("description")]
    assert len(parts) == 2

    change(stack, form, "form_type", "Bug", description="Now short.")
    stack.slack.submit_view(GRACE, "top", {"summary": "The cellar is wet", input_of(form, TEAM): "Platform"})

    within(lambda: filed(stack, "The cellar is wet"), "the issue")
    text = json.dumps(filed(stack, "The cellar is wet")[0].fields["description"])
    assert "Now short." in text
    assert "A first part." not in text
    assert text.count("The rest of the story.") == 100


def test_while_no_worker_is_there_another_project_is_drawn_from_what_is_known(stack: Stack) -> None:
    form = opened(stack, "The roof leaks.")
    choose(stack, GRACE, "form_project", "WEB")
    choose(stack, GRACE, "form_type", "Bug")
    stack.slack.close_view(GRACE, form.id)

    stack.workers[0].pause()
    try:
        stack.slack.command(CHANNEL, GRACE, "/jira", "create the attic is dark")
        form = modal(stack, GRACE)
        assert "Components" not in json.dumps(form.body)
        change(stack, form, "form_project", "WEB", summary="Attic is dark", issue_type="Bug")
        assert "Components" in json.dumps(form.body)
        assert (value(form, "project"), value(form, "issue_type")) == ("WEB", "Bug")
        assert value(form, "summary") == "Attic is dark"
        client = connect(stack.redis_url)
        client.delete(*client.scan_iter("sb:cache:jira:screen:*"))
        change(stack, form, "form_type", "Story")
        assert "I'm loading the fields for that" in json.dumps(form.body)
        assert value(form, "summary") == "Attic is dark"
    finally:
        stack.workers[0].resume()
    within(lambda: value(form, "issue_type") == "Story", "the fields, once a worker is back")
    assert "I'm loading" not in json.dumps(form.body)
