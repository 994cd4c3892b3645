from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.server import Running
from sandbox.slack import APP_TOKEN, BOT_TOKEN, SlackStandIn

SUPPORT = "C0SUPPORT"
SECTION = [{"type": "section", "text": {"type": "mrkdwn", "text": "hi"}}]


@pytest.fixture(autouse=True)
def _no_limits(slack: SlackStandIn) -> None:
    slack.limits.enabled = False


def refused(call: Callable[[], Any]) -> str:
    with pytest.raises(SlackApiError) as caught:
        call()
    return str(caught.value.response["error"])


def test_a_token_is_asked_for_and_must_be_known(server: Running) -> None:
    url = f"{server.url}/api/"

    assert refused(WebClient(None, base_url=url).auth_test) == "not_authed"
    assert refused(WebClient("xoxb-wrong", base_url=url).auth_test) == "invalid_auth"
    assert refused(WebClient(APP_TOKEN, base_url=url).auth_test) == "not_allowed_token_type"
    assert refused(lambda: WebClient(BOT_TOKEN, base_url=url).apps_connections_open(app_token=BOT_TOKEN)) == (
        "not_allowed_token_type"
    )


def test_auth_test_names_the_bot_and_its_scopes(client: WebClient, slack: SlackStandIn) -> None:
    answer = client.auth_test()

    assert answer["user_id"] == slack.workspace.bot_user_id
    assert answer["bot_id"] == slack.workspace.bot_id
    assert "chat:write" in answer.headers["x-oauth-scopes"].split(",")


def test_a_missing_scope_is_named(client: WebClient, slack: SlackStandIn) -> None:
    slack.slack.scopes.discard("chat:write")

    with pytest.raises(SlackApiError) as caught:
        client.chat_postMessage(channel=SUPPORT, text="hi")

    assert caught.value.response["error"] == "missing_scope"
    assert caught.value.response["needed"] == "chat:write"


def test_an_unknown_method_is_refused(client: WebClient) -> None:
    assert refused(lambda: client.api_call("chat.teleport")) == "unknown_method"


def test_the_async_client_is_served_as_well_and_sends_get(server: Running) -> None:
    client = AsyncWebClient(BOT_TOKEN, base_url=f"{server.url}/api/")

    answer = asyncio.run(client.users_info(user="U0ADA0001"))

    assert answer["user"]["profile"]["email"] == "ada@example.com"


def test_people_are_described_with_guest_flags_and_email_by_scope(client: WebClient, slack: SlackStandIn) -> None:
    assert client.users_info(user="U0GUEST01")["user"]["is_restricted"]
    assert client.users_lookupByEmail(email="Grace@example.com")["user"]["is_admin"]
    slack.slack.scopes.discard("users:read.email")
    assert "email" not in client.users_info(user="U0ADA0001")["user"]["profile"]
    assert refused(lambda: client.users_info(user="U0NOBODY1")) == "user_not_found"


def test_places_that_cannot_be_posted_to_are_refused(client: WebClient, slack: SlackStandIn) -> None:
    slack.workspace.channel("#general").is_archived = True

    assert refused(lambda: client.chat_postMessage(channel="C0NOWHERE", text="hi")) == "channel_not_found"
    assert refused(lambda: client.chat_postMessage(channel="C0RANDOM0", text="hi")) == "not_in_channel"
    assert refused(lambda: client.chat_postMessage(channel="C0GENERAL", text="hi")) == "is_archived"
    assert refused(lambda: client.chat_postMessage(channel=SUPPORT, text="hi", thread_ts="1.2")) == "thread_not_found"
    assert refused(lambda: client.chat_postMessage(channel=SUPPORT, text="hi", thread_ts="x")) == "invalid_thread_ts"
    assert refused(lambda: client.chat_postMessage(channel=SUPPORT, text="")) == "no_text"


