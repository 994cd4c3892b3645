"""An answer that does not begin is waited for as long as anybody wants it, and no longer."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Self, cast

import anthropic
import pytest

from workers.claude.opening import Stream, opened
from workers.errors import ClaudeUnavailable, Interrupted
from workers.interrupt import Interrupt


class Asked:
    """A request to the model that is answered when the test says so."""

    def __init__(self, error: Exception | None = None) -> None:
        self.was_sent, self.begins, self.is_closed = threading.Event(), threading.Event(), threading.Event()
        self._error = error

    def __enter__(self) -> Self:
        self.was_sent.set()
        assert self.begins.wait(30)
        if self._error:
            raise self._error
        return self

    def close(self) -> None:
        self.is_closed.set()

    def opened(self, interrupt: Interrupt, silence_seconds: float = 60.0) -> Stream:
        return opened(cast("anthropic.MessageStreamManager[Any]", self), interrupt, silence_seconds)


def test_an_answer_that_begins_is_handed_over_open() -> None:
    asked = Asked()
    asked.begins.set()

    stream = asked.opened(Interrupt(deadline=float("inf")))

    assert stream is cast("Stream", asked)
    assert not asked.is_closed.is_set()


def test_a_request_that_fails_raises_what_it_failed_with() -> None:
    asked = Asked(ValueError("no such model"))
    asked.begins.set()

    with pytest.raises(ValueError, match="no such model"):
        asked.opened(Interrupt(deadline=float("inf")))
    assert not asked.is_closed.is_set()


def test_a_stop_ends_the_wait_and_what_comes_later_is_closed() -> None:
    asked, interrupt = Asked(), Interrupt(deadline=float("inf"))
    with ThreadPoolExecutor() as pool:
        waiting = pool.submit(asked.opened, interrupt)
        assert asked.was_sent.wait(30)
        interrupt.trigger("stopped")
        error = waiting.exception(30)

    assert isinstance(error, Interrupted)
    assert error.reason == "stopped"
    asked.begins.set()
    assert asked.is_closed.wait(30)


def test_a_long_silence_ends_the_wait_and_the_model_counts_as_away() -> None:
    now = [0.0]
    asked, interrupt = Asked(), Interrupt(deadline=float("inf"), clock=lambda: now[0])
    with ThreadPoolExecutor() as pool:
        waiting = pool.submit(asked.opened, interrupt, 60.0)
        assert asked.was_sent.wait(30)
        now[0] = 61.0
        interrupt.tick()
        error = waiting.exception(30)
    asked.begins.set()

    assert isinstance(error, ClaudeUnavailable)
