"""A worker that dies while it makes a long thread short loses no turn of it and doubles none."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from sandbox.claude.scripts import reply, tool
from sandbox.slack.messages import words_of
from sandbox.stack import Stack
from tests.clients import connect
from tests.e2e.dying import only_a_doomed_worker
from tests.e2e.support import GRACE, answer, ask, within
from workers.state.mailbox import READY

pytestmark = pytest.mark.e2e

# Of 5,000 tokens: the first two turns fit, the third does not, and the last two are short enough to stay.
FIRST, SECOND, THIRD = "a" * 9_500, "b" * 4_000, "c" * 3_400


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    folder = tmp_path_factory.mktemp("compaction")
    with Stack(beat=False, settings={"COMPACT_AT_TOKENS": "5000"}, folder=folder) as stack:
        yield stack


def sent_with(stack: Stack, words: str) -> list[dict[str, Any]]:
    """Return the messages of the last request of the loop whose question has these words."""
    asked = [kept.body for kept in stack.claude.message_requests if kept.body and kept.body.get("tools")]
    return list([body["messages"] for body in asked if words in json.dumps(body["messages"][-1])][-1])


def is_calm(stack: Stack) -> bool:
    """Return whether no mailbox has anything to do."""
    client = connect(stack.redis_url)
    try:
        return not client.zcard(READY)
    finally:
        client.close()


def next_answer(stack: Stack, root: str, words: str, number: int) -> None:
    stack.claude.script(reply(f"Said {words}."), when=words)
    ask(stack, words, thread_ts=root)
    assert words_of(answer(stack, root, number=number)) == f"Said {words}."


@pytest.mark.parametrize("place", ["history_summarised", "history_replaced"])
def test_a_thread_is_whole_though_the_worker_dies_that_makes_it_short(stack: Stack, place: str) -> None:
    name = place.replace("_", " ")
    begin = f"{name} first"
    stack.claude.script(reply(tool("jira_get_issue", {"key": "OPS-1"})), reply("OPS-1. " + FIRST), when=begin)
    root = ask(stack, begin)
    answer(stack, root)
    stack.claude.script(reply(SECOND), when=f"{name} second")
    ask(stack, f"{name} second", thread_ts=root, user=GRACE)
    answer(stack, root, number=2)
    within(lambda: is_calm(stack), "nothing more to do")
    stack.claude.script(reply(THIRD), when=f"{name} third")
    with only_a_doomed_worker(stack, place):
        ask(stack, f"{name} third", thread_ts=root)

    # Asked before the one that takes over has come to it.
    next_answer(stack, root, f"{name} fourth", 4)
    within(lambda: is_calm(stack), "the work of the dead one is done")
    next_answer(stack, root, f"{name} fifth", 5)

    messages = sent_with(stack, f"{name} fifth")
    told = json.dumps(messages)
    assert messages[0]["content"][0]["text"].startswith("<summary>")
    assert told.count("<summary>") == 1
    assert "OPS-1" in messages[0]["content"][0]["text"]
    assert FIRST not in told
    assert [told.count(part) for part in (THIRD, f"Said {name} fourth.", f"{name} fifth")] == [1, 1, 1]
    questions = [m for m in messages[1:] if m["role"] == "user" and "tool_result" not in json.dumps(m)]
    assert [word for m in questions for word in ("third", "fourth", "fifth") if f"{name} {word}" in json.dumps(m)] == [
        "third",
        "fourth",
        "fifth",
    ]
