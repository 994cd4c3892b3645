"""Which messages of Slack's history ask for an answer that nobody gave."""

from __future__ import annotations

from typing import Any

import pytest

from bot.identity import Identity
from bot.missed import LONGEST_SECONDS, Place, active_threads, missed_edits, missed_turns

BOT = Identity(team_id="T1", bot_user_id="UBOT", bot_id="BBOT")
NOW = 1_700_000_000.0
CHANNEL, DM = Place("C1", is_direct=False), Place("D1", is_direct=True)
THREAD = Place("C1", is_direct=False, thread_ts=f"{NOW - 600:.6f}")

Message = dict[str, Any]


def message(seconds_ago: float, text: str = "<@UBOT> help", **more: Any) -> Message:
    """A message as `conversations.history` shows it: neither its channel nor the channel's kind stand in it."""
    return {"type": "message", "user": "U1", "text": text, "ts": f"{NOW - seconds_ago:.6f}"} | more


def reply_of_ours(seconds_ago: float, turn: str) -> Message:
    metadata = {"event_type": "supportbot_reply", "event_payload": {"turn": turn, "segment": 0}}
    return message(seconds_ago, "Here.", user="UBOT", bot_id="BBOT", metadata=metadata)


def found(*messages: Message, place: Place = CHANNEL, since: float = NOW - 1_000) -> list[tuple[str, str]]:
    """Return kind and words of what was missed."""
    return [(turn.kind, turn.text) for turn in missed_turns(messages, place, BOT, since=since, now=NOW)]


def test_a_mention_that_nobody_answered_is_found() -> None:
    (turn,) = missed_turns([message(60)], CHANNEL, BOT, since=NOW - 1_000, now=NOW)
    assert (turn.kind, turn.text, turn.conversation.channel_id) == ("mention", "help", "C1")
    assert turn.conversation.thread_ts == turn.ts
    assert turn.received_at == NOW
    # Slack's history does not say who else reads the channel: the worker asks.
    assert turn.is_shared is None


def test_everything_in_a_direct_message_is_found() -> None:
    assert found(message(60, "the export hangs"), place=DM) == [("direct", "the export hangs")]


def test_a_follow_up_belongs_to_its_thread() -> None:
    reply = message(60, "and now?", thread_ts=THREAD.thread_ts)
    (turn,) = missed_turns([reply], THREAD, BOT, since=NOW - 1_000, now=NOW)
    assert (turn.kind, turn.conversation.thread_ts) == ("follow_up", THREAD.thread_ts)


def test_what_was_missed_is_asked_in_the_order_in_which_it_was_written() -> None:
    shown = [message(10, "<@UBOT> three"), message(20, "<@UBOT> two"), message(30, "<@UBOT> one")]
    assert [words for _, words in found(*shown)] == ["one", "two", "three"]


def test_what_was_edited_is_asked_as_it_reads_now() -> None:
    edited = message(60, "<@UBOT> the new words", edited={"user": "U1", "ts": "1.1"})
    assert found(edited) == [("mention", "the new words")]


def test_what_was_edited_says_when_so_that_an_earlier_change_does_not_take_its_place() -> None:
    edited = message(60, "<@UBOT> the new words", edited={"user": "U1", "ts": "1699999990.5"})
    (turn,) = missed_turns([edited], CHANNEL, BOT, since=NOW - 1_000, now=NOW)
    assert turn.edited_ts == "1699999990.5"


def test_what_was_changed_since_then_is_found_as_it_reads_now() -> None:
    before = message(5_000, "<@UBOT> old", edited={"user": "U1", "ts": f"{NOW - 2_000}"})
    since = message(5_000, "<@UBOT> new", edited={"user": "U1", "ts": f"{NOW - 50}"})
    of_ours = message(60, user="UBOT", bot_id="BBOT", edited={"user": "UBOT", "ts": f"{NOW - 50}"})
    (change,) = missed_edits([before, since, of_ours, message(30)], CHANNEL, BOT, since=NOW - 1_000)
    assert (change.ts, change.words, change.edited_ts) == (since["ts"], "new", f"{NOW - 50}")
    assert change.is_asked


def test_what_is_older_than_an_hour_is_left() -> None:
    assert found(message(LONGEST_SECONDS + 1), since=0) == []
    assert found(message(LONGEST_SECONDS - 1), since=0) != []


def test_what_was_heard_before_the_silence_is_left() -> None:
    assert found(message(120), since=NOW - 100) == []


def test_what_has_our_answer_is_left() -> None:
    first, second = (message(ago, thread_ts=THREAD.thread_ts) for ago in (90, 60))
    assert len(found(first, second, place=THREAD)) == 2
    assert len(found(first, second, reply_of_ours(50, first["ts"]), place=THREAD)) == 1
    both = [reply_of_ours(50, first["ts"]), reply_of_ours(40, second["ts"])]
    assert found(first, second, *both, place=THREAD) == []


def test_a_root_under_which_we_wrote_is_left_to_the_look_into_its_thread() -> None:
    assert found(message(60, reply_count=1, reply_users=["UBOT"])) == []
    assert found(message(60, reply_count=1, reply_users=["U2"])) != []


def test_a_root_is_found_though_we_answered_what_was_asked_below_it() -> None:
    root = message(600, thread_ts=THREAD.thread_ts, reply_count=2, reply_users=["U1", "UBOT"])
    second = message(50, "<@UBOT> and this?", thread_ts=THREAD.thread_ts)
    assert found(root, second, reply_of_ours(40, second["ts"]), place=THREAD) == [("mention", "help")]
    assert found(root, second, reply_of_ours(40, root["ts"]), place=THREAD) == [("mention", "and this?")]


@pytest.mark.parametrize(
    "ignored",
    [
        message(60, "just talking"),
        message(60, user="UBOT", bot_id="BBOT"),
        message(60, bot_id="B2"),
        message(60, subtype="bot_message", user=None),
        message(60, subtype="channel_join", text="<@UBOT> has joined the channel"),
        message(60, subtype="tombstone", user="USLACKBOT", text="This message was deleted."),
        message(60, user="USLACKBOT"),
    ],
)
def test_what_asks_nothing_is_left(ignored: Message) -> None:
    assert found(ignored) == []


def test_threads_in_which_somebody_wrote_since_then_are_looked_into() -> None:
    quiet = message(5_000, reply_count=2, latest_reply=f"{NOW - 4_000:.6f}")
    lively = message(6_000, reply_count=2, latest_reply=f"{NOW - 50:.6f}")
    alone = message(50)
    assert active_threads([quiet, lively, alone], CHANNEL, since=NOW - 1_000) == [
        Place("C1", is_direct=False, thread_ts=lively["ts"])
    ]