def test_long_text_is_cut_on_post_and_refused_on_update(client: WebClient, slack: SlackStandIn) -> None:
    posted = client.chat_postMessage(channel=SUPPORT, text="x" * 40_001)

    assert posted["warning"] == "message_truncated"
    assert len(slack.message(SUPPORT, posted["ts"]).text) == 40_000
    assert refused(lambda: client.chat_update(channel=SUPPORT, ts=posted["ts"], text="x" * 4_001)) == "msg_too_long"
    client.chat_update(channel=SUPPORT, ts=posted["ts"], text="x" * 4_000)


def test_markdown_text_stands_alone_and_has_its_limit(client: WebClient, slack: SlackStandIn) -> None:
    posted = client.chat_postMessage(channel=SUPPORT, markdown_text="**hi**")

    assert slack.message(SUPPORT, posted["ts"]).markdown_text == slack.message(SUPPORT, posted["ts"]).text == "**hi**"
    for more in ({"text": "hi"}, {"blocks": SECTION}):
        call: dict[str, Any] = {"channel": SUPPORT, "markdown_text": "x", **more}
        assert refused(lambda call=call: client.chat_postMessage(**call)) == "markdown_text_conflict"  # type: ignore[misc]
    long = "x" * 12_001
    assert refused(lambda: client.chat_postMessage(channel=SUPPORT, markdown_text=long)) == "msg_too_long"


def test_an_update_with_text_takes_the_blocks_away_and_every_version_is_remembered(
    client: WebClient, slack: SlackStandIn
) -> None:
    ts = client.chat_postMessage(channel=SUPPORT, text="one", blocks=SECTION)["ts"]

    client.chat_update(channel=SUPPORT, ts=ts, metadata={"event_type": "reply", "event_payload": {"turn": "1"}})
    assert slack.message(SUPPORT, ts).blocks
    client.chat_update(channel=SUPPORT, ts=ts, text="two")

    assert slack.message(SUPPORT, ts).blocks is None
    assert [version.text for version in slack.versions(SUPPORT, ts)] == ["one", "one", "two"]
    assert slack.message(SUPPORT, ts).metadata == {"event_type": "reply", "event_payload": {"turn": "1"}}


def test_only_the_bots_own_messages_can_be_updated_or_deleted(client: WebClient, slack: SlackStandIn) -> None:
    ts = slack.say(SUPPORT, "ada", "mine")

    assert refused(lambda: client.chat_update(channel=SUPPORT, ts=ts, text="yours")) == "cant_update_message"
    assert refused(lambda: client.chat_delete(channel=SUPPORT, ts=ts)) == "cant_delete_message"
    assert refused(lambda: client.chat_update(channel=SUPPORT, ts="1.0", text="x")) == "message_not_found"


def test_a_thread_is_read_oldest_first_in_pages_with_metadata_on_request(
    client: WebClient, slack: SlackStandIn
) -> None:
    root = slack.say(SUPPORT, "ada", "root")
    metadata = {"event_type": "reply", "event_payload": {"turn": "1"}}
    own = client.chat_postMessage(channel=SUPPORT, thread_ts=root, text="answer", metadata=metadata)["ts"]
    last = slack.say(SUPPORT, "grace", "thanks", thread_ts=own)

    pages = client.conversations_replies(channel=SUPPORT, ts=root, limit=2, include_all_metadata=True)

    sizes, messages = [], []
    for page in pages:
        sizes.append(len(page["messages"]))
        messages += page["messages"]
    assert [m["ts"] for m in messages] == [root, own, last]
    assert [m["thread_ts"] for m in messages] == [root] * 3
    assert messages[0]["reply_count"] == 2
    assert messages[1]["metadata"] == metadata
    assert sizes == [2, 1]
    later = client.conversations_replies(channel=SUPPORT, ts=root, oldest=own)["messages"]
    assert [m["ts"] for m in later] == [root, last]
    assert "metadata" not in client.conversations_replies(channel=SUPPORT, ts=root)["messages"][1]
    assert refused(lambda: client.conversations_replies(channel=SUPPORT, ts="1.0")) == "thread_not_found"


