"""Brings events, clicks and commands to the app, over Socket Mode or signed HTTP, as often as Slack would."""

from __future__ import annotations

import asyncio
import copy
import time
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

from sandbox.slack import events
from sandbox.slack.workspace import Workspace

Json = dict[str, Any]
DeliveryKind = Literal["events_api", "interactive", "slash_commands"]


class NotAcknowledged(TimeoutError):
    """The app did not acknowledge a click, a form or a command in time: the person sees a warning sign."""


@dataclass(frozen=True)
class Retry:
    """What Slack says about a delivery that is not the first."""

    number: int
    reason: str


@dataclass(frozen=True)
class Answer:
    """What one attempt came to."""

    is_acked: bool
    body: Any = None
    reason: str = ""
    is_final: bool = False
    """The app asked for no further attempt (`x-slack-no-retry`)."""


@dataclass
class Delivery:
    """One thing that was brought to the app, with every attempt."""

    kind: DeliveryKind
    payload: Json
    started_at: float
    attempts: int = 0
    is_acked: bool = False
    ack_seconds: float | None = None
    """Seconds from the first attempt to the ack."""
    body: Any = None

    @property
    def event_id(self) -> str | None:
        return self.payload.get("event_id")

    @property
    def event(self) -> Json:
        return dict(self.payload.get("event", {}))


class Transport(Protocol):
    """A way to the app."""

    async def wait_open(self, seconds: float) -> bool:
        """Return whether the app can be reached, after at most `seconds`."""
        ...

    async def send(self, kind: DeliveryKind, payload: Json, retry: Retry | None, ack_seconds: float) -> Answer:
        """Bring the payload once and wait for the acknowledgement."""
        ...


@dataclass
class Deliveries:
    """What was and will be delivered; used on the server's loop only."""

    workspace: Workspace
    transport: Transport
    scopes: set[str]
    events: set[str]
    """The events that the app subscribed to; `message.im` and its like stand for messages."""
    ack_seconds: float = 3.0
    redelivery_seconds: tuple[float, ...] = (0, 60, 300)
    wait_for_app_seconds: float = 300.0
    """How long an event waits for the app to connect before it is lost."""
    log: list[Delivery] = field(default_factory=list)
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)

    @property
    def under_way(self) -> int:
        """How many events are not yet acknowledged or given up."""
        return len(self._tasks)

    def message_event(self, event: Json) -> None:
        """Deliver an event of a channel's message stream if the bot may see it."""
        channel = self.workspace.channels[event["channel"]]
        if self.workspace.is_bot_in(channel):
            self.event(event, subscription=events.SUBSCRIPTION_OF_KIND[channel.kind])

    def event(self, event: Json, *, subscription: str | None = None) -> str | None:
        """Deliver an event if the app subscribed to it; return its event_id."""
        name = subscription or str(event["type"])
        needed = events.SCOPE_OF_EVENT.get(name)
        if name not in self.events or (needed and needed not in self.scopes):
            return None
        payload = events.envelope(self.workspace, copy.deepcopy(event), event_time=int(self.workspace.clock.wall()))
        delivery = Delivery("events_api", payload, time.monotonic())
        self.log.append(delivery)
        task = asyncio.get_running_loop().create_task(self._deliver(delivery))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return str(payload["event_id"])

    async def again(self, delivery: Delivery) -> bool:
        """Bring something once more, as Slack does when an ack came too late; return whether it is acknowledged."""
        return (await self._attempt(delivery, Retry(delivery.attempts, "timeout"))).is_acked

    async def ask(self, kind: DeliveryKind, payload: Json) -> Any:
        """Bring a click, a form or a command once and return what the app answered in its ack."""
        delivery = Delivery(kind, payload, time.monotonic())
        self.log.append(delivery)
        if not await self.transport.wait_open(self.ack_seconds):
            raise NotAcknowledged("the app is not connected")
        answer = await self._attempt(delivery, None)
        if not answer.is_acked:
            raise NotAcknowledged(f"no acknowledgement within {self.ack_seconds:g} s ({answer.reason})")
        return answer.body

    def stop(self) -> None:
        """Give up everything that is under way."""
        for task in self._tasks:
            task.cancel()

    async def _deliver(self, delivery: Delivery) -> None:
        retry: Retry | None = None
        for pause in (None, *self.redelivery_seconds):
            if pause is not None:
                await asyncio.sleep(pause)
            if not await self.transport.wait_open(self.wait_for_app_seconds):
                return
            answer = await self._attempt(delivery, retry)
            if answer.is_acked or answer.is_final:
                return
            retry = Retry(delivery.attempts, answer.reason)

    async def _attempt(self, delivery: Delivery, retry: Retry | None) -> Answer:
        delivery.attempts += 1
        answer = await self.transport.send(delivery.kind, delivery.payload, retry, self.ack_seconds)
        if answer.is_acked:
            delivery.is_acked, delivery.body = True, answer.body
            delivery.ack_seconds = time.monotonic() - delivery.started_at
        self.workspace.changes.add(
            "delivery",
            delivery=delivery.kind,
            event=str(delivery.event.get("type", delivery.payload.get("type", delivery.kind))),
            attempt=delivery.attempts,
            acked=answer.is_acked,
            seconds=round(time.monotonic() - delivery.started_at, 3),
        )
        return answer
