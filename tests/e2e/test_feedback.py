"""The thumbs under an answer: stored and counted, and after thumbs down one question to that person alone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from sandbox.claude.scripts import reply
from sandbox.slack.messages import Message
from sandbox.stack import Stack
from tests.clients import connect
from tests.e2e.drafting import is_told, told
from tests.e2e.support import ADA, CHANNEL, GRACE, answer, ask, within
from tests.e2e.support_views import modal
from workers.state.feedback import Feedback
from workers.views.feedback import QUESTION, THANKS

pytestmark = pytest.mark.e2e


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    folder: Path = tmp_path_factory.mktemp("feedback")
    with Stack(beat=False, folder=folder, settings={"SLACK_STREAMING": "true"}) as stack:
        yield stack


@pytest.fixture(scope="module")
def answered(stack: Stack) -> Message:
    """An answer with its thumbs."""
    stack.claude.script(reply("Turn it off and on."), when="does not start")
    ts = ask(stack, "it does not start")
    shown = answer(stack, ts)
    within(lambda: "feedback" in shown.action_ids, "the thumbs")
    return shown


def total(stack: Stack, value: str) -> int:
    page = requests.get(f"{stack.web[0].url}/metrics", timeout=5).text
    line = f'supportbot_feedback_total{{value="{value}"}} '
    return int(float(next((row.removeprefix(line) for row in page.splitlines() if row.startswith(line)), "0")))


def stored(stack: Stack, answered: Message, user: str) -> dict[str, str]:
    assert stack.redis is not None
    client = connect(stack.redis.url)
    try:
        known = Feedback(client).of(stack.slack.workspace.team_id)
    finally:
        client.close()
    return known.get(f"{CHANNEL}:{answered.thread_ts}:{user}", {})


def test_thumbs_up_is_stored_and_counted_once(stack: Stack, answered: Message) -> None:
    before = len(told(stack, GRACE))
    for _ in range(2):
        stack.slack.click(CHANNEL, answered.ts, GRACE, "feedback", "positive")
    within(lambda: total(stack, "positive") == 1, "the count")
    assert stored(stack, answered, GRACE) == {"verdict": "positive"}
    assert len(told(stack, GRACE)) == before


def test_thumbs_down_asks_what_was_wrong_and_takes_a_reason_or_words(stack: Stack, answered: Message) -> None:
    seen = len(stack.slack.messages(CHANNEL))
    stack.slack.click(CHANNEL, answered.ts, ADA, "feedback", "negative")
    is_told(stack, ADA, QUESTION)
    question = next(each for each in stack.slack.ephemerals if "What was wrong" in each.text)
    assert question.thread_ts == answered.thread_ts
    within(lambda: total(stack, "negative") == 1, "the count")

    stack.slack.click(CHANNEL, question.ts, ADA, "feedback_words")
    modal(stack, ADA)
    assert stack.slack.submit_view(ADA, "top", {"words": "It is a toaster."}) == {}
    is_told(stack, ADA, THANKS)
    kept = {"verdict": "negative", "words": "It is a toaster."}
    assert stored(stack, answered, ADA) == kept
    assert len(stack.slack.messages(CHANNEL)) == seen


def test_a_reason_is_one_click_and_takes_the_question_away(stack: Stack, answered: Message) -> None:
    stack.slack.click(CHANNEL, answered.ts, GRACE, "feedback", "negative")
    is_told(stack, GRACE, "What was wrong")
    question = next(each for each in stack.slack.ephemerals if each.user == GRACE and "wrong" in each.text)
    stack.slack.click(CHANNEL, question.ts, GRACE, "feedback_reason_wrong")
    is_told(stack, GRACE, THANKS)
    assert question not in stack.slack.ephemerals
    assert stored(stack, answered, GRACE) == {"verdict": "negative", "reason": "wrong"}
