"""The worker's one composition root: every client of a process, made once and at first use."""

from __future__ import annotations

import functools
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import redis
from celery import Celery

from workers.actions import ActionServices
from workers.acts.services import ActServices
from workers.attempt import TurnServices
from workers.broker import Kicker
from workers.claude.client import Claude
from workers.filing import DraftDesk
from workers.jira.gateway import JiraGateway
from workers.keeper import Keeper
from workers.settings import WorkerSettings
from workers.slack.api import SlackClients
from workers.slack.cards import Cards
from workers.slack.files import SlackFiles
from workers.slack.modals import Modals
from workers.slack.people import People
from workers.slack.tell import Teller
from workers.state.cache import Cache
from workers.state.channel_settings import Channels
from workers.state.connection import connect
from workers.state.failed_turns import FailedTurns
from workers.state.filings import Filings
from workers.state.forms import Forms
from workers.state.limiter import Limiter
from workers.state.mailbox import Mailboxes
from workers.state.metrics import Metrics
from workers.state.usage import Usages

TOOL_THREADS = 32


@dataclass(frozen=True)
class Services:
    """All that the tasks of a worker process use."""

    redis: redis.Redis
    boxes: Mailboxes
    filings: Filings
    keeper: Keeper
    kicker: Kicker
    turns: TurnServices
    actions: ActionServices
    metrics: Metrics


def make_services(settings: WorkerSettings, app: Celery) -> Services:
    """Make every client of this process; none connects before it is used."""
    client = connect(settings.redis_url)
    metrics, cache = Metrics(client), Cache(client)
    boxes = Mailboxes(client, ttl_seconds=settings.history_ttl_seconds)
    filings = Filings(client, ttl_seconds=settings.history_ttl_seconds)
    failed = FailedTurns(client)
    slack = SlackClients(settings.slack_bot_token, settings.slack_base_url, Limiter(client), metrics)
    files = SlackFiles(slack, settings.slack_bot_token, settings.slack_base_url)
    people = People(slack, cache)
    jira = JiraGateway(settings, cache, metrics)
    cards = Cards(slack, sets_sessions=settings.slack_streaming)
    desk = DraftDesk(filings, cards, jira, files, metrics, write_policy=settings.write_policy)
    keeper, kicker = Keeper(boxes), Kicker(app)
    channels, usages, claude = Channels(client), Usages(client), Claude(settings, metrics)
    turns = TurnServices(
        settings=settings,
        boxes=boxes,
        filings=filings,
        failed=failed,
        keeper=keeper,
        slack=slack,
        files=files,
        people=people,
        jira=jira,
        claude=claude,
        desk=desk,
        channels=channels,
        usages=usages,
        cache=cache,
        metrics=metrics,
        tool_pool=ThreadPoolExecutor(TOOL_THREADS, thread_name_prefix="tool"),
        kick=kicker.kick,
    )
    acts = ActServices(
        settings=settings,
        slack=slack,
        people=people,
        tell=Teller(slack),
        modals=Modals(slack),
        jira=jira,
        claude=claude,
        desk=desk,
        filings=filings,
        channels=channels,
        forms=Forms(client),
        usages=usages,
        cache=cache,
    )
    actions = ActionServices(
        desk=desk,
        slack=slack,
        people=people,
        jira=jira,
        boxes=boxes,
        failed=failed,
        kick=kicker.kick,
        acts=acts,
    )
    return Services(client, boxes, filings, keeper, kicker, turns, actions, metrics)


class LazyServices:
    """The services of this process, made by the first task that needs them: never before a fork."""

    def __init__(self, settings: WorkerSettings, app: Celery) -> None:
        self._settings, self._app = settings, app

    @functools.cached_property
    def now(self) -> Services:
        return make_services(self._settings, self._app)
