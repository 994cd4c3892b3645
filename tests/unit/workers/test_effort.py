"""A conversation thinks as hard as its beginning needs, and keeps to that."""

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


def test_a_conversation_keeps_its_effort() -> None:
    easy = HistoryEntry(turn_ts="1.0", asker_id="U1", audience="channel:C1", effort="low")
    older = easy.model_copy(update={"effort": ""})

    assert effort_of(request("the whole site is down, and so on"), [easy]) == "low"
    assert effort_of(request("hello"), [older]) == "medium"
