"""The App Home and the messages tab: what is a person's own there, and what nobody sees who may not."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from sandbox.claude.scripts import reply
from sandbox.faults import Fault
from sandbox.stack import Stack
from tests.e2e import changing
from tests.e2e.drafting import press, propose, shows, shows_filed, words
from tests.e2e.support import ADA, ADAS_DM, CHANNEL, GRACE, GUEST, LINUS, answer, ask, jira_is_well_again, within

pytestmark = pytest.mark.e2e


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    folder: Path = tmp_path_factory.mktemp("home")
    with Stack(beat=False, folder=folder) as stack:
        yield stack


def home(stack: Stack, user: str, text: str) -> str:
    """Open a person's home and wait until it says something; return all its words."""
    stack.slack.open_home(user)

    def look() -> str | None:
        view = stack.slack.homes.get(user)
        said = words(view.body["blocks"]) if view else ""
        return said if text in said else None

    return within(look, f"{text!r} on the home of {user}")


def title_of(stack: Stack, ts: str) -> str | None:
    """Return how a direct conversation is called in the list of them."""
    session = stack.slack.workspace.sessions.get((ADAS_DM, ts))
    return (session.title if session else None) or stack.slack.workspace.titles.get((ADAS_DM, ts))


def test_something_stands_there_at_once_and_what_is_ones_own_follows(stack: Stack) -> None:
    said = home(stack, ADA, "Your open drafts")
    assert "None." in said
    first = words(stack.slack.homes[ADA].history[0]["blocks"])
    assert "What I can do here" in first
    assert "Your open drafts" not in first


def test_changes_that_wait_for_a_press_stand_there_until_then(stack: Stack) -> None:
    shown = changing.propose(stack, "remark on OPS-16", changing.comment("OPS-16", "Blue."), user=GRACE)
    said = home(stack, GRACE, "Changes that you asked for")
    assert "comment on OPS-16" in said
    assert "waits for Confirm" in said
    press(stack, shown, changing.CANCEL, GRACE)
    shows(shown, "Cancelled")

    within(lambda: "Changes that you asked for" not in home(stack, GRACE, "Your open drafts"), "nothing waits")


def test_it_shows_drafts_issues_with_their_status_and_usage(stack: Stack) -> None:
    propose(stack, "Blinds are stuck")
    draft = propose(stack, "Tile is loose")
    press(stack, draft, "draft_create")
    shows_filed(draft)

    said = home(stack, ADA, "Blinds are stuck")
    assert "waits for Create" in said
    line = next(line for line in said.splitlines() if "Tile is loose" in line)
    assert "/browse/OPS-" in line
    assert "_To Do_" in line or "_Open_" in line
    assert "2 answers" in said
    assert "· 0 tokens" not in said
    (costs,) = re.findall(r"Last answers: (.*)", said)
    assert len(re.findall(r"\$0\.\d{4}", costs)) == 2
    assert "How this workspace is set up" not in said
    assert "Tile is loose" not in home(stack, GRACE, "Your open drafts")


def test_it_shows_what_is_known_when_jira_is_down(stack: Stack) -> None:
    draft = propose(stack, "Kettle is cold")
    press(stack, draft, "draft_create")
    shows_filed(draft)
    stack.jira.faults.add(Fault(operation="*", kind="status", status=503, times=-1))
    try:
        assert "Kettle is cold" in home(stack, ADA, "Kettle is cold")
    finally:
        jira_is_well_again(stack)


def test_admins_see_how_the_workspace_is_set_up(stack: Stack) -> None:
    said = home(stack, GRACE, "How this workspace is set up")
    assert "Projects: OPS, WEB" in said
    assert "claude-sonnet-5-5" in said
    assert "ticket" in said


def test_a_guest_sees_nothing_of_jira(stack: Stack) -> None:
    said = home(stack, GUEST, "full members of this workspace only")
    assert "Your usage today" in said
    assert "OPS" not in said


def test_the_messages_tab_offers_prompts(stack: Stack) -> None:
    stack.slack.open_home(ADA, "messages")
    offered = within(lambda: stack.slack.workspace.prompts.get(ADAS_DM), "the prompts")
    assert 1 <= len(offered["prompts"]) <= 4


def test_a_conversation_is_named_by_what_it_began_with(stack: Stack) -> None:
    ts = stack.slack.say(ADAS_DM, ADA, "The coffee machine on floor three leaks")
    answer(stack, ts, channel=ADAS_DM)
    assert within(lambda: title_of(stack, ts), "the title") == "The coffee machine on floor three leaks"


def test_the_name_of_a_conversation_holds_names_of_people_and_no_ids(stack: Stack) -> None:
    ts = stack.slack.say(ADAS_DM, ADA, f"Ask <@{LINUS}> or <@U0NOBODY1> about <#{CHANNEL}|support>")
    answer(stack, ts, channel=ADAS_DM)

    assert within(lambda: title_of(stack, ts), "the title") == "Ask @Linus Berg or @someone about #support"


def test_the_model_knows_which_channel_is_looked_at_but_only_in_a_direct_message(stack: Stack) -> None:
    stack.slack.look_at(ADA, CHANNEL)
    stack.claude.script(reply("Yes."), when="this channel")
    ts = stack.slack.say(ADAS_DM, ADA, "what is this channel for?")
    answer(stack, ts, channel=ADAS_DM)
    assert "Looking at: #support" in str(stack.claude.requests[-1].body["messages"][-1])

    stack.claude.script(reply("No."), when="asked openly")
    ts = ask(stack, "asked openly")
    answer(stack, ts)
    assert "Looking at" not in str(stack.claude.requests[-1].body["messages"][-1])
