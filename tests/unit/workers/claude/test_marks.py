"""Each request can read what the one before it wrote, however many blocks lie between."""

from __future__ import annotations

from typing import Any

import pytest

from sandbox.claude.catalogue import find_model
from sandbox.claude.usage import PromptCache
from workers.claude.marks import with_marks

SYSTEM = [{"type": "text", "text": "You help. " * 400, "cache_control": {"type": "ephemeral", "ttl": "1h"}}]


class Talk:
    """A conversation as it is sent, with a cache that counts as the API does."""

    def __init__(self) -> None:
        self.now = 0.0
        self.messages: list[dict[str, Any]] = []
        self._cache = PromptCache(lambda: self.now)
        self._sent = 0

    def ask(self, blocks: int = 1) -> tuple[int, int]:
        """Ask a question of so many blocks; return the tokens read, and the tokens of all but what is new."""
        self.messages.append({"role": "user", "content": [text(f"q{len(self.messages)}.{n}") for n in range(blocks)]})
        return self._send()

    def look(self, calls: int) -> tuple[int, int]:
        """Let the model call so many tools, and go on with their results."""
        ids = [f"toolu_{len(self.messages)}_{number}" for number in range(calls)]
        asked = [{"type": "tool_use", "id": each, "name": "jira_search", "input": {}} for each in ids]
        found = [{"type": "tool_result", "tool_use_id": each, "content": f"found {each}" * 20} for each in ids]
        self.messages += [{"role": "assistant", "content": asked}, {"role": "user", "content": found}]
        return self._send()

    def end(self) -> None:
        self.messages.append({"role": "assistant", "content": [text("a long answer " * 10)]})

    def _send(self) -> tuple[int, int]:
        model = find_model("claude-sonnet-5-5")
        assert model is not None
        sent = with_marks(self.messages)
        marks = sum("cache_control" in block for message in sent for block in message["content"])
        assert marks <= 3
        use = self._cache.use({"model": model.id, "system": SYSTEM, "messages": sent}, model)
        known, self._sent = self._sent, use.read + use.uncached + sum(use.written.values())
        assert use.uncached == 0
        return use.read, known


def text(words: str) -> dict[str, Any]:
    return {"type": "text", "text": words * 10}


def test_rounds_with_many_calls_read_all_that_was_sent_before() -> None:
    talk = Talk()
    talk.ask()

    for calls in (1, 15, 30, 2):
        read, known = talk.look(calls)
        assert read == known


def test_a_question_with_many_blocks_reads_all_that_the_turn_before_sent() -> None:
    talk = Talk()
    talk.ask()
    talk.look(25)
    talk.end()

    read, known = talk.ask(blocks=40)

    assert read == known


def test_who_comes_back_after_half_an_hour_reads_up_to_the_last_question() -> None:
    talk = Talk()
    talk.ask(blocks=5)
    asked = talk.look(1)[1]
    talk.look(25)
    talk.end()
    talk.now += 1_800

    read, _known = talk.ask(blocks=5)

    assert read == asked


def test_where_nobody_pauses_all_is_kept_for_minutes() -> None:
    asked = {"role": "user", "content": [text("q")]}
    sent = with_marks([asked, {"role": "assistant", "content": [text("a")]}, asked], is_long=False)

    assert [sent[index]["content"][0].get("cache_control") for index in (0, 2)] == [{"type": "ephemeral"}] * 2


@pytest.mark.parametrize("content", ["plain words", [{"type": "text", "text": "words"}]])
def test_nothing_but_the_marks_is_changed(content: Any) -> None:
    messages = [{"role": "user", "content": content}, {"role": "assistant", "content": [text("yes")]}]
    messages.append({"role": "user", "content": [text("more")]})

    sent = with_marks(messages)

    assert [message["role"] for message in sent] == ["user", "assistant", "user"]
    assert sent[1] is messages[1]
    assert {**sent[2]["content"][0], "cache_control": None} == {**text("more"), "cache_control": None}
    assert "cache_control" not in str(messages)
