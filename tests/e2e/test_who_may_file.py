"""A channel's settings name who may file, and where: that holds for every button, form, command and emoji."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sandbox.claude.scripts import reply
from sandbox.slack.messages import Message
from sandbox.stack import Stack
from tests.clients import connect
from tests.e2e import changing
from tests.e2e.digests import FAST, file_many, heads
from tests.e2e.drafting import (
    BUTTONS,
    JUDGEMENT,
    filed,
    press,
    press_stale,
    propose,
    sent,
    shows,
    shows_filed,
    told,
    words,
)
from tests.e2e.support import ADA, GRACE, GUEST, LINUS, card, cards, within
from tests.e2e.support_views import choose, modal
from workers.policy import ChannelSettings
from workers.state.channel_settings import Channels
from workers.state.forms import Forms

pytestmark = pytest.mark.e2e

GENERAL = "C0GENERAL"
NOT_LISTED, CLOSED, NOTHING_OPEN = "only certain people", "may not work in that project", "No project is open to me"
KNOWN = "VPN drops every few minutes on office Wi-Fi"


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    folder: Path = tmp_path_factory.mktemp("filers")
    with Stack(beat=False, folder=folder, settings=FAST) as stack:
        yield stack


@pytest.fixture(autouse=True)
def _as_usual_again(stack: Stack) -> Iterator[None]:
    yield
    settle(stack)
    for view in stack.slack.views.get(ADA, []):
        stack.slack.close_view(ADA, view.id)


def settle(stack: Stack, **values: Any) -> None:
    """Give #general these settings, and the usual ones for all else."""
    Channels(connect(stack.redis_url)).put(stack.slack.workspace.team_id, GENERAL, ChannelSettings(**values))


def only_linus(stack: Stack) -> None:
    settle(stack, filers="listed", listed=(LINUS,))


def is_refused(stack: Stack, seen: int, sentence: str = NOT_LISTED, user: str = ADA) -> str:
    """Wait until a person alone is told this, after what they were told before."""
    return within(lambda: next((text for text in told(stack, user)[seen:] if sentence in text), None), sentence)


def filled(summary: str, **values: Any) -> Any:
    usual = {"summary": summary, "description": "", "issue_type": "Task", "priority": ""}
    return reply(json.dumps(JUDGEMENT | usual | values))


def test_the_shortcut_gives_a_form_to_who_is_listed_alone(stack: Stack) -> None:
    only_linus(stack)
    ts = stack.slack.say(GENERAL, ADA, "The oven smokes.")
    stack.slack.shortcut(GENERAL, ts, ADA, "file_issue")
    assert modal(stack, ADA, NOT_LISTED).body.get("submit") is None

    stack.slack.shortcut(GENERAL, ts, LINUS, "file_issue")
    assert modal(stack, LINUS).body["submit"]
    stack.slack.close_view(LINUS, "top")


def test_the_command_gives_no_form_to_who_is_not_listed(stack: Stack) -> None:
    only_linus(stack)
    stack.slack.command(GENERAL, ADA, "/jira", "create the oven smokes")
    view = modal(stack, ADA, NOT_LISTED)
    assert view.body.get("submit") is None
    forms = Forms(connect(stack.redis_url))
    assert not forms.draw(stack.slack.workspace.team_id, view.body["external_id"], by="web"), "it stays a refusal"


def test_a_worker_draws_no_form_anew_for_a_guest_who_may_not_file_any_more(stack: Stack) -> None:
    settle(stack, filers="everybody")
    stack.slack.workspace.channel(GENERAL).members.append(GUEST)
    stack.slack.command(GENERAL, GUEST, "/jira", "create the lift is slow")
    form = modal(stack, GUEST)
    stack.workers[0].pause()
    try:
        client = connect(stack.redis_url)
        client.delete(*client.scan_iter("sb:cache:jira:screen:*"))
        stack.slack.click_in_view(GUEST, form.id, "form_type", "Task")
        within(lambda: "I'm loading the fields" in json.dumps(form.body), "the word that a worker is asked")
        settle(stack)
    finally:
        stack.workers[0].resume()
    assert modal(stack, GUEST, "full members").body.get("submit") is None


def test_a_form_that_was_open_before_files_nothing_either(stack: Stack) -> None:
    stack.slack.command(GENERAL, ADA, "/jira", "create the stove is cold")
    choose(stack, ADA, "form_project", "OPS")
    choose(stack, ADA, "form_type", "Task")
    only_linus(stack)
    seen = len(told(stack, ADA))
    assert stack.slack.submit_view(ADA, "top", {"summary": "Stove is cold"}) == {}

    is_refused(stack, seen)
    assert sent(stack, "Stove is cold") == []


def test_changes_of_an_issue_are_confirmed_by_who_is_listed(stack: Stack) -> None:
    only_linus(stack)
    change = changing.comment("OPS-9", "The green one is it.")
    shown, seen = changing.propose(stack, "remark on OPS-9", change, channel=GENERAL), len(told(stack, ADA))
    press(stack, shown, changing.CONFIRM, ADA)
    is_refused(stack, seen)
    assert changing.comments(stack, "OPS-9", "The green one") == []

    press(stack, shown, changing.CONFIRM, LINUS)
    shows(shown, "✅")
    assert len(changing.comments(stack, "OPS-9", "The green one")) == 1


