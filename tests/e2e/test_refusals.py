"""What cannot be done is said to the person who wanted it, and to nobody else, and it changes nothing."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from bot.hints import NOT_STORED, TOO_MUCH_WAITING
from bot.listeners import commands
from bot.open_modal import NOT_OPENED
from sandbox.faults import Fault
from sandbox.jira import issues
from sandbox.jira.catalogue import GRACE as GRACE_IN_JIRA
from sandbox.jira.seeds import paragraphs
from sandbox.slack.messages import Message
from sandbox.stack import Stack
from tests.clients import connect
from tests.e2e import changing
from tests.e2e.digests import FAST, file_many, heads
from tests.e2e.drafting import BUTTONS, filed, offers, press, press_stale, propose, shows, told, words
from tests.e2e.support import ADA, ADAS_DM, CHANNEL, GRACE, GUEST, LINUS, answer, ask, within
from tests.e2e.support_views import choose, modal, shown, value
from workers.acts import bulk
from workers.acts.settings import NOTHING_CHANGED
from workers.state.mailbox import MAX_WAITING, READY, Mailboxes
from workers.views import failures
from workers.views.bulk_words import CANCELLED
from workers.views.home import UNKNOWN

pytestmark = pytest.mark.e2e

GENERAL, RANDOM = "C0GENERAL", "C0RANDOM0"
USE = "duplicate_use"


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    folder: Path = tmp_path_factory.mktemp("refusals")
    with Stack(beat=False, folder=folder, settings=FAST) as stack:
        yield stack


@contextmanager
def nobody_works(stack: Stack) -> Iterator[None]:
    """Let all that is asked for wait; at the end it is dropped."""
    stack.workers[0].pause()
    try:
        yield
        client = connect(stack.redis_url)
        client.delete(READY, *client.scan_iter("sb:{turn:*"), *client.scan_iter("sb:{act:*"))
    finally:
        stack.workers[0].resume()


def all_are_taken(stack: Stack) -> None:
    within(lambda: stack.slack.events_under_way == 0, "all events taken")


def is_refused(stack: Stack, seen: int, sentence: str, user: str = ADA) -> str:
    """Wait until a person alone is told this, after what they were told before."""
    return within(lambda: next((text for text in told(stack, user)[seen:] if sentence in text), None), sentence)


def fill(stack: Stack, box: str) -> None:
    """Let as much wait for a subject as it takes."""
    boxes = Mailboxes(connect(stack.redis_url), ttl_seconds=600)
    for number in range(MAX_WAITING):
        boxes.put(box, f"waiting-{number}", {})


def forget(stack: Stack, pattern: str) -> None:
    """Forget what is kept for a while only, as after that while."""
    client = connect(stack.redis_url)
    assert client.delete(*client.scan_iter(pattern))


@pytest.mark.parametrize(
    ("channel", "text", "sentence"),
    [
        (CHANNEL, "frobnicate", UNKNOWN.strip()),
        (CHANNEL, "summarise", commands.NOTHING_NAMED),
        (ADAS_DM, "triage", commands.NO_CHANNEL),
        (ADAS_DM, "weekly", commands.NO_CHANNEL),
        (RANDOM, "triage", bulk.NOT_HERE),
        (RANDOM, "weekly", bulk.NOT_HERE),
        (CHANNEL, "triage SECRET", "None of these projects may be shown in this channel. Open here: OPS, WEB."),
    ],
)
def test_a_command_that_cannot_be_done_says_why(stack: Stack, channel: str, text: str, sentence: str) -> None:
    seen, posted = len(told(stack, ADA)), len(stack.slack.messages(channel))
    stack.slack.command(channel, ADA, "/jira", text)

    assert is_refused(stack, seen, sentence)
    assert len(stack.slack.messages(channel)) == posted


@pytest.mark.parametrize("text", ["summarise OPS", "triage OPS", "weekly"])
def test_a_guest_has_no_issues_read(stack: Stack, text: str) -> None:
    seen, posted = len(told(stack, GUEST)), len(stack.slack.messages(CHANNEL))
    stack.slack.command(CHANNEL, GUEST, "/jira", text)

    is_refused(stack, seen, failures.JIRA_CLOSED, GUEST)
    assert len(stack.slack.messages(CHANNEL)) == posted
    assert heads(stack, "@robin") == []


def test_settings_that_are_sent_as_they_were_change_nothing(stack: Stack) -> None:
    seen, posted = len(told(stack, GRACE)), len(stack.slack.messages(GENERAL))
    stack.slack.command(GENERAL, GRACE, "/jira", "settings")
    modal(stack, GRACE)
    assert stack.slack.submit_view(GRACE, "top", {}) == {}

    is_refused(stack, seen, NOTHING_CHANGED, GRACE)
    assert len(stack.slack.messages(GENERAL)) == posted


def test_a_form_that_slack_does_not_open_is_said(stack: Stack) -> None:
    seen = len(told(stack, ADA))
    stack.slack.faults.add(Fault(operation="views.open", kind="error", error="expired_trigger_id"))
    stack.slack.command(CHANNEL, ADA, "/jira", "create the fence leans")

    assert is_refused(stack, seen, NOT_OPENED)
    assert not stack.slack.views.get(ADA)


def running_triage(stack: Stack) -> Message:
    """Let Linus ask for a triage whose batch takes long, and return its head."""
    file_many(stack, 1)
    stack.claude.batch_seconds = 600
    stack.slack.command(CHANNEL, LINUS, "/jira", "triage OPS")
    return within(
        lambda: next((head for head in heads(stack) if "with the model" in words(head)), None), "a triage at work"
    )


def test_a_digest_at_work_is_cancelled_by_who_asked_and_once(stack: Stack) -> None:
    try:
        head, seen = running_triage(stack), len(told(stack, ADA))
        press(stack, head, "bulk_cancel", ADA)
        is_refused(stack, seen, "Only the person who asked for this may cancel it.")
        assert head.action_ids == ["bulk_cancel"]

        press(stack, head, "bulk_cancel", LINUS)
        shows(head, CANCELLED)
        seen = len(told(stack, LINUS))
        press_stale(stack, head, "bulk_cancel", LINUS)
        assert is_refused(stack, seen, bulk.NOT_RUNNING, LINUS)
    finally:
        stack.claude.batch_seconds = 1


def test_a_suggestion_whose_digest_is_forgotten_is_not_applied(stack: Stack) -> None:
    file_many(stack, 1)
    stack.slack.command(CHANNEL, ADA, "/jira", "triage OPS")
    page = within(
        lambda: next((each for each in stack.slack.messages(CHANNEL) if "bulk_apply" in each.action_ids), None),
        "a suggestion",
    )
    within(lambda: "I suggest something" in words(heads(stack)[-1]), "the whole digest")
    forget(stack, "sb:{bulk:*")
    seen = len(told(stack, ADA))
    press(stack, page, "bulk_apply")

    assert is_refused(stack, seen, bulk.GONE)


def test_an_answer_that_failed_long_ago_is_not_tried_again(stack: Stack) -> None:
    keys, stack.claude.api_keys = stack.claude.api_keys, {"sk-ant-another"}
    try:
        root = ask(stack, "is the roof tight?")
        failed = answer(stack, root)
    finally:
        stack.claude.api_keys = keys
    forget(stack, "sb:{turn:*:failed:*")
    seen = len(told(stack, ADA))
    press(stack, failed, "turn_retry")

    assert is_refused(stack, seen, failures.RETRY_GONE)


def test_changes_that_were_cancelled_are_not_made_by_a_late_press(stack: Stack) -> None:
    change = changing.comment("OPS-11", "The blue one is it.")
    shown = changing.propose(stack, "remark on OPS-11", change)
    press(stack, shown, changing.CANCEL)
    shows(shown, "Cancelled")
    seen = len(told(stack, GRACE))
    press_stale(stack, shown, changing.CONFIRM, GRACE)

    is_refused(stack, seen, failures.CHANGE_CANCELLED, GRACE)
    assert changing.comments(stack, "OPS-11", "The blue one") == []


def test_an_issue_that_left_the_card_is_not_added_to(stack: Stack) -> None:
    shown = propose(stack, "VPN disconnects all the time on the office wifi", description="A cable is stable.")
    press(stack, shown, "draft_edit")
    modal(stack, ADA)
    stack.slack.submit_view(ADA, "top", {"summary": "Piano is out of tune", "description": "All of it."})
    offers(shown, BUTTONS)
    seen = len(told(stack, ADA))
    press_stale(stack, shown, USE)

    is_refused(stack, seen, failures.NOT_SIMILAR)
    assert "Piano is out of tune" in words(shown)


def test_an_issue_that_is_gone_is_not_added_to_and_the_draft_stays(stack: Stack) -> None:
    fields = {
        "project": {"key": "OPS"},
        "issuetype": {"name": "Task"},
        "summary": "Lobby turnstile beeps and stays shut",
        "description": paragraphs("It beeps twice."),
    }
    known = issues.create(stack.jira.site, GRACE_IN_JIRA, {"fields": fields})
    summary = "Turnstile in the lobby beeps and stays shut"
    shown, seen = propose(stack, summary, description="It beeps twice."), len(told(stack, ADA))
    assert f"|{known.key}>" in words(shown)
    del stack.jira.issues[known.key]
    press(stack, shown, USE)

    is_refused(stack, seen, failures.NOT_FOUND_ISSUE.format(key=known.key))
    press(stack, shown, "draft_create")
    shows(shown, "Filed as")
    assert len(filed(stack, summary)) == 1


def test_a_thread_in_which_too_much_waits_is_said_to_be_full(stack: Stack) -> None:
    with nobody_works(stack):
        root, seen = ask(stack, "question 1"), len(told(stack, GRACE))
        for number in range(2, MAX_WAITING + 1):
            ask(stack, f"question {number}", thread_ts=root)
        all_are_taken(stack)
        ask(stack, "one too many", thread_ts=root, user=GRACE)

        assert is_refused(stack, seen, failures.QUEUE_FULL, GRACE)


def test_of_clicks_that_wait_in_great_number_the_next_is_refused(stack: Stack) -> None:
    shown, seen = propose(stack, "Bench is broken"), len(told(stack, GRACE))
    with nobody_works(stack):
        for _ in range(MAX_WAITING):
            press(stack, shown, "draft_cancel")
        press(stack, shown, "draft_create", GRACE)

        is_refused(stack, seen, TOO_MUCH_WAITING, GRACE)
    assert shown.action_ids == BUTTONS


def test_of_reactions_visits_and_choices_that_wait_in_great_number_the_next_is_told_to_try_again(stack: Stack) -> None:
    stack.slack.command(CHANNEL, LINUS, "/jira", "create the awning is torn")
    form, ts = modal(stack, LINUS), stack.slack.say(CHANNEL, ADA, "The awning is torn.")
    name, seen = json.loads(form.body["private_metadata"])["form"], len(told(stack, LINUS))
    forget(stack, "sb:cache:jira:screen:*")
    with nobody_works(stack):
        for subject in (f"message:{CHANNEL}:{ts}", f"home:{LINUS}", f"form:{name}"):
            fill(stack, f"act:{stack.slack.workspace.team_id}:{subject}")
        stack.slack.react(CHANNEL, ts, LINUS, "ticket")
        is_refused(stack, seen, TOO_MUCH_WAITING, LINUS)
        stack.slack.open_home(LINUS)
        within(lambda: TOO_MUCH_WAITING in str(stack.slack.workspace.homes.get(LINUS)), "the word in the home")
        stack.slack.click_in_view(LINUS, form.id, "form_type", "Incident")
        within(lambda: TOO_MUCH_WAITING in shown(form), "the word above the form")
    assert value(form, "description") == "the awning is torn"
    stack.slack.close_view(LINUS, form.id)


def test_without_its_memory_nothing_is_taken_and_that_is_said_where_it_was_tried(stack: Stack) -> None:
    assert stack.redis is not None
    stack.slack.command(CHANNEL, LINUS, "/jira", "create the awning drips")
    form, seen = modal(stack, LINUS), len(told(stack, ADA))
    choose(stack, LINUS, "form_type", "Task")
    stack.redis.stop()
    try:
        stack.slack.command(CHANNEL, ADA, "/jira", "search vpn")
        assert is_refused(stack, seen, NOT_STORED)
        answered = stack.slack.submit_view(LINUS, "top", {"summary": "Awning drips"})
        assert answered["errors"] == {"summary": NOT_STORED}
    finally:
        stack.redis.restart()
    stack.wait_until_ready()
    assert stack.slack.submit_view(LINUS, form.id, {}) == {}
    assert within(lambda: filed(stack, "Awning drips"), "the issue")
