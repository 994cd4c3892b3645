"""The faults: each kind is struck here, and noted with the moment it began and ended and the questions it touched."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from random import Random

from bench.chaos.answers import ODDITIES, Model, question
from bench.chaos.apart import Apart
from bench.chaos.call_faults import FAULTS
from bench.chaos.people import People
from bench.chaos.plan import Blow, Plan
from bench.chaos.redis_faults import RedisFaults
from bench.chaos.supervisor import Supervisor
from sandbox.faults import Faults
from sandbox.process import Process
from sandbox.sentinels import Sentinels
from sandbox.slack import BOT_TOKEN
from sandbox.slack.delivery import Delivery
from sandbox.stack import Stack

DELIVERIES_LOOKED_AT = 40
ROLLING_SECONDS = 3.0
REFUSED_SECONDS = 3.0
STREAM_SECONDS = 1e6
"""Longer than any stream lives."""


@dataclass
class Strike:
    """A fault that really happened."""

    kind: str
    at: float
    ends_at: float
    tokens: set[str]
    what: str = ""


@dataclass
class Blows:
    """Strikes what the plan says; `later` runs an act after so many seconds, in the thread of the supervisor."""

    stack: Stack
    behind: Sentinels
    plan: Plan
    people: People
    model: Model
    supervisor: Supervisor
    later: Callable[[float, Callable[[], None]], None]
    strikes: list[Strike] = field(default_factory=list)
    _by_label: dict[str, Strike] = field(default_factory=dict)
    _read: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._redis = RedisFaults(self.behind, self._do, self.later)

    @property
    def _apart(self) -> Apart:
        return Apart(self.stack, self.plan, self.people, self.later, self._do_apart)

    @property
    def _faults_of(self) -> dict[str, Faults]:
        return {"slack": self.stack.slack.faults, "jira": self.stack.jira.faults, "claude": self.stack.claude.faults}

    def strike(self, blow: Blow) -> None:
        """Let one fault happen, or order it of a stand-in for its next calls."""
        random = Random(blow.draw)
        thing, _, how = blow.kind.partition(": ")
        own: dict[str, Callable[[], object]] = {
            "web: kill -9, all": lambda: self._do(blow.kind, self._kill_all_web),
            "all: rolling restart": lambda: self._restart_all(blow.kind),
            "slack: token revoked": lambda: self._revoke_token(random),
            "slack: stream expired": lambda: self._expire(blow.kind, random),
            "jira: refused": lambda: self._refuse_jira(blow.kind),
            "events: question edited": lambda: self._edit(blow.kind, random),
        }
        by_thing: dict[str, Callable[[], object]] = {
            **dict.fromkeys(("worker", "web", "beat"), lambda: self._process(blow.kind, thing, how, random)),
            "redis": lambda: self._redis.strike(how, random),
            "socket": lambda: self._socket(blow.kind, how),
            "events": lambda: self._deliver_again(random),
            "set apart": lambda: self._apart.take_away(blow),
        }
        (own.get(blow.kind) or by_thing.get(thing) or (lambda: self._order(blow, random)))()

    def tick(self) -> None:
        """Note the ordered faults that calls have met since the last look."""
        for name, faults in self._faults_of.items():
            for at, fault in faults.played[self._read.get(name, 0) :]:
                self._met(fault.label, at)
                self._read[name] = self._read.get(name, 0) + 1
        while self.model.played:
            at, label = self.model.played.pop(0)
            self._met(label, at)

    def calm_down(self) -> None:
        """Take back what was ordered and has met no call."""
        for faults in self._faults_of.values():
            faults.clear()
        self.model.clear()

    def _order(self, blow: Blow, random: Random) -> None:
        label = f"{blow.kind}#{blow.draw}"
        if blow.kind in ODDITIES:
            self.model.order(blow.kind, label)
            return
        faults = self._faults_of[blow.kind.partition(":")[0]]
        for fault in FAULTS[blow.kind](random):
            faults.add(fault.model_copy(update={"label": label}))

    def _met(self, label: str, at: float) -> None:
        strike = self._by_label.get(label)
        if strike is None:
            strike = self._by_label[label] = self._note(label.partition("#")[0], at, at)
        strike.ends_at = at
        strike.tokens |= self._in_flight()

    def _do(
        self, kind: str, act: Callable[[], object], *, seconds: float = 0, tokens: set[str] | None = None
    ) -> Strike:
        """Let something happen now that is over after so many seconds."""
        at = time.monotonic()
        strike = self._note(kind, at, at + seconds, tokens)
        act()
        return strike

    def _do_apart(self, kind: str, act: Callable[[], None], seconds: float) -> None:
        self._do(kind, act, seconds=seconds, tokens=set())

    def _note(self, kind: str, at: float, ends_at: float, tokens: set[str] | None = None, what: str = "") -> Strike:
        strike = Strike(kind, at, ends_at, self._in_flight() if tokens is None else tokens, what)
        self.strikes.append(strike)
        return strike

    def _in_flight(self) -> set[str]:
        return {one.mention.token for one in self.people.in_flight()}

    def _process(self, kind: str, thing: str, how: str, random: Random) -> None:
        victim, held = self._victim(thing, random)
        if victim is None or not victim.is_running:
            return
        at = time.monotonic()
        if how.startswith("kill -9"):
            self._note(kind, at, at, held, victim.name)
            self.supervisor.kill(victim)
        elif how == "SIGTERM":
            self._note(kind, at, at, held, victim.name)
            self.supervisor.terminate(victim)
        else:
            # A worker's lease is 6 s: a pause beyond it makes another worker take over while this one still believes.
            seconds = random.uniform(8, 14) if thing == "worker" else random.uniform(4, 8)
            self._note(kind, at, at + seconds, held, victim.name)
            victim.pause()
            self.later(seconds, victim.resume)

    def _victim(self, thing: str, random: Random) -> tuple[Process | None, set[str] | None]:
        """Return a process and the questions in its hands; a worker with work is struck before one without."""
        if thing == "beat":
            return self.stack.beat, set()
        if thing == "web":
            return random.choice(self.stack.web), None
        waiting = {one.ts: one.mention.token for one in self.people.in_flight()}
        held = {
            worker.name: {waiting[ts] for ts in self.supervisor.held_by(worker) if ts in waiting}
            for worker in self.stack.workers
        }
        busy = [worker for worker in self.stack.workers if held[worker.name]]
        victim = random.choice(busy or self.stack.workers)
        return victim, held[victim.name]

    def _kill_all_web(self) -> None:
        for web in self.stack.web:
            self.supervisor.kill(web)

    def _refuse_jira(self, kind: str) -> None:
        self._do(kind, self.stack.take_jira_down, seconds=REFUSED_SECONDS)
        self.later(REFUSED_SECONDS, self.stack.bring_jira_back)

    def _socket(self, kind: str, how: str) -> None:
        cut = self.stack.slack.cut_connections if how == "cut" else self.stack.slack.disconnect
        self.people.after_next_question(lambda: self._do(kind, cut))

    def _restart_all(self, kind: str) -> None:
        """Restart one process after the other, as a new version is rolled out."""
        processes = self.supervisor.processes
        self._do(kind, lambda: None, seconds=ROLLING_SECONDS * len(processes))
        for number, process in enumerate(processes):
            self.later(ROLLING_SECONDS * number, lambda process=process: self.supervisor.terminate(process))  # type: ignore[misc]

    def _edit(self, kind: str, random: Random) -> None:
        """Let somebody put a question into other words while it is answered; a draft may be pressed meanwhile."""
        asked = [one for one in self.people.in_flight() if one.mention.kind != "file"]
        if not asked:
            return
        one, slack = random.choice(asked), self.stack.slack
        words = f"{slack.mention} {question(one.mention.token, one.mention.kind)} In short ({random.randrange(1000)})."
        edit = partial(slack.edit, one.channel, one.ts, words)
        self._do(kind, lambda: self.people.pool.submit(edit), tokens={one.mention.token})

    def _revoke_token(self, random: Random) -> None:
        slack, seconds = self.stack.slack.slack, random.uniform(1, 4)
        self._do("slack: token revoked", lambda: setattr(slack, "bot_tokens", {"xoxb-another"}), seconds=seconds)
        self.later(seconds, lambda: setattr(slack, "bot_tokens", {BOT_TOKEN}))

    def _expire(self, kind: str, random: Random) -> None:
        """Let the lifetime of a stream be over in the middle of its answer."""
        live = self.stack.slack.live_streams()
        if live:
            stream = random.choice(live)
            self._do(kind, lambda: setattr(stream, "started_at", -STREAM_SECONDS))

    def _deliver_again(self, random: Random) -> None:
        events = [one for one in self.stack.slack.deliveries if one.kind == "events_api" and one.is_acked]
        if not events:
            return
        chosen = random.choice(events[-DELIVERIES_LOOKED_AT:])
        self._do("events: delivered again", lambda: [self.people.pool.submit(self._again, chosen) for _ in range(2)])

    def _again(self, delivery: Delivery) -> None:
        try:
            self.stack.slack.redeliver(delivery)
        except TimeoutError:
            return
