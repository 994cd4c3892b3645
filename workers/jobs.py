"""The door from bot/ into workers/: what the listener may hand over, look up and stop."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import redis
from prometheus_client import CollectorRegistry, generate_latest

from workers import policy
from workers.broker import Kicker, make_celery
from workers.errors import StateUnavailable
from workers.failpoints import failpoint
from workers.logs import get_logger
from workers.message_changes import MessageChanges, NewWords
from workers.person import Person
from workers.records import (
    CHANGES_VERSION,
    DRAFT_VERSION,
    FORM,
    Action,
    Conversation,
    Draft,
    FieldOption,
    FieldSpec,
    Filing,
    SlackFile,
    TurnRequest,
)
from workers.settings import Settings
from workers.similar import DUPLICATE
from workers.state import metrics as figures
from workers.state.bot_turns import BotTurns
from workers.state.cache import PERSON_SECONDS, PROJECTS_NAME, Cache, person_name
from workers.state.catch_up import DONE, CatchUps, Job
from workers.state.channel_settings import Channels
from workers.state.connection import connect, connect_ahead, state_errors
from workers.state.failed_turns import FailedTurns
from workers.state.feedback import Feedback
from workers.state.filings import Filings
from workers.state.forms import Forms
from workers.state.jira_cache import JiraCache
from workers.state.limiter import Limiter, Wait
from workers.state.limiter_scripts import ACQUIRE
from workers.state.looking import Looking
from workers.state.mailbox import Mailboxes, PutResult
from workers.state.mailbox_scripts import PUT
from workers.state.slack_budgets import budgets_of
from workers.state.waiting import WaitingTurns

__all__ = [
    "CHANGES_VERSION",
    "DONE",
    "DRAFT_VERSION",
    "DUPLICATE",
    "FORM",
    "SIGN_METHOD",
    "SIGN_MS",
    "Action",
    "Asked",
    "Choices",
    "Conversation",
    "Door",
    "Draft",
    "FieldOption",
    "FieldSpec",
    "Filing",
    "Job",
    "NewWords",
    "PutResult",
    "SlackFile",
    "StateUnavailable",
    "TurnRequest",
    "open_door",
]

# How long the worker waits for the listener's first sign before it clears the status: its one try takes at most 2 s,
# and in a storm of questions it begins up to 3 s later.
SIGN_MS = 5_000
# Celery takes a millisecond of the listener's one core to send a kick; with a hundred a second all workers are awake.
KICK_PAUSE_SECONDS = 0.01
SIGN_METHOD = "assistant.threads.setStatus"

log = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Asked:
    """What became of a request."""

    result: PutResult
    seconds_to_sign: float = 0.0
    """For how long Slack's budget has no place for a first sign; none is expected then."""


@dataclass(frozen=True, slots=True)
class Choices:
    """What a form offers; projects and types are empty where they are not known yet."""

    projects: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    """Of issues in any of the projects."""
    usual_project: str = ""
    """The channel's own, empty if it has none."""
    usual_type: str = ""


