"""The whole program on one machine: Redis, the stand-ins, and the real processes of the Procfile."""

from __future__ import annotations

import http.client
import itertools
import re
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType
from typing import Literal, Self, TypeVar

from sandbox import environment
from sandbox.claude.standin import ClaudeStandIn, Pacing
from sandbox.confluence.standin import ConfluenceStandIn
from sandbox.jira.standin import JiraStandIn
from sandbox.ports import LOOPBACK, free_port
from sandbox.process import STOP_SECONDS, Process
from sandbox.procfile import CHECKOUT, commands
from sandbox.recorder import Recorder
from sandbox.redis_server import RedisServer
from sandbox.server import Running
from sandbox.slack.standin import SlackStandIn
from sandbox.waiting import NotInTime, wait_for

START_SECONDS = 90.0
DEFAULT_PROJECTS = "OPS,WEB"
# As fast as a real model speaks: an answer of a few sentences is seen growing.
LIFELIKE = Pacing(first_token_seconds=0.4, chunk_seconds=0.05, chunk_characters=10)
_WORKER_READY = re.compile(r"\bready\.")


P = TypeVar("P", bound=Process)
Service = Literal["slack", "jira", "claude", "confluence"]
StandIn = SlackStandIn | JiraStandIn | ClaudeStandIn | ConfluenceStandIn


class NotStarted(RuntimeError):
    """A process of the stack ended or was not ready in time; the text says which, with the end of its log."""


class WebProcess(Process):
    """One `web` with its address."""

    port: int

    @property
    def url(self) -> str:
        return f"http://{LOOPBACK}:{self.port}"


