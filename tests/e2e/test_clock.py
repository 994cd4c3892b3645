"""Digests begin at their hour by the real clock process and Celery, and once, though it dies and comes again."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from celery.beat import Scheduler

from sandbox.jira import issues
from sandbox.jira.catalogue import ADA as ADA_IN_JIRA
from sandbox.jira.seeds import paragraphs
from sandbox.slack.messages import Message
from sandbox.stack import Stack
from tests.clients import connect
from tests.e2e.support import ADA, CHANNEL, GRACE, within
from workers.broker import DIGESTS_EVERY_SECONDS, make_celery
from workers.policy import WEEKDAYS, ChannelSettings
from workers.settings import Settings
from workers.state.channel_settings import Channels

pytestmark = pytest.mark.e2e

GENERAL, ONCALL = "C0GENERAL", "C0ONCALL0"
FAST = {"BATCH_POLL_SECONDS": "0.2", "TRIAGE_DAYS": "1", "JIRA_OPEN_PROJECTS": "OPS,WEB"}


@pytest.fixture
def stack(tmp_path: Path) -> Iterator[Stack]:
    with Stack(beat=False, settings=FAST, folder=tmp_path) as stack:
        given = {"project": {"key": "OPS"}, "issuetype": {"name": "Task"}, "summary": "Export fails for everyone"}
        issues.create(stack.jira.site, ADA_IN_JIRA, {"fields": given | {"description": paragraphs("It happens.")}})
        yield stack


def wishes(stack: Stack, channel: str, settings: ChannelSettings) -> None:
    Channels(connect(stack.redis_url)).put(stack.slack.workspace.team_id, channel, settings)


def triage_at(moment: datetime) -> ChannelSettings:
    return ChannelSettings(triage_projects=("OPS",), triage_at=f"{moment:%H:%M}")


def digests(stack: Stack, channel: str) -> list[Message]:
    found = stack.slack.messages(channel)
    return [each for each in found if (each.metadata or {}).get("event_type") == "supportbot_digest"]


def let_the_last_look_be_long_ago(stack: Stack) -> None:
    """Do now what time does within seconds: whoever looks next is not taken for a second clock."""
    connect(stack.redis_url).delete("sb:lock:digests")


def a_minute_passes(stack: Stack) -> None:
    """Have Celery's own scheduler, with the program's timetable and a clock that was moved on, send what is due."""
    with make_celery(Settings(redis_url=stack.redis_url)) as app:
        scheduler = Scheduler(app=app)
        later = timedelta(seconds=DIGESTS_EVERY_SECONDS + 1)
        scheduler.schedule["digests"].last_run_at -= later
        while scheduler.tick() == 0:
            pass  # It is due: the task has been sent.
        scheduler.close()


def test_a_beat_begins_what_is_due_and_its_successor_does_not_begin_it_again(stack: Stack) -> None:
    now = datetime.now(UTC)
    wishes(stack, CHANNEL, triage_at(now - timedelta(minutes=2)))
    wishes(stack, ONCALL, triage_at(now + timedelta(hours=2)))
    stack.start_beat()
    within(lambda: digests(stack, CHANNEL), "the digest of the first channel")

    assert stack.beat is not None
    stack.beat.kill()
    let_the_last_look_be_long_ago(stack)
    wishes(stack, GENERAL, triage_at(now - timedelta(minutes=1)))
    stack.start_beat()
    within(lambda: digests(stack, GENERAL), "the digest of a channel that became due meanwhile")
    within(lambda: all(batch.results for batch in stack.claude.batches.values()), "the model's answers")

    assert [len(digests(stack, channel)) for channel in (CHANNEL, GENERAL, ONCALL)] == [1, 1, 0]
    assert len(stack.claude.batches) == 2


def test_both_digests_of_a_channel_come_once_at_their_hour_though_the_clock_looks_every_minute(stack: Stack) -> None:
    stack.slack.say(CHANNEL, ADA, "VPN drops every hour since Monday")
    stack.slack.say(CHANNEL, GRACE, "VPN drops every hour for me, too")
    moment = datetime.now(UTC) - timedelta(minutes=2)
    weekly = {"weekly_day": WEEKDAYS[moment.weekday()], "weekly_at": f"{moment:%H:%M}"}
    wishes(stack, CHANNEL, triage_at(moment).model_copy(update=weekly))
    for _ in range(3):
        a_minute_passes(stack)
        within(lambda: len(digests(stack, CHANNEL)) >= 2, "both digests")
        let_the_last_look_be_long_ago(stack)
    wishes(stack, GENERAL, triage_at(moment))
    a_minute_passes(stack)
    within(lambda: digests(stack, GENERAL), "the sign that the last look is over")

    assert len(digests(stack, CHANNEL)) == 2
    assert len(stack.claude.batches) == 3
