"""People of Slack in what is written to Jira: a reader of Jira sees mentions and names, in both kinds of Jira."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sandbox.claude.scripts import reply, tool
from sandbox.jira.catalogue import GRACE as GRACE_IN_JIRA
from sandbox.slack.records import Person
from sandbox.stack import Stack
from tests.e2e.changing import CONFIRM, comment, move, update
from tests.e2e.changing import propose as propose_changes
from tests.e2e.drafting import filed, press, propose, shows, shows_filed, words
from tests.e2e.support import ADA, CHANNEL, GRACE, answer, ask, card, cards, within
from tests.e2e.support_views import choose, modal, shown

pytestmark = pytest.mark.e2e

NOBODY = "U0NOJIRA1"
TEXT = f"<@{GRACE}> saw it in <#{CHANNEL}|support>, so did <@{NOBODY}>: <https://a.example/log|the log>. <!here>"
READ = "@Grace Moreno saw it in #support, so did @Vera Wolf: the log. @here"


@pytest.fixture(scope="module", params=["cloud", "datacenter"])
def stack(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    folder: Path = tmp_path_factory.mktemp("mentions")
    with Stack(beat=False, folder=folder, settings={"JIRA_DEPLOYMENT": request.param}) as stack:
        stack.slack.workspace.people[NOBODY] = Person(NOBODY, "vera", "Vera Wolf", "vera@example.com")
        yield stack


def is_read(stack: Stack, text: Any) -> None:
    """Hold a text in Jira to what its readers shall see: Grace is called, Vera is named, and no id is anywhere."""
    raw = json.dumps(text)
    assert not [part for part in (GRACE, NOBODY, CHANNEL, "<!here") if part in raw.replace(f"/archives/{CHANNEL}/", "")]
    if stack.jira.site.is_cloud:
        assert mentions(text) == [(GRACE_IN_JIRA.account_id, "@Grace Moreno")]
        assert READ in seen(text)
        assert '"href": "https://a.example/log"' in raw
    else:
        assert "[~grace] saw it in #support, so did @Vera Wolf: [the log|https://a.example/log]. @here" in text


def mentions(node: Any) -> list[tuple[str, str]]:
    if node.get("type") == "mention":
        return [(node["attrs"]["id"], node["attrs"]["text"])]
    return [found for each in node.get("content", []) for found in mentions(each)]


def seen(node: Any) -> str:
    """Return what a document says, with its mentions."""
    own = node.get("text", "") or (node["attrs"]["text"] if node["type"] == "mention" else "")
    return own + "".join(map(seen, node.get("content", [])))


def test_a_form_shows_names_and_keeps_who_is_meant(stack: Stack) -> None:
    ts = stack.slack.say(CHANNEL, ADA, f"The gate is shut.\n{TEXT}")
    stack.slack.shortcut(CHANNEL, ts, ADA, "file_issue")
    form = shown(modal(stack, ADA))
    assert "@Grace Moreno" in form
    assert not [part for part in (GRACE, NOBODY) if part in form]
    choose(stack, ADA, "form_project", "OPS")
    choose(stack, ADA, "form_type", "Task")
    assert stack.slack.submit_view(ADA, "top", {"summary": "Gate is shut"}) == {}

    within(lambda: cards(stack, ts), "a card")
    (issue,) = within(lambda: filed(stack, "Gate is shut"), "the issue")
    is_read(stack, issue.fields["description"])


def test_a_draft_names_people_on_its_card_and_mentions_them_in_jira(stack: Stack) -> None:
    wanted = {"project": "OPS", "issue_type": "Task", "summary": f"<@{GRACE}> can't print", "description": TEXT}
    stack.claude.script(reply(tool("jira_create_issue", wanted)), reply("Ready."), when="file what she said")
    ready = card(stack, ask(stack, "file what she said"))
    assert "@Grace Moreno can't print" in words(ready)
    assert GRACE not in words(ready)
    press(stack, ready, "draft_create")
    shows_filed(ready)

    (issue,) = filed(stack, "@Grace Moreno can't print")
    is_read(stack, issue.fields["description"])


def test_comments_and_fields_of_issues_mention_people_and_are_made_once(stack: Stack) -> None:
    calls = (
        comment("OPS-2", TEXT),
        update("OPS-3", summary=f"<@{GRACE}> waits", description=TEXT),
        move("OPS-4", "In Progress", comment=TEXT),
    )
    ready = propose_changes(stack, "settle these with names", *calls)
    assert GRACE not in words(ready)
    press(stack, ready, CONFIRM)
    within(lambda: words(ready).count("✅") == 4, "all of them done")

    is_read(stack, stack.jira.issue("OPS-2").comments[-1]["body"])
    is_read(stack, stack.jira.issue("OPS-4").comments[-1]["body"])
    is_read(stack, stack.jira.issue("OPS-3").fields["description"])
    assert stack.jira.issue("OPS-3").fields["summary"] == "@Grace Moreno waits"

    stack.claude.script(reply(tool(*update("OPS-3", description=TEXT))), reply("As it is."), when="once more")
    answer(stack, ask(stack, "the same once more"))
    told = json.dumps(stack.claude.message_requests[-1].body["messages"][-1])
    assert "has that already" in told


def test_an_edited_draft_keeps_its_mentions_and_takes_new_ones(stack: Stack) -> None:
    ready = propose(stack, "Lamp flickers", description=f"Ask <@{GRACE}>.")
    press(stack, ready, "draft_edit")
    form = within(lambda: stack.slack.views.get(ADA), "a form")[-1]
    assert "Ask @Grace Moreno." in shown(form)
    assert stack.slack.submit_view(ADA, "top", {"description": f"Ask @Grace Moreno or <@{ADA}>."}) == {}
    shows(ready, "or @Ada Park.")
    press(stack, ready, "draft_create")
    shows_filed(ready)

    (issue,) = filed(stack, "Lamp flickers")
    text = issue.fields["description"]
    if stack.jira.site.is_cloud:
        assert [name for _, name in mentions(text)] == ["@Grace Moreno", "@Ada Park"]
    else:
        assert "Ask [~grace] or [~ada]." in text
