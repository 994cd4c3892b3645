"""What the stand-in refuses, as the API does."""

from __future__ import annotations

import base64
import struct
from collections.abc import Callable
from typing import Any

import anthropic
import httpx2
import pytest

from sandbox.claude import DEFAULT_KEY, ClaudeStandIn

Ask = Callable[..., anthropic.types.Message]
HELLO = {"role": "user", "content": "hello"}
TOOL = {"name": "jira_search", "description": "x", "input_schema": {"type": "object"}}
CALL = {"role": "assistant", "content": [{"type": "tool_use", "id": "toolu_1", "name": "jira_search", "input": {}}]}
RESULT = {"type": "tool_result", "tool_use_id": "toolu_1", "content": "none"}
PNG = b"\x89PNG\r\n\x1a\n" + b"\0\0\0\rIHDR" + struct.pack(">II", 20, 20)


def image(raw: bytes, media_type: str = "image/png") -> dict[str, Any]:
    data = base64.b64encode(raw).decode()
    return {"type": "image", "source": {"type": "base64", "media_type": media_type, "data": data}}


def user(*blocks: dict[str, Any]) -> dict[str, Any]:
    return {"role": "user", "content": list(blocks)}


def words(text: str, **more: Any) -> dict[str, Any]:
    return {"type": "text", "text": text, **more}


@pytest.fixture
def refused(url: str) -> Callable[..., str]:
    """Sends a raw request, since the SDK would not, and returns the message of its 400."""

    def send(**body: Any) -> str:
        whole = {"model": "claude-sonnet-5-5", "max_tokens": 4096, "messages": [HELLO]} | body
        whole = {name: value for name, value in whole.items() if value is not ...}
        headers = {"authorization": f"Bearer {DEFAULT_KEY}", "anthropic-version": "2026-10-21"}
        answer = httpx2.post(f"{url}/v1/messages", json=whole, headers=headers)
        assert answer.status_code == 400, answer.text
        error = answer.json()["error"]
        assert error["type"] == "invalid_request_error"
        return str(error["message"])

    return send


PARAMETERS: list[tuple[dict[str, Any], str]] = [
    ({"temperature": 0.2}, "temperature"),
    ({"top_p": 0.2}, "top_p"),
    ({"top_k": 2}, "top_k"),
    ({"tone": "kind"}, "tone: Extra inputs are not permitted"),
    ({"fallbacks": "default"}, "fallbacks: Extra inputs"),
    ({"max_tokens": ...}, "max_tokens: Field required"),
    ({"max_tokens": 128_001}, "128001 > 128000"),
    ({"max_tokens": 0, "stream": True}, "max_tokens"),
    ({"messages": ...}, "messages: Field required"),
    ({"messages": []}, "at least one message"),
    ({"metadata": {"email": "x"}}, "metadata.email"),
    ({"system": [{"type": "image"}]}, "system.0.type"),
    ({"system": [words("")]}, "non-empty"),
    ({"stop_sequences": [" "]}, "stop_sequences.0"),
    ({"thinking": {"type": "disabled"}}, "'disabled' is not supported by claude-sonnet-5-5"),
    ({"thinking": {"type": "enabled", "budget_tokens": 2048}}, "'enabled' is not supported"),
    ({"thinking": {"type": "disabled"}, "model": "claude-opus-5-5"}, "'disabled' is not supported"),
    ({"thinking": {"type": "between_tools"}, "model": "claude-opus-5-5"}, "'between_tools' is not supported"),
    ({"thinking": {"type": "enabled", "budget_tokens": 2048}, "model": "claude-haiku-5-5"}, "is not supported"),
    ({"thinking": {"type": "adaptive", "display": "loud"}}, "display"),
    ({"thinking": {"type": "enabled", "budget_tokens": 100}, "model": "claude-opus-4-7"}, "1024"),
    ({"output_config": {"effort": "huge"}}, "output_config.effort"),
    ({"output_config": {"effort": "max"}, "thinking": {"type": "between_tools"}}, "'max' is not supported"),
    ({"output_config": {"format": {"type": "json_schema", "schema": {"type": "object"}}}}, "additionalProperties"),
    ({"tools": [TOOL], "tool_choice": {"type": "any"}}, "'any' is not supported"),
    ({"tools": [TOOL], "tool_choice": {"type": "tool", "name": "jira_search"}}, "'tool' is not supported"),
    ({"tool_choice": {"type": "auto"}}, "while providing tools"),
    ({"tools": [TOOL, TOOL]}, "must be unique"),
    ({"tools": [TOOL | {"name": "jira.search"}]}, "tools.0.custom.name"),
    ({"tools": [TOOL | {"input_schema": {}}]}, "input_schema.type: Field required"),
    ({"tools": [TOOL | {"input_schema": {"type": "string"}}]}, "Input should be 'object'"),
    ({"tools": [TOOL | {"strict": True}]}, "'additionalProperties' must be explicitly set to false"),
    ({"tools": [TOOL | {"colour": "red"}]}, "tools.0.custom.colour"),
]


@pytest.mark.parametrize(("body", "said"), PARAMETERS)
def test_a_wrong_parameter_is_refused(refused: Callable[..., str], body: dict[str, Any], said: str) -> None:
    assert said in refused(**body)


