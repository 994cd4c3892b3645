"""A channel's settings: who may change them, that they hold in turns and buttons, and what the channel reads of it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from sandbox.claude.scripts import reply, tool
from sandbox.faults import Fault
from sandbox.stack import Stack
from tests.e2e.drafting import BUTTONS, ask_to_file, filed, is_told, press, propose, sent, shows_filed, told, words
from tests.e2e.support import (
    ADA,
    ADAS_DM,
    CHANNEL,
    GRACE,
    GUEST,
    LINUS,
    answer,
    ask,
    card,
    forget_jira,
    jira_is_well_again,
    replies,
    within,
)
from tests.e2e.support_views import audits, change_settings, choices, modal, shown, value

pytestmark = pytest.mark.e2e

GENERAL, RANDOM = "C0GENERAL", "C0RANDOM0"


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    folder: Path = tmp_path_factory.mktemp("settings")
    with Stack(beat=False, folder=folder, settings={"ADMIN_USERS": "U0NOBODY1"}) as stack:
        yield stack


def change(stack: Stack, *, user: str = GRACE, channel: str = GENERAL, **values: Any) -> str:
    """Change a channel's settings as a person and return what the channel was told."""
    return change_settings(stack, user=user, channel=channel, **values)


def live_in(stack: Stack, zone: str, user: str) -> None:
    """Have somebody's clock in Slack go as this zone's does."""
    stack.slack.workspace.person(user).tz = zone


def ask_and_hear(stack: Stack, words: str, thread_ts: str | None = None) -> str:
    """Mention the bot, see that it says these words, and return the thread."""
    stack.claude.script(reply(words), when=f"please say {words}")
    root = ask(stack, f"please say {words}", channel=GENERAL, thread_ts=thread_ts)
    root = thread_ts or root
    number = 2 if thread_ts else 1
    assert words in answer(stack, root, number=number, channel=GENERAL).text
    return root


def test_an_admin_changes_them_and_the_channel_reads_what_is_different(stack: Stack) -> None:
    stack.slack.command(GENERAL, GRACE, "/jira", "settings")
    form = modal(stack, GRACE)
    assert choices(form, "project") == ["Workspace default", "OPS", "WEB"]

    assert stack.slack.submit_view(GRACE, "top", {"project": "WEB", "language": "German"}) == {}

    said = within(lambda: audits(stack, GENERAL), "the word on the change")[-1]
    assert f"<@{GRACE}>" in said
    assert "default project: workspace default → WEB" in said
    assert "language: that of whoever asks → German" in said
    assert "who may file" not in said
    # The next one who opens the form sees them as they stand.
    stack.slack.command(GENERAL, GRACE, "/jira", "settings")
    assert "German" in shown(modal(stack, GRACE))
    stack.slack.close_view(GRACE, "top")


def test_a_word_on_a_change_whose_answer_was_lost_is_said_once(stack: Stack) -> None:
    before = len(audits(stack, GENERAL))
    stack.slack.command(GENERAL, GRACE, "/jira", "settings")
    modal(stack, GRACE)
    stack.slack.faults.add(Fault(operation="chat.postMessage", kind="drop_after"))
    assert stack.slack.submit_view(GRACE, "top", {"language": "Polish"}) == {}
    within(lambda: len(audits(stack, GENERAL)) > before, "the word on the change")

    within(lambda: "action_waits" in stack.workers[0].log_text(), "the worker hears nothing")
    # What is done to one channel is done in order: after this one the first is over.
    change(stack, language="")
    assert len([each for each in audits(stack, GENERAL) if "→ Polish" in each]) == 1


def test_the_model_is_told_of_project_type_and_language(stack: Stack) -> None:
    change(stack, project="WEB", issue_type="Bug", language="Dutch")
    stack.claude.script(reply("Goed."), when="which defaults")
    ts = ask(stack, "which defaults hold here?", channel=GENERAL)
    answer(stack, ts, channel=GENERAL)

    asked = str(stack.claude.requests[-1].body["messages"][-1])
    assert all(part in asked for part in ("Default project: WEB", "Default type of issues: Bug", "answer in: Dutch"))


def test_a_draft_without_a_project_goes_to_the_channels_own(stack: Stack) -> None:
    change(stack, project="WEB", issue_type="usual", language="")
    shown_card = propose(stack, "Footer overlaps", channel=GENERAL, project=None)
    assert "WEB" in words(shown_card)


def test_nobody_else_is_shown_the_form(stack: Stack) -> None:
    stack.slack.command(GENERAL, ADA, "/jira", "settings")
    assert modal(stack, ADA, "admins and owners").body.get("submit") is None
    stack.slack.close_view(ADA, "top")