class Door:
    """What `web` can do with the rest of the program; synchronous, safe to share between threads."""

    def __init__(self, client: redis.Redis, kicker: Kicker, *, ttl_seconds: int) -> None:
        self._redis, self._kicker = client, kicker
        self._waiting = WaitingTurns(client)
        self._boxes = Mailboxes(client, ttl_seconds=ttl_seconds)
        self._filings = Filings(client, ttl_seconds=ttl_seconds)
        self._changes = MessageChanges(self._boxes, FailedTurns(client), kicker.kick)
        self._limiter, self._cache = Limiter(client), Cache(client)
        self.metrics = figures.Metrics(client)
        self.missed = CatchUps(client)
        self.feedback = Feedback(client)
        self._bot_turns = BotTurns(client)
        self.channels, self.forms, self.jira = Channels(client), Forms(client), JiraCache(self._cache)

    def prepare(self, callers: int) -> None:
        """Connect to the broker, and to Redis for so many callers at a time, before the first question comes."""
        self._kicker.start()
        connect_ahead(self._redis, callers, (PUT, ACQUIRE))

    def ask(self, request: TurnRequest, *, will_sign: bool = False) -> Asked:
        """Store a request durably and wake a worker; `stranger`: a follow-up where the bot takes no part.

        `will_sign`: unless there is no place for it, the listener shows a first sign and calls `signs_shown` after it;
        the worker waits for that.
        """
        if request.kind == "follow_up" and self.channels.wants_mention(request.conversation):
            return Asked("stranger")
        if request.is_bot and not self._bot_turns.may_ask(request.conversation, request.ts):
            return Asked("stranger")
        box = request.conversation.box
        body = request.model_dump(mode="json")
        result = self._boxes.put(
            box, request.ts, body, asked=request.kind != "follow_up", sign_ms=SIGN_MS if will_sign else 0
        )
        failpoint("event_stored")
        if result in ("overtaken", "seen"):
            # What belongs to it came before it; whoever stored it may have died before it could say so.
            self._changes.catch_up(box, request.ts)
            if request.kind != "follow_up":
                self._ask_what_came_before(request)
        if result == "overtaken":
            result = "new"
        if result in ("new", "seen"):
            self._kicker.kick(box)
        return Asked(result, self._seconds_to_sign(request) if will_sign and result == "new" else 0.0)

    def _ask_what_came_before(self, request: TurnRequest) -> None:
        """Ask the follow-ups that came before the question above them, as if they came now."""
        for body in self._boxes.strangers.after(request.conversation.box, request.ts):
            self.ask(TurnRequest.model_validate(body))

    def _seconds_to_sign(self, request: TurnRequest) -> float:
        """Take a place for the first sign and return 0, or for how long there is none; then no worker waits for it."""
        try:
            answer = self._limiter.acquire(budgets_of(request.conversation.team_id, SIGN_METHOD), priority=True)
            if isinstance(answer, Wait):
                self._boxes.signs_shown([(request.conversation.box, request.ts)])
                return answer.seconds
        except StateUnavailable:
            log.info("no_place_asked_for")  # The request is stored; Slack itself may still refuse the sign.
        return 0.0

    def act(self, action: Action) -> PutResult:
        """Store a click, submission or command durably and wake a worker; `full`: too many wait for one subject."""
        result = self._boxes.put(action.box, action.id, action.model_dump(mode="json"))
        failpoint("click_stored")
        self._kicker.kick(action.box)
        return result

    def stop(self, conversation: Conversation, *, turn_ts: str = "", before_ts: str = "") -> list[str]:
        """Stop one turn, or all that were asked at or before a ts, running or queued; return which."""
        stopped = self._boxes.mark(conversation.box, "stopped", only=turn_ts, before=before_ts)
        if stopped:
            self._kicker.kick(conversation.box)
        return stopped

    def edit(self, conversation: Conversation, new: NewWords) -> bool:
        """Take new words for a question that is not answered yet; False if nothing changed or it is too late."""
        return self._changes.edit(conversation, new)

    def withdraw(self, conversation: Conversation, ts: str, *, is_placed: bool = True) -> bool:
        """Cancel the answer to a deleted question; False if it was answered already or has not come yet.

        `is_placed` is False where only its channel is known, not its thread.
        """
        return self._changes.withdraw(conversation, ts, is_placed=is_placed)

    def draft(self, team_id: str, draft_id: str) -> tuple[Draft, Filing] | None:
        """Return a draft and where it stands."""
        return self._filings.get(team_id, draft_id)

    def threads(self, team_id: str, limit: int) -> list[tuple[Conversation, float]]:
        """Return the conversations in which the bot takes part, the last active one first, with that time."""
        return self._boxes.threads(team_id, limit)

    def place(self, team_id: str, method: str, *, leave: float) -> float:
        """Take a call that can wait from Slack's budget if this share of it stays free; else say for how long not."""
        (budget,) = budgets_of(team_id, method)
        patient = replace(budget, headroom=max(budget.headroom, int(budget.limit * leave)))
        answer = self._limiter.acquire([patient], priority=False)
        return answer.seconds if isinstance(answer, Wait) else 0.0

    def take(self, team_id: str, method: str, channel_id: str, *, is_first: bool) -> float:
        """Take a call that cannot wait long from Slack's budget; else say for how long there is no place.

        What is not first leaves the budget's headroom to others.
        """
        answer = self._limiter.acquire(budgets_of(team_id, method, channel_id), priority=is_first)
        return answer.seconds if isinstance(answer, Wait) else 0.0

    def pause(self, team_id: str, method: str, seconds: float, channel_id: str = "") -> None:
        """Grant no more calls of a method for so long, because Slack said so."""
        for budget in budgets_of(team_id, method, channel_id):
            self._limiter.pause(budget, seconds)

    def choices(self, team_id: str, channel_id: str, *, project: str = "") -> Choices:
        """Return what can be chosen in a form that files from this channel: the types of one project or of all."""
        channel = self.channels.get(team_id, channel_id)
        known = tuple(str(key) for key in self._cache.get(PROJECTS_NAME) or ())
        projects = policy.fileable(channel, projects=known)
        of = [project] if project else projects
        kinds = [kind for key in of for kind in self._cache.get(f"jira:types:{key}") or ()]
        # A sub-task needs a parent, which a message does not have.
        names = dict.fromkeys(str(kind["name"]) for kind in kinds if not kind.get("is_subtask"))
        return Choices(projects, tuple(names), channel.project, channel.issue_type)

    def person(self, team_id: str, user_id: str) -> Person | None:
        """Return who somebody is if that was asked within the hour."""
        known = self._cache.get(person_name(team_id, user_id))
        return Person.model_validate(known) if known else None

    def keep_person(self, team_id: str, person: Person) -> None:
        """Remember for an hour what Slack says of somebody, for the workers, too."""
        self._cache.put(person_name(team_id, person.id), person.model_dump(mode="json"), PERSON_SECONDS)

    def looks_at(self, team_id: str, user_id: str, channel_id: str) -> None:
        """Remember for a while which channel somebody has open."""
        Looking(self._cache).note(team_id, user_id, channel_id)

    def waiting_turns(self) -> list[tuple[str, str]]:
        """Return the conversations that wait for a worker, in order, with the ts of what is next in each."""
        return self._waiting.turns()

    def signs_shown(self, requests: Sequence[TurnRequest]) -> list[bool]:
        """First signs have been shown, or will never be; return for each whether its turn is still worked on."""
        return self._boxes.signs_shown([(each.conversation.box, each.ts) for each in requests])

    def is_open(self, conversation: Conversation) -> bool:
        """Return whether a turn of this conversation waits or is worked on."""
        return self._boxes.has_mail(conversation.box)

    def redis_problem(self) -> str:
        """Say why Redis cannot take anything; an empty text if it can."""
        try:
            with state_errors():
                # A write: a server that is full or a replica answers a PING.
                self._redis.set("sb:probe", 1, px=1_000)
        except StateUnavailable as error:
            return str(error)
        return ""

    def metrics_text(self) -> bytes:
        """Return the figures of all processes in Prometheus' text format."""
        self.metrics.flush()
        with state_errors():
            sums = figures.sums(self._redis)
        registry = CollectorRegistry()
        registry.register(figures.Collector(sums, self._boxes.waiting()))
        return generate_latest(registry)


def open_door(settings: Settings) -> Door:
    """Make the listener's way to Redis and the broker; nothing is connected yet."""
    kicker = Kicker(make_celery(settings), pause_seconds=KICK_PAUSE_SECONDS)
    return Door(connect(settings.redis_url), kicker, ttl_seconds=settings.history_ttl_seconds)