def use(stack: Stack, shown: Message, key: str, user: str) -> None:
    """Press "Use this one" beside an issue."""
    draft = (shown.metadata or {})["event_payload"]["draft"]
    stack.slack.click(shown.channel, shown.ts, user, "duplicate_use", value=f"{draft} {key}")


def test_a_report_is_added_to_a_known_issue_by_who_is_listed(stack: Stack) -> None:
    only_linus(stack)
    known = next(issue for issue in stack.jira.issues.values() if issue.fields["summary"] == KNOWN)
    shown = propose(
        stack,
        "VPN disconnects all the time on the office wifi",
        channel=GENERAL,
        description="It reconnects at once, and on a cable it is stable.",
    )
    before, seen = len(known.comments), len(told(stack, ADA))
    use(stack, shown, known.key, ADA)
    is_refused(stack, seen)
    assert len(known.comments) == before

    use(stack, shown, known.key, LINUS)
    shows(shown, f"/browse/{known.key}|{known.key}>* as a comment")
    assert len(known.comments) == before + 1


@pytest.mark.parametrize("text", ["triage OPS", "weekly"])
def test_no_digest_is_begun_by_who_is_not_listed(stack: Stack, text: str) -> None:
    only_linus(stack)
    seen, posted = len(told(stack, ADA)), len(heads(stack, GENERAL))
    stack.slack.command(GENERAL, ADA, "/jira", text)

    is_refused(stack, seen)
    assert len(heads(stack, GENERAL)) == posted


def test_a_suggestion_of_a_digest_is_applied_by_who_is_listed_and_once(stack: Stack) -> None:
    only_linus(stack)
    (key,) = file_many(stack, 1)
    before, seen = changing.field(stack, key, "priority"), len(told(stack, ADA))
    stack.slack.command(GENERAL, LINUS, "/jira", "triage OPS")
    head = within(lambda: next(iter(heads(stack, GENERAL)), None), "a digest")
    page = within(
        lambda: next((m for m in stack.slack.replies_of_bot(GENERAL, head.ts) if "bulk_apply" in m.action_ids), None),
        "a suggestion",
    )
    press(stack, page, "bulk_apply", ADA)
    is_refused(stack, seen)
    assert changing.field(stack, key, "priority") == before

    press(stack, page, "bulk_apply", LINUS)
    within(lambda: f"Applied by <@{LINUS}>" in words(page), "the mark")
    seen = len(told(stack, LINUS))
    press_stale(stack, page, "bulk_apply", LINUS)
    assert is_refused(stack, seen, "That is done already.", LINUS)


def test_a_draft_is_not_filed_in_a_project_that_was_closed_since(stack: Stack) -> None:
    shown, seen = propose(stack, "Cable is frayed", channel=GENERAL), len(told(stack, ADA))
    settle(stack, projects=("WEB",))
    press(stack, shown, "draft_create")

    is_refused(stack, seen, CLOSED)
    assert sent(stack, "Cable is frayed") == []


def test_a_change_is_not_made_in_a_project_that_was_closed_since(stack: Stack) -> None:
    change = changing.comment("OPS-10", "The red one is it.")
    shown, seen = changing.propose(stack, "remark on OPS-10", change, channel=GENERAL), len(told(stack, ADA))
    settle(stack, projects=("WEB",))
    press(stack, shown, changing.CONFIRM)

    is_refused(stack, seen, CLOSED)
    assert changing.comments(stack, "OPS-10", "The red one") == []


def test_where_no_project_is_open_no_form_is_shown_and_no_emoji_makes_a_draft(stack: Stack) -> None:
    settle(stack, projects=("ARCH",))  # One that the operator has closed since.
    ts, seen = stack.slack.say(GENERAL, ADA, "The sofa squeaks."), len(told(stack, ADA))
    stack.slack.shortcut(GENERAL, ts, ADA, "file_issue")
    assert modal(stack, ADA, NOTHING_OPEN).body.get("submit") is None

    stack.slack.react(GENERAL, ts, ADA, "ticket")
    is_refused(stack, seen, NOTHING_OPEN)
    assert cards(stack, ts, GENERAL) == []


def test_where_no_button_is_wanted_the_emoji_files_at_once(stack: Stack) -> None:
    settle(stack, write_policy="auto")
    ts = stack.slack.say(GENERAL, ADA, "The curtain is torn.")
    stack.claude.script(filled("Curtain is torn", confidence="high"), when="curtain is torn")
    stack.slack.react(GENERAL, ts, GRACE, "ticket")

    (shown,) = within(lambda: cards(stack, ts, GENERAL), "a card")
    shows_filed(shown)
    (issue,) = filed(stack, "Curtain is torn")
    assert issue.key in words(shown)


def test_even_there_what_lacks_a_required_field_waits_for_a_person(stack: Stack) -> None:
    settle(stack, write_policy="auto")
    ts = stack.slack.say(GENERAL, ADA, "The carpet is wet.")
    stack.claude.script(filled("Carpet is wet", issue_type="Bug", confidence="high"), when="carpet is wet")
    stack.slack.react(GENERAL, ts, GRACE, "ticket")

    shown = card(stack, ts, channel=GENERAL)
    assert shown.action_ids == BUTTONS
    assert "Team" in words(shown)
    assert sent(stack, "Carpet is wet") == []
