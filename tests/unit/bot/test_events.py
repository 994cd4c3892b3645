"""Which Slack events ask the bot for an answer, and for what."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from bot.events import turn_from_event
from bot.identity import Identity
from workers.jobs import Conversation, SlackFile, TurnRequest

BOT = Identity(team_id="T1", bot_user_id="UBOT", bot_id="BBOT")
NOW = 1_700_000_000.5

Event = dict[str, Any]


def mention(**changes: Any) -> Event:
    """An app_mention as Slack sends it; it carries no channel type."""
    event = {
        "type": "app_mention",
        "user": "U1",
        "text": "<@UBOT> the export hangs",
        "ts": "100.000100",
        "channel": "C1",
        "team": "T1",
        "event_ts": "100.000100",
        "client_msg_id": "e6b0…",
    }
    return {name: value for name, value in (event | changes).items() if value is not ...}


def message(**changes: Any) -> Event:
    """A message of a channel."""
    return mention(**({"type": "message", "channel_type": "channel"} | changes))


def direct(**changes: Any) -> Event:
    return message(**({"channel_type": "im", "channel": "D1", "text": "the export hangs"} | changes))


def reply(**changes: Any) -> Event:
    """A message in a thread that does not mention the bot."""
    return message(**({"thread_ts": "90.000100", "text": "it is the CSV one"} | changes))


def hear(event: Event, **outer: Any) -> TurnRequest | None:
    body = {
        "type": "event_callback",
        "team_id": "T1",
        "event_id": "Ev1",
        "authorizations": [{"team_id": "T1", "user_id": "UBOT", "is_bot": True}],
        "is_ext_shared_channel": False,
        "event": event,
    }
    return turn_from_event(body | outer, BOT, NOW)


def asked(event: Event) -> TurnRequest:
    request = hear(event)
    assert request is not None
    return request


def test_a_mention_becomes_a_turn_of_a_new_thread() -> None:
    assert hear(mention()) == TurnRequest(
        conversation=Conversation(team_id="T1", channel_id="C1", thread_ts="100.000100"),
        ts="100.000100",
        event_id="Ev1",
        kind="mention",
        user_id="U1",
        user_team_id="T1",
        text="the export hangs",
        received_at=NOW,
    )


@pytest.mark.parametrize(
    ("event", "kind"),
    [
        (mention(), "mention"),
        (message(), "mention"),
        (message(channel_type="group", channel="G1"), "mention"),
        (message(channel_type="mpim", channel="G2"), "mention"),
        (message(text="could <@UBOT> look at this?"), "mention"),
        (message(text="<@U2> says <@UBOT> knows"), "mention"),
        (message(text="hi <@UBOT|support-bot>"), "mention"),
        (mention(thread_ts="90.000100"), "mention"),
        (reply(text="<@UBOT> and now?"), "mention"),
        (direct(), "direct"),
        (direct(text="<@UBOT> hi"), "direct"),
        (direct(thread_ts="90.000100"), "direct"),
        (direct(text="<@U2> broke it"), "direct"),
        (direct(channel_type="app_home"), "direct"),
        (direct(channel_type=...), "direct"),
        (mention(channel="D1"), "direct"),
        (reply(), "follow_up"),
        (reply(text="thanks <@U2>, it still hangs"), "follow_up"),
        (direct(text="", attachments=[{"is_share": True, "text": "error 809"}]), "direct"),
        (reply(channel_type="group", channel="G1"), "follow_up"),
        (reply(channel_type="mpim", channel="G2"), "follow_up"),
        (reply(subtype="thread_broadcast"), "follow_up"),
        (reply(subtype="file_share", files=[{"id": "F1"}], text=""), "follow_up"),
        (message(subtype="file_share", files=[{"id": "F1"}]), "mention"),
        (direct(subtype="file_share", files=[{"id": "F1"}], text=""), "direct"),
        (message(user="U2", user_team="T2", team="T2"), "mention"),
    ],
)
def test_what_asks_the_bot_is_answered(event: Event, kind: str) -> None:
    assert asked(event).kind == kind


@pytest.mark.parametrize(
    "event",
    [
        pytest.param(message(text="the export hangs"), id="a message in a channel that mentions nobody"),
        pytest.param(message(text="<@U2> the export hangs"), id="a message to another person"),
        pytest.param(message(text="x", thread_ts="100.000100"), id="the root of a thread"),
        pytest.param(reply(text="<@U2> can you look?"), id="a reply that speaks to another person"),
        pytest.param(reply(text="  <@U2|sam> can you look?"), id="a reply that speaks to a named person"),
        pytest.param(reply(text="<@W2> can you look?"), id="a reply that speaks to a person of the organisation"),
        pytest.param(reply(text="<!subteam^S1> please"), id="a reply that speaks to a group"),
        pytest.param(reply(text="<!here> anyone?"), id="a reply that speaks to everybody"),
        pytest.param(reply(text=""), id="a reply without words"),
        pytest.param(direct(text=""), id="a direct message without words or files"),
        pytest.param(direct(text=None), id="a direct message without text"),
        pytest.param(direct(text=" \n "), id="a direct message of blanks"),
        pytest.param(mention(user="UBOT"), id="our own mention of ourselves"),
        pytest.param(direct(user="UBOT", bot_id="BBOT"), id="our own message"),
        pytest.param(direct(bot_id="B2"), id="another bot's message"),
        pytest.param(mention(bot_id="B2", user="U2"), id="another bot's mention"),
        pytest.param(message(subtype="bot_message", bot_id="B2", user=...), id="a classic bot's message"),
        pytest.param(direct(user="USLACK"), id="a message of Slack itself"),
        pytest.param(direct(user="USLACKBOT"), id="a message of Slackbot"),
        pytest.param(direct(user=...), id="a message of nobody"),
        pytest.param(direct(hidden=True), id="a hidden message"),
        pytest.param(mention(edited={"user": "U1", "ts": "101.0"}), id="a mention edited in"),
        pytest.param(direct(subtype="message_changed", message={}, hidden=True), id="an edit"),
        pytest.param(direct(subtype="message_deleted", previous_message={}), id="a deletion"),
        pytest.param(message(subtype="channel_join", text="<@UBOT> has joined"), id="a join"),
        pytest.param(message(subtype="channel_topic", text="set: <@UBOT>"), id="a topic"),
        pytest.param(message(subtype="message_replied"), id="a notice of a reply"),
        pytest.param(message(subtype="reminder_add"), id="a reminder"),
        pytest.param({"type": "reaction_added", "user": "U1", "item": {}}, id="a reaction"),
    ],
)
def test_what_asks_nothing_is_ignored(event: Event) -> None:
    assert hear(event) is None


def test_a_message_that_only_mentions_the_bot_is_a_turn_without_text() -> None:
    assert asked(mention(text="<@UBOT>")).text == ""
    assert asked(direct(text=" <@UBOT> ")).text == ""


def test_both_events_of_a_mention_are_the_same_turn() -> None:
    by_mention, by_message = asked(mention()), asked(message())
    assert by_mention == by_message


def test_a_reply_belongs_to_the_conversation_of_its_thread() -> None:
    request = asked(reply(ts="95.000100"))
    assert request.conversation.thread_ts == "90.000100"
    assert request.ts == "95.000100"
    assert not request.opens_thread


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("<@UBOT> hi", "hi"),
        ("hi <@UBOT>", "hi"),
        ("hey <@UBOT>, look", "hey, look"),
        ("can <@UBOT> look", "can look"),
        ("<@UBOT> <@UBOT> twice", "twice"),
        ("<@UBOT|support-bot> hi", "hi"),
        ("<@UBOT> ask <@U2> in <#C9|general> about <https://x.example|this> &amp; that", None),
        ("<@UBOT>\n```\n  indented <@U2>\n```", "```\n  indented <@U2>\n```"),
        ("<@UBOTHER> and <@UBOT>", "<@UBOTHER> and"),
    ],
)
def test_only_the_mention_of_the_bot_is_taken_out(text: str, words: str | None) -> None:
    expected = text.removeprefix("<@UBOT> ") if words is None else words
    assert asked(mention(text=text)).text == expected


def test_a_forwarded_message_is_read_with_its_author() -> None:
    shared = {"is_share": True, "is_msg_unfurl": True, "text": "error 809", "author_name": "Sam"}
    assert asked(direct(text="", attachments=[shared])).text == "Sam wrote:\nerror 809"
    assert asked(mention(attachments=[shared])).text == "the export hangs\n\nSam wrote:\nerror 809"
    assert asked(direct(text="", attachments=[{"fallback": "error 809"}])).text == "error 809"


def test_a_link_preview_is_not_among_the_words() -> None:
    preview = {"title": "VPN", "text": "All about it", "from_url": "https://x.example"}
    assert asked(mention(attachments=[preview])).text == "the export hangs"


def test_forty_thousand_characters_pass() -> None:
    assert len(asked(mention(text="<@UBOT> " + "x" * 40_000)).text) == 40_000


def test_files_come_with_what_is_known_of_them() -> None:
    files = [
        {
            "id": "F1",
            "name": "log.txt",
            "mimetype": "text/plain",
            "size": 12,
            "url_private": "https://files.slack.com/v/log.txt",
            "url_private_download": "https://files.slack.com/d/log.txt",
        },
        {"id": "F2", "mode": "file_access", "file_access": "check_file_info"},
        {"id": "F3", "mode": "external", "url_private": "https://docs.example/x", "title": "Notes"},
        {"id": "F4", "mode": "tombstone"},
    ]
    assert asked(direct(subtype="file_share", files=files)).files == (
        SlackFile(id="F1", name="log.txt", mimetype="text/plain", size=12, url="https://files.slack.com/d/log.txt"),
        SlackFile(id="F2"),
        SlackFile(id="F3", name="Notes", is_external=True),
    )


def test_a_person_of_another_company_is_known_as_such() -> None:
    request = asked(message(user_team="T2", team="T1"))
    assert request.user_team_id == "T2"
    assert request.conversation.team_id == "T1"


@pytest.mark.parametrize(
    ("event", "user"),
    [
        (mention(bot_id="B2", user="U2"), "U2"),
        (message(bot_id="B9", user="U2"), "U2"),
        (message(subtype="bot_message", bot_id="B2", user=...), "B2"),
    ],
)
def test_a_bot_that_the_operator_allows_asks_by_a_mention(event: Event, user: str) -> None:
    friend = dataclasses.replace(BOT, allowed_bots=frozenset({"U2", "B2"}))
    request = turn_from_event({"event": event}, friend, 0.0)
    assert request is not None
    assert (request.is_bot, request.kind, request.user_id) == (True, "mention", user)


RICH_CALL = {"type": "rich_text_section", "elements": [{"type": "user", "user_id": "UBOT"}]}
ALERT = {"subtype": "bot_message", "bot_id": "B2", "user": ...}
CALLS_INSIDE = [
    pytest.param({"attachments": [{"title": "Disk full", "text": "<@UBOT> file it"}]}, id="attachment"),
    pytest.param({"attachments": [{"pretext": "<@UBOT>", "title": "Disk full"}]}, id="pretext"),
    pytest.param({"attachments": [{"fields": [{"title": "cc", "value": "<@UBOT>"}]}]}, id="field"),
    pytest.param(
        {"blocks": [{"type": "section", "text": {"type": "mrkdwn", "text": "<@UBOT> disk full"}}]}, id="section"
    ),
    pytest.param({"blocks": [{"type": "rich_text", "elements": [RICH_CALL]}]}, id="rich text"),
    pytest.param(
        {"attachments": [{"blocks": [{"type": "rich_text", "elements": [RICH_CALL]}]}]}, id="block in an attachment"
    ),
]


@pytest.mark.parametrize("inside", CALLS_INSIDE)
def test_an_alert_calls_the_bot_anywhere_in_its_message_if_the_operator_allows_it(inside: Event) -> None:
    event = message(text="Disk full on db-1", **ALERT, **inside)
    friend = dataclasses.replace(BOT, allowed_bots=frozenset({"B2"}))

    request = turn_from_event({"event": event}, friend, 0.0)

    assert request is not None
    assert (request.is_bot, request.kind, request.user_id) == (True, "mention", "B2")
    assert "Disk full" in request.text
    assert "UBOT" not in request.text
    assert turn_from_event({"event": event}, BOT, 0.0) is None


@pytest.mark.parametrize("inside", CALLS_INSIDE)
def test_what_only_hangs_on_a_persons_message_calls_nobody(inside: Event) -> None:
    assert hear(message(text="look at this", **inside)) is None


@pytest.mark.parametrize("event", [reply(bot_id="B2", user="U2"), direct(bot_id="B2"), mention(bot_id="BBOT")])
def test_what_an_allowed_bot_says_without_a_mention_or_we_ourselves_is_ignored(event: Event) -> None:
    friend = dataclasses.replace(BOT, allowed_bots=frozenset({"U2", "B2", "BBOT"}))
    assert turn_from_event({"event": event}, friend, 0.0) is None
