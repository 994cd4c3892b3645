"""How many events a second the HTTP route takes: sent at fixed times, whatever the answers, counted in Redis."""

from __future__ import annotations

import asyncio
import json
import math
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import aiohttp

from bench.figures import Figure, percentile
from sandbox import environment
from sandbox.procfile import CHECKOUT
from sandbox.slack.http_delivery import signed_headers
from sandbox.slack.messages import Message
from sandbox.slack.workspace import Workspace
from sandbox.stack import Stack
from workers.state.connection import connect

RATE, SECONDS = 200, 60
ACK_P99_SECONDS = 0.25
# Slack waits no longer for an ack, and brings the event again.
ACK_SECONDS = 3.0
READY = "sb:ready"
TEAM, CHANNEL, USER = "T0SANDBOX", "C0SUPPORT", "U0ADA0001"
PART = f"{RATE} events/s for {SECONDS} s"


def measure_events(folder: Path) -> list[Figure]:
    """Send mentions to one `web` with no worker behind it, and return how fast and how surely they were stored."""
    with Stack(workers=0, beat=False, mode="http", folder=folder) as stack:
        url = f"{stack.web[0].url}/slack/events"
        began = math.floor(time.time())
        _write(stack.slack.workspace, began)
        # A process of its own: the stand-in answers the first signs in this one.
        given = [url, stack.slack.workspace.bot_user_id, str(RATE), str(SECONDS), str(began)]
        command = [sys.executable, "-m", "bench.events", *given]
        sender = subprocess.run(command, capture_output=True, text=True, check=True, cwd=CHECKOUT)
        acks: dict[str, float | None] = json.loads(sender.stdout)
        stored = _stored(stack.redis_url, list(acks))
    taken = {ts: seconds for ts, seconds in acks.items() if seconds is not None}
    times = tuple(taken.values())
    return [
        Figure(PART, "events sent", "events", (float(len(acks)),)),
        Figure(PART, "acknowledged and lost", "events", (float(len(taken.keys() - stored)),), target=0.0),
        Figure(PART, "not acknowledged", "events", (float(len(acks) - len(taken)),), target=0.0),
        Figure(PART, "ack", "s", times, note="from the moment at which the event was due"),
        Figure(PART, "ack, 99th percentile", "s", (percentile(times, 99),), target=ACK_P99_SECONDS),
    ]


def _write(workspace: Workspace, began: int) -> None:
    """Put the messages that the events tell of into Slack, so that it takes a sign in their threads."""
    messages = workspace.channel(CHANNEL).messages
    for number in range(RATE * SECONDS):
        ts = _ts(began, number)
        messages[ts] = Message(channel=CHANNEL, ts=ts, user=USER, text="the export hangs again")


def _stored(redis_url: str, sent: list[str]) -> set[str]:
    """Return which of the events have mail in a mailbox of their own."""
    client = connect(redis_url)
    try:
        boxes = [f"turn:{TEAM}:{CHANNEL}:{ts}" for ts in sent]
        scores = client.zmscore(READY, boxes)
        return {ts for ts, score in zip(sent, scores, strict=True) if score is not None}
    finally:
        client.close()


async def send(url: str, bot_user_id: str, rate: int, seconds: int, began: int) -> dict[str, float | None]:
    """Return for the ts of each event how long after it was due it was acknowledged, None if it was not."""
    connector = aiohttp.TCPConnector(limit=0)
    async with aiohttp.ClientSession(connector=connector, timeout=aiohttp.ClientTimeout(total=ACK_SECONDS)) as session:
        first = asyncio.get_running_loop().time() + 0.5
        events = [_mention(bot_user_id, _ts(began, number), number) for number in range(rate * seconds)]
        sent = [_send_at(session, url, event, first + number / rate) for number, event in enumerate(events)]
        acks = await asyncio.gather(*sent)
    return {event["event"]["ts"]: ack for event, ack in zip(events, acks, strict=True)}


async def _send_at(session: aiohttp.ClientSession, url: str, event: dict[str, Any], due: float) -> float | None:
    loop = asyncio.get_running_loop()
    await asyncio.sleep(due - loop.time())
    body = json.dumps(event).encode()
    headers = signed_headers(environment.SIGNING_SECRET, body) | {"Content-Type": "application/json"}
    try:
        async with session.post(url, data=body, headers=headers) as response:
            await response.read()
            return loop.time() - due if response.status == 200 else None
    except (aiohttp.ClientError, TimeoutError):
        return None


def _ts(began: int, number: int) -> str:
    return f"{began}.{number:06d}"


def _mention(bot_user_id: str, ts: str, number: int) -> dict[str, Any]:
    event = {
        "type": "app_mention",
        "user": USER,
        "channel": CHANNEL,
        "team": TEAM,
        "ts": ts,
        "event_ts": ts,
        "text": f"<@{bot_user_id}> the export hangs again, number {number}",
    }
    outer = {"type": "event_callback", "team_id": TEAM, "api_app_id": "A0SUPPORT"}
    return {**outer, "event_id": f"Ev{number:08d}", "event_time": math.floor(time.time()), "event": event}


if __name__ == "__main__":
    address, bot, *numbers = sys.argv[1:]
    sys.stdout.write(json.dumps(asyncio.run(send(address, bot, *map(int, numbers)))))