def test_history_is_newest_first_and_without_replies(client: WebClient, slack: SlackStandIn) -> None:
    first = slack.say(SUPPORT, "ada", "one")
    slack.say(SUPPORT, "ada", "reply", thread_ts=first)
    second = slack.say(SUPPORT, "ada", "two")

    history = client.conversations_history(channel=SUPPORT)
    upto = client.conversations_history(channel=SUPPORT, latest=first, inclusive=True)

    assert [m["ts"] for m in history["messages"]] == [second, first]
    assert [m["ts"] for m in upto["messages"]] == [first]
    assert refused(lambda: client.conversations_history(channel="C0RANDOM0")) == "not_in_channel"


def test_channels_are_listed_opened_and_joined(client: WebClient, slack: SlackStandIn) -> None:
    assert client.conversations_open(users="U0ADA0001")["channel"]["id"] == slack.workspace.channel("@ada").id
    assert client.conversations_info(channel=SUPPORT)["channel"]["is_member"]
    client.conversations_join(channel="C0RANDOM0")
    names = {c["name"] for c in client.users_conversations(types="public_channel")["channels"]}
    assert names == {"support", "general", "random"}
    assert slack.messages("#random")[0].subtype == "channel_join"
    assert "U0GUEST01" in client.conversations_members(channel=SUPPORT)["members"]


def test_a_message_for_one_person_is_in_no_history(client: WebClient, slack: SlackStandIn) -> None:
    client.chat_postEphemeral(channel=SUPPORT, user="U0ADA0001", text="only you")

    assert [(e.user, e.text) for e in slack.ephemerals] == [("U0ADA0001", "only you")]
    assert slack.messages(SUPPORT) == []
    away: dict[str, Any] = {"channel": "C0GENERAL", "user": "U0GUEST01", "text": "x"}
    assert refused(lambda: client.chat_postEphemeral(**away)) == "user_not_in_channel"


def test_a_message_for_one_person_is_shown_in_no_thread_that_is_none(client: WebClient, slack: SlackStandIn) -> None:
    root = slack.say(SUPPORT, "ada", "one")
    here: dict[str, Any] = {"channel": SUPPORT, "user": "U0ADA0001", "text": "only you"}
    assert client.chat_postEphemeral(thread_ts=root, **here)["message_ts"]
    assert slack.ephemerals == []
    reply = slack.say(SUPPORT, "ada", "two", root)
    assert client.chat_postEphemeral(thread_ts=reply, **here)["message_ts"]
    assert slack.ephemerals == []
    client.chat_postEphemeral(thread_ts=root, **here)
    assert [each.thread_ts for each in slack.ephemerals] == [root]


@pytest.mark.parametrize(
    ("metadata", "error"),
    [
        ({"event_type": "x"}, "invalid_metadata_schema"),
        ({"event_type": "x", "event_payload": "text"}, "invalid_metadata_schema"),
        ({"event_type": "x", "event_payload": {}, "more": 1}, "invalid_metadata_schema"),
        ({"event_type": "x", "event_payload": {"big": "x" * 9000}}, "metadata_too_large"),
        ("not json", "invalid_metadata_format"),
    ],
)
def test_metadata_has_one_shape(client: WebClient, metadata: Any, error: str) -> None:
    assert refused(lambda: client.chat_postMessage(channel=SUPPORT, text="x", metadata=metadata)) == error


def test_a_status_line_goes_when_the_bot_posts_when_it_is_emptied_and_after_two_minutes(
    client: WebClient, slack: SlackStandIn
) -> None:
    root = slack.say(SUPPORT, "ada", "hi")
    place: dict[str, Any] = {"channel_id": SUPPORT, "thread_ts": root}

    client.assistant_threads_setStatus(**place, status="is thinking…", loading_messages=["one"])
    assert slack.workspace.status_of(SUPPORT, root) == "is thinking…"
    client.chat_postMessage(channel=SUPPORT, thread_ts=root, text="hello")
    assert slack.workspace.status_of(SUPPORT, root) == ""
    client.assistant_threads_setStatus(**place, status="is searching…")
    client.assistant_threads_setStatus(**place, status="")
    client.assistant_threads_setStatus(**place, status="is slow…")
    slack.clock.advance(121)

    assert slack.workspace.status_of(SUPPORT, root) == ""
    assert [change.cause for change in slack.statuses] == ["set", "posted", "set", "cleared", "set"]
    gone = place | {"thread_ts": "1.0"}
    assert refused(lambda: client.assistant_threads_setStatus(**gone, status="x")) == "invalid_thread_ts"


