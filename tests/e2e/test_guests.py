"""Guests where a channel lets them file: each way in that they read about works, and none is promised that does not."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from sandbox.claude.scripts import reply
from sandbox.slack.messages import Message
from sandbox.slack.records import Person
from sandbox.stack import Stack
from tests.e2e.drafting import JUDGEMENT, filed, is_told, press, shows, shows_filed, told, words
from tests.e2e.support import ADA, CHANNEL, GUEST, LINUS, card, cards, within
from tests.e2e.support_views import modal

pytestmark = pytest.mark.e2e

OUTSIDER, ELSEWHERE = "U0OUTSIDE", "C0GENERAL"


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    folder: Path = tmp_path_factory.mktemp("guests")
    with Stack(beat=False, folder=folder, settings={"REACTION_EMOJI": "jira"}) as stack:
        stranger = Person(OUTSIDER, "olive", "Olive Fox", team_id="T0ELSEWHERE", is_stranger=True)
        stack.slack.workspace.people[OUTSIDER] = stranger
        stack.slack.workspace.channel(CHANNEL).members.append(OUTSIDER)
        stack.slack.command(CHANNEL, LINUS, "/jira", "settings")
        modal(stack, LINUS)
        assert stack.slack.submit_view(LINUS, "top", {"filers": "everybody"}) == {}
        within(lambda: [m for m in stack.slack.messages(CHANNEL) if "changed my settings" in m.text], "the settings")
        yield stack


def script_form(stack: Stack, summary: str, issue_type: str, when: str) -> None:
    """Have the fast model fill the next form or draft."""
    filled = {"summary": summary, "description": "", "issue_type": issue_type, "priority": ""}
    stack.claude.script(reply(json.dumps(JUDGEMENT | filled)), when=when)


def test_help_and_home_name_the_ways_in_that_a_guest_has(stack: Stack) -> None:
    stack.slack.command(CHANNEL, GUEST, "/jira", "help")
    said = is_told(stack, GUEST, "What I can do")
    stack.slack.open_home(GUEST)
    view = within(lambda: stack.slack.homes.get(GUEST), "the home")
    home = within(lambda: text if "full members" in (text := words(view.body["blocks"])) else None, "a guest's home")
    filing = "choose it in a message's menu, or put :jira: on it, or use `/jira create The VPN is down`."
    assert f"*File a Jira issue:* {filing}" in said
    assert f"*File a Jira issue:* in channels whose settings let guests file, {filing}" in home
    for text in (said, home):
        assert "opens a form" not in text
        assert "say so" not in text


def test_help_names_no_filing_where_a_guest_may_not(stack: Stack) -> None:
    stack.slack.workspace.channel(ELSEWHERE).members.append(GUEST)
    before = len(told(stack, GUEST))
    stack.slack.command(ELSEWHERE, GUEST, "/jira", "help")
    (said,) = within(lambda: told(stack, GUEST)[before:], "the help")
    assert "What I can do" in said
    assert "File a Jira issue" not in said
    assert "/jira create" not in said


def test_people_of_other_organisations_are_promised_no_filing(stack: Stack) -> None:
    stack.slack.command(CHANNEL, OUTSIDER, "/jira", "help")
    assert "File a Jira issue" not in is_told(stack, OUTSIDER, "What I can do")
    stack.slack.open_home(OUTSIDER)
    view = within(lambda: stack.slack.homes.get(OUTSIDER), "the home")
    home = within(lambda: text if "full members" in (text := words(view.body["blocks"])) else None, "their home")
    assert "File a Jira issue" not in home


def test_a_guest_puts_the_emoji_on_a_message_and_files_it(stack: Stack) -> None:
    ts = stack.slack.say(CHANNEL, ADA, "The awning is torn.")
    script_form(stack, "Awning is torn", "Task", when="awning is torn")
    stack.slack.react(CHANNEL, ts, GUEST, "jira")

    shown = card(stack, ts)
    assert "Asked for by Robin Vale" in words(shown)
    press(stack, shown, "draft_create", GUEST)
    shows_filed(shown)
    assert len(filed(stack, "Awning is torn")) == 1


def test_a_guest_finds_people_in_the_form(stack: Stack) -> None:
    ts = stack.slack.say(CHANNEL, ADA, "The ramp is icy.")
    script_form(stack, "Ramp is icy", "Bug", when="ramp is icy")
    stack.slack.shortcut(CHANNEL, ts, GUEST, "file_issue")
    form = modal(stack, GUEST)
    blocks = form.body["blocks"]
    (people, *_) = [each for each in blocks if each.get("element", {}).get("action_id") == "people_search"]

    def look() -> str | None:
        found = str(stack.slack.options(GUEST, form.id, "people_search", "Li", people["block_id"])["options"])
        return found if "linus@example.com" in found else None

    assert "Still loading" not in within(look, "the people who begin so", seconds=20)


def test_people_of_other_organisations_are_told_who_may(stack: Stack) -> None:
    ts = stack.slack.say(CHANNEL, ADA, "The pond is green.")
    stack.slack.react(CHANNEL, ts, OUTSIDER, "jira")

    assert is_told(stack, OUTSIDER, "Only members and guests of this workspace may file issues here.")
    assert cards(stack, ts) == []


def guests_card(stack: Stack, summary: str) -> Message:
    """Have a guest ask for an issue by an emoji, and return the card of its draft."""
    ts = stack.slack.say(CHANNEL, ADA, f"{summary}.")
    script_form(stack, summary, "Task", when=f"{summary}.")
    stack.slack.react(CHANNEL, ts, GUEST, "jira")
    return card(stack, ts)


def put_under(stack: Stack, shown: Message, parent: str, user: str) -> str:
    """Name a parent in the form that edits a draft, and return what the card says then."""
    press(stack, shown, "draft_edit", user)
    modal(stack, user)
    assert stack.slack.submit_view(user, "top", {"parent": parent}) == {}
    return shows(shown, parent)


def test_a_member_files_under_a_parent_what_a_guest_has_asked_for(stack: Stack) -> None:
    shown = guests_card(stack, "Gutter is full")
    assert "does not exist" not in put_under(stack, shown, "OPS-1", LINUS)
    press(stack, shown, "draft_create", LINUS)

    shows_filed(shown)
    (issue,) = filed(stack, "Gutter is full")
    assert issue.fields["parent"]["key"] == "OPS-1"


def test_a_guest_does_not_learn_from_a_draft_which_parents_there_are(stack: Stack) -> None:
    answers = set()
    for number, parent in enumerate(("OPS-1", "OPS-999", "HR-1")):
        shown = guests_card(stack, f"Fence {number} leans")
        noted = put_under(stack, shown, parent, GUEST)
        assert f"Parent: {parent} does not exist in Jira, or it may not be shown here." in noted
        press(stack, shown, "draft_create", GUEST)
        answers.add(shows(shown, "Not sent to Jira").replace(parent, "that").replace(str(number), ""))
        assert filed(stack, f"Fence {number} leans") == []
    assert len(answers) == 1


def test_what_a_guest_could_not_file_a_member_who_sees_the_parent_can(stack: Stack) -> None:
    shown = guests_card(stack, "Sign is crooked")
    put_under(stack, shown, "OPS-1", LINUS)
    press(stack, shown, "draft_create", GUEST)
    shows(shown, "Parent: OPS-1 does not exist in Jira, or it may not be shown here.")
    assert filed(stack, "Sign is crooked") == []

    press(stack, shown, "draft_create", LINUS)
    shows_filed(shown)
    assert filed(stack, "Sign is crooked")[0].fields["parent"]["key"] == "OPS-1"
