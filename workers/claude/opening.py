"""The time between a request and the first byte of its answer: an interrupt ends it, and so does a long silence."""

from __future__ import annotations

import contextlib
import threading
from concurrent.futures import CancelledError, Future, InvalidStateError
from typing import Any

import anthropic

from workers.errors import ClaudeUnavailable
from workers.interrupt import Interrupt

Stream = anthropic.MessageStream[Any]


def opened(request: anthropic.MessageStreamManager[Any], interrupt: Interrupt, silence_seconds: float) -> Stream:
    """Return the stream of an answer that has begun; raises Interrupted, or ClaudeUnavailable if none begins.

    A thread of its own waits for it: until the first byte has come there is nothing that could be hung up on.
    """
    opening: Future[Stream] = Future()
    with interrupt.watching(opening.cancel, silence_seconds):
        threading.Thread(target=_open, args=(request, opening), name="model-call", daemon=True).start()
        try:
            return opening.result()
        except CancelledError:
            interrupt.check()
            raise ClaudeUnavailable("no answer began") from None


def _open(request: anthropic.MessageStreamManager[Any], opening: Future[Stream]) -> None:
    """Hand over what comes of a request, or close it if nobody waits for it any more."""
    try:
        stream = request.__enter__()
    except Exception as error:  # noqa: BLE001  who waits for it raises it
        with contextlib.suppress(InvalidStateError):
            opening.set_exception(error)
        return
    try:
        opening.set_result(stream)
    except InvalidStateError:
        stream.close()
