"""What the program adds to the time of Slack and of the model, for one question on an idle stack."""

from __future__ import annotations

from pathlib import Path

import redis

from bench.figures import Figure, percentile
from bench.memory import memory_figures
from bench.observed import Observed
from sandbox.claude.scripts import reply
from sandbox.claude.standin import Pacing
from sandbox.stack import Stack

RUNS = 20
PART = "one question on an idle stack"
CHANNELS = ("C0SUPPORT", "C0GENERAL", "C0ONCALL0")
ADA = "U0ADA0001"
# First words after 0.2 s, then 300 characters a second: about two seconds of an answer.
PACE = Pacing(first_token_seconds=0.2, chunk_seconds=0.04, chunk_characters=12)
ANSWER = " ".join(f"This is sentence number {number} of the answer." for number in range(1, 13))
PATIENCE_SECONDS = 60.0


def measure_overhead(folder: Path) -> list[Figure]:
    """Ask one question after another and return what each step took."""
    with Stack(pace=PACE, folder=folder) as stack:
        stack.slack.limits.enabled = False
        ask(stack, 0)  # Imports, first connections and Jira's create screens are no part of a usual question.
        idle = memory_figures(stack, "idle")
        calls: list[float] = []
        asked: list[Observed] = []
        for number in range(1, RUNS + 1):
            before = len(stack.slack.calls)
            asked.append(ask(stack, number))
            calls.append(len(stack.slack.calls) - before)
        return [*figures(asked, calls), *idle]


def ask(stack: Stack, number: int) -> Observed:
    """Ask one question and wait until its answer is whole."""
    # Each question meets the budgets of a minute in which nothing was said.
    forget_limits(stack)
    words = f"question number {number}."
    stack.claude.script(reply(ANSWER), when=words)
    channel = CHANNELS[number % len(CHANNELS)]
    ts = stack.slack.say(channel, ADA, f"{stack.slack.mention} {words}")
    question = Observed(stack, channel, ts, words)
    question.wait(PATIENCE_SECONDS)
    return question


def forget_limits(stack: Stack) -> None:
    """Give every budget of Slack's limits back."""
    client = redis.Redis.from_url(stack.redis_url)
    for key in client.scan_iter("sb:limit:*", count=1000):
        client.delete(key)
    client.close()


def figures(asked: list[Observed], calls: list[float]) -> list[Figure]:
    """Return what was observed, step by step."""
    rounds = [question.requests[0] for question in asked]
    acks = [question.ack_seconds for question in asked]
    signs = [question.sign_at - question.sent_at for question in asked if question.sign_at]
    asks = [kept.began_at - question.sent_at for question, kept in zip(asked, rounds, strict=True)]
    texts = [question.first_text_at - kept.first_text_at for question, kept in zip(asked, rounds, strict=True)]
    ends = [question.done_at - kept.finished_at for question, kept in zip(asked, rounds, strict=True)]
    whole = [question.done_at - question.sent_at for question in asked]
    model = [kept.finished_at - kept.began_at for kept in rounds]
    steps = [float(len(question.all_replies[0].versions)) for question in asked]
    return [
        Figure(PART, "event → acknowledged", "s", tuple(acks)),
        Figure(PART, "event → first visible sign", "s", tuple(signs), 0.15),
        Figure(PART, "event → model asked", "s", tuple(asks)),
        Figure(PART, "model's first text → text in Slack", "s", tuple(texts), 0.3),
        Figure(PART, "model's last word → whole answer in Slack", "s", tuple(ends)),
        Figure(
            PART, "event → whole answer", "s", tuple(whole), note=f"the model takes {percentile(model, 50):.1f} s of it"
        ),
        Figure(PART, "visible steps of an answer", "", tuple(steps)),
        Figure(PART, "calls of Slack a reply", "", tuple(calls)),
    ]
