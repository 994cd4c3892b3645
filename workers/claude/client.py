"""One model call, streamed: text and progress as they come, then the finished round."""

from __future__ import annotations

import functools
import hmac
import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import anthropic

from workers.claude.errors import claude_errors
from workers.claude.prices import cost_usd
from workers.errors import ClaudeUnavailable
from workers.interrupt import Interrupt
from workers.records import Round, Usage
from workers.settings import WorkerSettings
from workers.state.metrics import Metrics

MAX_TOKENS = 8_192
# Nothing but pings for this long counts as a dropped stream.
SILENCE_SECONDS = 60.0
BYTES_TIMEOUT_SECONDS = 75.0


@dataclass(frozen=True)
class Prompt:
    """What one model call reads; the order is that of the cached prefix."""

    system: tuple[dict[str, Any], ...]
    tools: tuple[dict[str, Any], ...]
    messages: Sequence[dict[str, Any]]
    user_hash: str
    """Opaque: never a Slack id."""


@dataclass(frozen=True)
class Ears:
    """Who hears the model while it speaks."""

    text: Callable[[str], None]
    thinking: Callable[[str], None]
    tool: Callable[[str], None]


class Claude:
    """The Messages API, for this process; the client is made at first use, never before a fork."""

    def __init__(self, settings: WorkerSettings, metrics: Metrics) -> None:
        self._settings, self._metrics = settings, metrics

    @functools.cached_property
    def api(self) -> anthropic.Anthropic:
        """The SDK's client: retries are ours, since it would sleep as long as a `retry-after` says."""
        return anthropic.Anthropic(
            api_key=self._settings.anthropic_api_key.get_secret_value(),
            base_url=self._settings.anthropic_base_url,
            max_retries=0,
            timeout=anthropic.Timeout(BYTES_TIMEOUT_SECONDS, connect=5),
        )

    def user_hash(self, team_id: str, user_id: str) -> str:
        """Return the opaque id that the API asks for to tell people apart."""
        key = self._settings.slack_bot_token.get_secret_value().encode()
        return hmac.new(key, f"{team_id}:{user_id}".encode(), "sha256").hexdigest()[:32]

    def stream_round(self, prompt: Prompt, ears: Ears, interrupt: Interrupt) -> Round:
        """Let the model speak once; raises ClaudeUnavailable if it was cut off, Interrupted if it was told to stop."""
        model = self._settings.anthropic_model
        try:
            with claude_errors():
                message = self._stream(model, prompt, ears, interrupt)
        except ClaudeUnavailable:
            interrupt.check()  # We closed it ourselves.
            raise
        interrupt.check()
        if message.stop_reason is None:
            raise ClaudeUnavailable("stream ended without a stop reason")
        usage = self.count(model, message)
        # The API sends empty text blocks and refuses to take them back: kept, one would end the thread.
        blocks = tuple(block.to_dict() for block in message.content if block.type != "text" or block.text.strip())
        return Round(blocks=blocks, stop_reason=message.stop_reason, usage=usage, model=model)

    def _stream(self, model: str, prompt: Prompt, ears: Ears, interrupt: Interrupt) -> anthropic.types.Message:
        arguments: dict[str, Any] = {
            "model": model,
            "max_tokens": MAX_TOKENS,
            "system": list(prompt.system),
            "tools": list(prompt.tools),
            "messages": list(prompt.messages),
            "thinking": {"type": "adaptive", "display": "summarized"},
            "output_config": {"effort": "medium"},
            "cache_control": {"type": "ephemeral"},
            "metadata": {"user_id": prompt.user_hash},
        }
        if not supports_effort(model):
            del arguments["thinking"], arguments["output_config"]
        interrupt.check()
        with (
            self.api.messages.stream(**arguments) as stream,
            interrupt.watching(functools.partial(_hang_up, stream), SILENCE_SECONDS),
        ):
            for event in stream:
                interrupt.heard()  # The SDK keeps pings to itself.
                _pass_on(event, ears)
            if interrupt.was_silent:
                raise ClaudeUnavailable("silent stream")
            return stream.get_final_message()

    @property
    def fast_model(self) -> str:
        return self._settings.anthropic_fast_model

    def count(self, model: str, message: anthropic.types.Message) -> Usage:
        """Count what an answer took, in tokens and dollars, and return it."""
        usage = _usage(message)
        kinds = {
            "input": usage.input_tokens,
            "output": usage.output_tokens,
            "cache_write": usage.cache_creation_input_tokens,
            "cache_read": usage.cache_read_input_tokens,
        }
        for kind, tokens in kinds.items():
            self._metrics.count("supportbot_tokens_total", tokens, model=model, kind=kind)
        self._metrics.count("supportbot_cost_usd_total", cost_usd(model, usage), model=model)
        return usage


def supports_effort(model: str) -> bool:
    """Return whether a model takes adaptive thinking and effort: not before the fifth generation."""
    return not any(older in model for older in ("-4-", "-3-"))


def _pass_on(event: Any, ears: Ears) -> None:
    if event.type == "text":
        ears.text(event.text)
    elif event.type == "thinking":
        ears.thinking(event.thinking)
    elif event.type == "content_block_start" and event.content_block.type == "tool_use":
        ears.tool(event.content_block.name)


def _hang_up(stream: anthropic.MessageStream[Any]) -> None:
    """Wake the thread that reads the stream: closing the response would leave it in recv()."""
    network = stream.response.extensions.get("network_stream")
    raw = network.get_extra_info("socket") if network else None
    if isinstance(raw, socket.socket):
        try:
            # The plain socket's shutdown, also under TLS: SSLSocket's own would pull the session from the reader.
            socket.socket.shutdown(raw, socket.SHUT_RDWR)
        except OSError:
            return  # It has ended by itself.


def _usage(message: anthropic.types.Message) -> Usage:
    usage = message.usage
    written_1h = usage.cache_creation.ephemeral_1h_input_tokens if usage.cache_creation else 0
    return Usage(
        input_tokens=usage.input_tokens or 0,
        output_tokens=usage.output_tokens or 0,
        cache_creation_input_tokens=usage.cache_creation_input_tokens or 0,
        cache_creation_1h_input_tokens=written_1h,
        cache_read_input_tokens=usage.cache_read_input_tokens or 0,
    )
