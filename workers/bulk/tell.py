"""What a job shows in Slack: one head message, found again after a crash, and pages below it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from workers.bulk.kinds import Kind
from workers.bulk.services import BulkServices
from workers.bulk_jobs import Job
from workers.errors import ReplyGone, SlackRefused, SupportBotError
from workers.failpoints import failpoint
from workers.logs import get_logger
from workers.records import Conversation
from workers.slack.lookup import find_in_channel, metadata

HEAD_EVENT = "supportbot_digest"
Blocks = Sequence[dict[str, Any]]

log = get_logger(__name__)


def show_head(job: Job, blocks: Blocks, text: str, services: BulkServices) -> Job:
    """Make the job's head message read so; posted once, also if the answer to the post was lost."""
    api = services.slack.of(job.team_id)
    content: dict[str, Any] = {"text": text, "blocks": list(blocks), "metadata": metadata(HEAD_EVENT, {"job": job.id})}
    where = job.head_channel or job.channel_id
    head_ts = job.head_ts or _posted_before(job, where, services)
    if head_ts:
        try:
            api.call("chat.update", channel=where, ts=head_ts, **content)
        except ReplyGone as gone:
            if gone.code != "message_not_found":
                raise
        else:
            return job if job.head_ts else services.jobs.save(job, head_ts=head_ts, head_channel=where)
    answer = api.call("chat.postMessage", channel=where, unfurl_links=False, unfurl_media=False, **content)
    failpoint("bulk_head_posted")
    return services.jobs.save(job, head_ts=str(answer["ts"]), head_channel=str(answer.get("channel") or where))


def show_page(job: Job, number: int, blocks: Blocks, text: str, services: BulkServices) -> Job:
    """Post one page below the head, once."""
    place = Conversation(team_id=job.team_id, channel_id=job.head_channel, thread_ts=job.head_ts)
    services.cards.show(place, key=f"{job.id}-{number}", blocks=blocks, text=text)
    failpoint("bulk_page_posted")
    return services.jobs.save(job, shown=max(job.shown, number + 1))


def tell_progress(job: Job, kind: Kind, services: BulkServices) -> Job:
    """Let who asked see how far it is; what was merely due says nothing until it is done."""
    if not job.user_id or job.is_over or job.state in ("showing", "cancelling"):
        return job
    text = kind.progress(job)
    try:
        return show_head(job, [_section(text), cancel_button(job)], text, services)
    except SupportBotError as error:
        log.info("progress_not_shown", cause=type(error).__name__)
        return services.jobs.get(job.team_id, job.id) or job


def tell_failure(job: Job, services: BulkServices) -> None:
    """Say that a job came to nothing, and why; where that cannot be shown it stands in the log."""
    try:
        show_head(job, [_section(job.problem)], job.problem, services)
    except SupportBotError as error:
        log.warning("failure_not_shown", job=job.id, cause=type(error).__name__)


def cancel_button(job: Job) -> dict[str, Any]:
    """Return the button that ends a running job."""
    button = {
        "type": "button",
        "action_id": "bulk_cancel",
        "value": job.id,
        "text": {"type": "plain_text", "text": "Cancel"},
    }
    return {"type": "actions", "elements": [button]}


def _posted_before(job: Job, where: str, services: BulkServices) -> str:
    """Return the ts of a head whose post had no answer; a person's own messages have another name until one is sent."""
    if where.startswith(("U", "W")):
        return ""
    try:
        mark = metadata(HEAD_EVENT, {"job": job.id})
        return find_in_channel(services.slack.of(job.team_id), where, mark, oldest=f"{job.created_at:.6f}")
    except SlackRefused:
        return ""


def _section(text: str) -> dict[str, Any]:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}}
