"""The story of one turn: read what was written, let Claude answer into Slack, remember, commit."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import Any

from workers import prompt
from workers.agent import Agent, Answer, Asking, greeting
from workers.attempt import Attempt, TurnServices
from workers.bounds import Bounds
from workers.claude.title import title_for
from workers.earlier import usable_history
from workers.effort import effort_of
from workers.errors import (
    BudgetHeld,
    Interrupted,
    MediaRefused,
    Misconfigured,
    PromptRefused,
    ReplyGone,
    Transient,
    TurnFailed,
)
from workers.failpoints import failpoint
from workers.files.blocks import media_of
from workers.first_look import FirstLook, report_in
from workers.journal import seconds_run
from workers.logs import get_logger
from workers.question import Question, Sources, question_of, without_media
from workers.reading import FileReader
from workers.records import SlackFile
from workers.replay import Replay, replay
from workers.rounds import HistoryEntry
from workers.settings import WorkerSettings
from workers.slack.channels import channel_name
from workers.slack.threads import permalink
from workers.slack.title import name_conversation
from workers.standing import Standing, standing_of
from workers.state.looking import Looking
from workers.state.mailbox import Claim
from workers.state.pauses import Pauses
from workers.tools.context import Asker, ToolContext
from workers.tools.toolbox import Toolbox, tools_version
from workers.turn_end import TurnEnd
from workers.views import failures
from workers.views.mentions import Addressees
from workers.views.progress import reading_status
from workers.views.slack_words import by_name

# After so many workers died or failed on one message it is given up, with a sentence to the person.
MAX_ATTEMPTS = 8
LEAST_SECONDS = 30.0
"""So long an attempt has, however much of the turn's time is used up: what was said can be brought to its end."""

log = get_logger(__name__)


def run_turn(claim: Claim, services: TurnServices) -> None:
    """Answer one message, or give it back for later, or tell the person why not; raises only StateUnavailable."""
    with services.keeper.holding(claim, timeout_seconds=_seconds_left(claim, services.settings)) as interrupt:
        attempt = Attempt(claim, services, interrupt)
        end = TurnEnd(attempt)
        log.info("turn_taken", attempts=claim.attempts)
        try:
            attempt.pay_for_cut_call()
            if _may_begin(claim, end):
                answer_message(attempt)
        except Interrupted as interrupted:
            end.interrupted(interrupted.reason)
        except ReplyGone as gone:
            log.info("reply_gone", code=gone.code)
            attempt.commit(None, "gone")
        except Transient as error:
            end.later(error)
        except Misconfigured as error:
            log.error("misconfigured", what=error.operator_message)  # noqa: TRY400  it says all there is to say
            end.fail(error.user_message, may_retry=True)
        except TurnFailed as error:
            end.fail(error.user_message, may_retry=isinstance(error, BudgetHeld))
        except Exception as error:
            log.exception("turn_failed", exc_info=error)
            end.broken()
    # No longer held: the keeper would take the lease that the commit gave up for lost, and stop this.
    attempt.settle()


def _seconds_left(claim: Claim, settings: WorkerSettings) -> float:
    """Return how long a turn may still be worked on: all its attempts together have the time of one."""
    whole = settings.turn_timeout_seconds
    return max(whole - seconds_run(claim), min(LEAST_SECONDS, whole))


def _may_begin(claim: Claim, end: TurnEnd) -> bool:
    """Return whether a message is to be answered now; if not it is given up, or given back to wait on."""
    if claim.attempts > MAX_ATTEMPTS:
        end.fail(failures.GAVE_UP, may_retry=True)
        return False
    return not end.waits_on()


def answer_message(attempt: Attempt) -> None:
    """Run the loop, show the whole answer and commit it; whatever stops it is raised."""
    services, request = attempt.services, attempt.request
    standing = _standing(attempt)
    attempt.interrupt.check()
    if standing.access == "denied":
        raise TurnFailed(failures.GUESTS_NOT_SERVED)
    attempt.note_done()
    attempt.begin()
    attempt.usable_history = usable_history(attempt.own_history, standing.reader, services.jira, services.knowledge)
    question = question_of(request, attempt.own_history, attempt.journal, _sources(attempt, standing))
    attempt.reply.may_mention(Addressees(question.people, question.named))
    toolbox = _toolbox(attempt, question, standing)
    agent = Agent(
        services.claude,
        toolbox,
        attempt.reply,
        attempt.journal,
        attempt.interrupt,
        services.tool_pool,
        _bounds(services.settings),
        _first_look(attempt, question, standing).note,
    )
    attempt.citations = agent.citations
    says_nothing = request.opens_thread and not (request.text or request.files)
    answer = greeting(attempt.reply) if says_nothing else _asked(agent, question, attempt)
    if answer.model not in ("", services.claude.model):
        services.metrics.count("supportbot_fallbacks_total", model=answer.model)
    attempt.await_sign()
    attempt.seal()
    failpoint("sealed")
    attempt.reply.finish(attempt.done_before, is_waiting=attempt.waits_for_person)
    failpoint("finished")
    # As it was answered: it may have lost its pictures on the way.
    asked = attempt.journal.get("question") or question.message
    if attempt.commit(_entry(attempt, answer, asked), answer.outcome):
        if answer.outcome != "budget":
            attempt.afterwards.append(attempt.warn_of_budget)
        attempt.afterwards.append(lambda: _name_conversation(attempt, question))


def _bounds(settings: WorkerSettings) -> Bounds:
    return Bounds(settings.turn_max_rounds, settings.turn_max_tokens, settings.tool_calls)


