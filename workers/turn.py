"""The story of one turn: read what was written, let Claude answer into Slack, remember, commit."""

from __future__ import annotations

from typing import Any

from workers import prompt
from workers.agent import Agent, Answer, greeting
from workers.attempt import Attempt, TurnServices
from workers.errors import Interrupted, Misconfigured, ReplyGone, Transient, TurnFailed
from workers.failpoints import failpoint
from workers.logs import get_logger
from workers.question import Sources, question_of
from workers.records import HistoryEntry
from workers.replay import replay
from workers.slack.threads import permalink
from workers.state.mailbox import Claim
from workers.tools.context import Asker, ToolContext
from workers.tools.toolbox import Toolbox
from workers.turn_end import TurnEnd
from workers.views import failures

# After so many workers died or failed on one message it is given up, with a sentence to the person.
MAX_ATTEMPTS = 8

log = get_logger(__name__)


def run_turn(claim: Claim, services: TurnServices) -> None:
    """Answer one message, or give it back for later, or tell the person why not; raises only StateUnavailable."""
    with services.keeper.holding(claim, timeout_seconds=services.settings.turn_timeout_seconds) as interrupt:
        attempt = Attempt(claim, services, interrupt)
        end = TurnEnd(attempt)
        log.info("turn_taken", attempts=claim.attempts)
        try:
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
            end.fail(error.user_message)
        except Exception as error:
            log.exception("turn_failed", exc_info=error)
            end.broken()


def answer_message(attempt: Attempt) -> None:
    """Run the loop, show the whole answer and commit it; whatever stops it is raised."""
    services, request = attempt.services, attempt.request
    if attempt.claim.attempts > MAX_ATTEMPTS:
        raise TurnFailed(failures.GAVE_UP)
    attempt.interrupt.check()
    toolbox = _toolbox(attempt)
    past = replay(attempt.history, audience=attempt.audience, prompt=prompt.prompt_version(), tools=toolbox.version)
    sources = Sources(services.settings, attempt.api, services.people, services.filings, services.desk)
    question = question_of(request, attempt.history, attempt.journal, sources)
    agent = Agent(services.claude, toolbox, attempt.reply, attempt.journal, attempt.interrupt, services.tool_pool)
    user_hash = services.claude.user_hash(request.conversation.team_id, request.user_id)
    says_nothing = request.opens_thread and not (request.text or request.files)
    answer = greeting(attempt.reply) if says_nothing else agent.answer(past.messages, question, user_hash)
    attempt.await_sign()
    attempt.seal()
    failpoint("sealed")
    attempt.reply.finish()
    failpoint("finished")
    attempt.commit(_entry(attempt, answer, question, past.prefix, toolbox.version), answer.outcome)


def _toolbox(attempt: Attempt) -> Toolbox:
    services, request = attempt.services, attempt.request
    person = services.people.person(request.conversation.team_id, request.user_id)
    projects = services.settings.jira_projects
    return Toolbox(
        ToolContext(
            request=request,
            asker=Asker(user_id=person.id, name=person.name, email=person.email),
            permalink=lambda: permalink(attempt.api, request.conversation.channel_id, request.ts),
            projects=projects,
            default_project=projects[0],
            jira=services.jira,
            drafts=services.desk,
        )
    )


def _entry(attempt: Attempt, answer: Answer, question: dict[str, Any], prefix: str, tools: str) -> HistoryEntry | None:
    if not answer.messages:
        return None
    return attempt.entry(
        messages=(question, *answer.messages),
        issue_keys=answer.issue_keys,
        prefix=prefix,
        prompt_version=prompt.prompt_version(),
        tools_version=tools,
    )
