"""Many questions at once over ten channels, with Slack's limits off and on."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from bench.figures import Figure, percentile
from bench.memory import memory_figures
from bench.observed import Observed
from bench.overhead import ADA
from sandbox.claude.scripts import reply
from sandbox.claude.standin import Pacing
from sandbox.slack.messages import words_of
from sandbox.slack.records import Channel
from sandbox.stack import Stack
from sandbox.waiting import NotInTime, wait_for

BURSTS = ((10, False), (50, False), (10, True), (50, True), (200, True))
"""How many ask at once, and whether Slack's limits hold."""
COMPARED = 50
"""The size with targets: those of the best bot that was measured, and what it did not reach."""
SIGN_P95_SECONDS, BEHIND_MODEL_SECONDS, REFUSED_SHARE = 0.2, 10.0, 0.01
CHANNELS = tuple(f"C0BURST{number:02d}" for number in range(10))
# The model of the comparisons with other bots: 0.5 s to the first token, about 4.5 s of text.
PACE = Pacing(first_token_seconds=0.5, chunk_seconds=0.06, chunk_characters=16)
ANSWER = " ".join(f"This is sentence number {number} of the answer." for number in range(1, 27))
PATIENCE_SECONDS = 240.0


def measure_bursts(folder: Path) -> list[Figure]:
    """Ask many questions at once and return what their askers saw."""
    found: list[Figure] = []
    for size, is_limited in BURSTS:
        name = f"{size} at once, limits {'on' if is_limited else 'off'}"
        with Stack(pace=PACE, folder=folder / name.replace(" ", "-")) as stack:
            found += burst(stack, name, size, is_limited=is_limited)
            if is_limited and size == COMPARED:
                found += memory_figures(stack, f"after {size} at once")
    return found


def burst(stack: Stack, part: str, size: int, *, is_limited: bool) -> list[Figure]:
    """Ask `size` questions at once and return the figures of this part."""
    stack.slack.limits.enabled = is_limited
    for channel in CHANNELS:
        members = [ADA, stack.slack.workspace.bot_user_id]
        stack.slack.workspace.channels[channel] = Channel(channel, channel.lower(), "channel", members)
    stack.claude.script(*[reply(ANSWER)] * size, when="burst question")
    calls = len(stack.slack.calls)
    asked = [ask(stack, number) for number in range(size)]
    with suppress(NotInTime):  # What is missing is a figure, too.
        wait_for(lambda: all(q.is_done for q in asked), "all answers", seconds=PATIENCE_SECONDS, poll=0.2)
    return figures(stack, part, asked, len(stack.slack.calls) - calls)


def ask(stack: Stack, number: int) -> Observed:
    words = f"burst question {number}."
    channel = CHANNELS[number % len(CHANNELS)]
    ts = stack.slack.say(channel, ADA, f"{stack.slack.mention} {words}")
    return Observed(stack, channel, ts, words)


def figures(stack: Stack, part: str, asked: list[Observed], calls: int) -> list[Figure]:
    done = [question for question in asked if question.is_done]
    signs = [question.sign_at - question.sent_at for question in asked if question.sign_at]
    texts = [question.first_text_at - question.sent_at for question in asked if question.reply]
    whole = [question.done_at - question.sent_at for question in done]
    wrong = [question for question in asked if not question.is_done or not is_right(question)]
    twice = [question for question in asked if len(question.all_replies) > 1]
    refused, least = len(stack.slack.limits.refused), model_seconds()
    sign, behind, share = (
        (SIGN_P95_SECONDS, BEHIND_MODEL_SECONDS, REFUSED_SHARE) if len(asked) == COMPARED else (None, None, None)
    )
    return [
        Figure(part, "event → first visible sign", "s", tuple(signs)),
        Figure(part, "event → first visible sign, 95th percentile", "s", (percentile(signs, 95),), target=sign),
        Figure(part, "event → first text", "s", tuple(texts)),
        Figure(part, "event → whole answer", "s", tuple(whole)),
        Figure(part, "last answer behind the model", "s", (max(whole, default=0.0) - least,), target=behind),
        Figure(part, "answers that are missing or not as the model spoke", "", (float(len(wrong)),), target=0.0),
        Figure(part, "answers given twice", "", (float(len(twice)),), target=0.0),
        Figure(part, "calls of Slack a reply", "", (calls / len(asked),)),
        Figure(part, "share of calls that Slack refused (429)", "", (refused / max(calls, 1),), target=share),
    ]


def is_right(question: Observed) -> bool:
    """Return whether a person reads the words of the model, once."""
    return sum(words_of(message).count(ANSWER) for message in question.all_replies) == 1


def model_seconds() -> float:
    """Return how long the stand-in for Claude speaks, by its own pace."""
    return PACE.first_token_seconds + PACE.chunk_seconds * len(ANSWER) / PACE.chunk_characters