def _standing(attempt: Attempt) -> Standing:
    """Return how the asker stands, and note who can read the answer."""
    services = attempt.services
    standing = standing_of(attempt.request, services.people, services.channels, services.settings, services.slack)
    attempt.has_access = standing.access == "full"
    attempt.sees_internal, attempt.is_shared = standing.reader.sees_internal, standing.reader.is_shared
    return standing


def _name_conversation(attempt: Attempt, question: Question) -> None:
    """Give a direct conversation that has begun its title in the person's list."""
    services, request = attempt.services, attempt.request
    if request.opens_thread and request.conversation.is_direct:
        words = prompt.readable(by_name(request.text, {**question.named, **question.people}), {})
        title = title_for(services.claude, words, replace(attempt.payer, turn=""))
        name_conversation(attempt.api, request.conversation, title, has_session=services.settings.slack_streaming)


def _first_look(attempt: Attempt, question: Question, standing: Standing) -> FirstLook:
    """Begin to judge a new report of somebody to whom Jira is open."""
    services, request = attempt.services, attempt.request
    projects = tuple(dict.fromkeys((standing.default_project, *standing.projects))) if standing.projects else ()
    look = FirstLook(services.claude, services.jira, services.tool_pool, projects=projects, payer=attempt.payer)
    is_new = not attempt.own_history and request.kind != "follow_up" and attempt.journal.get("note:0") is None
    if is_new and projects and standing.access == "full":
        material = report_in(question.message, request.text, opens_thread=request.opens_thread)
        if material:
            look.begin(material)
    return look


def _sources(attempt: Attempt, standing: Standing) -> Sources:
    services = attempt.services

    def on_file(name: str) -> None:
        attempt.interrupt.check()
        attempt.reply.status(reading_status(name))

    reader = FileReader(services.files, attempt.request.conversation.team_id, on_file)
    return Sources(
        services.settings,
        attempt.api,
        services.people,
        services.filings,
        services.desk,
        services.changes,
        reader,
        standing,
        looks_at=_looks_at(attempt),
    )


def _looks_at(attempt: Attempt) -> str:
    """Return the channel that the asker has open beside a direct message, by name; empty if none is known."""
    services, where = attempt.services, attempt.request.conversation
    if not where.is_direct:
        return ""
    channel_id = Looking(services.cache).of(where.team_id, attempt.request.user_id)
    return channel_name(services.slack, services.cache, where.team_id, channel_id) if channel_id else ""


def _asked(agent: Agent, question: Question, attempt: Attempt) -> Answer:
    """Let Claude answer; what it does not take is left out, once, so that it doesn't close a thread for good."""
    try:
        return agent.answer(_asking(attempt, question))
    except MediaRefused:
        if not media_of(question.message):
            raise
        log.warning("media_refused")
        question = without_media(question, attempt.journal)
    except PromptRefused:
        if not attempt.history:
            raise
        log.error("history_refused", turns=len(attempt.history))  # noqa: TRY400  the refusal's text may hold words
        attempt.forget_history()
    return agent.answer(_asking(attempt, question))


def _asking(attempt: Attempt, question: Question) -> Asking:
    earlier = attempt.own_history
    team_id = attempt.request.conversation.team_id
    return Asking(
        history=_past(attempt).messages,
        question=question.message,
        payer=attempt.payer,
        effort=effort_of(attempt.request, earlier),
        is_long=Pauses(attempt.services.cache).note(team_id, time.time()),
        previous_message_id=earlier[-1].message_id if earlier else "",
    )


def _past(attempt: Attempt) -> Replay:
    """Return the earlier turns that this answer may rest on, as they are sent before the question."""
    return replay(
        attempt.usable_history,
        audience=attempt.audience,
        prompt=prompt.prompt_version(),
        tools=tools_version(),
        model=attempt.services.claude.model,
    )


def _toolbox(attempt: Attempt, question: Question, standing: Standing) -> Toolbox:
    services, request = attempt.services, attempt.request
    person = standing.person

    def asker(user_id: str) -> Asker:
        found = services.people.person(request.conversation.team_id, user_id)
        return Asker(user_id=found.id, name=found.name, email=found.email)

    return Toolbox(
        ToolContext(
            request=request,
            asker=Asker(user_id=person.id, name=person.name, email=person.email),
            permalink=lambda: permalink(attempt.api, request.conversation.channel_id, request.ts),
            reader=standing.reader,
            projects=standing.projects,
            default_project=standing.default_project,
            jira=services.jira.acting_as(standing.reader.actor),
            drafts=services.desk,
            changes=services.changes,
            person=asker,
            files=_files(attempt, question),
            write_policy=standing.write_policy(services.settings.write_policy),
            knowledge=services.knowledge,
            is_open=standing.access == "full",
        )
    )


def _files(attempt: Attempt, question: Question) -> tuple[SlackFile, ...]:
    """Return all files of the conversation, each once."""
    earlier = [file for entry in attempt.own_history for file in entry.files]
    return tuple({file.id: file for file in (*earlier, *question.files)}.values())


def _entry(attempt: Attempt, answer: Answer, question: dict[str, Any]) -> HistoryEntry | None:
    if not answer.messages:
        return None
    return attempt.entry(
        messages=(question, *answer.messages),
        issue_keys=answer.issue_keys,
        prefix=_past(attempt).prefix,
        prompt_version=prompt.prompt_version(),
        tools_version=tools_version(),
        model=answer.model,
        effort=effort_of(attempt.request, attempt.own_history),
        message_id=answer.message_id,
    )
