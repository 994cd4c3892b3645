"""From a planned answer to what goes over the wire: server-sent events, or one JSON message."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sandbox.claude.scripts import Block, Reply

PING: dict[str, Any] = {"type": "ping"}


@dataclass(frozen=True)
class Sent:
    """An answer on its way: its ids and the usage at its start and end."""

    message_id: str
    model: str
    reply: Reply
    usage: dict[str, Any]
    diagnostics: dict[str, Any] | None = None


def encode(data: dict[str, Any]) -> bytes:
    """Return one server-sent event; its name is the data's type."""
    return f"event: {data['type']}\ndata: {json.dumps(data, ensure_ascii=False)}\n\n".encode()


def whole_message(sent: Sent) -> dict[str, Any]:
    """Return the answer to a request that does not stream."""
    message = _head(sent) | {
        "content": [_whole(block) for block in sent.reply.blocks],
        "stop_reason": sent.reply.ends_with,
        "stop_sequence": sent.reply.stop_sequence,
        "usage": sent.usage,
    }
    if sent.reply.stop_details:
        message["stop_details"] = sent.reply.stop_details
    return message


def events(sent: Sent, chunk_characters: int) -> Iterator[dict[str, Any]]:
    """Yield the events of the answer in the API's order."""
    start_usage = sent.usage | {"output_tokens": 1}
    start_usage.pop("output_tokens_details", None)
    yield {"type": "message_start", "message": _head(sent) | {"usage": start_usage}}
    last = len(sent.reply.blocks) - 1
    for index, block in enumerate(sent.reply.blocks):
        is_cut = index == last and sent.reply.cut_json is not None
        yield {"type": "content_block_start", "index": index, "content_block": _opening(block)}
        if index == 0:
            yield PING
        for delta in _deltas(block, chunk_characters, sent.reply.cut_json if is_cut else None):
            yield {"type": "content_block_delta", "index": index, "delta": delta}
        if not (is_cut or (sent.reply.ends_with is None and index == last)):
            yield {"type": "content_block_stop", "index": index}
    if sent.reply.ends_with is None:
        return
    yield {"type": "message_delta", "delta": _ending(sent.reply), "usage": sent.usage}
    yield {"type": "message_stop"}


def _head(sent: Sent) -> dict[str, Any]:
    return {
        "id": sent.message_id,
        "type": "message",
        "role": "assistant",
        "model": sent.model,
        "content": [],
        "stop_reason": None,
        "stop_sequence": None,
        "diagnostics": sent.diagnostics,
    }


def _ending(reply: Reply) -> dict[str, Any]:
    ending: dict[str, Any] = {"stop_reason": reply.ends_with, "stop_sequence": reply.stop_sequence}
    if reply.stop_details:
        ending["stop_details"] = reply.stop_details
    return ending


def _whole(block: Block) -> Block:
    return {"signature": ""} | block if block["type"] == "thinking" else block


def _opening(block: Block) -> Block:
    """Return the block as it starts: empty where deltas will fill it."""
    match block["type"]:
        case "text":
            return {"type": "text", "text": ""}
        case "thinking":
            return {"type": "thinking", "thinking": "", "signature": ""}
        case "tool_use" | "server_tool_use":
            return block | {"input": {}}
        case _:
            return block


def _deltas(block: Block, size: int, cut_json: int | None) -> Iterator[dict[str, Any]]:
    match block["type"]:
        case "text":
            for part in pieces(block["text"], size):
                yield {"type": "text_delta", "text": part}
            for citation in block.get("citations") or ():
                yield {"type": "citations_delta", "citation": citation}
        case "thinking":
            for part in pieces(block["thinking"], size):
                yield {"type": "thinking_delta", "thinking": part}
            yield {"type": "signature_delta", "signature": block.get("signature", "")}
        case "tool_use" | "server_tool_use":
            # The first delta of a tool call is empty, as in recorded streams.
            yield {"type": "input_json_delta", "partial_json": ""}
            arguments = json.dumps(block["input"], ensure_ascii=False) if block["input"] else ""
            for part in pieces(arguments[:cut_json], size):
                yield {"type": "input_json_delta", "partial_json": part}


def pieces(words: str, size: int) -> Iterator[str]:
    """Yield the text in parts of about `size` characters, cut after a space where there is one."""
    start = 0
    while start < len(words):
        end = min(start + max(size, 1), len(words))
        space = words.find(" ", end - 1, end + 8)
        if space >= 0:
            end = space + 1
        yield words[start:end]
        start = end