def test_whoever_made_the_channel_may_change_them(stack: Stack) -> None:
    before = len(audits(stack, CHANNEL))
    change(stack, user=LINUS, channel=CHANNEL, language="French")
    change(stack, user=LINUS, channel=CHANNEL, language="")
    assert len(audits(stack, CHANNEL)) == before + 2


def test_who_may_no_longer_when_the_form_is_sent_changes_nothing(stack: Stack) -> None:
    stack.slack.command(GENERAL, GRACE, "/jira", "settings")
    modal(stack, GRACE)
    before = len(audits(stack, GENERAL))
    person = stack.slack.workspace.person(GRACE)
    person.is_admin = False
    try:
        stack.slack.submit_view(GRACE, "top", {"language": "Latin"})
        is_told(stack, GRACE, "admins and owners")
    finally:
        person.is_admin = True
    assert len(audits(stack, GENERAL)) == before


def test_what_does_not_fit_together_is_said_at_its_field(stack: Stack) -> None:
    stack.slack.command(GENERAL, GRACE, "/jira", "settings")
    modal(stack, GRACE)
    given = {"filers": "listed", "quiet_from": "22:00", "language": "<b>"}
    answered = stack.slack.submit_view(GRACE, "top", given)
    assert answered["errors"] == {
        "listed": "Please name at least one person, or choose another answer above.",
        "quiet_until": "Quiet hours need a beginning and an end.",
        "language": "I know no language of this name. Please write its name or its code, "
        "such as German, Deutsch or de.",
    }
    given = {"project": "WEB", "filers": "members", "language": "", "quiet_from": "22:00", "quiet_until": "22:00"}
    answered = stack.slack.submit_view(GRACE, "top", {**given, "open_projects": ["OPS"]})
    assert answered["errors"] == {
        "project": "Please choose one of the projects above.",
        "quiet_until": "Quiet hours need an end that is not their beginning.",
    }
    stack.slack.close_view(GRACE, "top")


def test_in_a_direct_message_it_says_where_they_are(stack: Stack) -> None:
    stack.slack.command(ADAS_DM, ADA, "/jira", "settings")
    assert "belong to a channel" in told(stack, ADA)[-1]


def test_where_the_bot_is_not_it_asks_to_be_invited(stack: Stack) -> None:
    stack.slack.command(RANDOM, GRACE, "/jira", "settings")
    assert modal(stack, GRACE, "/invite")
    stack.slack.close_view(GRACE, "top")


def test_only_those_listed_may_press_create(stack: Stack) -> None:
    change(stack, filers="listed", listed=[LINUS])
    draft = propose(stack, "Lamp flickers", channel=GENERAL)
    press(stack, draft, "draft_create", ADA)
    is_told(stack, ADA, "only certain people")
    assert sent(stack, "Lamp flickers") == []
    press(stack, draft, "draft_create", LINUS)
    shows_filed(draft)
    change(stack, filers="members")


def test_a_channel_can_file_without_a_button_but_not_for_a_guest(stack: Stack) -> None:
    change(stack, user=LINUS, channel=CHANNEL, write_policy="auto")
    ts = ask_to_file(stack, "Sink drips")
    within(lambda: filed(stack, "Sink drips"), "the issue")
    answer(stack, ts)
    change(stack, user=LINUS, channel=CHANNEL, write_policy="usual", filers="everybody")
    draft = propose(stack, "Tap drips")
    press(stack, draft, "draft_create", GUEST)
    assert shows_filed(draft)
    change(stack, user=LINUS, channel=CHANNEL, filers="members")


def test_follow_ups_can_be_left_to_those_who_mention_it(stack: Stack) -> None:
    stack.claude.script(reply("First."), when="tell me one")
    root = ask(stack, "tell me one", channel=GENERAL)
    answer(stack, root, channel=GENERAL)
    change(stack, follow_ups="mention")

    stack.slack.say(GENERAL, ADA, "and what do you others think?", root)
    stack.claude.script(reply("Second."), when="tell me two")
    ask(stack, "tell me two", channel=GENERAL, thread_ts=root)

    assert "Second." in answer(stack, root, number=2, channel=GENERAL).text
    assert len(replies(stack, root, GENERAL)) == 2
    change(stack, follow_ups="free")


def test_a_draft_shows_its_buttons_as_ever_where_nothing_was_changed(stack: Stack) -> None:
    draft = propose(stack, "Chair creaks", channel="C0ONCALL0")
    assert card(stack, draft.thread_ts or "", channel="C0ONCALL0").action_ids == BUTTONS


