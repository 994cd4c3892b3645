"""History goes back to the model verbatim, and without thinking that is no longer bound to what stands before it."""

from __future__ import annotations

from typing import Any

from workers.replay import MAX_HISTORY_CHARACTERS, replay, turns_to_drop
from workers.rounds import HistoryEntry

CHANNEL = "channel:C1"


def turn(ts: str, prefix: str, *, audience: str = CHANNEL, size: int = 1) -> HistoryEntry:
    messages = (
        {"role": "user", "content": [{"type": "text", "text": f"question {ts}"}]},
        {
            "role": "assistant",
            "content": [
                {"type": "thinking", "thinking": "hm", "signature": "s"},
                {"type": "text", "text": "a" * size},
            ],
        },
    )
    return HistoryEntry(turn_ts=ts, asker_id="U1", audience=audience, prefix=prefix, messages=messages)


def grown(*stamps: str, prompt: str = "p", tools: str = "t") -> list[HistoryEntry]:
    """Return a history as it grows turn by turn under one prompt."""
    entries: list[HistoryEntry] = []
    for ts in stamps:
        prefix = replay(entries, audience=CHANNEL, prompt=prompt, tools=tools).prefix
        entries.append(turn(ts, prefix))
    return entries


def thoughts(messages: tuple[dict[str, Any], ...]) -> int:
    return sum(block["type"] == "thinking" for message in messages for block in message["content"])


def test_an_untouched_history_goes_back_verbatim() -> None:
    entries = grown("1.0", "2.0", "3.0")

    sent = replay(entries, audience=CHANNEL, prompt="p", tools="t").messages

    assert sent == tuple(message for entry in entries for message in entry.messages)


def test_after_a_change_of_prompt_or_tools_old_thinking_goes_and_new_thinking_stays() -> None:
    entries = grown("1.0", "2.0")
    prefix = replay(entries, audience=CHANNEL, prompt="new", tools="t").prefix
    entries.append(turn("3.0", prefix))

    assert thoughts(replay(entries[:2], audience=CHANNEL, prompt="new", tools="t").messages) == 0
    assert thoughts(replay(entries, audience=CHANNEL, prompt="new", tools="t").messages) == 1


def test_after_the_oldest_turns_were_dropped_the_rest_loses_its_thinking() -> None:
    entries = grown("1.0", "2.0", "3.0")[1:]

    sent = replay(entries, audience=CHANNEL, prompt="p", tools="t").messages

    assert thoughts(sent) == 0
    assert [block["text"] for m in sent for block in m["content"] if m["role"] == "user"] == [
        "question 2.0",
        "question 3.0",
    ]


def test_turns_for_another_audience_are_left_out_whole_and_with_them_all_later_thinking() -> None:
    first, second = grown("1.0", "2.0")
    private = first.model_copy(update={"audience": "dm:U1"})

    sent = replay([private, second], audience=CHANNEL, prompt="p", tools="t").messages

    assert "question 1.0" not in str(sent)
    assert thoughts(sent) == 0


def test_a_message_that_only_thought_does_not_become_empty() -> None:
    entry = turn("1.0", "other")
    only = {"role": "assistant", "content": [{"type": "thinking", "thinking": "hm", "signature": "s"}]}
    entry = entry.model_copy(update={"messages": (entry.messages[0], only)})

    sent = replay([entry], audience=CHANNEL, prompt="p", tools="t").messages

    assert [block["type"] for block in sent[1]["content"]] == ["text"]


def test_a_short_history_keeps_all_turns_and_a_long_one_loses_its_older_half() -> None:
    sizes = MAX_HISTORY_CHARACTERS // 4
    entries = [turn(f"{number}.0", "", size=sizes) for number in range(5)]

    assert turns_to_drop(entries[:3]) == 0
    assert turns_to_drop(entries) == 4
    assert turns_to_drop([turn("1.0", "", size=2 * MAX_HISTORY_CHARACTERS)]) == 0
