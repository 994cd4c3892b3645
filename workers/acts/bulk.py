"""`/jira summarise`, `triage` and `weekly`, and the buttons of what they show."""

from __future__ import annotations

import re
import time
from contextlib import suppress

from workers.acts.services import ActServices
from workers.bulk.kinds import Outcome
from workers.bulk.run import start_job
from workers.bulk.tell import show_head
from workers.bulk.triage import entries_of, show_more, triage_projects
from workers.bulk_jobs import Job, JobKind, job_id
from workers.errors import ClaudeUnavailable, Interrupted, Transient
from workers.jira.reader import KEY, Reader
from workers.records import Action
from workers.slack.channels import ChannelInfo, channel_info
from workers.views import failures
from workers.views.bulk_words import CANCELLED, notice

BEGUN_ALONE = "I read them and tell you in a direct message when it is done."
BEGUN_HERE = "I look, and post the digest in this channel when it is done."
ONLY_SO_MANY = "You named {named:,} issues; I read the first {read:,}, so please ask again for the others."
AT_IT = "A triage of that, or of a part of it, runs for this channel already; its digest comes here when it is done."
NOT_HERE = "I am not in this channel. Invite me with `/invite`, then come back to this."
NO_PROJECT = "None of these projects may be shown in this channel. Open here: {projects}."
GONE = "This digest is too old: I no longer have what it was made of."
NOT_RUNNING = "This is over already."
MOST_KEYS = 200
CANCEL_TRIES = 5
_SEPARATORS = re.compile(r"[\s,;]+")


def begin_bulk(action: Action, services: ActServices) -> None:
    """Begin what a command asks for; only full members may."""
    if not services.person(action).is_full_member:
        is_declined = services.settings.guests == "deny"
        services.tell.tell(action, failures.GUESTS_NOT_SERVED if is_declined else failures.JIRA_CLOSED)
        return
    name, words = str(action.values["name"]), str(action.values["words"])
    if name == "summarise":
        _summarise(action, words, services)
        return
    here = channel_info(services.slack, action.team_id, action.channel_id)
    if not here.is_member:
        services.tell.tell(action, NOT_HERE)
    elif not services.may_file(action):
        services.tell.tell(action, failures.may_not_file(services.channel_settings(action).filers))
    elif name == "weekly":
        _start(action, "threads", {}, action.channel_id, services)
        services.tell.tell(action, BEGUN_HERE)
    else:
        _triage(action, words, here, services)


def _summarise(action: Action, words: str, services: ActServices) -> None:
    reader = services.reader(action, is_alone=True)
    asked = what_to_summarise(words, reader)
    _start(action, "summary", asked, action.user_id, services)
    named = len(named_keys(words))
    cut = f" {ONLY_SO_MANY.format(named=named, read=MOST_KEYS)}" if named > MOST_KEYS else ""
    services.tell.tell(action, BEGUN_ALONE + cut)


def named_keys(words: str) -> list[str]:
    """Return the issues that are named, each once."""
    parts = (part.upper() for part in _SEPARATORS.split(words))
    return list(dict.fromkeys(part for part in parts if KEY.fullmatch(part)))


def what_to_summarise(words: str, reader: Reader) -> dict[str, object]:
    """Return which issues are meant: keys, projects, words, or words within projects; raises ToolError."""
    parts = [part for part in _SEPARATORS.split(words) if part]
    keys = [reader.open_key(key) for key in named_keys(words)][:MOST_KEYS]
    projects = [part.upper() for part in parts if part.upper() in reader.projects]
    others = [part for part in parts if not KEY.fullmatch(part.upper()) and part.upper() not in reader.projects]
    return {
        "words": words,
        "keys": keys,
        "projects": list(dict.fromkeys(projects)) or list(reader.projects),
        "keywords": [" ".join(others)] if others and not keys else [],
    }


def _triage(action: Action, words: str, here: ChannelInfo, services: ActServices) -> None:
    settings = services.channel_settings(action)
    shown = triage_projects(settings, services.settings, is_shared=here.is_shared)
    named = [part.upper() for part in _SEPARATORS.split(words) if part]
    projects = [key for key in shown if key in named] if named else list(settings.triage_projects) or list(shown)
    if not projects:
        services.tell.tell(action, NO_PROJECT.format(projects=", ".join(shown) or "none"))
        return
    if not _start(action, "triage", {"projects": projects}, action.channel_id, services):
        services.tell.tell(action, AT_IT)
        return
    services.tell.tell(action, BEGUN_HERE)


def _start(action: Action, kind: JobKind, asked: dict[str, object], channel_id: str, services: ActServices) -> bool:
    """Begin a job; False if one that runs in the channel does the same."""
    job = Job(
        id=job_id(action.team_id, action.id), kind=kind, team_id=action.team_id, channel_id=channel_id,
        user_id=action.user_id, asked=asked, created_at=time.time(),
    )  # fmt: skip
    if not services.bulk.jobs.may_run(job):
        return False
    start_job(job, services.bulk)
    return True


def more(action: Action, services: ActServices) -> None:
    """Post the next suggestions of a digest, for who may have them applied."""
    if not services.may_file(action):
        services.tell.tell(action, failures.may_not_change(services.channel_settings(action).filers))
        return
    job = _job(action, services)
    if job is None:
        services.tell.tell(action, GONE)
        return
    outcome = Outcome(dict(services.bulk.jobs.items(job)), services.bulk.jobs.answers(job))
    show_more(job, entries_of(outcome), services.bulk)


def cancel(action: Action, services: ActServices) -> None:
    """End a job that runs; what the model did until then is paid for, and not shown. Only who asked may."""
    for _ in range(CANCEL_TRIES):
        job = _job(action, services)
        is_told_again = job is not None and job.cancelled_by == action.id  # It did not get to its end before.
        if job is None or ((job.is_over or job.state == "cancelling") and not is_told_again):
            services.tell.tell(action, NOT_RUNNING)
            return
        if action.user_id != job.user_id and not services.is_admin(action):
            services.tell.tell(action, "Only the person who asked for this may cancel it.")
            return
        try:
            if not is_told_again:
                job = services.bulk.jobs.save(job, state="cancelling", cancelled_by=action.id)
        except Interrupted:
            continue  # It was just moved on.
        if job.batch_id:
            with suppress(ClaudeUnavailable):  # The job's own next step asks for it again.
                services.bulk.batches.cancel(job.batch_id)
        show_head(job, *notice(CANCELLED), services.bulk)
        return
    raise Transient("the job is moved on without a pause")


def _job(action: Action, services: ActServices) -> Job | None:
    return services.bulk.jobs.get(action.team_id, action.subject.partition(":")[2])
