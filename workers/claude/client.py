"""One model call, streamed: text and progress as they come, then the finished round."""

from __future__ import annotations

import contextlib
import functools
import hmac
import json
import socket
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import anthropic

from workers.claude.errors import claude_errors, was_taken
from workers.claude.marks import with_marks
from workers.claude.opening import opened
from workers.claude.purse import Bill, Purse, tokens_at_most
from workers.claude.tally import Keep, Tally
from workers.errors import ClaudeUnavailable
from workers.interrupt import Interrupt
from workers.logs import get_logger
from workers.payer import Payer
from workers.rounds import Round, Usage
from workers.settings import WorkerSettings

MAX_TOKENS = 8_192
# Nothing but pings for this long counts as a dropped stream.
SILENCE_SECONDS = 60.0
BYTES_TIMEOUT_SECONDS = 75.0
SPOKEN = {"text": "text", "thinking": "thinking", "input_json": "partial_json"}
"""Where the SDK's events hold what the model said."""

log = get_logger(__name__)


@dataclass(frozen=True)
class Prompt:
    """What one model call reads; the order is that of the cached prefix."""

    system: tuple[dict[str, Any], ...]
    tools: tuple[dict[str, Any], ...]
    messages: Sequence[dict[str, Any]]
    payer: Payer
    """Whose call it is; Claude is told an opaque hash of it, never a Slack id."""
    model: str
    effort: str = "medium"
    is_long: bool = True
    """Whether its beginning is kept in the cache for an hour, not for minutes."""
    previous_message_id: str = ""
    """The API's name of the answer before this one, with which it tells why the cache was missed."""

    def tokens_at_most(self) -> int:
        """Return an estimate, rather too high, of what it holds."""
        return tokens_at_most([self.system, self.tools, self.messages])


@dataclass(frozen=True)
class Ears:
    """Who hears the model while it speaks."""

    text: Callable[[str], None]
    thinking: Callable[[str], None]
    tool: Callable[[str], None]
    cited: Callable[[Sequence[Any]], None] = lambda _: None
    """Hears what a text cites, when it has ended."""


class Claude:
    """The Messages API, for this process; the client is made at first use, never before a fork."""

    def __init__(self, settings: WorkerSettings, purse: Purse) -> None:
        self._settings, self.purse = settings, purse

    @functools.cached_property
    def api(self) -> anthropic.Anthropic:
        """The SDK's client: retries are ours, since it would sleep as long as a `retry-after` says."""
        return anthropic.Anthropic(
            api_key=self._settings.anthropic_api_key.get_secret_value(),
            base_url=self._settings.anthropic_base_url,
            max_retries=0,
            timeout=anthropic.Timeout(BYTES_TIMEOUT_SECONDS, connect=5),
        )

    def user_hash(self, payer: Payer) -> str:
        """Return the opaque id that the API asks for to tell people apart."""
        key = self._settings.slack_bot_token.get_secret_value().encode()
        return hmac.new(key, f"{payer.team_id}:{payer.user_id}".encode(), "sha256").hexdigest()[:32]

    def stream_round(self, prompt: Prompt, ears: Ears, interrupt: Interrupt, keep: Keep = lambda _call: None) -> Round:
        """Let the model speak once; raises ClaudeUnavailable if it was cut off, Interrupted if it was told to stop.

        Raises BudgetSpent before it speaks if there is no money left. `keep` hears what is to be paid if this dies.
        """
        model, read = prompt.model, prompt.tokens_at_most()
        most = self.purse.prices.most(model, read, MAX_TOKENS)
        try:
            with self.purse.bill(prompt.payer, model, most, wait=interrupt.wait) as bill, claude_errors():
                tally = Tally(bill, keep)
                tally.begin(read)
                message = self._stream(prompt, ears, interrupt, bill, tally)
                bill.settle(usage_of(message))
        except ClaudeUnavailable:
            interrupt.check()  # We closed it ourselves.
            raise
        interrupt.check()
        if message.stop_reason is None:
            raise ClaudeUnavailable("stream ended without a stop reason")
        _log_miss(message, bill.usage)
        blocks = _kept(message.content)
        return Round(
            blocks=blocks, stop_reason=message.stop_reason, usage=bill.usage, model=model, message_id=message.id or ""
        )

    def _stream(
        self, prompt: Prompt, ears: Ears, interrupt: Interrupt, bill: Bill, tally: Tally
    ) -> anthropic.types.Message:
        arguments: dict[str, Any] = {
            "model": prompt.model,
            "max_tokens": MAX_TOKENS,
            "system": list(prompt.system),
            "tools": list(prompt.tools),
            "messages": with_marks(prompt.messages, is_long=prompt.is_long),
            "thinking": {"type": "adaptive", "display": "summarized"},
            "output_config": {"effort": prompt.effort},
            "diagnostics": {"previous_message_id": prompt.previous_message_id or None},
            "metadata": {"user_id": self.user_hash(prompt.payer)},
        }
        if not supports_effort(prompt.model):
            del arguments["thinking"], arguments["output_config"]
        if interrupt.reason:
            bill.refuse()  # It is not even sent.
        interrupt.check()
        with (
            _unpaid_if_refused(bill),
            contextlib.closing(opened(self.api.messages.stream(**arguments), interrupt, SILENCE_SECONDS)) as stream,
            interrupt.watching(functools.partial(_hang_up, stream), SILENCE_SECONDS),
        ):
            for event in stream:
                interrupt.heard()  # The SDK keeps pings to itself.
                _pass_on(event, ears)
                _note(event, bill)
                tally.tick()
            if interrupt.was_silent:
                raise ClaudeUnavailable("silent stream")
            return stream.get_final_message()

    @property
    def model(self) -> str:
        return self._settings.anthropic_model

    @property
    def fallback_model(self) -> str:
        """The model that steps in when the usual one has no room; empty for none."""
        return self._settings.fallback_model

    @property
    def fast_model(self) -> str:
        return self._settings.anthropic_fast_model

    def ask_fast(
        self,
        *,
        system: str,
        content: str | list[dict[str, Any]],
        schema: dict[str, Any],
        payer: Payer,
        max_tokens: int = 1_500,
        seconds: float = 6.0,
    ) -> dict[str, Any]:
        """Ask the fast model once for JSON of a schema, counted and within the budgets; one try.

        Raises ClaudeUnavailable if it is away, too slow, cut off or declines, TurnFailed if it refuses the request,
        BudgetSpent if there is no money left. `schema` is what structured output takes: objects closed, no limits.
        """
        model = self.fast_model
        arguments: dict[str, Any] = {
            "model": model,
            "max_tokens": max_tokens,
            "system": system,
            "messages": [{"role": "user", "content": content}],
            "output_config": {"format": {"type": "json_schema", "schema": schema}},
            "metadata": {"user_id": self.user_hash(payer)},
        }
        if supports_effort(model):
            arguments["output_config"]["effort"] = "low"
        # One that we wait for no longer is paid for all the same.
        most = Usage(input_tokens=tokens_at_most([system, content, schema]), output_tokens=max_tokens)
        with self.purse.bill_whole(payer, model, most, seconds) as bill, claude_errors():
            with _unpaid_if_refused(bill):
                message = self.api.with_options(timeout=seconds).messages.create(**arguments)
            bill.settle(usage_of(message))
            if message.stop_reason != "end_turn":
                raise ClaudeUnavailable(f"the fast model ended with {message.stop_reason}")
            said = json.loads("".join(block.text for block in message.content if block.type == "text"))
            if not isinstance(said, dict) or not set(schema.get("required", ())) <= said.keys():
                raise ClaudeUnavailable("the fast model kept no schema")
            return said