class Stack:
    """Starts all of it on `with`, ready to be used; stops all of it in order at the end.

    `slack`, `jira`, `claude`, `confluence` are the stand-ins' Python objects, `redis` the server (None if REDIS_URL
    names one), `web`, `workers`, `beat` the processes: each has `.pid`, `.kill()`, `.terminate()`, `.log_text()`.
    `outer` is the environment in which REDIS_URL, a key for Claude or an address of Jira or Confluence put the real
    ones in the place of the stand-ins; without it everything is a stand-in. The data of `redis` outlive its restarts.
    Confluence is there, and read once the settings name a space of it in CONFLUENCE_SPACES. `tell` hears what is ready.
    """

    def __init__(
        self,
        *,
        web: int = 1,
        workers: int = 1,
        beat: bool = True,
        mode: Literal["socket", "http"] = "socket",
        pace: Pacing | None = None,
        settings: Mapping[str, str] | None = None,
        folder: Path = CHECKOUT / ".sandbox",
        outer: Mapping[str, str] | None = None,
    ) -> None:
        self.tell: Callable[[str], None] = lambda _: None
        self._wanted = (web, workers, beat)
        self.mode, self.folder = mode, folder.resolve()
        self._settings = dict(settings or {})
        self.outer = dict(outer or {})
        self.slack = SlackStandIn()
        self.jira = JiraStandIn(deployment=environment.jira_deployment({**self.outer, **self._settings}))
        self.claude = ClaudeStandIn(pacing=pace)
        self.confluence = ConfluenceStandIn.with_seeds()
        self.recorder = Recorder()
        self.redis: RedisServer | None = None
        self.web: list[WebProcess] = []
        self.workers: list[Process] = []
        self.beat: Process | None = None
        # Never used twice: a process's log is its own.
        self._numbers = {name: itertools.count(1) for name in ("web", "worker", "beat")}
        self._served: dict[Service, Running] = {}
        self._open = ExitStack()

    def __enter__(self) -> Self:
        try:
            self._start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def stop(self, patience_seconds: float = STOP_SECONDS) -> None:
        """Stop the processes together, then Redis and the stand-ins; safe to call twice.

        A process that is not gone within the patience is killed.
        """
        children = [*self.web, *self.workers, *([self.beat] if self.beat else [])]
        for process in children:
            process.resume()
            process.terminate()
        deadline = time.monotonic() + patience_seconds
        for process in children:
            process.stop(max(0.0, deadline - time.monotonic()))
        self._open.close()

    def start_web(self, settings: Mapping[str, str] | None = None) -> WebProcess:
        """Start one more `web`, with settings of its own, and return at once; `wait_until_ready` waits for it."""
        port = free_port()
        more = {**(settings or {}), "HOST": LOOPBACK, "PORT": str(port)}
        process = self._launch(WebProcess, "web", next(self._numbers["web"]), more)
        process.port = port
        self.web.append(process)
        return process

    def start_worker(self, settings: Mapping[str, str] | None = None) -> Process:
        """Start one more `worker`, with settings of its own, and return at once; `wait_until_ready` waits for it."""
        number = next(self._numbers["worker"])
        process = self._launch(Process, "worker", number, settings or {}, ["-n", f"worker{number}@sandbox"])
        self.workers.append(process)
        return process

    def start_beat(self) -> Process:
        """Start `beat`."""
        self.beat = self._launch(Process, "beat", next(self._numbers["beat"]), {})
        return self.beat

    def take_jira_down(self) -> None:
        """Refuse every connection to Jira's stand-in from now on; what it holds stays."""
        self._served["jira"].stop()

    def bring_jira_back(self) -> None:
        """Serve Jira's stand-in again, under its old address; nothing to do while it is served."""
        if not self._served["jira"].is_running:
            self._serve("jira", self.jira, self._served["jira"].port)

    def wait_until_ready(self) -> None:
        """Return when every process in the lists can do its work; raises NotStarted with the words of one that can't.

        Take a process that shall stay dead out of its list first.
        """
        for worker in self.workers:
            _wait(worker, partial(_has_said_ready, worker))
            self.tell(f"{worker.name} is ready")
        for web in self.web:
            _wait(web, partial(_answers, web.port, "/readyz"))
            self.tell(f"{web.name} is ready")
        if self.mode == "http" and self.web:
            self.slack.deliver_to(f"{self.web[0].url}/slack/events", environment.SIGNING_SECRET)

    @property
    def environment(self) -> dict[str, str]:
        """Everything that the processes are told."""
        way_in = {"SLACK_APP_TOKEN": environment.APP_TOKEN}
        if self.mode == "http":
            way_in = {"SLACK_SIGNING_SECRET": environment.SIGNING_SECRET}
        return {
            **environment.base(),
            **environment.network(self.outer),
            "REDIS_URL": self.redis_url,
            "SLACK_API_URL": f"{self.slack_url}/api/",
            "SLACK_BOT_TOKEN": environment.BOT_TOKEN,
            **way_in,
            **environment.claude(self.outer, self.claude_url, next(iter(self.claude.api_keys))),
            **environment.jira(self.outer, self._jira_stand_in()),
            **environment.confluence(self.outer, self._confluence_stand_in()),
            **self._settings,
        }

    def _jira_stand_in(self) -> dict[str, str]:
        return {
            "JIRA_URL": self.jira_url,
            "JIRA_SITE_URL": self.jira_url,
            **self._jira_login(),
            "JIRA_PROJECTS": DEFAULT_PROJECTS,
        }

    def _jira_login(self) -> dict[str, str]:
        if self.jira.site.is_cloud:
            return {"JIRA_EMAIL": self.jira.email, "JIRA_API_TOKEN": self.jira.api_token}
        return {"JIRA_DEPLOYMENT": "datacenter", "JIRA_PAT": self.jira.pat}

    def _confluence_stand_in(self) -> dict[str, str]:
        return {
            "CONFLUENCE_URL": f"{self.confluence_url}/wiki",
            "CONFLUENCE_EMAIL": self.confluence.email,
            "CONFLUENCE_API_TOKEN": self.confluence.api_token,
        }

    def _start(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        for old in (self.folder / "log").glob("*.log"):
            old.unlink()
        self.redis_url = self._start_redis()
        self.tell("Redis is ready")
        self.slack_url = self._serve("slack", self.slack)
        self.jira_url = self._serve("jira", self.jira, free_port())  # It may be away for a while.
        self.claude_url = self._serve("claude", self.claude)
        self.confluence_url = self._serve("confluence", self.confluence)
        self.tell("the stand-ins are ready; the first start of the processes may take half a minute")
        web, workers, beat = self._wanted
        for _ in range(web):
            self.start_web()
        for _ in range(workers):
            self.start_worker()
        if beat:
            self.start_beat()
        self.wait_until_ready()

    def _start_redis(self) -> str:
        if url := self.outer.get("REDIS_URL"):
            return url
        data = self._open.enter_context(TemporaryDirectory(prefix="redis-", dir=self.folder))
        self.redis = self._open.enter_context(RedisServer(Path(data), appendonly=True))
        return self.redis.url

    def _serve(self, name: Service, stand_in: StandIn, port: int = 0) -> str:
        running = Running(lambda: self.recorder.watch(name, stand_in.make_app()), port=port)
        self._served[name] = running
        self._open.callback(running.stop)
        return running.url

    def _launch(
        self, kind: type[P], name: str, number: int, more: Mapping[str, str], arguments: Sequence[str] = ()
    ) -> P:
        return kind(
            f"{name} {number}",
            [*commands()[name], *arguments],
            log=self.folder / "log" / f"{name}-{number}.log",
            env={**self.environment, **more},
            cwd=self.folder,
        )


def _wait(process: Process, is_ready: Callable[[], bool]) -> None:
    """Return when a process is ready; raises NotStarted once it has ended, or when it takes too long."""
    try:
        wait_for(lambda: is_ready() or not process.is_running, process.name, seconds=START_SECONDS)
    except NotInTime as late:
        raise NotStarted(f"{late} is not ready:\n{process.log_text()[-2000:]}") from None
    if not process.is_running:
        raise NotStarted(f"{process.name} has ended:\n{process.log_text()[-2000:]}")


def _has_said_ready(worker: Process) -> bool:
    return bool(_WORKER_READY.search(worker.log_text()))


def _answers(port: int, path: str) -> bool:
    """Return whether a process answers 200 there."""
    connection = http.client.HTTPConnection(LOOPBACK, port, timeout=2)
    try:
        connection.request("GET", path)
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()
