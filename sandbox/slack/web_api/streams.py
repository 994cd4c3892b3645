"""`chat.startStream`, `chat.appendStream`, `chat.stopStream`: one live message, from its first word to its end."""

from __future__ import annotations

from typing import Any, Literal

from sandbox.slack.blocks import MARKDOWN_LIMIT, check_blocks
from sandbox.slack.errors import ApiError
from sandbox.slack.messages import Message, Stream
from sandbox.slack.modals import with_block_ids
from sandbox.slack.records import Channel
from sandbox.slack.service import Service
from sandbox.slack.web_api.agents import SESSION_STATUSES, set_session
from sandbox.slack.web_api.args import Args
from sandbox.slack.web_api.chat import own_message
from sandbox.slack.web_api.content import read_blocks, read_metadata
from sandbox.slack.web_api.method import Method
from sandbox.slack.web_api.places import known_channel, thread_root, writable_channel

Json = dict[str, Any]

TASK_STATUSES = {"pending", "in_progress", "complete", "error"}
TASK_DETAIL_LIMIT = 256
CHUNK_FIELDS = {
    "markdown_text": {"type", "text"},
    "task_update": {"type", "id", "title", "status", "details", "output", "sources"},
    "plan_update": {"type", "title"},
    "blocks": {"type", "blocks"},
}


def start(slack: Service, args: Args) -> Json:
    channel = writable_channel(slack, args)
    check_recipient(slack, channel, args)
    if args.text("task_display_mode", "timeline") not in {"timeline", "plan", "dense"}:
        raise ApiError("invalid_arguments", ["[ERROR] unsupported task_display_mode"])
    chunks = read_chunks(args)
    now = slack.clock.monotonic()
    message = Message(
        channel=channel.id,
        ts=slack.clock.next_ts(),
        user=slack.workspace.bot_user_id,
        text="",
        thread_ts=thread_root(channel, args.text("thread_ts")),
        bot_id=slack.workspace.bot_id,
        stream=Stream(now, args.text("recipient_user_id")),
    )
    take_in(slack, message, args, chunks)
    slack.post(message)
    return {"channel": channel.id, "ts": message.ts}


def append(slack: Service, args: Args) -> Json:
    message = live_message(slack, args)
    chunks = read_chunks(args)
    if not args.text("markdown_text") and not chunks:
        raise ApiError("markdown_text_or_chunks_required")
    take_in(slack, message, args, chunks)
    # Slack tells the app of a stream's end, not of every piece.
    slack.workspace.touched(message, "appended")
    return {"channel": message.channel, "ts": message.ts}


def stop(slack: Service, args: Args) -> Json:
    message = live_message(slack, args)
    chunks, blocks, metadata = read_chunks(args), read_blocks(args), read_metadata(args)
    session_status = args.text("session_status")
    if session_status is not None and session_status not in SESSION_STATUSES:
        raise ApiError("invalid_arguments", ["[ERROR] unsupported session_status"])
    before = slack.shown(message)
    take_in(slack, message, args, chunks)
    stream = message.stream
    if not message.text and not blocks and not (stream and (stream.tasks or stream.chunk_blocks)):
        raise ApiError("no_text")
    if stream is not None:
        stream.state = "finished"
    if blocks:
        message.blocks = with_block_ids([*(message.blocks or []), *blocks])
    message.metadata = metadata or message.metadata
    slack.changed(message, "stopped", before)
    if session_status is not None:
        set_session(slack, message.channel, message.thread_ts or message.ts, session_status)
    return {"channel": message.channel, "ts": message.ts, "message": slack.workspace.message_json(message)}


def live_message(slack: Service, args: Args) -> Message:
    """Return the message of a stream that still takes text."""
    channel = known_channel(slack, args.text("channel"))
    message = own_message(slack, channel.messages.get(args.required("ts")), "message_not_owned_by_app")
    if slack.stream_has_ended(message):
        by_user = message.stream is not None and message.stream.state == "stopped_by_user"
        raise ApiError("stopped_by_user" if by_user else "message_not_in_streaming_state")
    return message


