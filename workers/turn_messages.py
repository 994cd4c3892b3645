"""What history keeps of a turn's rounds: every call with its result, nothing empty, and what was said in words."""

from __future__ import annotations

from typing import Any

from workers.citations import Citations
from workers.journal import Journal
from workers.rounds import Round
from workers.views import failures


def closed(last: Round) -> list[dict[str, Any]]:
    """Return a last round as history may keep it: not empty, and a call in it answered as one that never ran."""
    calls = [block for block in last.blocks if block["type"] == "tool_use"]
    said = [{"role": "assistant", "content": list(last.blocks)}] if last.blocks else []
    return [*said, {"role": "user", "content": [tool_result(call, {}) for call in calls]}] if calls else said


def stopped_messages(
    journal: Journal, question: dict[str, Any], shown: str, sentence: str
) -> tuple[dict[str, Any], ...]:
    """Return what history keeps of a stopped turn: finished rounds, what was shown of the cut one, and the stop."""
    kept: list[dict[str, Any]] = [question]
    number, said, citations = 0, "", Citations()
    while (finished := journal.round(number)) is not None:
        said = joined(said, citations.text_of(finished))
        kept.append({"role": "assistant", "content": list(finished.blocks) or [text(failures.EMPTY_ANSWER)]})
        calls = [block for block in finished.blocks if block["type"] == "tool_use"]
        if calls:
            results = [tool_result(call, journal.get(result_name(number, call)) or {}) for call in calls]
            kept.append(with_note(journal, number, results))
        number += 1
    sentence = joined(shown.removeprefix(said).strip() if shown.startswith(said) else "", sentence)
    if kept[-1]["role"] == "assistant":
        kept[-1] = {**kept[-1], "content": [*kept[-1]["content"], text(sentence)]}
        return tuple(kept)
    return (*kept, assistant(sentence))


def said_before(journal: Journal, citations: Citations) -> str:
    """Return what the finished rounds of a turn said, with the numbers of its sources."""
    number, said = 0, ""
    while (finished := journal.round(number)) is not None:
        said = joined(said, citations.text_of(finished))
        number += 1
    return said


def keys_read(journal: Journal) -> tuple[str, ...]:
    """Return the issues that the tools of a turn have read so far."""
    return _read(journal, "issue_keys")


def documents_read(journal: Journal) -> tuple[str, ...]:
    """Return the pages and files that the tools of a turn have read so far, by their ids."""
    return _read(journal, "document_ids")


def _read(journal: Journal, what: str) -> tuple[str, ...]:
    found: dict[str, None] = {}
    number = 0
    while (finished := journal.round(number)) is not None:
        for call in (block for block in finished.blocks if block["type"] == "tool_use"):
            found |= dict.fromkeys((journal.get(result_name(number, call)) or {}).get(what, ()))
        number += 1
    return tuple(found)


def text_of(finished: Round) -> str:
    """Return what a round said."""
    return "".join(block["text"] for block in finished.blocks if block["type"] == "text")


def joined(before: str, more: str) -> str:
    """Return two texts as two paragraphs."""
    return f"{before}\n\n{more}" if before and more else before or more


def text(words: str) -> dict[str, Any]:
    return {"type": "text", "text": words}


def assistant(words: str) -> dict[str, Any]:
    return {"role": "assistant", "content": [text(words)]}


def tool_result(call: dict[str, Any], stored: dict[str, Any]) -> dict[str, Any]:
    """Return the result of a call; one that was never run says so, since a call without a result bricks a thread."""
    content = stored.get("content", failures.CALL_NOT_RUN)
    result = {"type": "tool_result", "tool_use_id": call["id"], "content": content}
    return {**result, "is_error": True} if stored.get("is_error", True) else result


def with_note(journal: Journal, number: int, results: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the results of a round in one message, and what was told beside them after them."""
    note = journal.get(f"note:{number}")
    return {"role": "user", "content": [*results, text(note)] if note else results}


def result_name(number: int, call: dict[str, Any]) -> str:
    """Name the place of a call's result in the journal."""
    return f"result:{number}:{call['id']}"
