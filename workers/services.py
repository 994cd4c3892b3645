"""The worker's one composition root: every part of a process, made once and at first use."""

from __future__ import annotations

import functools
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Self, TypeVar, overload

import redis
from celery import Celery

from workers.actions import ActionServices
from workers.acts.services import ActServices
from workers.attempt import TurnServices
from workers.broker import Kicker
from workers.bulk.services import BulkServices
from workers.changes.desk import ChangeDesk
from workers.claude.batches import Batches
from workers.claude.client import Claude
from workers.claude.purse import Purse
from workers.duplicates.finder import Duplicates
from workers.filing import DraftDesk
from workers.jira.gateway import JiraGateway
from workers.keeper import Keeper
from workers.knowledge.library import Library
from workers.knowledge.sources import sources_of
from workers.knowledge.values import Source
from workers.settings import WorkerSettings
from workers.slack.api import SlackClients
from workers.slack.cards import Cards
from workers.slack.files import SlackFiles
from workers.slack.modals import Modals
from workers.slack.people import People
from workers.slack.tell import Teller
from workers.state.accounts import Accounts
from workers.state.bulk_jobs import BulkJobs
from workers.state.cache import Cache
from workers.state.channel_settings import Channels
from workers.state.connection import connect
from workers.state.decisions import Decisions
from workers.state.failed_turns import FailedTurns
from workers.state.filings import Filings
from workers.state.forms import Forms
from workers.state.knowledge import KnowledgeStore
from workers.state.limiter import Limiter
from workers.state.mailbox import Mailboxes
from workers.state.metrics import Metrics
from workers.state.pasts import Pasts
from workers.state.proposals import Proposals
from workers.state.rests import Rests
from workers.state.similar import SimilarIssues

TOOL_THREADS = 32

T = TypeVar("T")


class once(functools.cached_property[T]):  # noqa: N801  reads as the decorator that it is
    """A part that is made at its first use, and once: also when two threads ask for it at the same time."""

    _making = threading.RLock()

    @overload
    def __get__(self, instance: None, owner: type[Any] | None = None) -> Self: ...
    @overload
    def __get__(self, instance: object, owner: type[Any] | None = None) -> T: ...
    def __get__(self, instance: object, owner: type[Any] | None = None) -> Self | T:
        with self._making:
            return super().__get__(instance, owner)


