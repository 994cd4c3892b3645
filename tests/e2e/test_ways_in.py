"""Every way in, for who seldom comes by it: other organisations, a group's direct messages, the forms of commands."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import Any

import pytest

from sandbox.claude.scripts import reply
from sandbox.faults import Fault
from sandbox.slack.messages import Message
from sandbox.slack.records import Channel, Person
from sandbox.stack import Stack
from tests.e2e.digests import FAST, heads
from tests.e2e.drafting import (
    BUTTONS,
    CREATE,
    SEARCH,
    ever_read,
    filed,
    is_told,
    press,
    propose,
    sent,
    shows_filed,
    told,
    words,
)
from tests.e2e.support import (
    ADA,
    ADAS_DM,
    CHANNEL,
    GRACE,
    LINUS,
    answer,
    ask,
    cards,
    jira_is_well_again,
    replies,
    within,
)
from tests.e2e.support_views import choose, modal

pytestmark = pytest.mark.e2e

GROUP, PARTNERS, OLIVE = "G0TRIAGE0", "C0PARTNER", "U0OLIVE01"
REFUSAL = "full members"
PARTS = 150
"""More than one select of Slack holds."""


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    stack = Stack(beat=False, folder=tmp_path_factory.mktemp("ways"), settings=FAST)
    web = stack.jira.site.projects["WEB"]
    parts = tuple((str(20_000 + number), f"Part {number:03}") for number in range(PARTS))
    stack.jira.site.projects["WEB"] = dataclasses.replace(web, components=(*web.components, *parts))
    workspace = stack.slack.workspace
    workspace.people[OLIVE] = Person(OLIVE, "olive", "Olive Fox", team_id="T0ELSEWHERE", is_stranger=True)
    members = [ADA, GRACE, OLIVE, workspace.bot_user_id]
    workspace.channels[PARTNERS] = Channel(PARTNERS, "partners", "channel", members, creator=GRACE, is_ext_shared=True)
    with stack:
        yield stack


# --- people of another organisation, in a channel that is shared with it ---------------------------------------------


@pytest.fixture(autouse=True)
def _no_form_stays_open(stack: Stack) -> Iterator[None]:
    yield
    for view in stack.slack.views.get(OLIVE, []):
        stack.slack.close_view(OLIVE, view.id)


def is_refused(stack: Stack, seen: int) -> str:
    """Wait until Olive alone is told that this is not for her, after what she was told before."""
    return within(lambda: next((text for text in told(stack, OLIVE)[seen:] if REFUSAL in text), None), "a refusal")


def searches(stack: Stack) -> int:
    return len([call for call in list(stack.jira.calls) if call["route"] == SEARCH])


def test_a_stranger_gets_no_form_by_the_shortcut(stack: Stack) -> None:
    ts = stack.slack.say(PARTNERS, ADA, "The bridge sways.")
    stack.slack.shortcut(PARTNERS, ts, OLIVE, "file_issue")

    assert modal(stack, OLIVE, REFUSAL).body.get("submit") is None
    assert cards(stack, ts, PARTNERS) == []


def test_a_stranger_gets_no_form_by_the_command(stack: Stack) -> None:
    stack.slack.command(PARTNERS, OLIVE, "/jira", "create the bridge sways")

    assert modal(stack, OLIVE, REFUSAL).body.get("submit") is None


@pytest.mark.parametrize("text", ["search vpn", "search OPS-1", "mine", "summarise OPS", "triage OPS", "weekly"])
def test_a_stranger_is_told_nothing_of_jira_by_any_command(stack: Stack, text: str) -> None:
    seen, asked, said = len(told(stack, OLIVE)), searches(stack), len(stack.slack.messages(PARTNERS))
    stack.slack.command(PARTNERS, OLIVE, "/jira", text)

    is_refused(stack, seen)
    assert not [each for each in told(stack, OLIVE)[seen:] if "/browse/" in each]
    assert searches(stack) == asked
    assert len(stack.slack.messages(PARTNERS)) == said


def test_the_emoji_of_a_stranger_makes_no_draft(stack: Stack) -> None:
    ts, seen = stack.slack.say(PARTNERS, ADA, "The railing is loose."), len(told(stack, OLIVE))
    stack.slack.react(PARTNERS, ts, OLIVE, "ticket")

    is_refused(stack, seen)
    assert cards(stack, ts, PARTNERS) == []


def test_a_members_draft_is_neither_filed_nor_cancelled_by_a_stranger(stack: Stack) -> None:
    shown = propose(stack, "Lantern is out", channel=PARTNERS)
    for button in ("draft_create", "draft_cancel"):
        seen = len(told(stack, OLIVE))
        press(stack, shown, button, OLIVE)
        is_refused(stack, seen)

    assert sent(stack, "Lantern is out") == []
    assert shown.action_ids == BUTTONS
    press(stack, shown, "draft_create", ADA)
    assert f"<@{ADA}>" in shows_filed(shown)


def test_a_members_draft_is_not_edited_by_a_stranger(stack: Stack) -> None:
    shown, seen = propose(stack, "Pier is slippery", channel=PARTNERS), len(told(stack, OLIVE))
    press(stack, shown, "draft_edit", OLIVE)
    if stack.slack.views.get(OLIVE):  # Whether or not a form opens, nothing comes of it.
        stack.slack.submit_view(OLIVE, "top", {"summary": "Pier is mine"})

    is_refused(stack, seen)
    assert "Pier is mine" not in ever_read(shown)
    assert shown.action_ids == BUTTONS


def test_the_home_of_a_stranger_shows_nothing_of_jira(stack: Stack) -> None:
    stack.slack.open_home(OLIVE)

    def look() -> str | None:
        view = stack.slack.homes.get(OLIVE)
        text = words(view.body["blocks"]) if view else ""
        return text if REFUSAL in text else None

    said = within(look, "the home of a person of another organisation")
    assert "Your open drafts" not in said
    assert "How this workspace is set up" not in said
    assert "OPS" not in said


# --- a group's direct messages, and forms of commands -----------------------------------------------------------------


def test_in_a_groups_direct_messages_a_mention_and_what_follows_are_answered(stack: Stack) -> None:
    stack.claude.script(reply("Yes, it is known."), when="lift stuck")
    root = ask(stack, "is the lift stuck?", channel=GROUP)
    assert "Yes, it is known." in answer(stack, root, channel=GROUP).text

    stack.claude.script(reply("Since Monday."), when="and since when")
    stack.slack.say(GROUP, LINUS, "and since when?", root)
    assert "Since Monday." in answer(stack, root, number=2, channel=GROUP).text


def test_in_a_groups_direct_messages_what_they_say_to_each_other_is_left_alone(stack: Stack) -> None:
    talk = stack.slack.say(GROUP, ADA, "shall we have lunch?")
    stack.claude.script(reply("Here."), when="are you there")
    root = ask(stack, "are you there?", channel=GROUP)

    answer(stack, root, channel=GROUP)
    within(lambda: stack.slack.events_under_way == 0, "all events taken")
    assert replies(stack, talk, GROUP) == []


def test_in_a_groups_direct_messages_any_of_them_files_a_draft(stack: Stack) -> None:
    shown = propose(stack, "Fountain is dry", channel=GROUP)
    press(stack, shown, "draft_create", LINUS)

    assert f"<@{LINUS}>" in shows_filed(shown)
    assert len(filed(stack, "Fountain is dry")) == 1


def searched(stack: Stack, user: str) -> dict[str, Any]:
    """Return the input of the form in front that asks for its choices."""
    blocks = modal(stack, user).body["blocks"]
    return dict(next(each for each in blocks if each.get("element", {}).get("action_id") == "options_search"))


def offers_of(stack: Stack, typed: str, block: str) -> list[dict[str, Any]]:
    """Type into that input and return what it offers, nothing while that is still looked for."""
    found = stack.slack.options(ADA, modal(stack, ADA).id, "options_search", typed, block)["options"]
    return [] if "type once more" in str(found) else list(found)


def test_a_list_too_long_for_a_form_is_searched_and_the_choice_reaches_jira(stack: Stack) -> None:
    stack.slack.command(CHANNEL, ADA, "/jira", "create the weathercock spins")
    choose(stack, ADA, "form_project", "WEB")
    choose(stack, ADA, "form_type", "Task")
    block = searched(stack, ADA)["block_id"]

    offered = within(lambda: offers_of(stack, "part 14", block), "the parts whose names begin so")
    assert [option["text"]["text"] for option in offered] == [f"Part 14{number}" for number in range(10)]
    assert offers_of(stack, "no such part", block) == []

    assert stack.slack.submit_view(ADA, "top", {"summary": "Weathercock spins", block: [offered[7]]}) == {}
    is_told(stack, ADA, "Filed as")
    (issue,) = filed(stack, "Weathercock spins")
    assert [each["name"] for each in issue.fields["components"]] == ["Part 147"]


def test_a_form_that_jira_refuses_leaves_a_draft_and_a_word_on_where_it_is(stack: Stack) -> None:
    body = {"errorMessages": [], "errors": {"summary": "Too short."}}
    stack.jira.faults.add(Fault(operation=CREATE, kind="status", status=400, body=body))
    stack.slack.command(CHANNEL, ADA, "/jira", "create the pond is green")
    choose(stack, ADA, "form_project", "OPS")
    choose(stack, ADA, "form_type", "Task")
    assert stack.slack.submit_view(ADA, "top", {"summary": "Pond"}) == {}

    is_told(stack, ADA, "The draft waits for you in our direct messages")

    def look() -> Message | None:
        return next((each for each in stack.slack.messages(ADAS_DM) if "Too short." in words(each)), None)

    shown = within(look, "the card in the person's own messages")
    assert shown.action_ids == BUTTONS
    jira_is_well_again(stack)
    press(stack, shown, "draft_create")
    shows_filed(shown)


def test_the_digest_of_a_week_is_posted_in_the_channel_that_asked(stack: Stack) -> None:
    stack.slack.say(CHANNEL, ADA, "Does anybody know why the gate is shut?")
    stack.slack.command(CHANNEL, ADA, "/jira", "weekly")
    is_told(stack, ADA, "post the digest in this channel")

    def look() -> str | None:
        return next((said for head in heads(stack) if "in the last seven days" in (said := words(head))), None)

    assert "why the gate is shut" in within(look, "the digest of the week")
