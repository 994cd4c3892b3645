"""What a conversation of ten turns with tools costs: counted by the stand-in, by the published prices."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from bench.figures import Figure
from bench.observed import STOP
from bench.overhead import forget_limits
from sandbox.claude.bill import Bill, bill
from sandbox.claude.scripts import Reply, reply, thinking, tool
from sandbox.claude.standin import Recorded
from sandbox.stack import Stack
from sandbox.waiting import wait_for

PART = "a conversation of ten turns with tools"
CHANNEL, ADA = "C0SUPPORT", "U0ADA0001"
PATIENCE_SECONDS = 60.0
# A problem a turn, as people bring them up one after another in a long thread.
PROBLEMS = (
    "the VPN gateway drops everybody on the hour with error 809",
    "the printer on the third floor prints blank pages since the driver update",
    "the payroll export hangs at 40 percent for the accounting team",
    "single sign-on asks for the password twice in Firefox",
    "the backup of the mail archive ran out of disk space last night",
    "the build agents lose their connection to the artifact store",
    "the meeting room panel shows yesterday's bookings",
    "customers in Norway get mails with broken umlauts",
    "the search index of the wiki is two days old",
    "the on-call phone rings twice for every alert",
)
ANSWER = (
    "{problem}: here is what I found.\n\n- Two issues come close; the first one is about the same component and was"
    " changed this week.\n- Nothing covers exactly what you describe, and nobody works on it yet.\n\n**Severity:**"
    " high, since a whole team is held up. **Component:** not clear yet. Tell me since when this happens and who is"
    " affected, and say *file it* if you want me to draft an issue."
)


def converse(
    stack: Stack, turns: int = len(PROBLEMS), rounds: Callable[[str], tuple[Reply, ...]] | None = None
) -> list[list[Recorded]]:
    """Hold the conversation and return the requests of each turn; `rounds` says what the model does for a problem."""
    asked: list[list[Recorded]] = []
    thread = ""
    for number, problem in enumerate(PROBLEMS[:turns]):
        forget_limits(stack)
        words = f"Number {number}: {problem}. What do we know about it, and how bad is it?"
        stack.claude.script(*(rounds or _rounds)(problem), when=words)
        before = len(stack.claude.message_requests)
        ts = stack.slack.say(CHANNEL, ADA, f"{stack.slack.mention} {words}", thread or None)
        thread = thread or ts
        wait_for(partial(_is_answered, stack, thread, number + 1), f"answer {number + 1}", seconds=PATIENCE_SECONDS)
        asked.append([kept for kept in stack.claude.message_requests[before:] if _is_loop(kept)])
    return asked


def _is_answered(stack: Stack, thread: str, number: int) -> bool:
    said = stack.slack.replies_of_bot(CHANNEL, thread)
    return (
        len(said) == number and bool(said[-1].metadata) and STOP not in said[-1].action_ids and not said[-1].is_growing
    )


def _rounds(problem: str) -> tuple[Reply, ...]:
    """Return what the model does for one problem: two searches at once, a closer look, an answer."""
    first, second = problem.split()[1:3], problem.split()[3:5]
    return (
        reply(
            thinking(f"The person reports that {problem}. I look for issues about it."),
            tool("jira_search", {"keywords": [" ".join(first)], "status": "any"}),
            tool("jira_search", {"keywords": [" ".join(second), first[0]], "status": "open", "sort": "updated"}),
        ),
        reply(thinking("The first hit may be the same; I read it."), tool("jira_get_issue", {"key": "OPS-1"})),
        reply(ANSWER.format(problem=problem)),
    )


def one_search(problem: str) -> tuple[Reply, ...]:
    """Return the least that a turn with a tool is: one search, and a sentence."""
    return reply(tool("jira_search", {"keywords": [" ".join(problem.split()[1:3])]})), reply("Nothing known of that.")


def _is_loop(kept: Recorded) -> bool:
    """True for a request of the tool loop, which a title or a summary is not."""
    return bool(kept.body.get("tools"))


def prefix_of(body: dict[str, Any]) -> str:
    """Return the bytes that the next request must begin with: all but where the breakpoints stand."""
    parts = json.dumps([body["tools"], body["system"], body["messages"]], ensure_ascii=False)
    whole = json.dumps(_unmarked(json.loads(parts)), ensure_ascii=False)
    return whole.removesuffix("]]")


def _unmarked(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _unmarked(part) for name, part in value.items() if name != "cache_control"}
    return [_unmarked(part) for part in value] if isinstance(value, list) else value


def measure_caching(folder: Path) -> list[Figure]:
    """Hold the conversation with the real processes and return what it cost."""
    with Stack(beat=False, folder=folder) as stack:
        turns = converse(stack)
    flat = [kept for turn in turns for kept in turn]
    return figures(bill(flat), bill(flat[len(turns[0]) :], flat[: len(turns[0])]))


def figures(whole: Bill, later: Bill) -> list[Figure]:
    """Return the shares in percent, and the dollars."""
    note = f"{whole.requests} requests, {whole.prompt_tokens:,.0f} tokens read by the model"
    return [
        Figure(PART, "not read from the cache, from turn 2 on", "%", (100 - 100 * later.read_share,), 10, note),
        Figure(PART, "input, of its price without a cache", "%", (100 * whole.input_share,), 20),
        Figure(PART, "all, of its price without a cache", "%", (100 * whole.whole_share,), 30),
        Figure(PART, "all, by its price with a perfect cache", "times", (whole.over_perfect,), 1.1),
        Figure(PART, "price of the conversation", "$", (whole.input_usd + whole.output_usd,)),
    ]
