"""Cache diagnostics: the stand-in names what changed since the request before."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import anthropic
import pytest

Ask = Callable[..., anthropic.types.Message]
HELLO = {"role": "user", "content": "hello"}
AGAIN = [HELLO, {"role": "assistant", "content": "Hello!"}, {"role": "user", "content": "hello again"}]


def reason(message: anthropic.types.Message) -> str | None:
    found = message.diagnostics.cache_miss_reason if message.diagnostics else None
    return found.type if found else None


def first(ask: Ask, tools: list[dict[str, Any]]) -> str:
    """Ask once and return the id of the answer."""
    message = ask([HELLO], system="Be kind.", tools=tools, diagnostics={"previous_message_id": None})
    assert message.diagnostics is None
    return message.id


def test_a_conversation_that_only_grows_has_no_miss(ask: Ask, tools: list[dict[str, Any]]) -> None:
    before = {"previous_message_id": first(ask, tools)}

    assert reason(ask(AGAIN, system="Be kind.", tools=tools, diagnostics=before)) is None


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"model": "claude-opus-5-5"}, "model_changed"),
        ({"system": "Be brief."}, "system_changed"),
        ({"tools": []}, "tools_changed"),
        ({"messages": [{"role": "user", "content": "other"}, *AGAIN[1:]]}, "messages_changed"),
        ({"thinking": {"type": "adaptive"}}, "unavailable"),
        ({"diagnostics": {"previous_message_id": "msg_nobody"}}, "previous_message_not_found"),
    ],
)
def test_what_changed_is_named(ask: Ask, tools: list[dict[str, Any]], change: dict[str, Any], named: str) -> None:
    usual = {"system": "Be kind.", "tools": tools, "diagnostics": {"previous_message_id": first(ask, tools)}}
    parameters = {"messages": AGAIN, **usual, **change}

    assert reason(ask(parameters.pop("messages"), **parameters)) == named


def test_the_id_must_be_one_of_a_message(ask: Ask) -> None:
    with pytest.raises(anthropic.BadRequestError, match="previous_message_id"):
        ask([HELLO], diagnostics={"previous_message_id": "req_1"})