def test_sessions_take_four_statuses_and_only_from_agents(client: WebClient, slack: SlackStandIn) -> None:
    root = slack.say("@ada", "ada", "hi")
    place = {"channel_id": slack.workspace.channel("@ada").id, "thread_ts": root}

    client.agents_sessions_setStatus(**place, status="processing", title="VPN")
    assert slack.workspace.sessions[place["channel_id"], root].status == "processing"
    assert refused(lambda: client.agents_sessions_setStatus(**place, status="thinking")) == "invalid_arguments"
    slack.slack.is_agent = False
    assert refused(lambda: client.agents_sessions_setStatus(**place, status="active")) == "not_an_agent"


def test_suggested_prompts_with_a_thread_are_taken_and_have_no_effect(client: WebClient, slack: SlackStandIn) -> None:
    dm = slack.workspace.channel("@ada").id
    root = slack.say("@ada", "ada", "hi")
    prompts: list[dict[str, str]] = [{"title": "File a bug", "message": "I want to report a bug"}]

    client.assistant_threads_setSuggestedPrompts(channel_id=dm, thread_ts=root, prompts=prompts)
    assert slack.workspace.prompts == {}
    client.api_call("assistant.threads.setSuggestedPrompts", json={"channel_id": dm, "prompts": prompts})
    assert slack.workspace.prompts[dm]["prompts"] == prompts


def test_reactions_are_put_once_and_taken_back(client: WebClient, slack: SlackStandIn) -> None:
    ts = slack.say(SUPPORT, "ada", "hi")

    client.reactions_add(channel=SUPPORT, timestamp=ts, name="eyes")
    assert slack.message(SUPPORT, ts).reactions == {"eyes": ["U0SUPPORT"]}
    assert refused(lambda: client.reactions_add(channel=SUPPORT, timestamp=ts, name="eyes")) == "already_reacted"
    client.reactions_remove(channel=SUPPORT, timestamp=ts, name="eyes")
    assert refused(lambda: client.reactions_remove(channel=SUPPORT, timestamp=ts, name="eyes")) == "no_reaction"


def test_every_call_is_recorded_with_what_came_of_it(client: WebClient, slack: SlackStandIn) -> None:
    client.chat_postMessage(channel=SUPPORT, text="hi")
    refused(lambda: client.chat_postMessage(channel="C0NOWHERE", text="hi"))

    assert [(c.method, c.outcome, c.status) for c in slack.calls] == [
        ("chat.postMessage", "ok", 200),
        ("chat.postMessage", "channel_not_found", 200),
    ]
    assert slack.calls[0].args["text"] == "hi"


def test_a_deleted_root_leaves_a_tombstone_and_its_replies(client: WebClient, slack: SlackStandIn) -> None:
    root = slack.say(SUPPORT, "ada", "root")
    slack.say(SUPPORT, "grace", "reply", thread_ts=root)

    slack.delete(SUPPORT, root)

    thread = client.conversations_replies(channel=SUPPORT, ts=root)["messages"]
    assert [m.get("subtype") for m in thread] == ["tombstone", None]


def test_people_write_only_where_they_are(slack: SlackStandIn, server: Running) -> None:
    assert server.url
    with pytest.raises(ValueError, match="not a member"):
        slack.say("#general", "robin", "hi")
    with pytest.raises(ValueError, match="to reply to"):
        slack.say(SUPPORT, "ada", "hi", thread_ts="1.0")
