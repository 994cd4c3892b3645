"""What the bot reads of a thread, and how it reads messages of every make."""

from __future__ import annotations

import pytest

from sandbox.slack.messages import Message
from sandbox.slack.people import NewFile
from tests.unit.workers.slack.world import ADA, CHANNEL, World, refused
from workers.errors import ReplyGone
from workers.slack.people import People
from workers.slack.threads import ThreadMessage, permalink, read_thread
from workers.views.message_text import GOES_ON, LONGEST, LONGEST_WHOLE, readable_text, whole_text

pytestmark = pytest.mark.integration

LINUS = "U0LINUS01"


def read(
    world: World, before: str, after: str = "0", leave_out: frozenset[str] = frozenset(), keep: str = ""
) -> tuple[ThreadMessage, ...]:
    people = People(world.clients, world.cache)
    return read_thread(
        world.api,
        people,
        world.conversation,
        after_ts=after,
        before_ts=before,
        leave_out=leave_out,
        keep=keep,
    )


def test_it_reads_what_people_wrote_above_with_their_names(world: World) -> None:
    world.standin.say(CHANNEL, LINUS, "same here", world.turn_ts)
    ask = world.standin.say(CHANNEL, ADA, f"{world.standin.mention} known?", world.turn_ts)
    world.standin.say(CHANNEL, LINUS, "too late", world.turn_ts)
    assert [(message.name, message.text) for message in read(world, ask)] == [
        ("Ada Park", "the VPN is down"),
        ("Linus Berg", "same here"),
    ]


def test_it_reads_only_what_is_new_and_no_turn_itself(world: World) -> None:
    first = world.standin.say(CHANNEL, LINUS, "one", world.turn_ts)
    turn = world.standin.say(CHANNEL, LINUS, "a question", world.turn_ts)
    world.standin.say(CHANNEL, LINUS, "two", world.turn_ts)
    ask = world.standin.say(CHANNEL, ADA, "known?", world.turn_ts)
    found = read(world, ask, after=first, leave_out=frozenset({turn}))
    assert [message.text for message in found] == ["two"]


def test_its_own_replies_and_cards_are_left_out(world: World) -> None:
    reply = world.reply()
    reply.append("An answer.")
    reply.finish()
    ask = world.standin.say(CHANNEL, ADA, "and now?", world.turn_ts)
    assert [message.text for message in read(world, ask)] == ["the VPN is down"]


def test_of_a_long_thread_the_newest_its_root_and_what_is_asked_for_are_read(world: World) -> None:
    asked_for, *_ = [world.standin.say(CHANNEL, LINUS, f"message {n}", world.turn_ts) for n in range(230)]
    ask = world.standin.say(CHANNEL, ADA, "known?", world.turn_ts)
    found = read(world, ask, keep=asked_for)
    newest = [f"message {number}" for number in range(130, 230)]
    assert [message.text for message in found] == ["the VPN is down", "message 0", *newest]
    assert world.calls("users.info") == 2, "a person is asked for once"


def test_files_are_named(world: World) -> None:
    world.standin.say(CHANNEL, LINUS, "see", world.turn_ts, [NewFile("log.txt", b"boom", "text/plain")])
    ask = world.standin.say(CHANNEL, ADA, "known?", world.turn_ts)
    (file,) = read(world, ask)[1].files
    assert (file.name, file.size) == ("log.txt", 4)
    assert file.url


def test_an_alert_of_another_bot_is_read_from_its_attachments(world: World) -> None:
    place = world.standin.workspace.channel(CHANNEL)
    attachments = [{"title": "CPU high", "text": "host db-1", "fields": [{"title": "Level", "value": "critical"}]}]
    alert = Message(CHANNEL, world.standin.clock.next_ts(), "", "", world.turn_ts, "B0ALERT", username="Alerts")
    alert.subtype, alert.attachments = "bot_message", attachments
    place.add(alert)
    ask = world.standin.say(CHANNEL, ADA, "known?", world.turn_ts)
    found = read(world, ask)[1]
    assert (found.name, found.is_bot, found.user_id) == ("Alerts", True, "")
    assert found.text == "CPU high\nhost db-1\nLevel: critical"


def test_a_thread_that_is_gone_is_said(world: World) -> None:
    gone = world.conversation.model_copy(update={"thread_ts": "1.000000"})
    with pytest.raises(ReplyGone):
        read_thread(world.api, People(world.clients, world.cache), gone, after_ts="0", before_ts="9999999999")


def test_a_link_is_returned_and_nothing_fails_for_want_of_one(world: World) -> None:
    assert permalink(world.api, CHANNEL, world.turn_ts).endswith(world.turn_ts.replace(".", ""))
    assert permalink(world.api, CHANNEL, "1.000000") == ""


@pytest.mark.parametrize(
    ("message", "text"),
    [
        ({"text": "plain"}, "plain"),
        ({"text": "", "blocks": [{"type": "section", "text": {"type": "mrkdwn", "text": "block"}}]}, "block"),
        ({"blocks": [{"type": "markdown", "text": "**md**"}, {"type": "divider"}]}, "**md**"),
        ({"text": "t", "blocks": [{"type": "section", "text": {"type": "mrkdwn", "text": "t"}}]}, "t"),
        ({"attachments": [{"fallback": "only this"}]}, "only this"),
        ({"attachments": [{"blocks": [{"type": "header", "text": {"type": "plain_text", "text": "Head"}}]}]}, "Head"),
        ({"text": None}, ""),
        ({"blocks": "broken"}, ""),
    ],
)  # fmt: skip
def test_messages_of_every_make_have_words(message: dict[str, object], text: str) -> None:
    assert readable_text(message) == text


def test_rich_text_reads_as_it_looks() -> None:
    inner = [
        {"type": "text", "text": "see "},
        {"type": "link", "url": "https://x.org"},
        {"type": "text", "text": " or "},
        {"type": "user", "user_id": "U1"},
    ]
    blocks = [{"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": inner}]}]
    assert readable_text({"blocks": blocks}) == "see https://x.org or <@U1>"


def test_endless_words_are_cut() -> None:
    assert len(readable_text({"text": "x" * 50_000})) == LONGEST


def test_of_what_is_filed_nothing_is_left_out_that_jira_takes_and_more_is_said() -> None:
    assert whole_text({"text": "x" * LONGEST_WHOLE}) == "x" * LONGEST_WHOLE
    assert len(whole_text({"text": "x" * 50_000})) == LONGEST_WHOLE
    assert whole_text({"text": "x" * 50_000}).endswith(f"x{GOES_ON}")


@pytest.mark.parametrize("code", ["unknown_method", "missing_scope", "internal_error"])
def test_where_slack_gives_no_link_it_is_made_from_the_address_of_the_workspace(world: World, code: str) -> None:
    given = permalink(world.api, CHANNEL, world.turn_ts)
    world.standin.faults.add(refused("chat.getPermalink", code))

    assert permalink(world.api, CHANNEL, world.turn_ts) == given


def test_without_any_answer_from_slack_there_is_no_link(world: World) -> None:
    world.standin.faults.add(refused("*", "internal_error", times=-1))

    assert permalink(world.api, CHANNEL, world.turn_ts) == ""