@contextlib.contextmanager
def _unpaid_if_refused(bill: Bill) -> Iterator[None]:
    """Let a call that was refused, or that never reached Claude, cost nothing."""
    try:
        yield
    except anthropic.APIError as error:
        if not was_taken(error):
            bill.refuse()
        raise


def supports_effort(model: str) -> bool:
    """Return whether a model takes adaptive thinking and effort: not before the fifth generation."""
    return not any(older in model for older in ("-4-", "-3-"))


def _log_miss(message: anthropic.types.Message, usage: Usage) -> None:
    """Say why a prompt was not read from the cache, if the API says so."""
    reason = message.diagnostics.cache_miss_reason if message.diagnostics else None
    if reason is not None:
        missed = getattr(reason, "cache_missed_input_tokens", None)
        read, written = usage.cache_read_input_tokens, usage.cache_creation_input_tokens
        log.warning("cache_missed", reason=reason.type, missed=missed, read=read, written=written)


def _pass_on(event: Any, ears: Ears) -> None:
    if event.type == "text":
        ears.text(event.text)
    elif event.type == "thinking":
        ears.thinking(event.thinking)
    elif event.type == "content_block_stop" and getattr(event.content_block, "citations", None):
        ears.cited(event.content_block.citations)
    elif event.type == "content_block_start" and event.content_block.type == "tool_use":
        ears.tool(event.content_block.name)


def _kept(content: Sequence[Any]) -> tuple[dict[str, Any], ...]:
    """Return the blocks of an answer as they can be sent back.

    The API sends text blocks that are empty or white space and refuses to take them back: kept, one would end the
    thread. Between two texts such space goes to the one before it, or their words would run together.
    """
    kept: list[dict[str, Any]] = []
    for block in content:
        if block.type != "text" or block.text.strip():
            kept.append(block.to_dict())
        elif block.text and kept and kept[-1]["type"] == "text":
            kept[-1] = {**kept[-1], "text": kept[-1]["text"] + block.text}
    return tuple(kept)


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


def _note(event: Any, bill: Bill) -> None:
    """Keep the bill of a stream up to date: one that is cut off is paid for, too."""
    if event.type == "message_start":
        bill.settle(usage_of(event.message))
    elif event.type in SPOKEN:
        bill.heard += len(getattr(event, SPOKEN[event.type]))


def usage_of(message: anthropic.types.Message) -> Usage:
    """Return what an answer took, as the API counts it."""
    usage = message.usage
    written_1h = usage.cache_creation.ephemeral_1h_input_tokens if usage.cache_creation else 0
    return Usage(
        input_tokens=usage.input_tokens or 0,
        output_tokens=usage.output_tokens or 0,
        cache_creation_input_tokens=usage.cache_creation_input_tokens or 0,
        cache_creation_1h_input_tokens=written_1h,
        cache_read_input_tokens=usage.cache_read_input_tokens or 0,
    )
