"""Signatures of thinking blocks: each is bound to its text, its model and the conversation before it."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from dataclasses import dataclass
from typing import Any

from sandbox.claude.errors import ApiError, invalid
from sandbox.claude.scripts import Block, Body

_KEY = b"the stand-in signs what it thought"
_UNBOUND = ("cache_control", "caller")
MODIFIED = "`thinking` or `redacted_thinking` blocks in the latest assistant message cannot be modified."
ELSEWHERE = "this `thinking` block is bound to a different conversation."


@dataclass(frozen=True)
class Place:
    """Where a thinking block stands: hashes of the head, of each message before, and of its own message so far."""

    head: str
    before: tuple[str, ...]
    opens_turn: bool
    """The first message is one that a person's turn starts with."""
    own: str

    def follows_from(self, signed: dict[str, Any]) -> bool:
        """True if all before the block is unchanged, or only whole turns at the start are gone."""
        if self.head != signed["head"] or self.own != signed["own"]:
            return False
        gone = len(signed["before"]) - len(self.before)
        if gone < 0 or tuple(signed["before"][gone:]) != self.before:
            return False
        return gone == 0 or self.opens_turn


def fingerprint(value: Any) -> str:
    """Return a short hash of JSON that does not care about cache marks, absent values or key order."""
    plain = json.dumps(_plain(value), sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(plain.encode()).hexdigest()[:16]


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(part) for key, part in value.items() if key not in _UNBOUND and part is not None}
    if isinstance(value, list):
        return [_plain(part) for part in value]
    return value


def blocks_of(message: dict[str, Any]) -> list[Block]:
    """Return a message's content as blocks; a plain string is one text block."""
    content = message.get("content")
    if isinstance(content, str):
        return [{"type": "text", "text": content}]
    return content if isinstance(content, list) else []


class Places:
    """The hashes of one request, made once; gives the place of any block in it."""

    def __init__(self, body: Body) -> None:
        system = body.get("system")
        head = [{"type": "text", "text": system}] if isinstance(system, str) else system
        self._head = fingerprint([head, body.get("tools") or []])
        self._messages = [_message_print(message) for message in body["messages"]]
        self._opens_turn = bool(body["messages"]) and _is_border(body["messages"][0])

    def at(self, message_index: int, blocks_before: list[Block]) -> Place:
        """Return the place in `messages[message_index]` behind `blocks_before`."""
        before = tuple(self._messages[:message_index])
        return Place(self._head, before, self._opens_turn, fingerprint(blocks_before))


def _message_print(message: dict[str, Any]) -> str:
    # Every signature lists these, so they are kept short.
    return fingerprint([message["role"], blocks_of(message)])[:8]


def _is_border(message: dict[str, Any]) -> bool:
    return message["role"] == "user" and all(block.get("type") != "tool_result" for block in blocks_of(message))


def sign(words: str, body: Body, blocks_before: list[Block]) -> str:
    """Return the signature of a new thinking block at the end of this request."""
    place = Places(body).at(len(body["messages"]), blocks_before)
    note = {
        "text": fingerprint(words),
        "model": body.get("model"),
        "head": place.head,
        "before": list(place.before),
        "own": place.own,
        "effort": effort_of(body),
    }
    payload = json.dumps(note, separators=(",", ":")).encode()
    return base64.b64encode(hmac.digest(_KEY, payload, "sha256") + payload).decode()


def effort_of(body: Body) -> str | None:
    """Return the effort of a request that thinks between tools; others may change it freely."""
    if (body.get("thinking") or {}).get("type") != "between_tools":
        return None
    effort = (body.get("output_config") or {}).get("effort")
    return effort if isinstance(effort, str) else None


def check(body: Body, *, drops_misplaced: bool) -> None:
    """Raise the 400 for a thinking block that was changed or that stands in another conversation."""
    places = Places(body)
    for index, message in enumerate(body["messages"]):
        if message["role"] != "assistant":
            continue
        blocks = blocks_of(message)
        for position, block in enumerate(blocks):
            if block.get("type") == "thinking":
                where = f"messages.{index}.content.{position}"
                _check_block(body, block, places.at(index, blocks[:position]), where, drops_misplaced)


def _check_block(body: Body, block: Block, place: Place, where: str, drops_misplaced: bool) -> None:
    note = _opened(block.get("signature"), where)
    if note["model"] != body.get("model"):
        return  # Another model's thinking is dropped, not refused.
    if note["text"] != fingerprint(block.get("thinking")):
        raise invalid(f"{where}: {MODIFIED}")
    if not place.follows_from(note):
        if drops_misplaced:
            return
        raise invalid(f"{where}: {ELSEWHERE}")
    if note["effort"] and effort_of(body) and note["effort"] != effort_of(body):
        raise invalid("output_config.effort: may not change within a conversation with `between_tools` thinking.")


def _opened(signature: Any, where: str) -> dict[str, Any]:
    refused: ApiError = invalid(f"{where}: Invalid `signature` in `thinking` block")
    try:
        raw = base64.b64decode(signature, validate=True)
    except (TypeError, ValueError):
        raise refused from None
    if not hmac.compare_digest(hmac.digest(_KEY, raw[32:], "sha256"), raw[:32]):
        raise refused
    note: dict[str, Any] = json.loads(raw[32:])
    return note