class Services:
    """All that the tasks of a worker process use; nothing connects before it is used, so never before a fork."""

    def __init__(self, settings: WorkerSettings, app: Celery) -> None:
        self.settings, self.kicker = settings, Kicker(app)

    def make(self) -> None:
        """Make all that turns and clicks need; a tenth of a second, for certificates, that no person has to wait."""
        _ = self.turns, self.actions

    # What lies in Redis

    @once
    def redis(self) -> redis.Redis:
        return connect(self.settings.redis_url)

    @once
    def boxes(self) -> Mailboxes:
        return Mailboxes(self.redis, ttl_seconds=self.settings.history_ttl_seconds)

    @once
    def keeper(self) -> Keeper:
        return Keeper(self.boxes)

    @once
    def filings(self) -> Filings:
        return Filings(self.redis, ttl_seconds=self.settings.history_ttl_seconds)

    @once
    def proposals(self) -> Proposals:
        return Proposals(self.redis, ttl_seconds=self.settings.history_ttl_seconds)

    @once
    def decisions(self) -> Decisions:
        return Decisions(self.filings, self.proposals)

    @once
    def failed(self) -> FailedTurns:
        return FailedTurns(self.redis)

    @once
    def channels(self) -> Channels:
        return Channels(self.redis)

    @once
    def accounts(self) -> Accounts:
        return Accounts(self.redis)

    @once
    def pasts(self) -> Pasts:
        return Pasts(self.redis, ttl_seconds=self.settings.history_ttl_seconds)

    @once
    def limiter(self) -> Limiter:
        return Limiter(self.redis)

    @once
    def metrics(self) -> Metrics:
        return Metrics(self.redis)

    @once
    def cache(self) -> Cache:
        return Cache(self.redis)

    # The ways to Slack, Jira and Claude

    @once
    def slack(self) -> SlackClients:
        settings = self.settings
        return SlackClients(settings.slack_bot_token, settings.slack_base_url, self.limiter, self.metrics)

    @once
    def files(self) -> SlackFiles:
        return SlackFiles(self.slack, self.settings.slack_bot_token, self.settings.slack_base_url)

    @once
    def people(self) -> People:
        return People(self.slack, self.cache)

    @once
    def jira(self) -> JiraGateway:
        return JiraGateway(self.settings, self.cache, self.metrics, self.limiter)

    @once
    def claude(self) -> Claude:
        return Claude(self.settings, self.purse)

    @once
    def purse(self) -> Purse:
        def admins(team_id: str) -> list[str]:
            return [self.people.person(team_id, user_id).name for user_id in self.settings.admin_users]

        return Purse(self.settings, self.accounts, self.metrics, admins)

    @once
    def cards(self) -> Cards:
        rests = Rests(self.redis) if self.settings.slack_streaming else None
        return Cards(self.slack, rests=rests, waits=self.decisions.are_open)

    @once
    def desk(self) -> DraftDesk:
        policy = self.settings.write_policy
        duplicates = Duplicates(self.jira, self.filings, SimilarIssues(self.redis))
        return DraftDesk(self.filings, self.cards, self.jira, self.files, self.metrics, duplicates, write_policy=policy)

    @once
    def changes(self) -> ChangeDesk:
        return ChangeDesk(self.proposals, self.cards, self.jira)

    # What is written down elsewhere

    @once
    def documents(self) -> KnowledgeStore:
        return KnowledgeStore(self.redis)

    @once
    def library(self) -> Library:
        return Library(self.documents, self.settings.knowledge_language)

    @once
    def sources(self) -> tuple[Source, ...]:
        return sources_of(self.settings, self.jira.resolved)

    # What tasks are given

    @once
    def bulk(self) -> BulkServices:
        return BulkServices(
            settings=self.settings,
            jobs=BulkJobs(self.redis),
            boxes=self.boxes,
            batches=Batches(self.claude),
            claude=self.claude,
            jira=self.jira,
            slack=self.slack,
            cards=self.cards,
            people=self.people,
            channels=self.channels,
            kick=self.kicker.kick,
        )

    @once
    def turns(self) -> TurnServices:
        return TurnServices(
            settings=self.settings,
            boxes=self.boxes,
            filings=self.filings,
            decisions=self.decisions,
            failed=self.failed,
            keeper=self.keeper,
            slack=self.slack,
            files=self.files,
            people=self.people,
            jira=self.jira,
            claude=self.claude,
            cards=self.cards,
            desk=self.desk,
            changes=self.changes,
            channels=self.channels,
            accounts=self.accounts,
            cache=self.cache,
            knowledge=self.library if self.settings.has_knowledge else None,
            metrics=self.metrics,
            tool_pool=ThreadPoolExecutor(TOOL_THREADS, thread_name_prefix="tool"),
            kick=self.kicker.kick,
        )

    @once
    def acts(self) -> ActServices:
        return ActServices(
            settings=self.settings,
            slack=self.slack,
            people=self.people,
            tell=Teller(self.slack),
            modals=Modals(self.slack),
            jira=self.jira,
            claude=self.claude,
            desk=self.desk,
            changes=self.changes,
            filings=self.filings,
            channels=self.channels,
            forms=Forms(self.redis),
            accounts=self.accounts,
            pasts=self.pasts,
            cache=self.cache,
            bulk=self.bulk,
            files=self.files,
            documents=self.documents if self.settings.has_knowledge else None,
        )

    @once
    def actions(self) -> ActionServices:
        return ActionServices(
            desk=self.desk,
            slack=self.slack,
            people=self.people,
            jira=self.jira,
            boxes=self.boxes,
            failed=self.failed,
            kick=self.kicker.kick,
            acts=self.acts,
        )