def check_recipient(slack: Service, channel: Channel, args: Args) -> None:
    """Outside direct messages a stream needs the person and the team that it is for."""
    user, team = args.text("recipient_user_id"), args.text("recipient_team_id")
    if channel.kind != "im":
        if not user:
            raise ApiError("missing_recipient_user_id")
        if not team:
            raise ApiError("missing_recipient_team_id")
    if user and user not in slack.workspace.people:
        raise ApiError("user_not_found")
    teams = {slack.workspace.team_id, *(p.team_id for p in slack.workspace.people.values())}
    if team and team not in teams:
        raise ApiError("team_not_found")


def read_chunks(args: Args) -> list[Json] | None:
    """Return the chunks of a call, checked."""
    markdown = args.text("markdown_text")
    chunks = args.structure("chunks", "invalid_chunks")
    if markdown is not None and len(markdown) > MARKDOWN_LIMIT:
        raise ApiError("msg_too_long")
    if chunks is None:
        return None
    if markdown is not None:
        raise ApiError("cannot_provide_both_markdown_text_and_chunks")
    if not isinstance(chunks, list):
        raise ApiError("invalid_chunks")
    for chunk in chunks:
        if not isinstance(chunk, dict) or not is_chunk_fine(chunk):
            raise ApiError("invalid_chunks")
    return chunks


def is_chunk_fine(chunk: Json) -> bool:
    kind = str(chunk.get("type"))
    fields = CHUNK_FIELDS.get(kind)
    if fields is None or set(chunk) - fields:
        return False
    if kind == "markdown_text":
        return isinstance(chunk.get("text"), str) and 0 < len(chunk["text"]) <= MARKDOWN_LIMIT
    if kind == "plan_update":
        return bool(chunk.get("title"))
    if kind == "blocks":
        return not check_blocks(chunk.get("blocks"))
    short = all(len(str(chunk.get(name) or "")) <= TASK_DETAIL_LIMIT for name in ("details", "output"))
    return bool(chunk.get("id")) and bool(chunk.get("title")) and chunk.get("status") in TASK_STATUSES and short


def take_in(slack: Service, message: Message, args: Args, chunks: list[Json] | None) -> None:
    """Add markdown or chunks to a stream; a stream keeps to the one it began with."""
    stream, markdown = message.stream, args.text("markdown_text")
    if stream is None or (not markdown and not chunks):
        return
    mode: Literal["chunks", "markdown_text"] = "chunks" if chunks else "markdown_text"
    if stream.mode not in (None, mode):
        raise ApiError("streaming_mode_mismatch")
    added = markdown or "".join(c["text"] for c in chunks or [] if c["type"] == "markdown_text")
    if len(message.text) + len(added) > slack.stream_text_limit:
        raise ApiError("msg_blocks_too_long")
    new_blocks = [block for c in chunks or [] if c["type"] == "blocks" for block in c["blocks"]]
    if len(stream.chunk_blocks) + len(new_blocks) > 50:
        raise ApiError("msg_blocks_too_many")
    stream.mode = mode
    message.text += added
    message.markdown_text = message.text
    stream.chunk_blocks += new_blocks
    message.blocks = with_block_ids(stream.chunk_blocks) if stream.chunk_blocks else None
    _take_tasks(stream, chunks or [])


def _take_tasks(stream: Stream, chunks: list[Json]) -> None:
    for chunk in chunks:
        if chunk["type"] == "task_update":
            stream.tasks[chunk["id"]] = stream.tasks.get(chunk["id"], {}) | chunk
        elif chunk["type"] == "plan_update":
            stream.plan_title = chunk["title"]


METHODS = [
    Method("chat.startStream", start, "chat:write"),
    Method("chat.appendStream", append, "chat:write"),
    Method("chat.stopStream", stop, "chat:write"),
]
