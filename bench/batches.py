"""Triage of a thousand issues in batches: 5 % errors, a worker killed in the middle, and what it costs."""

from __future__ import annotations

import json
import time
from collections import Counter
from pathlib import Path

from bench.figures import Figure
from sandbox.faults import Fault
from sandbox.jira import issues
from sandbox.jira.catalogue import ADA
from sandbox.jira.seeds import paragraphs
from sandbox.stack import Stack
from sandbox.waiting import wait_for
from workers.claude.prices import PriceList
from workers.rounds import Usage

PART = "batches"
ISSUES, ERRORS = 1_000, 50
CHANNEL, PERSON = "C0SUPPORT", "U0ADA0001"
SETTINGS = {"BATCH_POLL_SECONDS": "1", "TRIAGE_DAYS": "1", "JIRA_OPEN_PROJECTS": "OPS,WEB"}
PATIENCE_SECONDS = 300.0


def measure_batches(folder: Path) -> list[Figure]:
    """Triage a thousand issues and count how often each was answered."""
    with Stack(workers=0, beat=False, settings=SETTINGS, folder=folder) as stack:
        keys = _file(stack)
        stack.claude.batch_seconds = 3
        stack.claude.faults.add(Fault(operation="batch_item", kind="error", error="overloaded_error", times=ERRORS))
        victim = stack.start_worker({"SUPPORT_BOT_FAILPOINT": "batch_sent"})
        stack.wait_until_ready()
        began = time.monotonic()
        stack.slack.command(CHANNEL, PERSON, "/jira", "triage OPS")
        wait_for(lambda: not victim.is_running, "the death of the worker that sent the batch", seconds=PATIENCE_SECONDS)
        stack.start_worker()
        wait_for(lambda: _is_told(stack), "the digest", seconds=PATIENCE_SECONDS)
        seconds = time.monotonic() - began
        return [Figure(PART, "from the command to the digest", "s", (seconds,)), *_figures(stack, keys)]


def _file(stack: Stack) -> list[str]:
    given = {"project": {"key": "OPS"}, "issuetype": {"name": "Task"}, "description": paragraphs("It happens daily.")}
    summaries = (f"Export {number} fails for many users" for number in range(ISSUES))
    return [issues.create(stack.jira.site, ADA, {"fields": given | {"summary": summary}}).key for summary in summaries]


def _is_told(stack: Stack) -> bool:
    return any(
        (message.metadata or {}).get("event_type") == "supportbot_digest" and "I suggest" in str(message.blocks)
        for message in stack.slack.messages(CHANNEL)
    )


def _figures(stack: Stack, keys: list[str]) -> list[Figure]:
    answered: Counter[str] = Counter()
    full, half = 0.0, 0.0
    batches = list(stack.claude.batches.values())
    prices = PriceList()
    for batch in batches:
        for result in batch.results:
            if result["result"]["type"] != "succeeded":
                continue
            answered[_summary(batch.requests[result["custom_id"]])] += 1
            message = result["result"]["message"]
            usage = Usage.model_validate({name: message["usage"].get(name) or 0 for name in Usage.model_fields})
            full += prices.cost(message["model"], usage)
            half += prices.cost(message["model"], usage, is_batch=True)
    once = sum(answered[stack.jira.issue(key).fields["summary"]] == 1 for key in keys)
    twice = sum(number > 1 for number in answered.values())
    return [
        _one("issues triaged once", "", once, f"of {ISSUES}"),
        _one("issues triaged twice", "", twice),
        _one("batches sent", "", len(batches), f"of {' and '.join(str(len(each.requests)) for each in batches)}"),
        _one("requests that failed and were sent again", "", ERRORS),
        _one("cost in batches", "USD", half),
        _one("cost of the same calls one by one", "USD", full),
    ]


def _summary(params: dict[str, object]) -> str:
    text = json.dumps(params["messages"], ensure_ascii=False)
    return text.partition("Summary: ")[2].partition("\\n")[0]


def _one(name: str, unit: str, value: float, note: str = "") -> Figure:
    return Figure(PART, name, unit, (float(value),), note=note)
