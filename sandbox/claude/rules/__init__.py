"""The 400s that the stand-in enforces: what the API refuses, a file for each part of a request."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.claude import signatures
from sandbox.claude.catalogue import Model
from sandbox.claude.errors import invalid
from sandbox.claude.rules import blocks, cache_marks, conversation, parameters, thinking, tools
from sandbox.claude.scripts import Body
from sandbox.claude.usage import count_prompt

if TYPE_CHECKING:
    from sandbox.claude.standin import ClaudeStandIn


def check_request(body: Body, model: Model, state: ClaudeStandIn) -> None:
    """Raise the error for the first rule that a request breaks."""
    parameters.check(body, model)
    thinking.check(body, model)
    tools.check(body, model)
    conversation.check_shape(body, model)
    blocks.check(body, state.own_block_types)
    conversation.check_tool_results(body)
    conversation.check_end(body, model, state.paused)
    cache_marks.check(body)
    signatures.check(body, drops_misplaced=state.drops_misplaced_thinking)
    most = state.context_tokens or model.context_tokens
    tokens = count_prompt(body)
    if tokens > most:
        raise invalid(f"prompt is too long: {tokens} tokens > {most} maximum")
