"""The story of a run: start everything, let people ask while faults strike, wait for the end of it, count."""

from __future__ import annotations

import heapq
import http.client
import itertools
import re
import statistics
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.chaos import report
from bench.chaos.answers import Model
from bench.chaos.blows import Blows
from bench.chaos.counts import Finding, findings
from bench.chaos.people import People
from bench.chaos.plan import ASKERS, CHANNELS, Plan
from bench.chaos.redis_faults import FAILOVER_AFTER_MS
from bench.chaos.supervisor import Supervisor
from sandbox.claude.standin import Pacing
from sandbox.ports import LOOPBACK
from sandbox.procfile import CHECKOUT
from sandbox.sentinels import Sentinels
from sandbox.slack.records import Channel
from sandbox.stack import Stack, WebProcess

FOLDER = CHECKOUT / ".sandbox" / "chaos"
PACE = Pacing(first_token_seconds=0.3, chunk_seconds=0.04, chunk_characters=12)
TICK_SECONDS = 0.05
TELL_SECONDS = 15.0
QUIET_SECONDS = 4.0
"""So long Slack must have heard nothing from the bot before it is counted."""
INDEX_DELAY_SECONDS = 6.0
JIRA_CALLS_A_SECOND = 20
_DEPTH = re.compile(r"^supportbot_queue_depth (\d+)", re.MULTILINE)


def run(plan: Plan, folder: Path = FOLDER, *, streams: bool = True) -> int:
    """Run a plan, print what it shows and return the exit status."""
    print(f"seed {plan.seed}", flush=True)
    settings = {"SLACK_STREAMING": str(streams).lower()}
    with (
        TemporaryDirectory(prefix="redis-") as data,
        Sentinels(Path(data), down_after_ms=FAILOVER_AFTER_MS) as behind,
        Stack(
            web=2, workers=3, pace=PACE, folder=folder, settings=settings, outer={"REDIS_URL": behind.url()}
        ) as stack,
    ):
        _furnish(stack, plan)
        chaos = Chaos(stack, behind, plan)
        try:
            chaos.go()
        finally:
            chaos.people.stop()
        found = findings(stack, list(chaos.people.asked.values()), chaos.model.verdicts)
        return _tell(chaos, found, folder)


