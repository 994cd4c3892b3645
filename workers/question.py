"""What a turn asks the model: the message itself, what was written above it, and the facts of the moment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from workers import prompt
from workers.changes.desk import ChangeDesk
from workers.failpoints import failpoint
from workers.files.blocks import room_after
from workers.filing import DraftDesk
from workers.journal import Journal
from workers.person import SOMEBODY
from workers.reading import FileReader, Shared
from workers.records import SlackFile, TurnRequest
from workers.rounds import HistoryEntry
from workers.settings import WorkerSettings
from workers.slack.api import SlackApi
from workers.slack.people import People
from workers.slack.threads import ThreadMessage, read_thread
from workers.standing import Standing
from workers.state.filings import Filings
from workers.views import told

MOST_NAMED = 20
"""So many of the people whom a turn's messages name are looked up."""


@dataclass(frozen=True)
class Sources:
    """Where a question's parts come from."""

    settings: WorkerSettings
    api: SlackApi
    people: People
    filings: Filings
    desk: DraftDesk
    changes: ChangeDesk
    files: FileReader
    standing: Standing
    looks_at: str = ""
    """The channel that the asker has open beside the conversation."""


@dataclass(frozen=True)
class Question:
    """What a turn asks, the files that came with it, and the people whom the answer may mention or name, by id."""

    message: dict[str, Any]
    files: tuple[SlackFile, ...] = ()
    people: Mapping[str, str] = field(default_factory=dict)
    named: Mapping[str, str] = field(default_factory=dict)
    """Who is named here, too: shown by name, and never called."""


def question_of(request: TurnRequest, history: Sequence[HistoryEntry], journal: Journal, sources: Sources) -> Question:
    """Return the question of a turn; a worker that takes over gets the same one again, and fetches no file twice."""
    stored = journal.get("question")
    if stored:
        kept = tuple(map(SlackFile.model_validate, journal.get("files") or ()))
        return Question(dict(stored), kept, journal.get("people") or {}, journal.get("named") or {})
    thread = _thread(request, history, sources)
    facts = _facts(request, sources)
    people, named = _people(request, thread, history, sources)
    said = [prompt.Said(name=message.name, text=message.text, files=message.files) for message in thread]
    shared = [Shared(each.name, each.files) for each in (*said, prompt.Said(facts.asker, "", request.files))]
    room = room_after(message for entry in history for message in entry.messages)
    files = sources.files.read(shared, room)
    message = prompt.question(request, said, facts, named | people, files)
    question = Question(message, tuple(each.file for each in files), people, named)
    journal.put("people", people)
    journal.put("named", named)
    journal.put("files", [file.model_dump(mode="json") for file in question.files])
    journal.put("question", question.message)
    failpoint("question_stored")
    return question


def _people(
    request: TurnRequest, thread: Sequence[ThreadMessage], history: Sequence[HistoryEntry], sources: Sources
) -> tuple[dict[str, str], dict[str, str]]:
    """Return who takes part, with names: who wrote here, now or before, and whom the asker names; and all others named.

    Only the former may be called. Who can't be looked up, or is one too many, is shown by no id either.
    """

    def name_of(user_id: str) -> str:
        return sources.people.person(request.conversation.team_id, user_id).shown_name

    people = {user_id: name for entry in history for user_id, name in entry.people.items()}
    people |= {message.user_id: message.name for message in thread if message.user_id}
    people[request.user_id] = sources.standing.person.shown_name
    own = (request.text, *(message.text for message in thread if message.user_id == request.user_id))
    asked = [user_id for user_id in _named_in(own) if user_id not in people]
    people |= {user_id: name_of(user_id) for user_id in asked[:MOST_NAMED]}
    known = {user_id: name for entry in history for user_id, name in entry.named.items() if name != SOMEBODY}
    texts = (*own, *(message.text for message in thread))
    others = [user_id for user_id in _named_in(texts) if user_id not in people and user_id not in known]
    room = max(MOST_NAMED - len(asked), 0)
    named = known | {user_id: name_of(user_id) for user_id in others[:room]} | dict.fromkeys(others[room:], SOMEBODY)
    return people, {user_id: name for user_id, name in named.items() if user_id not in people}


def _named_in(texts: Sequence[str]) -> list[str]:
    """Return the ids of the people whom texts name, each once."""
    return list(dict.fromkeys(user_id for text in texts for user_id in prompt.named_in(text)))


def without_media(question: Question, journal: Journal) -> Question:
    """Return the question without its pictures and documents, because Claude could not open one of them."""
    bare = replace(question, message=prompt.without_media(question.message))
    journal.put("question", bare.message)
    return bare


def _facts(request: TurnRequest, sources: Sources) -> prompt.Facts:
    where = request.conversation
    standing = sources.standing
    return prompt.Facts(
        now=datetime.now(UTC),
        place="a direct message" if where.is_direct else f"channel {where.channel_id}",
        asker=standing.person.shown_name,
        default_project=standing.default_project,
        projects=standing.projects,
        readable=standing.reader.projects,
        default_type=standing.channel.issue_type,
        language=standing.channel.language,
        looks_at=sources.looks_at,
        is_closed=standing.access != "full",
        drafts=(
            *told.outcomes(sources.filings.of_conversation(where)),
            *sources.changes.outcomes(where, request.user_id),
        ),
    )


def _thread(request: TurnRequest, history: Sequence[HistoryEntry], sources: Sources) -> tuple[ThreadMessage, ...]:
    """Return what people wrote above since the last turn; a message that opens its thread has nothing above."""
    if request.opens_thread:
        return ()
    turns = {entry.message_ts for entry in history}
    return read_thread(
        sources.api,
        sources.people,
        request.conversation,
        after_ts=max(turns, key=float, default="0"),
        before_ts=request.ts,
        leave_out=turns,
    )
