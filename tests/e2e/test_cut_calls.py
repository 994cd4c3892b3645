"""A call of the model that was cut in the middle is paid for, whoever ends its turn."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from sandbox.claude.scripts import reply
from sandbox.claude.standin import Pacing, Recorded
from sandbox.faults import Fault
from sandbox.slack.messages import words_of
from sandbox.stack import Stack
from tests.clients import connect
from tests.e2e.support import ADA, CHANNEL, answer, ask, replies, within
from tests.e2e.support_views import modal, shown
from workers.state.accounts import Accounts, Figures, model_account

pytestmark = pytest.mark.e2e

SLOWLY = Pacing(first_token_seconds=0.05, chunk_seconds=0.05, chunk_characters=10)
STORY = " ".join(f"Sentence number {number} of the answer." for number in range(1, 60))
SHORT = "All is well."
MODEL, FAST_MODEL = "claude-sonnet-5-5", "claude-haiku-5-5"
MOST_WORDS = 1_500
"""What a call that fills a form may answer at most, in tokens."""


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    with Stack(beat=False, pace=SLOWLY, folder=tmp_path_factory.mktemp("cut")) as stack:
        yield stack


def booked(stack: Stack, model: str = MODEL) -> Figures:
    client = connect(stack.redis_url)
    try:
        return Accounts(client).figures(stack.slack.workspace.team_id, model_account(model, datetime.now(UTC)))[0]
    finally:
        client.close()


def held(stack: Stack) -> int:
    """Count what calls still hold in budgets."""
    client = connect(stack.redis_url)
    try:
        return sum(int(client.zcard(key)) for key in client.scan_iter("sb:usage:*:held"))
    finally:
        client.close()


def rounds(stack: Stack, words: str) -> list[Recorded]:
    asked = [kept for kept in stack.claude.message_requests if kept.body["model"] == MODEL]
    return [kept for kept in asked if words in json.dumps(kept.body["messages"])]


def read_by(call: Recorded) -> int:
    """Return the tokens of its prompt, as the model counts them."""
    used = call.usage
    return sum(int(used[f"{kind}input_tokens"]) for kind in ("", "cache_read_", "cache_creation_"))


def told_half(stack: Stack, words: str) -> str:
    """Ask for a long story and wait until half of it is shown."""
    stack.claude.script(reply(STORY), when=words)
    ts = ask(stack, words)
    within(lambda: any("number 20 " in words_of(each) for each in replies(stack, ts)), "half an answer")
    return ts


def kill_the_worker(stack: Stack) -> None:
    for worker in stack.workers:
        worker.kill()
    stack.workers.clear()


def replace_the_worker(stack: Stack) -> None:
    stack.start_worker()
    stack.wait_until_ready()


def test_who_takes_a_killed_workers_turn_over_pays_for_the_call_that_was_cut(stack: Stack) -> None:
    before = booked(stack)
    ts = told_half(stack, "the tale of the killed")
    kill_the_worker(stack)
    stack.claude.script(reply(SHORT), when="the tale of the killed")
    replace_the_worker(stack)

    assert words_of(answer(stack, ts)) == SHORT
    cut, whole = rounds(stack, "the tale of the killed")
    within(lambda: held(stack) == 0, "nothing is held for the dead")
    spent = booked(stack).less(before)
    assert spent.prompt_tokens >= read_by(cut) + read_by(whole)
    # Of its words at least those that were shown a second before it died.
    assert spent.usage.output_tokens >= whole.usage["output_tokens"] + len("Sentence number 1 of the answer.") * 10 // 4


def test_a_killed_workers_turn_that_is_stopped_is_paid_for(stack: Stack) -> None:
    before = booked(stack)
    ts = told_half(stack, "the tale of the stopped")
    kill_the_worker(stack)
    stack.slack.stop(CHANNEL, ts, ADA)
    replace_the_worker(stack)

    within(lambda: any("Stopped" in words_of(each) for each in replies(stack, ts)), "the last word")
    (cut,) = rounds(stack, "the tale of the stopped")
    within(lambda: held(stack) == 0, "nothing is held for the dead")
    assert booked(stack).less(before).prompt_tokens >= read_by(cut)


def test_an_answer_that_is_stopped_is_paid_for_once(stack: Stack) -> None:
    before = booked(stack)
    ts = told_half(stack, "the tale of the living")

    stack.slack.stop(CHANNEL, ts, ADA)

    within(lambda: any("Stopped" in words_of(each) for each in replies(stack, ts)), "the last word")
    (cut,) = rounds(stack, "the tale of the living")
    within(lambda: held(stack) == 0, "nothing is held any more")
    assert booked(stack).less(before).prompt_tokens == read_by(cut)


def test_a_call_of_the_fast_model_that_was_cut_by_a_workers_death_is_paid_for_once(stack: Stack) -> None:
    before, asked = booked(stack, FAST_MODEL), len(stack.claude.structured_requests)
    stack.claude.faults.add(Fault(operation="structured", kind="hang", seconds=60))
    stack.slack.command(CHANNEL, ADA, "/jira", "create the tale of the form")
    within(lambda: len(stack.claude.structured_requests) > asked, "the call that fills the form")
    kill_the_worker(stack)
    replace_the_worker(stack)

    assert "the tale of the form" in shown(modal(stack, ADA))
    # Whoever drew the form has asked again; nobody else knows of the first call.
    within(lambda: held(stack) == 0, "nothing is held for the dead")
    cut, *others = stack.claude.structured_requests[asked:]
    spent = booked(stack, FAST_MODEL).less(before)
    assert spent.usage.output_tokens == MOST_WORDS + sum(other.usage["output_tokens"] for other in others)
    assert spent.prompt_tokens > len(str(cut.body["messages"])) // 4
