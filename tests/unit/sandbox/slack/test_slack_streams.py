from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from sandbox.slack import SlackStandIn

SUPPORT, ADA, TEAM = "C0SUPPORT", "U0ADA0001", "T0SANDBOX"


def refused(call: Callable[[], Any]) -> str:
    with pytest.raises(SlackApiError) as caught:
        call()
    return str(caught.value.response["error"])


@pytest.fixture
def root(slack: SlackStandIn, client: WebClient) -> str:
    assert client
    return slack.say(SUPPORT, "ada", "question")


def started(client: WebClient, root: str, **more: Any) -> str:
    answer = client.chat_startStream(
        channel=SUPPORT, thread_ts=root, recipient_user_id=ADA, recipient_team_id=TEAM, **more
    )
    return str(answer["ts"])


def test_a_stream_grows_and_ends_with_blocks(client: WebClient, slack: SlackStandIn, root: str) -> None:
    ts = started(client, root, markdown_text="Look")
    client.chat_appendStream(channel=SUPPORT, ts=ts, markdown_text="ing ")
    client.chat_appendStream(channel=SUPPORT, ts=ts, markdown_text="now")
    blocks = [{"type": "divider"}]
    client.chat_stopStream(channel=SUPPORT, ts=ts, markdown_text=".", blocks=blocks, session_status="active")

    assert [v.text for v in slack.versions(SUPPORT, ts)] == ["Look", "Looking ", "Looking now", "Looking now."]
    assert slack.message(SUPPORT, ts).blocks == [{"type": "divider", "block_id": "b0"}]
    assert slack.workspace.sessions[SUPPORT, root].status == "active"
    after: dict[str, Any] = {"channel": SUPPORT, "ts": ts, "markdown_text": "x"}
    assert refused(lambda: client.chat_appendStream(**after)) == "message_not_in_streaming_state"
    assert refused(lambda: client.chat_stopStream(**after)) == "message_not_in_streaming_state"
    client.chat_update(channel=SUPPORT, ts=ts, markdown_text="rewritten")


def test_a_live_stream_cannot_be_updated(client: WebClient, root: str) -> None:
    ts = started(client, root, markdown_text="Look")

    assert refused(lambda: client.chat_update(channel=SUPPORT, ts=ts, text="x")) == "streaming_state_conflict"


def test_a_stream_lives_five_minutes_and_then_the_message_can_be_updated(
    client: WebClient, slack: SlackStandIn, root: str
) -> None:
    ts = started(client, root, markdown_text="Look")
    slack.clock.advance(301)

    late: dict[str, Any] = {"channel": SUPPORT, "ts": ts, "markdown_text": "x"}
    assert refused(lambda: client.chat_appendStream(**late)) == "message_not_in_streaming_state"
    client.chat_update(channel=SUPPORT, ts=ts, text="done")
    assert slack.message(SUPPORT, ts).text == "done"


def test_outside_direct_messages_a_stream_needs_its_recipient(
    client: WebClient, slack: SlackStandIn, root: str
) -> None:
    place: dict[str, Any] = {"channel": SUPPORT, "thread_ts": root}
    assert refused(lambda: client.chat_startStream(**place)) == "missing_recipient_user_id"
    half = place | {"recipient_user_id": ADA}
    assert refused(lambda: client.chat_startStream(**half)) == "missing_recipient_team_id"
    wrong = half | {"recipient_team_id": "T0OTHER00"}
    assert refused(lambda: client.chat_startStream(**wrong)) == "team_not_found"

    dm = slack.workspace.channel("@ada").id
    client.chat_startStream(channel=dm, thread_ts=slack.say("@ada", "ada", "hi"), markdown_text="Hello")


def test_a_stream_keeps_to_text_or_chunks(client: WebClient, root: str) -> None:
    text_ts = started(client, root, markdown_text="Look")
    chunk_ts = started(client, root, chunks=[{"type": "markdown_text", "text": "Look"}])
    chunk = [{"type": "markdown_text", "text": "x"}]

    mixed: dict[str, Any] = {"channel": SUPPORT, "ts": text_ts, "chunks": chunk}
    assert refused(lambda: client.chat_appendStream(**mixed)) == "streaming_mode_mismatch"
    other: dict[str, Any] = {"channel": SUPPORT, "ts": chunk_ts, "markdown_text": "x"}
    assert refused(lambda: client.chat_appendStream(**other)) == "streaming_mode_mismatch"
    both = other | {"chunks": chunk}
    assert refused(lambda: client.chat_appendStream(**both)) == "cannot_provide_both_markdown_text_and_chunks"
    none = {"channel": SUPPORT, "ts": chunk_ts}
    assert refused(lambda: client.api_call("chat.appendStream", json=none)) == "markdown_text_or_chunks_required"


@pytest.mark.parametrize(
    "chunk",
    [
        {"type": "sparkle"},
        {"type": "task_update", "id": "1", "title": "Search", "status": "bogus"},
        {"type": "task_update", "id": "1", "title": "Search", "status": "complete", "details": "x" * 257},
        {"type": "task_update", "title": "Search", "status": "complete"},
        {"type": "markdown_text", "text": "x" * 12_001},
        {"type": "blocks", "blocks": [{"type": "section"}]},
        {"type": "plan_update"},
    ],
)
def test_bad_chunks_are_refused(client: WebClient, root: str, chunk: dict[str, Any]) -> None:
    ts = started(client, root)

    assert refused(lambda: client.chat_appendStream(channel=SUPPORT, ts=ts, chunks=[chunk])) == "invalid_chunks"


def test_tasks_are_kept_by_id(client: WebClient, slack: SlackStandIn, root: str) -> None:
    ts = started(client, root)
    for status in ("in_progress", "complete"):
        task = {"type": "task_update", "id": "t1", "title": "Searching", "status": status}
        client.chat_appendStream(channel=SUPPORT, ts=ts, chunks=[task])

    stream = slack.message(SUPPORT, ts).stream
    assert stream is not None
    assert [task["status"] for task in stream.tasks.values()] == ["complete"]


def test_stop_ends_the_streams_of_the_thread(client: WebClient, slack: SlackStandIn, root: str) -> None:
    ts = started(client, root, markdown_text="Look")

    slack.stop(SUPPORT, root, "ada")

    more: dict[str, Any] = {"channel": SUPPORT, "ts": ts, "markdown_text": "x"}
    assert refused(lambda: client.chat_appendStream(**more)) == "stopped_by_user"
    event = slack.deliveries[-1].event
    assert event["type"] == "agent_session_stopped"
    assert event["streaming_message_ts"] == [ts]


def test_the_sdks_own_helper_works(client: WebClient, slack: SlackStandIn, root: str) -> None:
    stream = client.chat_stream(channel=SUPPORT, thread_ts=root, recipient_user_id=ADA, recipient_team_id=TEAM)
    stream.append(markdown_text="word " * 100)
    stream.stop()

    assert slack.replies_of_bot(SUPPORT, root)[0].text == "word " * 100
