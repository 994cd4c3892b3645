"""Long conversations: what of the past stays verbatim, and what becomes a summary. Pure; the model is asked elsewhere.

A history is compacted at a border between turns and rarely, since the cached prefix and the thinking that is bound to
it end there. The summary is an entry at the head of the history like any other, with the audience, the issue keys, the
documents, the files and the people of the turns that it stands for, so that whoever may not read one of them is not
shown it either.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from workers.prompt import defused
from workers.records import SlackFile
from workers.replay import characters, media_size
from workers.rounds import HistoryEntry

CHARACTERS_PER_TOKEN = 3.5
TAIL_PART = 0.25
"""So much of the allowed length stays verbatim."""
MOST_MEDIA = 8_000_000
# A head that is shorter is kept as it is: its summary would save nothing.
WORTH_A_SUMMARY = 4_000
MOST_TRANSCRIPT = 240_000
MOST_RESULT = 1_500
MOST_SAID = 12_000


def head_to_compact(entries: Sequence[HistoryEntry], at_tokens: int) -> int:
    """Return how many of the oldest turns a summary should stand for: none while the history is short."""
    most = int(at_tokens * CHARACTERS_PER_TOKEN)
    sizes = [sum(map(characters, entry.messages)) for entry in entries]
    media = [sum(map(media_size, entry.messages)) for entry in entries]
    if sum(sizes) <= most and sum(media) <= MOST_MEDIA:
        return 0
    head, kept, kept_media = len(entries), 0, 0
    while head > 0 and (head == len(entries) or kept + sizes[head - 1] <= most * TAIL_PART):
        if head < len(entries) and kept_media + media[head - 1] > MOST_MEDIA * TAIL_PART:
            break
        head -= 1
        kept, kept_media = kept + sizes[head], kept_media + media[head]
    # One summary alone is no reason to make another one.
    return 0 if head == 1 and entries[0].is_summary else head


def by_audience(head: Sequence[HistoryEntry]) -> dict[str, list[HistoryEntry]]:
    """Return the turns of a head by who could read them, in order: a summary never mixes them."""
    groups: dict[str, list[HistoryEntry]] = {}
    for entry in head:
        groups.setdefault(entry.audience, []).append(entry)
    return groups


def is_worth_it(group: Sequence[HistoryEntry]) -> bool:
    """Return whether a summary of these turns would be shorter than they are."""
    return sum(characters(message) for entry in group for message in entry.messages) > WORTH_A_SUMMARY


def transcript(group: Sequence[HistoryEntry]) -> str:
    """Return what was said and found in some turns, as text for the model that summarises; the newest part if long."""
    whole = "\n\n".join(line for entry in group for message in entry.messages for line in _lines(message))
    return whole if len(whole) <= MOST_TRANSCRIPT else whole[-MOST_TRANSCRIPT:]


def summary_entry(group: Sequence[HistoryEntry], words: str) -> HistoryEntry:
    """Return the entry that stands for some turns of one audience; keys that the words lack are added."""
    keys = tuple(dict.fromkeys(key for entry in group for key in entry.issue_keys))
    missing = [key for key in keys if key not in words]
    more = f"\nIssues that were looked at, too: {', '.join(missing)}." if missing else ""
    text = f"<summary>\n{defused(words.strip())}{more}\n</summary>"
    newest = group[-1]
    return HistoryEntry(
        turn_ts=newest.turn_ts,
        asker_id=newest.asker_id,
        audience=newest.audience,
        issue_keys=keys,
        document_ids=tuple(dict.fromkeys(each for entry in group for each in entry.document_ids)),
        files=_each_once(file for entry in group for file in entry.files),
        people={user_id: name for entry in group for user_id, name in entry.people.items()},
        named={user_id: name for entry in group for user_id, name in entry.named.items()},
        messages=({"role": "user", "content": [{"type": "text", "text": text}]},),
        effort=newest.effort,
        is_summary=True,
    )


def _each_once(files: Iterable[SlackFile]) -> tuple[SlackFile, ...]:
    return tuple({file.id: file for file in files}.values())


def _lines(message: dict[str, Any]) -> Iterator[str]:
    content = message["content"]
    blocks = [{"type": "text", "text": content}] if isinstance(content, str) else content
    for block in blocks:
        if line := _line(block, is_ours=message["role"] == "assistant"):
            yield line


def _line(block: dict[str, Any], *, is_ours: bool) -> str:
    match block["type"]:
        case "text":
            said = _cut(block["text"], MOST_SAID)
            return f"<answer>\n{said}\n</answer>" if is_ours else said
        case "tool_use":
            return f"<call>{block['name']} {_cut(json.dumps(block['input'], ensure_ascii=False), MOST_RESULT)}</call>"
        case "tool_result":
            return f"<result>\n{_cut(_words(block.get('content')), MOST_RESULT)}\n</result>"
        case "image" | "document":
            return f"[{block['type']}, no longer shown]"
        case _:
            return ""


def _words(content: Any) -> str:
    return content if isinstance(content, str) else json.dumps(content, ensure_ascii=False, default=str)


def _cut(text: str, size: int) -> str:
    return text if len(text) <= size else text[:size].rstrip() + " …"
