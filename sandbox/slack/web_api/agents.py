"""`assistant.threads.*` and `agents.sessions.*`: status lines, suggested prompts, titles, sessions."""

from __future__ import annotations

from typing import Any

from sandbox.slack.errors import ApiError
from sandbox.slack.records import Session
from sandbox.slack.service import Service
from sandbox.slack.web_api.args import Args
from sandbox.slack.web_api.method import Method
from sandbox.slack.web_api.places import known_channel

Json = dict[str, Any]

SESSION_STATUSES = {"active", "processing", "suspended", "closed"}
NO_STOP_BUTTON = "missing_agent_session_stopped_event_subscription"


def set_status(slack: Service, args: Args) -> Json:
    channel, thread_ts = _thread(slack, args)
    status = args.text("status", "") or ""
    loading = args.structure("loading_messages") or []
    if not isinstance(loading, list) or len(loading) > 10 or not all(isinstance(one, str) for one in loading):
        raise ApiError("invalid_arguments", ["[ERROR] no more than 10 items allowed [json-pointer:/loading_messages]"])
    slack.workspace.set_status(channel, thread_ts, status, loading)
    return {}


def set_suggested_prompts(slack: Service, args: Args) -> Json:
    channel = known_channel(slack, args.text("channel_id"))
    prompts = args.structure("prompts")
    if not isinstance(prompts, list) or not 1 <= len(prompts) <= 4:
        raise ApiError("invalid_arguments", ["[ERROR] must have 1 to 4 items [json-pointer:/prompts]"])
    if not all(isinstance(one, dict) and one.get("title") and one.get("message") for one in prompts):
        raise ApiError("invalid_arguments", ["[ERROR] title and message are required [json-pointer:/prompts]"])
    # For an agent app the call with a thread_ts says ok and does nothing.
    if not args.text("thread_ts"):
        slack.workspace.prompts[channel.id] = {"title": args.text("title"), "prompts": prompts}
        slack.changes.add("prompts", channel=channel.id, title=args.text("title"), prompts=prompts)
    return {}


def set_title(slack: Service, args: Args) -> Json:
    channel, thread_ts = _thread(slack, args)
    slack.workspace.titles[channel, thread_ts] = args.required("title")
    return {}


def session_set_status(slack: Service, args: Args) -> Json:
    _need_agent(slack)
    status, title = args.required("status"), args.text("title")
    if status not in SESSION_STATUSES or len(title or "") > 200:
        raise ApiError("invalid_arguments", ["[ERROR] unsupported status or title"])
    channel, thread_ts = _thread(slack, args)
    set_session(slack, channel, thread_ts, status, title)
    if "agent_session_stopped" in slack.deliveries.events:
        return {}
    return {"warning": NO_STOP_BUTTON, "response_metadata": {"warnings": [NO_STOP_BUTTON]}}


def set_session(slack: Service, channel: str, thread_ts: str, status: str, title: str | None = None) -> None:
    """Create the session of a thread (with its title) or change its status."""
    sessions = slack.workspace.sessions
    session = sessions.setdefault((channel, thread_ts), Session(channel, thread_ts, status, title))
    session.status = status
    session.history.append((status, slack.clock.monotonic()))
    slack.changes.add("session", channel=channel, thread_ts=thread_ts, status=status, title=session.title)


def rename(slack: Service, args: Args) -> Json:
    _need_agent(slack)
    title = args.required("title")
    if len(title) > 200:
        raise ApiError("invalid_arguments", ["[ERROR] must be less than 201 characters [json-pointer:/title]"])
    session = slack.workspace.sessions.get(_thread(slack, args))
    if session is None:
        raise ApiError("session_not_found")
    session.title = title
    return {}


def _need_agent(slack: Service) -> None:
    if not slack.is_agent:
        raise ApiError("not_an_agent")


def _thread(slack: Service, args: Args) -> tuple[str, str]:
    channel = known_channel(slack, args.text("channel_id"))
    if not slack.workspace.is_bot_in(channel):
        raise ApiError("not_in_channel")
    message = channel.messages.get(args.required("thread_ts"))
    if message is None:
        raise ApiError("invalid_thread_ts")
    return channel.id, message.thread_ts or message.ts


METHODS = [
    Method("assistant.threads.setStatus", set_status, "chat:write"),
    Method("assistant.threads.setSuggestedPrompts", set_suggested_prompts, "assistant:write"),
    Method("assistant.threads.setTitle", set_title, "assistant:write"),
    Method("agents.sessions.setStatus", session_set_status, "chat:write"),
    Method("agents.sessions.rename", rename, "chat:write"),
]
