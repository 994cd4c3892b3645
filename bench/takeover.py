"""How long an answer stands still after its worker was killed in the middle of it."""

from __future__ import annotations

import time
from pathlib import Path

from bench.figures import Figure
from bench.observed import Observed
from bench.overhead import ADA, CHANNELS, forget_limits
from sandbox.claude.scripts import reply
from sandbox.claude.standin import Pacing
from sandbox.process import Process
from sandbox.stack import Stack
from sandbox.waiting import wait_for

RUNS = 5
PART = "kill -9 of the worker in the middle of an answer"
PACE = Pacing(first_token_seconds=0.2, chunk_seconds=0.04, chunk_characters=12)
STORY = " ".join(f"This is sentence number {number} of the story." for number in range(1, 31))
PATIENCE_SECONDS = 60.0


def measure_takeover(folder: Path) -> list[Figure]:
    """Kill one of two workers in the middle of its answer, again and again."""
    goes_on: list[float] = []
    grows: list[float] = []
    messages: list[float] = []
    with Stack(workers=2, pace=PACE, folder=folder) as stack:
        stack.slack.limits.enabled = False
        for number in range(RUNS):
            forget_limits(stack)
            question = ask(stack, number)
            asked, shown = len(question.requests), len(question.all_replies[0].versions)
            busy = busy_worker(stack, question)
            busy.kill()
            killed_at = time.monotonic()
            question.wait(PATIENCE_SECONDS)
            goes_on.append(question.requests[asked].began_at - killed_at)
            grows.append(question.all_replies[0].versions[shown].at - killed_at)
            messages.append(float(len(question.all_replies)))
            busy.start()
            stack.wait_until_ready()
    return [
        Figure(PART, "kill → another worker asks the model", "s", tuple(goes_on)),
        Figure(PART, "kill → the message changes again", "s", tuple(grows)),
        Figure(PART, "messages that a person sees", "", tuple(messages), 1),
    ]


def ask(stack: Stack, number: int) -> Observed:
    """Ask for a story and return when half of it is there."""
    words = f"story number {number}."
    stack.claude.script(reply(STORY), reply(STORY), when=words)
    channel = CHANNELS[number % len(CHANNELS)]
    ts = stack.slack.say(channel, ADA, f"{stack.slack.mention} {words}")
    question = Observed(stack, channel, ts, words)
    wait_for(lambda: question.reply and "number 5 " in question.reply.text, "half a story", seconds=PATIENCE_SECONDS)
    return question


def busy_worker(stack: Stack, question: Observed) -> Process:
    """Return the worker that has the question; it says so in its log."""
    return wait_for(
        lambda: next((worker for worker in stack.workers if f'"message": "{question.ts}"' in worker.log_text()), None),
        "a worker that took the question",
        seconds=PATIENCE_SECONDS,
    )