def test_a_channel_may_have_fewer_projects_open(stack: Stack) -> None:
    change(stack, project="usual", issue_type="usual", open_projects=["WEB"])
    assert "open projects: workspace default → WEB" in audits(stack, GENERAL)[-1]
    calls = [tool("jira_get_issue", {"key": key}) for key in ("OPS-1", "WEB-1")]
    stack.claude.script(reply(*calls, tool("jira_search", {"status": "any"})), reply("Read."), when="read both")

    answer(stack, ask(stack, "read both", channel=GENERAL), channel=GENERAL)

    results = [block["content"] for block in stack.claude.message_requests[-1].body["messages"][-1]["content"]]
    assert "Project 'OPS' is not open to me. Open projects: WEB." in str(results[0])
    assert "WEB-1: " in str(results[1])
    assert "OPS-" not in str(results[2])
    change(stack, open_projects=[])
    assert "open projects: WEB → workspace default" in audits(stack, GENERAL)[-1]


@pytest.mark.parametrize("status", [503, 401, 404])
def test_a_jira_that_says_nothing_keeps_nobody_from_the_settings_nor_takes_the_type_away(
    stack: Stack, status: int
) -> None:
    change(stack, project="WEB", issue_type="Story")
    stack.jira.faults.add(Fault(operation="*", kind="status", status=status, times=-1))
    forget_jira(stack)
    try:
        stack.slack.command(GENERAL, GRACE, "/jira", "settings")
        form = modal(stack, GRACE)
        assert (value(form, "project"), value(form, "issue_type")) == ("WEB", "Story")
        stack.slack.close_view(GRACE, "top")
        said = change(stack, language="Danish")
    finally:
        jira_is_well_again(stack)
    assert "→ Danish" in said
    assert "default type" not in said
    change(stack, project="usual", issue_type="usual", language="")


def test_quiet_hours_stay_in_their_zone_whoever_changes_something_else(stack: Stack) -> None:
    live_in(stack, "Europe/Berlin", GRACE)
    live_in(stack, "America/New_York", LINUS)
    said = change(stack, channel=CHANNEL, quiet_from="22:00", quiet_until="08:00", weekly_day="monday")
    assert "quiet hours: none → 22:00 to 08:00 (Europe/Berlin)" in said

    stack.slack.command(CHANNEL, LINUS, "/jira", "settings")
    form = modal(stack, LINUS)
    assert value(form, "time_zone") == "Europe/Berlin"
    assert choices(form, "time_zone") == ["Europe/Berlin", "America/New_York"]
    stack.slack.close_view(LINUS, "top")
    said = change(stack, user=LINUS, channel=CHANNEL, language="Danish")
    assert "quiet hours" not in said
    assert "digest" not in said

    # Another zone is a choice of its own.
    said = change(stack, user=LINUS, channel=CHANNEL, time_zone="America/New_York")
    assert "22:00 to 08:00 (Europe/Berlin) → 22:00 to 08:00 (America/New_York)" in said
    change(stack, channel=CHANNEL, quiet_from="", quiet_until="", weekly_day="never", language="")
    # Where no time is left nothing speaks for the old zone.
    stack.slack.command(CHANNEL, GRACE, "/jira", "settings")
    assert choices(modal(stack, GRACE), "time_zone") == ["Europe/Berlin"]
    stack.slack.close_view(GRACE, "top")


def test_in_quiet_hours_it_answers_only_who_mentions_it(stack: Stack) -> None:
    live_in(stack, "Asia/Tokyo", GRACE)
    root = ask_and_hear(stack, "First.")
    now = datetime.now(UTC).astimezone(ZoneInfo("Asia/Tokyo"))
    begin, end = (f"{now + timedelta(hours=hours):%H:%M}" for hours in (-2, 2))
    change(stack, quiet_from=begin, quiet_until=end)

    stack.slack.say(GENERAL, ADA, "and what do you others think?", root)
    ask_and_hear(stack, "Second.", root)
    assert len(replies(stack, root, GENERAL)) == 2

    # Outside of them it is as before.
    change(stack, quiet_from=f"{now + timedelta(hours=3):%H:%M}", quiet_until=f"{now + timedelta(hours=5):%H:%M}")
    stack.claude.script(reply("Third."), when="and without a mention?")
    stack.slack.say(GENERAL, ADA, "and without a mention?", root)
    assert "Third." in answer(stack, root, number=3, channel=GENERAL).text
    change(stack, quiet_from="", quiet_until="")
