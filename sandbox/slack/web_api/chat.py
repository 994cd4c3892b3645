"""`chat.*` but for streams: post, show to one person, update, delete, link, unfurl."""

from __future__ import annotations

import json
from typing import Any

from sandbox.slack.errors import ApiError
from sandbox.slack.messages import Message
from sandbox.slack.modals import with_block_ids
from sandbox.slack.records import Ephemeral
from sandbox.slack.service import Service
from sandbox.slack.web_api.args import Args
from sandbox.slack.web_api.content import Content, read_content
from sandbox.slack.web_api.method import Method
from sandbox.slack.web_api.places import known_channel, thread_root, writable_channel

Json = dict[str, Any]


def post_message(slack: Service, args: Args) -> Json:
    channel = writable_channel(slack, args)
    content = read_content(args)
    if content.is_empty:
        raise ApiError("no_text")
    message = Message(
        channel=channel.id,
        ts=slack.clock.next_ts(),
        user=slack.workspace.bot_user_id,
        text=content.shown_text,
        thread_ts=thread_root(channel, args.text("thread_ts")),
        bot_id=slack.workspace.bot_id,
        blocks=_named(content),
        attachments=content.attachments,
        metadata=content.metadata or None,
        markdown_text=content.markdown_text,
        is_broadcast=args.flag("reply_broadcast") and bool(args.text("thread_ts")),
        username=args.text("username"),
    )
    slack.post(message)
    answer: Json = {"channel": channel.id, "ts": message.ts, "message": slack.workspace.message_json(message)}
    if content.was_cut:
        answer |= {"warning": "message_truncated", "response_metadata": {"warnings": ["message_truncated"]}}
    return answer


def post_ephemeral(slack: Service, args: Args) -> Json:
    channel = writable_channel(slack, args)
    user = args.required("user")
    if user not in slack.workspace.people:
        raise ApiError("user_not_found")
    if user not in channel.members:
        raise ApiError("user_not_in_channel")
    content = read_content(args)
    if content.is_empty:
        raise ApiError("no_text")
    root = thread_root(channel, args.text("thread_ts"))
    if root and (root != args.text("thread_ts") or not channel.replies(root)):
        # Slack takes it, and shows it to nobody: there is no such thread.
        return {"message_ts": slack.clock.next_ts()}
    ts = show_to(slack, channel.id, user, content.shown_text, _named(content), root)
    return {"message_ts": ts}


def show_to(
    slack: Service, channel: str, user: str, text: str, blocks: list[Json] | None, thread_ts: str | None
) -> str:
    """Show a person a message that no history keeps; return its ts."""
    ts = slack.clock.next_ts()
    shown = Ephemeral(channel, user, ts, text, blocks, thread_ts, slack.clock.wall())
    slack.workspace.ephemerals.append(shown)
    slack.changes.add("ephemeral", channel=channel, user=user, ts=ts, text=text, blocks=blocks, thread_ts=thread_ts)
    return ts


def update(slack: Service, args: Args) -> Json:
    channel = known_channel(slack, args.text("channel"))
    message = own_message(slack, channel.messages.get(args.required("ts")), "cant_update_message")
    if channel.is_archived:
        raise ApiError("is_inactive")
    content = read_content(args, is_update=True)
    if content.is_empty and content.metadata is None:
        raise ApiError("no_text")
    if not slack.stream_has_ended(message):
        raise ApiError("streaming_state_conflict")
    replace(slack, message, content)
    return {
        "channel": channel.id,
        "ts": message.ts,
        "text": message.text,
        "message": slack.workspace.message_json(message),
    }


def replace(slack: Service, message: Message, content: Content) -> None:
    """Change what one of our messages says; a text without blocks takes the old blocks away."""
    before = slack.shown(message)
    if content.text is not None or content.markdown_text is not None or content.blocks is not None:
        message.text = content.shown_text
        message.markdown_text = content.markdown_text
        message.blocks = _named(content)
    if content.attachments is not None:
        message.attachments = content.attachments
    if content.metadata is not None:
        message.metadata = content.metadata or None
    if content.blocks is None:
        message.edited = {"user": slack.workspace.bot_user_id, "ts": slack.clock.next_ts()}
    slack.changed(message, "updated", before)


def delete(slack: Service, args: Args) -> Json:
    channel = known_channel(slack, args.text("channel"))
    message = own_message(slack, channel.messages.get(args.required("ts")), "cant_delete_message")
    slack.remove(message)
    return {"channel": channel.id, "ts": message.ts}


def get_permalink(slack: Service, args: Args) -> Json:
    channel = known_channel(slack, args.text("channel"))
    message = channel.messages.get(args.required("message_ts"))
    if message is None:
        raise ApiError("message_not_found")
    link = f"https://{slack.workspace.team_domain}.slack.com/archives/{channel.id}/p{message.ts.replace('.', '')}"
    if message.is_reply:
        link += f"?thread_ts={message.thread_ts}&cid={channel.id}"
    return {"channel": channel.id, "permalink": link}


def unfurl(slack: Service, args: Args) -> Json:
    if not args.text("unfurl_id") and not args.text("ts"):
        raise ApiError("invalid_arguments", ["[ERROR] missing required field: ts or unfurl_id"])
    if "unfurls" not in args and "metadata" not in args:
        raise ApiError("missing_unfurls")
    unfurls = args.structure("unfurls", "invalid_unfurls_format")
    slack.workspace.unfurls.append(json.loads(json.dumps(args.values | {"unfurls": unfurls})))
    return {}


def own_message(slack: Service, message: Message | None, error: str) -> Message:
    """Return a message of the bot; refuse one that isn't there, and with `error` one of somebody else."""
    if message is None:
        raise ApiError("message_not_found")
    if message.bot_id != slack.workspace.bot_id:
        raise ApiError(error)
    return message


def _named(content: Content) -> list[Json] | None:
    return with_block_ids(content.blocks) if content.blocks else None


METHODS = [
    Method("chat.postMessage", post_message, "chat:write"),
    Method("chat.postEphemeral", post_ephemeral, "chat:write"),
    Method("chat.update", update, "chat:write"),
    Method("chat.delete", delete, "chat:write"),
    Method("chat.getPermalink", get_permalink),
    Method("chat.unfurl", unfurl, "links:write"),
]
