"""A stand-in for Claude on loopback, and the real SDK's client for it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import anthropic
import pytest

from sandbox.claude import DEFAULT_KEY, ClaudeStandIn
from sandbox.server import Running

TOOL_NAMES = (
    "jira_search",
    "jira_get_issue",
    "jira_create_options",
    "jira_create_issue",
    "jira_update_issue",
    "jira_transition_issue",
)


@pytest.fixture
def claude() -> ClaudeStandIn:
    return ClaudeStandIn()


@pytest.fixture
def url(claude: ClaudeStandIn) -> Iterator[str]:
    running = Running(claude.make_app)
    yield running.url
    running.stop()


@pytest.fixture
def client(url: str) -> Iterator[anthropic.Anthropic]:
    timeout = anthropic.Timeout(5, connect=5)
    with anthropic.Anthropic(base_url=url, api_key=DEFAULT_KEY, max_retries=0, timeout=timeout) as made:
        yield made


@pytest.fixture
def tools() -> list[dict[str, Any]]:
    return [{"name": name, "description": name, "input_schema": {"type": "object"}} for name in TOOL_NAMES]


Ask = Callable[..., anthropic.types.Message]


@pytest.fixture
def ask(client: anthropic.Anthropic) -> Ask:
    """Streams one request with sensible parameters and returns the whole message."""

    def asked(messages: str | list[dict[str, Any]], **parameters: Any) -> anthropic.types.Message:
        listed = [{"role": "user", "content": messages}] if isinstance(messages, str) else messages
        sensible: dict[str, Any] = {"model": "claude-sonnet-5-5", "max_tokens": 4096}
        with client.messages.stream(messages=listed, **(sensible | parameters)) as stream:  # type: ignore[arg-type]
            return stream.get_final_message()

    return asked


class Talk:
    """A conversation that grows: each turn runs the tools that the model calls, as the bot would."""

    def __init__(self, ask: Ask, tools: list[dict[str, Any]]) -> None:
        self._ask, self._tools = ask, tools
        self.messages: list[dict[str, Any]] = []
        self.results: dict[str, Callable[[dict[str, Any]], str]] = {}
        self.calls: list[tuple[str, Any]] = []
        """Every tool call as (name, arguments)."""
        self.parameters: dict[str, Any] = {"thinking": {"type": "adaptive", "display": "summarized"}}

    def say(self, words: str | list[dict[str, Any]]) -> str:
        """Say something and return the text of the final answer."""
        self.messages.append({"role": "user", "content": words})
        while True:
            message = self._ask(self.messages, tools=self._tools, **self.parameters)
            self.messages.append({"role": "assistant", "content": [block.to_dict() for block in message.content]})
            if message.stop_reason != "tool_use":
                return "".join(block.text for block in message.content if block.type == "text")
            calls = [block for block in message.content if block.type == "tool_use"]
            self.messages.append({"role": "user", "content": [self._result(call) for call in calls]})

    def _result(self, call: anthropic.types.ToolUseBlock) -> dict[str, Any]:
        self.calls.append((call.name, call.input))
        result = {"type": "tool_result", "tool_use_id": call.id}
        try:
            return result | {"content": self.results[call.name](dict(call.input))}
        except ValueError as error:
            return result | {"content": str(error), "is_error": True}


@pytest.fixture
def talk(ask: Ask, tools: list[dict[str, Any]]) -> Talk:
    return Talk(ask, tools)
