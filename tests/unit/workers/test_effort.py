"""A conversation thinks as hard as its questions need: raised when that costs little, and never lowered."""

from __future__ import annotations

import pytest

from workers.effort import effort_of
from workers.records import Conversation, SlackFile, TurnRequest
from workers.rounds import HistoryEntry


def request(text: str, **more: object) -> TurnRequest:
    asked = TurnRequest(
        conversation=Conversation(team_id="T1", channel_id="C1", thread_ts="1.0"),
        ts="1.0",
        event_id="E1",
        kind="mention",
        user_id="U1",
        user_team_id="T1",
        text=text,
        received_at=1,
    )
    return asked.model_copy(update=more)


@pytest.mark.parametrize(
    ("text", "effort"),
    [
        ("hello!", "low"),
        ("Danke dir", "low"),
        ("What can you do?", "low"),
        ("how is OPS-12?", "low"),
        ("VPN is down", "medium"),
        ("hello, since this morning nobody in the office can print any more", "medium"),
        ("OPS-12 came back: " + "the gateway drops us again " * 6, "medium"),
    ],
)
def test_greetings_and_look_ups_are_easy_and_reports_are_not(text: str, effort: str) -> None:
    assert effort_of(request(text), []) == effort


def test_files_and_a_talk_above_need_more() -> None:
    assert effort_of(request("hello", files=(SlackFile(id="F1"),)), []) == "medium"
    assert effort_of(request("hello", ts="2.0"), []) == "medium"


def entry(effort: str, size: int = 10) -> HistoryEntry:
    messages = ({"role": "user", "content": "a" * size},)
    return HistoryEntry(turn_ts="1.0", asker_id="U1", audience="channel:C1", effort=effort, messages=messages)


@pytest.mark.parametrize("text", ["the whole site is down, and so on", "yes, file it", "how is OPS-12? " + "x" * 120])
def test_a_conversation_that_began_easily_thinks_harder_once_it_must(text: str) -> None:
    assert effort_of(request(text, ts="2.0"), [entry("low")]) == "medium"


@pytest.mark.parametrize("text", ["thanks!", "and OPS-13?"])
def test_it_goes_on_easily_while_the_questions_are_easy(text: str) -> None:
    assert effort_of(request(text, ts="2.0"), [entry("low")]) == "low"


def test_a_conversation_whose_last_question_was_tried_again_thinks_harder_too() -> None:
    again = entry("low").model_copy(update={"turn_ts": "1.0~1"})

    assert effort_of(request("the whole site is down, and so on", ts="2.0"), [again]) == "medium"


def test_effort_never_falls() -> None:
    assert effort_of(request("hello", ts="2.0"), [entry("medium")]) == "medium"
    assert effort_of(request("hello", ts="2.0"), [entry("")]) == "medium"


def test_a_long_conversation_is_raised_only_when_the_cache_has_forgotten_it() -> None:
    long = [entry("low", size=50_000)]

    assert effort_of(request("the whole site is down", ts="2.0"), long) == "low"
    assert effort_of(request("the whole site is down", ts="4000.0"), long) == "medium"
