"""A listener in a thread of its own, with the real door behind it; shared by the listener's tests."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable
from typing import Any

from bot.app import Listener, create_app
from sandbox.slack import APP_TOKEN, BOT_TOKEN, SlackStandIn
from workers.jobs import open_door
from workers.records import Action, Conversation, TurnRequest
from workers.settings import BotSettings
from workers.state.mailbox import MAX_WAITING, Claim, Mailboxes

SECRET = "8f742231b10e8888abcd99yyyzzz85a5"


def settings_for(slack_url: str, redis_url: str, *, mode: str, **more: str) -> BotSettings:
    """Return what a listener in Socket Mode or HTTP mode is told."""
    way_in = {"slack_app_token": APP_TOKEN} if mode == "socket" else {"slack_signing_secret": SECRET}
    return BotSettings.model_validate(
        {
            "slack_bot_token": BOT_TOKEN,
            "slack_api_url": f"{slack_url}/api",
            "redis_url": redis_url,
            "port": 0,
            **way_in,
            **more,
        }
    )


class RunningListener:
    """Started when the constructor returns; its HTTP routes answer at `url`."""

    def __init__(self, settings: BotSettings) -> None:
        self.door = open_door(settings)
        self.listener: Listener = create_app(settings, self.door)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="listener", daemon=True)
        self._thread.start()
        self._run(self.listener.start())

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.listener.port}"

    def is_ready(self) -> bool:
        """Whether events can be taken."""
        return not any(self._run(self.listener.problems()).values())

    def stop(self) -> float:
        """Leave as on SIGTERM and return how many seconds it took."""
        began = time.monotonic()
        if self._thread.is_alive():
            self._run(self.listener.stop())
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join(10)
            self._loop.close()
        return time.monotonic() - began

    def _run(self, work: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(20)


def wait_for(condition: Callable[[], Any], seconds: float = 10) -> Any:
    """Return the first true value of a condition; raise when it stays false."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if found := condition():
            return found
        time.sleep(0.01)
    raise AssertionError(f"still false after {seconds} s")


def thread(slack: SlackStandIn) -> str:
    return slack.say("general", "ada", "the export hangs")


def actions(boxes: Mailboxes, team_id: str, subject: str) -> list[Action]:
    """Take everything out of the action list of a subject."""
    found = []
    while claim := boxes.claim(f"act:{team_id}:{subject}"):
        found.append(Action.model_validate(claim.body))
        boxes.commit(claim)
    return found


def front_view(slack: SlackStandIn, user: str) -> dict[str, Any]:
    """Wait for a form that can be sent and return it."""

    def look() -> dict[str, Any] | None:
        view = next(iter(reversed(slack.views.get(user, []))), None)
        return view.body if view and view.body.get("submit") else None

    return wait_for(look)  # type: ignore[no-any-return]


def claims(boxes: Mailboxes, conversation: Conversation) -> list[Claim]:
    """Take everything out of a mailbox and return it as a worker finds it."""
    found = []
    while claim := boxes.claim(conversation.box):
        found.append(claim)
        boxes.commit(claim)
    return found


def mail(boxes: Mailboxes, conversation: Conversation) -> list[TurnRequest]:
    """Take everything out of a mailbox."""
    return [TurnRequest.model_validate(claim.body) for claim in claims(boxes, conversation)]


def conversation_of(slack: SlackStandIn, channel: str, ts: str) -> Conversation:
    place = slack.workspace.channel(channel)
    return Conversation(team_id=slack.workspace.team_id, channel_id=place.id, thread_ts=ts)


def settled(slack: SlackStandIn) -> bool:
    """Whether everything that was brought to the app has been acknowledged."""
    return bool(slack.deliveries) and slack.events_under_way == 0


def fill(boxes: Mailboxes, box: str) -> None:
    """Let as much wait for a subject as it takes."""
    for number in range(MAX_WAITING):
        boxes.put(box, f"waiting-{number}", {})