def test_limits_of_size_are_refused_in_a_strict_schema(refused: Callable[..., str]) -> None:
    count = {"type": "integer", "minimum": 1}
    schema = {"type": "object", "additionalProperties": False, "properties": {"limit": count}}

    assert "'minimum' is not supported" in refused(tools=[TOOL | {"strict": True, "input_schema": schema}])


CONVERSATIONS: list[tuple[list[dict[str, Any]], str]] = [
    ([{"role": "assistant", "content": "hi"}, HELLO], "first message must use the user role"),
    ([{"role": "system", "content": "x"}, HELLO], "must follow a user message"),
    ([HELLO, {"role": "assistant", "content": "The answer is"}], "prefill"),
    ([{"role": "robot", "content": "x"}], "messages.0.role"),
    ([user()], "non-empty content"),
    ([{"role": "user", "content": ""}], "non-empty content"),
    ([user(words(""))], "text content blocks must be non-empty"),
    ([user(words(" \n"))], "non-whitespace"),
    ([HELLO, CALL], "`tool_use` ids were found without `tool_result` blocks immediately after: toolu_1"),
    ([HELLO, CALL, HELLO], "`tool_use` ids were found without"),
    ([HELLO, CALL, user(words("first"), RESULT)], "`tool_use` ids were found without"),
    ([HELLO, CALL, user(RESULT, RESULT)], "single result"),
    ([HELLO, CALL, user(RESULT, RESULT | {"tool_use_id": "toolu_2"})], "unexpected `tool_use_id`"),
    ([user(RESULT)], "unexpected `tool_use_id`"),
    ([HELLO, CALL, user(RESULT), CALL, user(RESULT)], "ids must be unique"),
    ([user(words("x", citations=[{"type": "char_location"}]))], "citations are not permitted"),
    ([HELLO, {"role": "assistant", "content": [{"type": "document"}]}, HELLO], "Input tag 'document'"),
    ([user({"type": "hologram"})], "Input tag 'hologram'"),
    ([user({"type": "thinking", "thinking": "x", "signature": "y"})], "Input tag 'thinking'"),
    ([HELLO | {"name": "ada"}], "messages.0.name: Extra inputs"),
    ([HELLO, CALL, user(RESULT | {"is_error": True, "content": [image(PNG)]})], "if `is_error` is true"),
    ([user(image(PNG, "image/tiff"))], "media_type"),
    ([user(image(b"hello"))], "does not appear to be"),
    ([user({"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "%%"}})], "base64"),
    ([user(image(PNG[:16] + struct.pack(">II", 9000, 20)))], "8000 pixels"),
    ([user({"type": "document", "source": {"type": "base64", "media_type": "application/pdf",
                                           "data": base64.b64encode(b"text").decode()}})], "PDF"),
]  # fmt: skip


@pytest.mark.parametrize(("messages", "said"), CONVERSATIONS)
def test_a_wrong_conversation_is_refused(
    refused: Callable[..., str], messages: list[dict[str, Any]], said: str
) -> None:
    assert said in refused(messages=messages, tools=[TOOL])


def test_tool_blocks_without_tools_are_refused(refused: Callable[..., str]) -> None:
    assert "must define tools" in refused(messages=[HELLO, CALL, user(RESULT)])


def test_system_messages_are_refused_by_models_that_do_not_know_them(refused: Callable[..., str]) -> None:
    messages = [HELLO, {"role": "system", "content": "Today is Sunday."}]

    assert "not supported by claude-sonnet-5" in refused(messages=messages, model="claude-sonnet-5")


def test_a_system_message_after_a_question_is_fine(ask: Ask) -> None:
    assert ask([HELLO, {"role": "system", "content": "Today is Sunday."}]).stop_reason == "end_turn"


def test_five_breakpoints_are_one_too_many(refused: Callable[..., str]) -> None:
    mark = {"cache_control": {"type": "ephemeral"}}
    blocks = [words(str(number), **mark) for number in range(4)]

    assert "Found 5" in refused(messages=[user(*blocks)], **mark)


def test_a_long_breakpoint_may_not_follow_a_short_one(refused: Callable[..., str]) -> None:
    short, long = ({"cache_control": {"type": "ephemeral", "ttl": ttl}} for ttl in ("5m", "1h"))

    assert "must not come after" in refused(messages=[user(words("a", **short), words("b", **long))])


def test_a_prompt_over_the_context_is_refused_in_the_documented_words(
    claude: ClaudeStandIn, refused: Callable[..., str]
) -> None:
    claude.context_tokens = 1000

    said = refused(messages=[{"role": "user", "content": "word " * 2000}])

    assert said.startswith("prompt is too long: ")
    assert said.endswith(" tokens > 1000 maximum")


def test_good_images_and_documents_are_taken(ask: Ask) -> None:
    pdf = base64.b64encode(b"%PDF-1.7 ... %%EOF").decode()
    document = {"type": "document", "source": {"type": "base64", "media_type": "application/pdf", "data": pdf}}

    assert ask([user(image(PNG), document, words("hello"))]).stop_reason == "end_turn"


def test_older_models_may_be_forced_to_call_a_tool(ask: Ask) -> None:
    schema = {"type": "object", "properties": {"summary": {"type": "string"}}}
    message = ask(
        "The VPN drops every few minutes",
        model="claude-haiku-4-5",
        tools=[TOOL | {"input_schema": schema}],
        tool_choice={"type": "tool", "name": "jira_search"},
    )

    assert message.content[0].to_dict()["input"] == {"summary": "The VPN drops every few minutes"}
