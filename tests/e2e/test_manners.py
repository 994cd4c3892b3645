"""Manners: nobody is shown what is not theirs, no two bots talk for ever, and who waits is told for how many."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from sandbox.claude.scripts import reply, tool
from sandbox.slack.messages import Message, words_of
from sandbox.slack.records import Person
from sandbox.stack import Stack
from tests.clients import connect
from tests.e2e.drafting import SEARCH
from tests.e2e.support import ADA, CHANNEL, GRACE, GUEST, LINUS, answer, ask, cards, replies, within
from workers.views import failures

pytestmark = pytest.mark.e2e

FRIEND, STRANGER_BOT, OUTSIDER = "U0FRIEND1", "U0STRANGE", "U0OUTSIDE"


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    folder: Path = tmp_path_factory.mktemp("manners")
    with Stack(beat=False, folder=folder, settings={"ALLOWED_BOTS": FRIEND}) as stack:
        people, channel = stack.slack.workspace.people, stack.slack.workspace.channel(CHANNEL)
        for person in (
            Person(FRIEND, "alerts", "Alerts", is_bot=True),
            Person(STRANGER_BOT, "noise", "Noise", is_bot=True),
            Person(OUTSIDER, "olive", "Olive Fox", team_id="T0ELSEWHERE", is_stranger=True),
        ):
            people[person.id] = person
            channel.members.append(person.id)
        yield stack


def searches(stack: Stack) -> int:
    """Return how often Jira was searched."""
    return len([call for call in list(stack.jira.calls) if call["route"] == SEARCH])


def has_no_status(stack: Stack, ts: str) -> bool:
    return not stack.slack.workspace.status_of(CHANNEL, ts)


def nobody_waits(stack: Stack) -> bool:
    client = connect(stack.redis_url)
    try:
        return not client.keys("sb:{turn:*}:mail")
    finally:
        client.close()


def last_results(stack: Stack) -> str:
    """Return what the model was last told by its tools."""
    return str(stack.claude.requests[-1].body["messages"][-1])


@pytest.mark.parametrize("user", [GUEST, OUTSIDER])
def test_who_is_no_full_member_is_answered_without_anything_from_jira(stack: Stack, user: str) -> None:
    seen = searches(stack)
    stack.claude.script(reply(tool("jira_search", {"keywords": ["login"]})), reply("Restart it."), when=f"for {user}")
    ts = ask(stack, f"is login broken for {user}", user=user)

    assert "Restart it." in answer(stack, ts).text
    assert "not open to the person" in last_results(stack)
    assert "Jira: closed to this asker" in str(stack.claude.requests[-1].body)
    assert searches(stack) == seen


def test_a_guest_cannot_have_a_draft_made(stack: Stack) -> None:
    wanted = {"project": "OPS", "issue_type": "Task", "summary": "Guest wish", "description": "x"}
    stack.claude.script(reply(tool("jira_create_issue", wanted)), reply("Please ask a member."), when="guest wish")
    ts = ask(stack, "file my guest wish", user=GUEST)
    assert "ask a member" in answer(stack, ts).text
    assert cards(stack, ts) == []


def test_what_was_found_for_a_member_is_not_what_a_guests_answer_is_made_of(stack: Stack) -> None:
    stack.claude.script(reply(tool("jira_search", {"keywords": ["login"]})), reply("See above."), when="member asks")
    root = ask(stack, "member asks: is login known")
    answer(stack, root)
    found = next(key for key in stack.jira.issues if key in last_results(stack))

    stack.claude.script(reply("I can't say."), when="guest asks")
    ask(stack, "guest asks: what did you find", thread_ts=root, user=GUEST)
    answer(stack, root, number=2)
    told = str(stack.claude.requests[-1].body["messages"])
    assert found not in told
    assert "member asks" in told

    stack.claude.script(reply("Again."), when="member again")
    ask(stack, "member again", thread_ts=root)
    answer(stack, root, number=3)
    told = str(stack.claude.requests[-1].body["messages"])
    assert found in told
    assert "guest asks" in told


def say_as_bot(stack: Stack, user: str, text: str, thread_ts: str | None = None) -> str:
    """Let another bot mention ours."""
    return stack.slack.say_as_bot(CHANNEL, user, f"{stack.slack.mention} {text}", thread_ts)


def test_other_bots_are_ignored_unless_the_operator_allows_them(stack: Stack) -> None:
    stack.claude.script(reply("Heard."), when="disk full")
    ignored = say_as_bot(stack, STRANGER_BOT, "cpu high")
    heard = say_as_bot(stack, FRIEND, "disk full")
    assert "Heard." in answer(stack, heard).text
    assert replies(stack, ignored) == []


def test_a_bot_is_answered_three_times_an_hour_in_a_thread_and_people_ever(stack: Stack) -> None:
    root = say_as_bot(stack, FRIEND, "ping 1")
    for number in (1, 2, 3):
        answer(stack, root, number=number)
        say_as_bot(stack, FRIEND, f"ping {number + 1}", root)
    stack.claude.script(reply("A person!"), when="a person asks")
    ask(stack, "a person asks", thread_ts=root)

    def look() -> Message | None:
        return next((each for each in replies(stack, root) if "A person!" in each.text), None)

    within(look, "the answer to the person")
    assert len(replies(stack, root)) == 4


def test_who_waits_for_a_worker_is_told_how_many_are_before(stack: Stack) -> None:
    within(partial(nobody_waits, stack), "the end of all earlier turns")
    stack.workers[0].pause()
    try:
        first = ask(stack, "hello first", user=ADA)
        second = ask(stack, "hello second", user=GRACE)
        third = ask(stack, "hello third", user=LINUS)

        def status(ts: str, text: str) -> None:
            within(lambda: text in stack.slack.workspace.status_of(CHANNEL, ts), f"{text!r}")

        status(first, "you are next")
        status(second, "1 ahead of you")
        status(third, "2 ahead of you")
    finally:
        stack.workers[0].resume()
    for ts in (first, second, third):
        answer(stack, ts)
        assert within(partial(has_no_status, stack, ts), "no status any more")


def test_guests_can_be_declined_altogether(tmp_path_factory: pytest.TempPathFactory) -> None:
    with Stack(beat=False, folder=tmp_path_factory.mktemp("declined"), settings={"GUESTS": "deny"}) as strict:
        ts = ask(strict, "hello", user=GUEST)
        declined = answer(strict, ts)
        assert words_of(declined) == failures.GUESTS_NOT_SERVED
        assert declined.action_ids == []
        assert [each for each in strict.claude.requests if each.path == "/v1/messages"] == []
        strict.slack.command("C0SUPPORT", GUEST, "/jira", "help")
        strict.slack.open_home(GUEST)

        def home() -> str:
            view = strict.slack.homes.get(GUEST)
            return json.dumps(view.body) if view else ""

        helped = within(lambda: strict.slack.ephemerals and strict.slack.ephemerals[-1].text, "the help")
        within(lambda: "ask one of them" in home() and "File a Jira issue" not in home(), "the App Home")
        strict.slack.command("C0SUPPORT", GUEST, "/jira", "mine")
        strict.slack.command("C0SUPPORT", GUEST, "/jira", "search vpn")
        within(lambda: len([each for each in strict.slack.ephemerals if "I'm sorry" in each.text]) > 1, "two refusals")
        assert not [each for each in strict.slack.ephemerals if "write to me directly" in each.text]
        assert "Please ask one of them" in helped
        assert "draft" not in helped
