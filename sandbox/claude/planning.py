"""Plans the answer to a request: a script's or the brain's, fitted to the request's thinking, limits and signatures."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from sandbox.claude.brain import decide, forced
from sandbox.claude.catalogue import Model
from sandbox.claude.scripts import Block, Body, Plan, Reply, schema_of, settled, text, thinking
from sandbox.claude.signatures import blocks_of, fingerprint, sign
from sandbox.claude.usage import CHARACTERS_PER_TOKEN, output_usage

if TYPE_CHECKING:
    from sandbox.claude.standin import ClaudeStandIn


@dataclass(frozen=True)
class Planned:
    """An answer, and the script it came from, if any."""

    reply: Reply
    script: tuple[Plan, str | None] | None


def plan(state: ClaudeStandIn, body: Body, model: Model) -> Planned:
    """Return the answer to a request that breaks no rule."""
    script = state.scripts.take(question_of(body), schema_of(body))
    if script:
        reply = settled(script[0], body)
    else:
        reply = _chosen(body, state.long_paragraphs)
        reply = _fitted(_stopped(_thought(reply, body, model), body), body)
    reply = _signed(reply, body)
    state.own_block_types.update(block["type"] for block in reply.blocks)
    if reply.ends_with == "pause_turn":
        state.paused.add(fingerprint(list(reply.blocks)))
    return Planned(reply, script)


def question_of(body: Body) -> str:
    """Return the text of the last user message that is more than tool results."""
    for message in reversed(body["messages"]):
        blocks = blocks_of(message)
        if message["role"] == "user" and not any(block.get("type") == "tool_result" for block in blocks):
            return "\n".join(block.get("text", "") for block in blocks if block.get("type") == "text")
    return ""


def thinking_of(body: Body, model: Model) -> dict[str, Any]:
    """Return how a request thinks: what it asks for, or what its model does unasked."""
    asked = body.get("thinking")
    if asked:
        return dict(asked)
    return {"type": "adaptive"} if model.thinks_unasked else {"type": "disabled"}


def _chosen(body: Body, long_paragraphs: int) -> Reply:
    """Return the brain's answer within what `tool_choice` leaves it."""
    choice = body.get("tool_choice") or {}
    kind = choice.get("type", "auto")
    if kind == "none":
        return decide({**body, "tools": []}, long_paragraphs=long_paragraphs)
    reply = decide(body, long_paragraphs=long_paragraphs)
    calls = [block for block in reply.blocks if block["type"] == "tool_use"]
    if kind == "tool" or (kind == "any" and not calls):
        return forced(body, choice.get("name"))
    if choice.get("disable_parallel_tool_use"):
        return replace(reply, blocks=tuple(block for block in reply.blocks if block not in calls[1:]))
    return reply


def _thought(reply: Reply, body: Body, model: Model) -> Reply:
    """Fit the brain's thinking to the request: none, empty, or as a summary."""
    mode = thinking_of(body, model)
    spoken = tuple(block for block in reply.blocks if block["type"] != "thinking")
    if mode["type"] == "disabled":
        return replace(reply, blocks=spoken)
    thoughts = [block for block in reply.blocks if block["type"] == "thinking"]
    if not thoughts and model.thinks_first:
        thoughts = [thinking("A short answer will do.")]
    if mode.get("display", "omitted") == "omitted":
        thoughts = [thinking("") for _ in thoughts]
    return replace(reply, blocks=(*thoughts, *spoken))


def _stopped(reply: Reply, body: Body) -> Reply:
    """End the answer at the first stop sequence in its text."""
    kept: list[Block] = []
    for block in reply.blocks:
        found = [word for word in body.get("stop_sequences") or () if word in block.get("text", "")]
        if found:
            first = min(found, key=block["text"].index)
            kept.append(text(block["text"].split(first)[0]))
            return replace(reply, blocks=tuple(kept), stop_reason="stop_sequence", stop_sequence=first)
        kept.append(block)
    return reply


def _fitted(reply: Reply, body: Body) -> Reply:
    """Cut the answer where `max_tokens` ends it, in the middle of a text or of a tool call's JSON."""
    most = int(body["max_tokens"])
    if most == 0:
        return Reply((), "max_tokens")  # Such a request only warms the cache.
    if output_usage(reply)["output_tokens"] <= most:
        return reply
    kept: list[Block] = []
    for block in reply.blocks:
        left = most - output_usage(Reply(tuple(kept)))["output_tokens"]
        if output_usage(Reply((block,)))["output_tokens"] <= left:
            kept.append(block)
            continue
        return _cut_short(reply, kept, block, max(left, 0) * CHARACTERS_PER_TOKEN)
    return reply


def _cut_short(reply: Reply, kept: list[Block], block: Block, characters: int) -> Reply:
    if block["type"] == "tool_use":
        return replace(reply, blocks=(*kept, block), stop_reason="max_tokens", cut_json=characters // 2)
    part = {**block, block["type"]: block[block["type"]][:characters]}
    return replace(reply, blocks=(*kept, part), stop_reason="max_tokens")


def _signed(reply: Reply, body: Body) -> Reply:
    signed: list[Block] = []
    for block in reply.blocks:
        if block["type"] == "thinking" and "signature" not in block:
            signed.append(block | {"signature": sign(block["thinking"], body, signed)})
        else:
            signed.append(block)
    return replace(reply, blocks=tuple(signed))
