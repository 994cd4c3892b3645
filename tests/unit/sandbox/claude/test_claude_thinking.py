"""Thinking blocks: shown as asked, signed, and bound to what stands before them."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import anthropic
import pytest

from sandbox.claude import ClaudeStandIn, reply, thinking, tool

Ask = Callable[..., anthropic.types.Message]
SUMMARIZED = {"type": "adaptive", "display": "summarized"}
PROBLEM = {"role": "user", "content": "The VPN drops every few minutes"}


def as_param(message: anthropic.types.Message) -> dict[str, Any]:
    return {"role": "assistant", "content": [block.to_dict() for block in message.content]}


def results_of(message: anthropic.types.Message) -> dict[str, Any]:
    calls = [block for block in message.content if block.type == "tool_use"]
    results = [{"type": "tool_result", "tool_use_id": call.id, "content": "no issues"} for call in calls]
    return {"role": "user", "content": results}


@pytest.fixture
def thought(ask: Ask, tools: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """A conversation whose second message starts with a thinking block."""
    first = ask([PROBLEM], tools=tools, thinking=SUMMARIZED)
    assert first.content[0].type == "thinking"
    return [PROBLEM, as_param(first), results_of(first)]


def test_a_tool_call_comes_with_a_summary_of_the_thinking(ask: Ask, tools: list[dict[str, Any]]) -> None:
    message = ask([PROBLEM], tools=tools, thinking=SUMMARIZED)

    block = message.content[0]
    assert block.type == "thinking"
    assert "VPN" in block.thinking
    assert block.signature
    details = message.usage.output_tokens_details
    assert details is not None
    assert details.thinking_tokens > 0


def test_thinking_is_empty_but_signed_when_nobody_asked_to_see_it(ask: Ask, tools: list[dict[str, Any]]) -> None:
    block = ask([PROBLEM], tools=tools).content[0]

    assert block.type == "thinking"
    assert block.thinking == ""
    assert block.signature


def test_an_older_model_does_not_think_unasked(ask: Ask, tools: list[dict[str, Any]]) -> None:
    message = ask([PROBLEM], tools=tools, model="claude-sonnet-4-6")

    assert "thinking" not in [block.type for block in message.content]


def test_the_small_model_thinks_before_every_answer(ask: Ask) -> None:
    message = ask("hello", model="claude-haiku-5-5")

    assert [block.type for block in message.content] == ["thinking", "text"]


def test_thinking_between_tools_is_shown(ask: Ask, tools: list[dict[str, Any]]) -> None:
    shown = {"type": "between_tools", "display": "summarized"}
    message = ask([PROBLEM], tools=tools, thinking=shown, output_config={"effort": "low"})

    assert message.content[0].type == "thinking"


def test_effort_may_not_change_while_it_thinks_between_tools(ask: Ask, tools: list[dict[str, Any]]) -> None:
    shown = {"type": "between_tools", "display": "summarized"}
    first = ask([PROBLEM], tools=tools, thinking=shown, output_config={"effort": "low"})
    messages = [PROBLEM, as_param(first), results_of(first)]

    with pytest.raises(anthropic.BadRequestError, match="may not change within a conversation"):
        ask(messages, tools=tools, thinking=shown, output_config={"effort": "high"})


def test_what_was_thought_may_be_sent_back_unchanged(
    ask: Ask, tools: list[dict[str, Any]], thought: list[dict[str, Any]]
) -> None:
    assert ask(thought, tools=tools, thinking=SUMMARIZED).stop_reason == "end_turn"


def test_cache_marks_are_no_change(ask: Ask, tools: list[dict[str, Any]], thought: list[dict[str, Any]]) -> None:
    question = {"type": "text", "text": PROBLEM["content"], "cache_control": {"type": "ephemeral"}}
    marked = [{"role": "user", "content": [question]}, *thought[1:]]

    assert ask(marked, tools=tools, thinking=SUMMARIZED).stop_reason == "end_turn"


def test_a_changed_thought_is_refused(ask: Ask, tools: list[dict[str, Any]], thought: list[dict[str, Any]]) -> None:
    changed = copy.deepcopy(thought)
    changed[1]["content"][0]["thinking"] = "Something else."

    with pytest.raises(anthropic.BadRequestError, match="cannot be modified"):
        ask(changed, tools=tools, thinking=SUMMARIZED)


def test_a_forged_signature_is_refused(ask: Ask, tools: list[dict[str, Any]], thought: list[dict[str, Any]]) -> None:
    changed = copy.deepcopy(thought)
    changed[1]["content"][0]["signature"] = "Zm9yZ2Vk"

    with pytest.raises(anthropic.BadRequestError, match="Invalid `signature`"):
        ask(changed, tools=tools, thinking=SUMMARIZED)


@pytest.mark.parametrize(
    "change", [{"system": "Today is Monday."}, {"tools": []}, {"first": "The printer is broken"}, {"before": "hello"}]
)
def test_a_thought_in_another_conversation_is_refused(
    ask: Ask, tools: list[dict[str, Any]], thought: list[dict[str, Any]], change: dict[str, Any]
) -> None:
    messages = copy.deepcopy(thought)
    messages[0]["content"] = change.get("first", messages[0]["content"])
    if "before" in change:
        messages.insert(0, {"role": "user", "content": change["before"]})
    kept = tools[:-1] if "tools" in change else tools

    with pytest.raises(anthropic.BadRequestError, match="bound to a different conversation"):
        ask(messages, tools=kept, thinking=SUMMARIZED, system=change.get("system", anthropic.omit))


def test_an_older_account_has_the_thought_dropped_instead(
    claude: ClaudeStandIn, ask: Ask, tools: list[dict[str, Any]], thought: list[dict[str, Any]]
) -> None:
    claude.drops_misplaced_thinking = True

    assert ask(thought, tools=tools, thinking=SUMMARIZED, system="Now.").stop_reason == "end_turn"


def test_another_model_drops_what_this_one_thought(
    ask: Ask, tools: list[dict[str, Any]], thought: list[dict[str, Any]]
) -> None:
    assert ask(thought, tools=tools, model="claude-opus-5-5", system="Now.").stop_reason == "end_turn"


def test_whole_turns_may_be_dropped_from_the_start(ask: Ask, tools: list[dict[str, Any]]) -> None:
    hello = {"role": "user", "content": "hello"}
    greeted = as_param(ask([hello], tools=tools, thinking=SUMMARIZED))
    first = ask([hello, greeted, PROBLEM], tools=tools, thinking=SUMMARIZED)

    later = ask([PROBLEM, as_param(first), results_of(first)], tools=tools, thinking=SUMMARIZED)

    assert first.content[0].type == "thinking"
    assert later.stop_reason == "end_turn"


def test_leaving_out_a_block_before_a_thought_is_refused(
    claude: ClaudeStandIn, ask: Ask, tools: list[dict[str, Any]]
) -> None:
    claude.script(reply("One.", thinking("Two."), tool("jira_search", {"keywords": ["vpn"]})))
    first = ask([PROBLEM], tools=tools, thinking=SUMMARIZED)
    shorter = as_param(first)
    del shorter["content"][0]

    with pytest.raises(anthropic.BadRequestError, match="bound to a different conversation"):
        ask([PROBLEM, shorter, results_of(first)], tools=tools, thinking=SUMMARIZED)