class Chaos:
    """One run; all of it but the people happens in this thread."""

    def __init__(self, stack: Stack, behind: Sentinels, plan: Plan) -> None:
        self.stack, self.plan = stack, plan
        self.begun = time.monotonic()
        self._acts: list[tuple[float, int, Callable[[], None]]] = []
        self._numbers = itertools.count()
        model = Model()
        stack.claude.script(model, forever=True)
        self.people = People(stack, plan, model, self.begun)
        self.supervisor = Supervisor(stack)
        self.model = model
        self.blows = Blows(stack, behind, plan, self.people, model, self.supervisor, self._later)
        self._tell_at = self.begun + TELL_SECONDS
        self.settled_after: float | None = None
        """Seconds from the last planned thing until nothing was left to do; None if something still is."""

    def go(self) -> None:
        """Strike and ask, then wait until all is settled, for a bounded time."""
        for blow in self.plan.blows:
            self._at(self.begun + blow.at, lambda blow=blow: self.blows.strike(blow))  # type: ignore[misc]
        size = self.plan.size
        cycle = size.storm_seconds + size.calm_seconds
        for number in range(int(size.seconds / cycle) + 1):
            self._at(self.begun + number * cycle + size.storm_seconds, self.blows.calm_down)
        self.people.start()
        self._until(lambda: self.people.have_asked_all and not self._acts, size.seconds + 60.0)
        self.blows.calm_down()
        ended = time.monotonic()
        if self._until(self._is_settled, size.settle_seconds):
            self.settled_after = time.monotonic() - ended

    def _is_settled(self) -> bool:
        if self.people.unsettled():
            return False
        calls = self.stack.slack.door.calls
        return time.monotonic() - calls[-1].at > QUIET_SECONDS and _depth(self.stack.web) == 0

    def _until(self, is_over: Callable[[], bool], seconds: float) -> bool:
        """Keep everything going until the condition holds; return whether it came to hold."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if self.people.problem:
                raise self.people.problem
            self._tick()
            if is_over():
                return True
            time.sleep(TICK_SECONDS)
        return False

    def _tick(self) -> None:
        now = time.monotonic()
        while self._acts and self._acts[0][0] <= now:
            heapq.heappop(self._acts)[2]()
        self.supervisor.tick()
        self.blows.tick()
        if now >= self._tell_at:
            self._tell_at = now + TELL_SECONDS
            asked, waiting = len(self.people.asked), len(self.people.unsettled())
            told = f"{now - self.begun:6.0f} s  {asked} asked, {waiting} not settled, {len(self.blows.strikes)} faults"
            print(told, flush=True)

    def _at(self, at: float, act: Callable[[], None]) -> None:
        heapq.heappush(self._acts, (at, next(self._numbers), act))

    def _later(self, seconds: float, act: Callable[[], None]) -> None:
        self._at(time.monotonic() + seconds, act)


def _furnish(stack: Stack, plan: Plan) -> None:
    """Open the channels of the run, and make the stand-ins as strict as the real services."""
    workspace = stack.slack.workspace
    names = dict.fromkeys([*CHANNELS, *(one.channel for one in plan.conversations if one.channel.startswith("C"))])
    for name in names:
        members = [*ASKERS, workspace.bot_user_id]
        workspace.channels[name] = Channel(name, name.lower().replace("c0", ""), "channel", members)
    stack.jira.index_delay_seconds = INDEX_DELAY_SECONDS
    stack.jira.limits.burst_per_second, stack.jira.limits.per_issue = JIRA_CALLS_A_SECOND, True


def _depth(webs: list[WebProcess]) -> int | None:
    """Return how much waits, as `/metrics` of any web says it; None if none answers."""
    for web in webs:
        connection = http.client.HTTPConnection(LOOPBACK, web.port, timeout=2)
        try:
            connection.request("GET", "/metrics")
            found = _DEPTH.search(connection.getresponse().read().decode())
        except OSError:
            continue
        finally:
            connection.close()
        if found:
            return int(found[1])
    return None


def _tell(chaos: Chaos, found: list[Finding], folder: Path) -> int:
    plan, people, strikes = chaos.plan, chaos.people, chaos.blows.strikes
    asked = people.asked
    filing = sum(one.mention.kind == "file" for one in asked.values())
    touched = {token for strike in strikes for token in strike.tokens}
    calm = [one.answered_at - one.at for one in asked.values() if one.answered_at and one.mention.token not in touched]
    print(f"\n{len(asked)} mentions in {len(plan.conversations)} conversations, {filing} asked to file")
    print(f"{len(strikes)} faults, {sum(one.retries for one in asked.values())} times Try again was pressed")
    if calm:
        print(f"a question that no fault touched was answered in {statistics.median(calm):.1f} s (median)")
    print(_slack_line(chaos.stack))
    print(f"\n{report.table(strikes, asked)}\n\n{report.kill_line(strikes, asked)}")
    print(f"\n{report.counts_line(found)}", flush=True)
    problems = _problems(chaos)
    if found or problems:
        print("\n" + "\n".join(problems))
        print(report.explain(found, strikes, chaos.begun))
        path = report.write(folder, chaos.stack, found, strikes, chaos.begun)
        print(f"\nmore in {path}, the processes' logs in {folder / 'log'}", flush=True)
        return 1
    print(f"all counts are zero, seed {plan.seed}", flush=True)
    return 0


def _problems(chaos: Chaos) -> list[str]:
    """Return what spoils the run beside the counts."""
    problems = list(chaos.supervisor.surprises)
    if chaos.settled_after is None:
        problems.append(
            f"not settled within {chaos.plan.size.settle_seconds:g} s, queue depth {_depth(chaos.stack.web)}"
        )
    if len(chaos.blows.strikes) < chaos.plan.size.least_faults:
        problems.append(f"only {len(chaos.blows.strikes)} faults struck, {chaos.plan.size.least_faults} are wanted")
    return problems


def _slack_line(stack: Stack) -> str:
    """Say how often Slack was called to write and to read, and how often it refused for its limits."""
    calls = Counter(call.method for call in stack.slack.calls if call.method.startswith(("chat.", "conversations.")))
    refused = Counter(refusal.method for refusal in stack.slack.limits.refused)
    heard = ", ".join(f"{method} {count}" for method, count in calls.most_common())
    return f"Slack heard {heard}; refused for its limits: {dict(refused) or 'none'}"
