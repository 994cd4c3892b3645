"""The faults that the stand-ins play: for each kind the rules that its next calls meet."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from sandbox.claude.faulty import overloaded, rate_limited, spend_limit
from sandbox.faults import Fault, FaultKind

POST, UPDATE, READ = "chat.postMessage", "chat.update", "conversations.replies"
CREATE = "POST issue"
SLACK_HANG_SECONDS = 12.0
"""Longer than a worker waits for Slack."""
JIRA_HANG_SECONDS = 35.0
CLAUDE_SILENCE_SECONDS = 80.0

Rules = Callable[[Random], list[Fault]]


def _call(operation: str, kind: FaultKind, **more: object) -> Rules:
    return lambda _random: [Fault.model_validate({"operation": operation, "kind": kind, **more})]


def _mid_stream(kind: FaultKind, **more: object) -> Rules:
    """Strike after a few words, or after many."""
    return lambda random: [
        Fault.model_validate({"operation": "messages", "kind": kind, "after_events": random.randint(6, 40), **more})
    ]


def _slack_storm(random: Random) -> list[Fault]:
    streams = {"chat.startStream": 1, "chat.appendStream": 5, "chat.stopStream": 1}
    methods = {POST: 3, UPDATE: 5, READ: 3, "assistant.threads.setStatus": 4, "users.info": 1, **streams}
    headers = {"Retry-After": str(random.randint(1, 5))}
    body = {"ok": False, "error": "ratelimited"}
    return [
        Fault(operation=method, kind="status", status=429, headers=headers, body=body, times=times)
        for method, times in methods.items()
    ]


def _slack_5xx(random: Random) -> list[Fault]:
    status, error = random.choice(((500, "internal_error"), (503, "service_unavailable"), (504, "request_timeout")))
    body = {"ok": False, "error": error}
    return [Fault(operation="*", kind="status", status=status, body=body, times=random.randint(1, 5))]


def _claude_5xx(random: Random) -> list[Fault]:
    return [Fault(operation="messages", kind="status", status=random.choice((500, 504)), times=random.randint(1, 3))]


def _jira_429(random: Random) -> list[Fault]:
    headers = {"Retry-After": str(random.randint(1, 8))}
    return [
        Fault(operation=operation, kind="status", status=429, headers=headers, times=2)
        for operation in (CREATE, "POST search/jql")
    ]


def _jira_5xx(random: Random) -> list[Fault]:
    return [Fault(operation="*", kind="status", status=random.choice((500, 502, 503)), times=random.randint(1, 4))]


FAULTS: dict[str, Rules] = {
    "claude: 429, short wait": lambda random: [rate_limited(random.randint(1, 4), times=random.randint(1, 2))],
    "claude: 429, long wait": lambda random: [rate_limited(random.randint(15, 25))],
    "claude: 529": lambda random: [overloaded(random.randint(1, 4))],
    "claude: 5xx": _claude_5xx,
    "claude: error before text": _call("messages", "error", error="overloaded_error", after_events=1),
    "claude: error in text": _mid_stream("error", error="overloaded_error"),
    "claude: connection dropped": _mid_stream("drop_after"),
    "claude: spend limit": lambda _: [spend_limit()],
    "claude: silence": _mid_stream("hang", seconds=CLAUDE_SILENCE_SECONDS),
    "slack: 429 storm": _slack_storm,
    "slack: 5xx": _slack_5xx,
    "slack: post not taken": _call(POST, "drop_before"),
    "slack: post answer lost": _call(POST, "drop_after"),
    "slack: update not taken": _call(UPDATE, "drop_before", times=2),
    "slack: update answer lost": _call(UPDATE, "drop_after", times=2),
    "slack: stream start answer lost": _call("chat.startStream", "drop_after"),
    "slack: stream append lost": lambda random: [
        Fault(operation="chat.appendStream", kind=random.choice(("drop_before", "drop_after")), times=2)
    ],
    "slack: stream stop answer lost": _call("chat.stopStream", "drop_after"),
    "slack: thread not read": lambda random: [
        Fault(operation=READ, kind=random.choice(("drop_before", "drop_after")), times=2)
    ],
    "slack: hang": _call(POST, "hang", seconds=SLACK_HANG_SECONDS),
    "jira: 429": _jira_429,
    "jira: 5xx": _jira_5xx,
    "jira: create answer lost": _call(CREATE, "drop_after"),
    "jira: create not taken": _call(CREATE, "drop_before"),
    "jira: hang": _call(CREATE, "hang", seconds=JIRA_HANG_SECONDS),
}
