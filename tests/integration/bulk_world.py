"""A worker's bulk jobs against the three stand-ins and a real server: a step at a time, in a test's own time."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import redis
from celery import Celery

from sandbox.claude import DEFAULT_KEY, ClaudeStandIn
from sandbox.jira import issues
from sandbox.jira.catalogue import ADA as ADA_IN_JIRA
from sandbox.jira.seeds import paragraphs
from sandbox.jira.standin import JiraStandIn
from sandbox.server import Running
from sandbox.slack import BOT_TOKEN, SlackStandIn
from workers.bulk.run import run_job, start_job
from workers.bulk.services import BulkServices
from workers.bulk_jobs import Job, JobKind, job_id
from workers.keeper import Keeper
from workers.services import Services
from workers.settings import WorkerSettings

CHANNEL, ADA, GRACE = "C0SUPPORT", "U0ADA0001", "U0GRACE01"


class BulkWorld:
    """One workspace with its Jira, its Claude, and as many workers as a test wants."""

    def __init__(
        self, urls: dict[str, str], redis_url: str, slack: SlackStandIn, jira: JiraStandIn, claude: ClaudeStandIn
    ) -> None:
        self.slack, self.jira, self.claude = slack, jira, claude
        self._given = {
            "slack_bot_token": BOT_TOKEN,
            "slack_api_url": f"{urls['slack']}/api/",
            "anthropic_api_key": DEFAULT_KEY,
            "anthropic_base_url": urls["claude"],
            "jira_url": urls["jira"],
            "jira_site_url": "https://jira.example.com",
            "jira_projects": "OPS,WEB",
            "jira_email": jira.email,
            "jira_api_token": jira.api_token,
            "redis_url": redis_url,
            "batch_poll_seconds": 0.01,
        }
        self.worker = self.new_worker()

    def new_worker(self, **changed: Any) -> Services:
        """Return the parts of a worker that knows nothing but what lies in Redis."""
        self.worker = Services(WorkerSettings.model_validate(self._given | changed), Celery(broker="memory://"))
        return self.worker

    @property
    def bulk(self) -> BulkServices:
        return self.worker.bulk

    @property
    def team_id(self) -> str:
        return self.slack.workspace.team_id

    def start(self, kind: JobKind, *, user_id: str = "", channel_id: str = CHANNEL, **asked: Any) -> Job:
        """Store a job, as a command or the clock does; a digest that Ada wanted, unless it says otherwise."""
        asked = asked if user_id else {"by": ADA} | asked
        job = Job(
            id=job_id(kind, str(time.time())), kind=kind, team_id=self.team_id, channel_id=channel_id,
            user_id=user_id, asked=asked, created_at=time.time(),
        )  # fmt: skip
        start_job(job, self.bulk)
        return job

    def now(self, job: Job) -> Job:
        """Return a job as it stands."""
        found = self.bulk.jobs.get(job.team_id, job.id)
        assert found is not None
        return found

    def turn(self, job: Job) -> Job:
        """Let a worker do what it can of a job, once."""
        claim = self.bulk.boxes.claim(job.box)
        if claim:
            run_job(claim, self.bulk, Keeper(self.bulk.boxes))
        return self.now(job)

    def run(self, job: Job, *until: str, seconds: float = 60) -> Job:
        """Let workers go on until the job is over, or in one of these states."""
        give_up_at = time.monotonic() + seconds
        while time.monotonic() < give_up_at:
            now = self.turn(job)
            if now.is_over or now.state in until:
                return now
        raise AssertionError(f"the job is still {self.now(job).state}")

    def file(self, summary: str, description: str = "It happens.", **fields: Any) -> str:
        """File an issue as a person does, and return its key."""
        given = {"project": {"key": "OPS"}, "issuetype": {"name": "Task"}, "summary": summary}
        given |= {"description": paragraphs(description), **fields}
        return issues.create(self.jira.site, ADA_IN_JIRA, {"fields": given}).key


@contextmanager
def bulk_world(redis_url: str, _client: redis.Redis, *, with_seeds: bool = True) -> Iterator[BulkWorld]:
    """Serve the stand-ins while inside."""
    slack, jira, claude = SlackStandIn(), JiraStandIn(with_seeds=with_seeds), ClaudeStandIn()
    claude.batch_seconds = 0
    with ExitStack() as open_:
        urls: dict[str, str] = {}
        for name, stand_in in (("slack", slack), ("jira", jira), ("claude", claude)):
            running = Running(stand_in.make_app)
            open_.callback(running.stop)
            urls[name] = running.url
        yield BulkWorld(urls, redis_url, slack, jira, claude)
