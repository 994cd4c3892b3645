"""An emoji on a message: a draft in its thread, one a message, by who reacted."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sandbox.claude.scripts import reply
from sandbox.faults import Fault
from sandbox.slack.people import NewFile
from sandbox.stack import Stack
from tests.e2e.drafting import BUTTONS, JUDGEMENT, filed, is_told, press, shows, shows_filed, told, words
from tests.e2e.support import ADA, CHANNEL, GRACE, GUEST, LINUS, answer, ask, card, cards, replies, within
from workers.acts.reaction import NOTHING_TO_FILE

pytestmark = pytest.mark.e2e


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    folder: Path = tmp_path_factory.mktemp("reactions")
    with Stack(beat=False, folder=folder, settings={"REACTION_EMOJI": ":jira:"}) as stack:
        yield stack


def filled(summary: str, **values: Any) -> Any:
    usual = {"summary": summary, "description": "", "issue_type": "Task", "priority": ""}
    return reply(json.dumps(JUDGEMENT | usual | values))


def test_the_emoji_makes_a_draft_in_the_thread_asked_for_by_who_reacted(stack: Stack) -> None:
    ts = stack.slack.say(CHANNEL, ADA, "The fridge hums all night.", files=[NewFile("hum.log", b"hmm")])
    stack.claude.script(filled("Fridge hums"), when="fridge hums")
    stack.slack.react(CHANNEL, ts, GRACE, "jira")

    shown = card(stack, ts)
    assert shown.action_ids == BUTTONS
    assert all(part in words(shown) for part in ("Fridge hums", "hum.log", "Asked for by Grace Moreno"))
    press(stack, shown, "draft_create", GRACE)
    shows(shown, "Attached: hum.log")
    (issue,) = filed(stack, "Fridge hums")
    assert issue.attachments


def test_a_second_reaction_makes_no_second_draft(stack: Stack) -> None:
    ts = stack.slack.say(CHANNEL, ADA, "The stairs are dark.")
    stack.claude.script(filled("Stairs are dark"), when="stairs are dark")
    stack.slack.react(CHANNEL, ts, GRACE, "jira")
    card(stack, ts)
    stack.slack.react(CHANNEL, ts, ADA, "jira")
    other = stack.slack.say(CHANNEL, ADA, "The gutter leaks.")
    stack.slack.react(CHANNEL, other, ADA, "jira")
    card(stack, other)
    assert len(cards(stack, ts)) == 1


def test_after_its_draft_was_cancelled_who_reacts_is_told_so(stack: Stack) -> None:
    ts = stack.slack.say(CHANNEL, ADA, "The blinds are bent.")
    stack.claude.script(filled("Blinds are bent"), when="blinds are bent")
    stack.slack.react(CHANNEL, ts, GRACE, "jira")
    shown = card(stack, ts)
    press(stack, shown, "draft_cancel", GRACE)
    shows(shown, "cancelled")

    stack.slack.react(CHANNEL, ts, LINUS, "jira")

    assert "ask me for a new one" in is_told(stack, LINUS, "cancelled already")
    assert len(cards(stack, ts)) == 1


def test_a_draft_that_somebody_else_made_of_a_question_outlives_the_question(stack: Stack) -> None:
    silence = Fault(operation="messages", kind="hang", seconds=600, after_events=6, label="attic door")
    stack.claude.faults.add(silence)
    stack.claude.script(reply("I look into it."), when="attic door", forever=True)
    stack.claude.script(filled("Attic door squeaks"), when="attic door")
    root = ask(stack, "what about the attic door?")
    within(lambda: replies(stack, root), "an answer that has begun")
    stack.slack.react(CHANNEL, root, GRACE, "jira")
    shown = card(stack, root)

    stack.slack.delete(CHANNEL, root)

    within(lambda: not replies(stack, root), "the answer taken away")
    assert shown.action_ids == BUTTONS
    press(stack, shown, "draft_create", GRACE)
    shows_filed(shown)


def test_who_takes_the_emoji_back_and_puts_it_on_again_tries_again(stack: Stack) -> None:
    stack.claude.script(reply("Noted."), when="put it on twice")
    root = ask(stack, "put it on twice")
    own = answer(stack, root)
    stack.slack.react(CHANNEL, own.ts, LINUS, "jira")
    is_told(stack, LINUS, "my own words")
    stack.slack.unreact(CHANNEL, own.ts, LINUS, "jira")
    stack.slack.react(CHANNEL, own.ts, LINUS, "jira")
    within(lambda: len([each for each in told(stack, LINUS) if "my own words" in each]) > 1, "the same word again")
    assert cards(stack, root) == []


def test_a_reply_gets_its_draft_in_its_thread(stack: Stack) -> None:
    root = stack.slack.say(CHANNEL, ADA, "Anything else broken?")
    ts = stack.slack.say(CHANNEL, GRACE, "The mirror is cracked.", root)
    stack.claude.script(filled("Mirror is cracked"), when="mirror is cracked")
    stack.slack.react(CHANNEL, ts, ADA, "jira")
    assert "Mirror is cracked" in words(card(stack, root))


def test_a_picture_without_words_gets_its_draft_from_the_thread(stack: Stack) -> None:
    root = stack.slack.say(CHANNEL, ADA, "The awning is torn.")
    ts = stack.slack.say(CHANNEL, ADA, "", root, [NewFile("torn.bin", b"\0\1")])
    stack.claude.script(filled("Awning is torn"), when="awning is torn")
    stack.slack.react(CHANNEL, ts, GRACE, "jira")
    assert all(part in words(card(stack, root)) for part in ("Awning is torn", "torn.bin"))


def test_any_other_emoji_does_nothing(stack: Stack) -> None:
    ts = stack.slack.say(CHANNEL, ADA, "The door is green.")
    stack.slack.react(CHANNEL, ts, ADA, "ticket")
    stack.claude.script(reply("Hello."), when="say hello")
    answer(stack, ask(stack, "say hello"))
    within(lambda: stack.slack.events_under_way == 0, "all events taken")
    assert cards(stack, ts) == []


def test_a_guest_is_told_that_only_members_file(stack: Stack) -> None:
    ts = stack.slack.say(CHANNEL, ADA, "The floor is wet.")
    stack.slack.react(CHANNEL, ts, GUEST, "jira")
    is_told(stack, GUEST, "full members")
    assert cards(stack, ts) == []


def test_of_a_message_that_says_nothing_who_reacts_is_told_that_there_is_nothing(stack: Stack) -> None:
    ts = stack.slack.say(CHANNEL, LINUS, "")
    before = len(told(stack, LINUS))
    stack.slack.react(CHANNEL, ts, LINUS, "jira")
    within(lambda: NOTHING_TO_FILE in told(stack, LINUS)[before:], "that there is nothing")
    assert cards(stack, ts) == []


def test_the_bots_own_words_are_not_filed(stack: Stack) -> None:
    stack.claude.script(reply("The sky is blue."), when="which colour")
    ts = ask(stack, "which colour has the sky?")
    said = answer(stack, ts)
    stack.slack.react(CHANNEL, said.ts, ADA, "jira")
    is_told(stack, ADA, "my own words")
    assert cards(stack, ts) == []
