"""The stand-in's wire, seen through the real SDK and as raw bytes."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import anthropic
import httpx2
import pytest

from sandbox.claude import DEFAULT_KEY, ClaudeStandIn, Pacing, refusal, reply, text, thinking, tool

Ask = Callable[..., anthropic.types.Message]
HEADERS = {"authorization": f"Bearer {DEFAULT_KEY}", "anthropic-version": "2026-10-21"}
QUESTION: dict[str, Any] = {
    "model": "claude-sonnet-5-5",
    "max_tokens": 4096,
    "messages": [{"role": "user", "content": "hello"}],
}


def events_of(url: str) -> list[tuple[str, dict[str, Any]]]:
    answer = httpx2.post(f"{url}/v1/messages", json=QUESTION | {"stream": True}, headers=HEADERS)
    parts = [part.split("\n") for part in answer.text.strip().split("\n\n")]
    return [(name.removeprefix("event: "), json.loads(data.removeprefix("data: "))) for name, data in parts]


def test_a_stream_has_the_events_of_the_real_one_in_order(claude: ClaudeStandIn, url: str) -> None:
    claude.script(reply("Let me look.", tool("jira_search", {"keywords": ["vpn"]})))

    events = events_of(url)

    kinds = [name for name, _ in events]
    assert kinds[:4] == ["message_start", "content_block_start", "ping", "content_block_delta"]
    assert kinds[-3:] == ["content_block_stop", "message_delta", "message_stop"]
    assert all(name == data["type"] for name, data in events)
    deltas = [data["delta"] for name, data in events if name == "content_block_delta" and data["index"] == 1]
    assert deltas[0] == {"type": "input_json_delta", "partial_json": ""}
    assert json.loads("".join(delta["partial_json"] for delta in deltas)) == {"keywords": ["vpn"]}
    assert events[-2][1]["delta"] == {"stop_reason": "tool_use", "stop_sequence": None}
    assert events[-2][1]["usage"]["output_tokens"] > 0


def test_the_sdk_gets_text_thinking_and_tool_calls(claude: ClaudeStandIn, ask: Ask) -> None:
    claude.script(reply(thinking("I look."), "Let me look.", tool("a", {"x": 1}), tool("b")))

    message = ask("hello")

    assert [block.type for block in message.content] == ["thinking", "text", "tool_use", "tool_use"]
    assert message.stop_reason == "tool_use"
    assert message.content[2].to_dict()["input"] == {"x": 1}
    assert message.content[3].to_dict()["input"] == {}
    assert message.id.startswith("msg_standin_")


def test_a_request_that_does_not_stream_gets_one_message(client: anthropic.Anthropic) -> None:
    message = client.messages.create(**QUESTION)

    assert message.stop_reason == "end_turn"
    assert [block.type for block in message.content] == ["text"]
    assert message.usage.input_tokens > 0


def test_every_answer_has_a_request_id(client: anthropic.Anthropic, claude: ClaudeStandIn) -> None:
    with client.messages.stream(**QUESTION) as stream:
        stream.until_done()
        assert stream.request_id == claude.message_requests[0].request_id


def test_text_comes_in_pieces_of_about_the_size_that_was_set(claude: ClaudeStandIn, url: str) -> None:
    claude.pacing = Pacing(chunk_characters=12)
    words = "The VPN drops every thirty minutes, for everyone in the office."
    claude.script(reply(words))

    pieces = [data["delta"]["text"] for name, data in events_of(url) if name == "content_block_delta"]

    assert "".join(pieces) == words
    assert len(pieces) >= 4
    assert all(len(piece) <= 20 for piece in pieces)


def test_a_stop_reason_of_none_ends_the_stream_without_a_goodbye(claude: ClaudeStandIn, ask: Ask) -> None:
    claude.script(reply("and then", stop_reason=None))

    message = ask("hello")

    assert message.stop_reason is None


def test_cut_tool_json_becomes_an_empty_input(claude: ClaudeStandIn, ask: Ask) -> None:
    claude.script(reply(tool("jira_create_issue", {"summary": "Prod"}), stop_reason="max_tokens", cut_json=14))

    message = ask("hello")

    assert message.stop_reason == "max_tokens"
    assert message.content[0].to_dict()["input"] == {}


def test_a_refusal_carries_its_category(claude: ClaudeStandIn, ask: Ask) -> None:
    claude.script(refusal("cyber", "no"))

    message = ask("hello")

    assert message.stop_reason == "refusal"
    assert message.stop_details is not None
    assert message.stop_details.category == "cyber"


def test_unknown_blocks_and_stop_reasons_pass_through(claude: ClaudeStandIn, ask: Ask) -> None:
    claude.script(reply({"type": "hologram", "rays": 3}, "ok", stop_reason="sunset"))

    message = ask("hello")

    assert [block.type for block in message.content] == ["hologram", "text"]
    assert str(message.stop_reason) == "sunset"


def test_an_unknown_block_that_was_sent_may_come_back(claude: ClaudeStandIn, ask: Ask) -> None:
    claude.script(reply({"type": "hologram", "rays": 3}, "ok"))
    first = ask("hello")
    back = {"role": "assistant", "content": [block.to_dict() for block in first.content]}

    again = ask([{"role": "user", "content": "hello"}, back, {"role": "user", "content": "hello"}])

    assert again.stop_reason == "end_turn"


def test_a_paused_turn_is_resumed_by_sending_it_back(claude: ClaudeStandIn, ask: Ask) -> None:
    claude.script(reply("one moment", stop_reason="pause_turn"), reply("done"))
    question = {"role": "user", "content": "hello"}
    paused = ask([question])

    resumed = ask([question, {"role": "assistant", "content": [block.to_dict() for block in paused.content]}])

    assert resumed.content[0].to_dict()["text"] == "done"


def test_a_small_limit_cuts_the_answer(ask: Ask) -> None:
    message = ask("write a long report", max_tokens=50)

    assert message.stop_reason == "max_tokens"
    assert message.usage.output_tokens <= 50


def test_a_stop_sequence_ends_the_answer(ask: Ask) -> None:
    message = ask("write a long report", stop_sequences=["Paragraph 2"])

    assert message.stop_reason == "stop_sequence"
    assert message.stop_sequence == "Paragraph 2"
    assert "Paragraph 2" not in str(message.content[0].to_dict()["text"])


def test_scripts_can_wait_for_their_question(claude: ClaudeStandIn, ask: Ask) -> None:
    claude.script(reply("for Ada"), when="ada")
    claude.script(reply("for Grace"), when="grace")

    answers = [ask(f"it is {name} here").content[0].to_dict()["text"] for name in ("grace", "ada")]

    assert answers == ["for Grace", "for Ada"]


def test_a_script_may_be_a_function_of_the_request(claude: ClaudeStandIn, ask: Ask) -> None:
    claude.script(lambda body: reply(text(body["messages"][-1]["content"].upper())))

    assert ask("echo").content[0].to_dict()["text"] == "ECHO"


@pytest.mark.parametrize("headers", [{}, {"authorization": "Bearer sk-ant-other"}, {"x-api-key": DEFAULT_KEY}])
def test_a_wrong_key_is_401(url: str, headers: dict[str, str]) -> None:
    answer = httpx2.post(f"{url}/v1/messages", json=QUESTION, headers={"anthropic-version": "2026-10-21", **headers})

    assert answer.status_code == 401
    assert answer.json()["error"]["type"] == "authentication_error"
    assert answer.headers["request-id"] == answer.json()["request_id"]


def test_a_missing_version_is_400(url: str) -> None:
    answer = httpx2.post(f"{url}/v1/messages", json=QUESTION, headers={"authorization": f"Bearer {DEFAULT_KEY}"})

    assert answer.status_code == 400
    assert answer.json()["error"]["message"].startswith("anthropic-version")


def test_broken_json_is_400(url: str) -> None:
    answer = httpx2.post(f"{url}/v1/messages", content=b"{", headers=HEADERS)

    assert answer.json()["error"]["type"] == "invalid_request_error"


def test_an_unknown_model_is_404(ask: Ask) -> None:
    with pytest.raises(anthropic.NotFoundError, match="claude-nine"):
        ask("hello", model="claude-nine")


def test_models_are_listed_with_their_lifecycle(client: anthropic.Anthropic) -> None:
    listed = {model.id: model for model in client.models.list()}
    one = client.models.retrieve("claude-sonnet-5-5")

    assert listed["claude-sonnet-5-5"].lifecycle == "active"
    assert listed["claude-sonnet-4-5"].lifecycle == "deprecated"
    assert one.max_input_tokens == 1_000_000
    with pytest.raises(anthropic.NotFoundError):
        client.models.retrieve("claude-nine")


def test_tokens_are_counted_as_the_answer_counts_them(client: anthropic.Anthropic) -> None:
    counted = client.messages.count_tokens(model="claude-sonnet-5-5", messages=QUESTION["messages"])

    assert counted.input_tokens == client.messages.create(**QUESTION).usage.input_tokens


def test_requests_are_kept_with_headers_and_usage(claude: ClaudeStandIn, ask: Ask) -> None:
    ask("hello")

    kept = claude.message_requests[0]
    assert kept.body["messages"][0]["content"] == "hello"
    assert kept.headers["x-stainless-helper-method"] == "stream"
    assert kept.usage["output_tokens"] > 0
    assert kept.is_finished
