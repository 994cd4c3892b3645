from __future__ import annotations

from typing import Any

import pytest
from slack_sdk import WebClient

from sandbox.server import Running
from sandbox.slack import SlackStandIn
from sandbox.slack.errors import ApiError

SUPPORT = "C0SUPPORT"


def kinds(slack: SlackStandIn) -> list[tuple[str, str | None]]:
    return [(d.event["type"], d.event.get("subtype")) for d in slack.deliveries]


def test_the_bots_own_posts_updates_and_deletions_come_back_to_it(client: WebClient, slack: SlackStandIn) -> None:
    ts = client.chat_postMessage(channel=SUPPORT, text="one")["ts"]
    client.chat_update(channel=SUPPORT, ts=ts, text="two")
    client.chat_delete(channel=SUPPORT, ts=ts)

    posted, changed, deleted = (delivery.event for delivery in slack.deliveries)
    assert kinds(slack) == [("message", None), ("message", "message_changed"), ("message", "message_deleted")]
    assert (posted["bot_id"], posted["user"], posted["channel_type"]) == ("B0SUPPORT", "U0SUPPORT", "channel")
    assert changed["message"]["bot_id"] == "B0SUPPORT"
    assert (changed["previous_message"]["text"], changed["message"]["text"]) == ("one", "two")
    assert deleted["deleted_ts"] == ts


def test_a_persons_edits_and_deletions_arrive_as_changes(slack: SlackStandIn, server: Running) -> None:
    assert server.url
    ts = slack.say("@ada", "ada", "teh VPN")
    slack.edit("@ada", ts, "the VPN")
    slack.delete("@ada", ts)

    assert kinds(slack) == [("message", None), ("message", "message_changed"), ("message", "message_deleted")]
    edited = slack.deliveries[1].event["message"]
    assert (edited["text"], edited["edited"]["user"]) == ("the VPN", "U0ADA0001")


def test_a_mention_in_a_direct_message_comes_once_and_without_the_bot_nothing_comes(
    slack: SlackStandIn, server: Running
) -> None:
    assert server.url
    slack.say("@ada", "ada", f"{slack.mention} hi")
    slack.say("#random", "ada", f"{slack.mention} hi")

    assert kinds(slack) == [("message", None)]
    assert slack.deliveries[0].event["channel_type"] == "im"


def test_a_reply_names_its_thread_and_the_root_does_not(slack: SlackStandIn, server: Running) -> None:
    assert server.url
    root = slack.say(SUPPORT, "ada", "root")
    slack.say(SUPPORT, "grace", f"{slack.mention} help", thread_ts=root)

    first, reply, mention = (delivery.event for delivery in slack.deliveries)
    assert "thread_ts" not in first
    assert (reply["thread_ts"], reply["parent_user_id"]) == (root, "U0ADA0001")
    assert (mention["type"], mention["thread_ts"], mention["ts"]) == ("app_mention", root, reply["ts"])


@pytest.mark.parametrize(
    ("channel", "kind"), [("#support", "channel"), ("#oncall", "group"), ("G0TRIAGE0", "mpim"), ("@ada", "im")]
)
def test_a_message_event_says_what_kind_of_place_it_is_from(
    slack: SlackStandIn, server: Running, channel: str, kind: str
) -> None:
    assert server.url
    slack.say(channel, "ada", "hi")

    assert slack.deliveries[0].event["channel_type"] == kind


def test_only_subscribed_events_with_their_scope_are_delivered(slack: SlackStandIn, server: Running) -> None:
    assert server.url
    ts = slack.say("@ada", "ada", "hi")
    slack.delivery.events.discard("reaction_added")
    slack.react("@ada", ts, "ada", "eyes")
    slack.delivery.events.add("reaction_added")
    slack.react("@ada", ts, "ada", "tada")
    slack.slack.scopes.discard("im:history")
    slack.say("@ada", "ada", "unheard")

    assert kinds(slack) == [("message", None), ("reaction_added", None)]


def test_a_person_reacts_once_and_takes_back_only_what_is_theirs(slack: SlackStandIn, server: Running) -> None:
    assert server.url
    ts = slack.say("@ada", "ada", "hi")
    slack.react("@ada", ts, "ada", "eyes")
    with pytest.raises(ApiError, match="already_reacted"):
        slack.react("@ada", ts, "ada", "eyes")
    with pytest.raises(ApiError, match="no_reaction"):
        slack.unreact("@ada", ts, "ada", "tada")
    slack.unreact("@ada", ts, "ada", "eyes")
    assert slack.message("@ada", ts).reactions == {}


def test_a_link_into_a_registered_domain_is_announced(slack: SlackStandIn, server: Running) -> None:
    assert server.url
    slack.workspace.unfurl_domains.add("jira.example.com")
    slack.delivery.events |= {"link_shared"}

    slack.say(SUPPORT, "ada", "see <https://jira.example.com/browse/OPS-1> and <https://example.org/>")

    links: list[dict[str, Any]] = slack.deliveries[-1].event["links"]
    assert links == [{"url": "https://jira.example.com/browse/OPS-1", "domain": "jira.example.com"}]


def test_joining_is_told_in_the_channel(slack: SlackStandIn, server: Running) -> None:
    assert server.url
    slack.join("#general", "robin")

    assert kinds(slack) == [("message", "channel_join")]
