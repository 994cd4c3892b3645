"""What an edit or a deletion in Slack means for a question that was asked."""

from __future__ import annotations

from typing import Any

import pytest

from bot.changes import Change, change_from_event
from bot.identity import Identity
from workers.jobs import Conversation

BOT = Identity(team_id="T1", bot_user_id="UBOT", bot_id="BBOT")
PLACE = Conversation(team_id="T1", channel_id="C1", thread_ts="100.1")

Event = dict[str, Any]


def message(**changes: Any) -> Event:
    return {"type": "message", "user": "U1", "text": "<@UBOT> the export hangs", "ts": "100.1"} | changes


def changed(after: Event, before: Event | None = None) -> Event:
    event = {"type": "message", "subtype": "message_changed", "hidden": True, "channel": "C1", "ts": "200.1"}
    return event | {"message": after, "previous_message": message() if before is None else before}


def deleted(before: Event, **changes: Any) -> Event:
    event = {"type": "message", "subtype": "message_deleted", "hidden": True, "channel": "C1", "ts": "200.1"}
    return event | {"deleted_ts": before.get("ts", "100.1"), "previous_message": before} | changes


def test_new_words_are_taken_without_the_mention() -> None:
    event = changed(message(text="<@UBOT> the import hangs", edited={"user": "U1", "ts": "200.1"}))
    assert change_from_event(event, BOT) == Change(PLACE, "100.1", "the import hangs", edited_ts="200.1", is_asked=True)


def test_a_reply_belongs_to_its_thread() -> None:
    event = changed(message(ts="150.1", thread_ts="100.1", text="no, the import"), message(ts="150.1"))
    assert change_from_event(event, BOT) == Change(PLACE, "150.1", "no, the import")


def test_a_deletion_has_no_words() -> None:
    assert change_from_event(deleted(message()), BOT) == Change(PLACE, "100.1", None)
    in_thread = deleted(message(ts="150.1", thread_ts="100.1"))
    assert change_from_event(in_thread, BOT) == Change(PLACE, "150.1", None)


def test_a_deletion_that_tells_no_more_than_when_it_was_written_is_looked_for() -> None:
    event = deleted(message())
    del event["previous_message"]
    assert change_from_event(event, BOT) == Change(PLACE, "100.1", None, is_placed=False)


def test_an_edit_says_when_it_was_and_whether_its_words_ask() -> None:
    edited = {"user": "U1", "ts": "200.1"}
    asks = change_from_event(changed(message(text="<@UBOT> new", edited=edited)), BOT)
    assert asks == Change(PLACE, "100.1", "new", edited_ts="200.1", is_asked=True)
    asks_not = change_from_event(changed(message(text="new", edited=edited)), BOT)
    assert asks_not == Change(PLACE, "100.1", "new", edited_ts="200.1")


def test_a_tombstone_is_a_deletion() -> None:
    tombstone = {"subtype": "tombstone", "user": "USLACKBOT", "text": "This message was deleted.", "ts": "100.1"}
    assert change_from_event(changed(tombstone), BOT) == Change(PLACE, "100.1", None)


def test_a_change_without_the_old_message_is_taken_as_it_is() -> None:
    event = changed(message(text="<@UBOT> hello"), {})
    assert change_from_event(event, BOT) == Change(PLACE, "100.1", "hello", is_asked=True)


PREVIEW = {"title": "VPN", "title_link": "https://x.example", "from_url": "https://x.example", "text": "All about it"}
QUOTED = {"is_msg_unfurl": True, "text": "an older message", "author_name": "sam"}


@pytest.mark.parametrize(
    "event",
    [
        pytest.param(message(), id="a new message"),
        pytest.param(message(subtype="channel_join"), id="a join"),
        pytest.param(changed(message()), id="the same words"),
        pytest.param(changed(message(text="the export hangs <@UBOT>")), id="the mention moved"),
        pytest.param(changed(message(attachments=[PREVIEW])), id="a link preview"),
        pytest.param(changed(message(attachments=[QUOTED])), id="a quoted message behind a link"),
        pytest.param(changed(message(reply_count=3, latest_reply="160.1")), id="a reply count"),
        pytest.param(changed(message(user="UBOT", bot_id="BBOT"), message(user="UBOT", bot_id="BBOT")), id="our own"),
        pytest.param(changed(message(text="x", bot_id="B2"), message(bot_id="B2")), id="another bot's"),
        pytest.param(deleted(message(user="UBOT", bot_id="BBOT")), id="a deletion of our own"),
        pytest.param(deleted(message(bot_id="B2")), id="a deletion of another bot's"),
    ],
)
def test_what_changes_no_question_is_ignored(event: Event) -> None:
    assert change_from_event(event, BOT) is None


def test_new_words_beside_a_forwarded_message_keep_what_it_says() -> None:
    shared = {"is_share": True, "text": "error 809", "author_name": "Sam"}
    event = changed(message(text="<@UBOT> known?", attachments=[shared]), message(attachments=[shared]))
    change = change_from_event(event, BOT)
    assert change is not None
    assert change.words == "known?\n\nSam wrote:\nerror 809"
