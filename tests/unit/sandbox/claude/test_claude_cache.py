"""The prompt cache: what is written, what is read, for how long."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import anthropic

from sandbox.claude import ClaudeStandIn

Ask = Callable[..., anthropic.types.Message]
LONG_PROMPT = "You help people with their problems, and you keep Jira in order. " * 60
SHORT_MARK = {"cache_control": {"type": "ephemeral"}}
LONG_MARK = {"cache_control": {"type": "ephemeral", "ttl": "1h"}}
HELLO = {"role": "user", "content": "hello"}


def system(mark: dict[str, Any], words: str = LONG_PROMPT) -> list[dict[str, Any]]:
    return [{"type": "text", "text": words, **mark}]


def figures(message: anthropic.types.Message) -> tuple[int, int, int]:
    """Return the tokens read from the cache, written to it, and neither."""
    usage = message.usage
    return usage.cache_read_input_tokens or 0, usage.cache_creation_input_tokens or 0, usage.input_tokens


def test_the_first_request_writes_and_the_second_reads(ask: Ask) -> None:
    read, written, rest = figures(ask([HELLO], system=system(LONG_MARK)))
    again = figures(ask([HELLO], system=system(LONG_MARK)))

    assert (read, written > 512, rest > 0) == (0, True, True)
    assert again == (written, 0, rest)


def test_the_lifetimes_are_counted_apart(ask: Ask) -> None:
    usage = ask([HELLO], system=system(LONG_MARK), **SHORT_MARK).usage

    assert usage.cache_creation is not None
    assert usage.cache_creation.ephemeral_1h_input_tokens > 512
    assert usage.cache_creation.ephemeral_5m_input_tokens > 0
    assert usage.input_tokens == 0


def test_a_short_prompt_is_not_cached_and_nothing_is_said(ask: Ask) -> None:
    assert figures(ask([HELLO], system=system(LONG_MARK, "Be kind.")))[:2] == (0, 0)


def test_the_smallest_prefix_depends_on_the_model(ask: Ask) -> None:
    words = "You help people. " * 160

    assert figures(ask([HELLO], system=system(LONG_MARK, words)))[1] > 0
    assert figures(ask([HELLO], system=system(LONG_MARK, words), model="claude-opus-5-5"))[1] == 0


def test_a_mark_lives_five_minutes_and_reading_renews_it(claude: ClaudeStandIn, ask: Ask) -> None:
    ask([HELLO], system=system(SHORT_MARK))
    claude.advance(200)
    ask([HELLO], system=system(SHORT_MARK))
    claude.advance(200)

    assert figures(ask([HELLO], system=system(SHORT_MARK)))[0] > 0

    claude.advance(301)

    assert figures(ask([HELLO], system=system(SHORT_MARK)))[0] == 0


def test_an_hour_is_an_hour(claude: ClaudeStandIn, ask: Ask) -> None:
    ask([HELLO], system=system(LONG_MARK))
    claude.advance(3500)

    assert figures(ask([HELLO], system=system(LONG_MARK)))[0] > 0

    claude.advance(3601)

    assert figures(ask([HELLO], system=system(LONG_MARK)))[0] == 0


def test_the_automatic_mark_moves_on_with_the_conversation(ask: Ask) -> None:
    first = ask([HELLO], system=LONG_PROMPT, **SHORT_MARK)
    grown = [HELLO, {"role": "assistant", "content": "Hello!"}, {"role": "user", "content": "and again, hello"}]

    read, written, rest = figures(ask(grown, system=LONG_PROMPT, **SHORT_MARK))

    assert read == figures(first)[1]
    assert written > 0
    assert rest == 0


def test_a_change_at_the_start_misses_all(ask: Ask) -> None:
    ask([HELLO], system=system(LONG_MARK))

    assert figures(ask([HELLO], system=system(LONG_MARK, f"Today is Sunday. {LONG_PROMPT}")))[0] == 0


def test_another_model_has_a_cache_of_its_own(ask: Ask) -> None:
    ask([HELLO], system=system(LONG_MARK))

    assert figures(ask([HELLO], system=system(LONG_MARK), model="claude-opus-4-8"))[0] == 0


def test_a_mark_looks_back_twenty_blocks_and_no_further(ask: Ask) -> None:
    blocks = [{"type": "text", "text": f"message {number} " + "word " * 600} for number in range(30)]

    def asked(count: int) -> int:
        return figures(ask([{"role": "user", "content": blocks[:count]}], **SHORT_MARK))[0]

    asked(2)

    assert asked(10) > 0
    assert asked(29) > 0  # The mark of the request before is the twentieth position, this mark being the first.

    blocks[0] = {"type": "text", "text": "other " + "word " * 600}
    asked(2)

    assert asked(30) == 0


def test_a_request_without_tokens_warms_the_cache(client: anthropic.Anthropic, ask: Ask) -> None:
    parameters: dict[str, Any] = {"model": "claude-sonnet-5-5", "system": system(LONG_MARK), "messages": [HELLO]}
    warmed = client.messages.create(max_tokens=0, **parameters)

    assert warmed.content == []
    assert figures(ask([HELLO], system=system(LONG_MARK)))[0] == figures(warmed)[1]


def test_what_was_written_at_one_effort_is_not_read_at_another(ask: Ask) -> None:
    low, medium = ({"output_config": {"effort": effort}} for effort in ("low", "medium"))
    ask([HELLO], system=system(LONG_MARK), **low)

    assert figures(ask([HELLO], system=system(LONG_MARK), **medium))[0] == 0
    assert figures(ask([HELLO], system=system(LONG_MARK), **low))[0] > 512
