"""Anthropic's errors become ours here and nowhere else."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

import anthropic
import httpx2

from workers.errors import ClaudeUnavailable, MediaRefused, Misconfigured, PromptRefused, SupportBotError, TurnFailed
from workers.views import failures

# Broken streams come as these too: cut bodies, unreadable tool JSON, events without their parts.
STREAM_FAULTS = (anthropic.APIError, httpx2.HTTPError, httpx2.StreamError, ValueError, AssertionError, AttributeError)

# What is wrong with a picture or document is told only by words.
_MEDIA = re.compile(r"image|pdf|document|media", re.IGNORECASE)


NOT_CONNECTED = (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout)


def was_taken(error: anthropic.APIError) -> bool:
    """Return whether a call that failed may be worked at all the same: it was sent, and nobody said no to it."""
    return not isinstance(error, anthropic.APIStatusError) and not isinstance(error.__cause__, NOT_CONNECTED)


@contextmanager
def claude_errors() -> Iterator[None]:
    """Translate whatever a call or a stream raises: later (ClaudeUnavailable), never (TurnFailed), the operator."""
    try:
        yield
    except anthropic.APIStatusError as error:
        raise _of_status(error) from error
    except STREAM_FAULTS as error:
        raise ClaudeUnavailable(type(error).__name__) from error


def _of_status(error: anthropic.APIStatusError) -> SupportBotError:
    status = error.status_code
    if _is_spend_limit(error):
        return Misconfigured(failures.SPENT, "Claude: the spend limit of the organisation or workspace is reached")
    if status in (401, 403):
        return Misconfigured(failures.CLAUDE_MISCONFIGURED, f"Claude answered {status}: check ANTHROPIC_API_KEY")
    if status == 404:
        return Misconfigured(failures.CLAUDE_MISCONFIGURED, "Claude answered 404: check ANTHROPIC_MODEL")
    if status == 413 or (status == 400 and "prompt is too long" in (error.message or "")):
        return TurnFailed(failures.CONVERSATION_TOO_LONG)
    # A stream that fails after its 200 carries an error event; everything else from here on may pass.
    if status in (200, 408, 409, 429) or status >= 500:
        is_overload = status == 529 or error.type == "overloaded_error"
        what = error.type or str(status)
        return ClaudeUnavailable(what, retry_after_seconds=_retry_after(error), is_overload=is_overload)
    if status == 400 and _MEDIA.search(error.message or ""):
        return MediaRefused(failures.NOT_UNDERSTOOD)
    return PromptRefused(failures.NOT_UNDERSTOOD)


def _is_spend_limit(error: anthropic.APIStatusError) -> bool:
    code = str(getattr(error, "error_code", None) or "")
    if "spend_limit" in code:
        return True
    # A limit that the organisation set itself is a 400 that says so.
    return error.status_code == 402 or (error.status_code == 400 and "usage limits" in (error.message or ""))


def _retry_after(error: anthropic.APIStatusError) -> float | None:
    headers = error.response.headers
    try:
        if "retry-after-ms" in headers:
            return float(headers["retry-after-ms"]) / 1000
        return float(headers["retry-after"]) if "retry-after" in headers else None
    except ValueError:
        return None
