"""Days lie between the reading of issues and the telling of them: what was closed since is told to nobody."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
import redis

from sandbox.slack.messages import Message
from tests.integration.bulk_world import ADA, CHANNEL, BulkWorld, bulk_world
from workers.acts.run import run_act
from workers.bulk import triage
from workers.bulk_jobs import Job
from workers.policy import ChannelSettings
from workers.records import Action
from workers.views.bulk_words import NOTHING_OPEN
from workers.views.triage_digest import NOT_SHOWN


@pytest.fixture
def world(redis_url: str, redis_client: redis.Redis) -> Iterator[BulkWorld]:
    with bulk_world(redis_url, redis_client, with_seeds=False) as made:
        yield made


def _head(world: BulkWorld) -> Message:
    heads = [each for each in world.slack.messages(CHANNEL) if (each.metadata or {}).get("event_type")]
    return next(each for each in heads if not each.is_reply)


def _pages(world: BulkWorld) -> list[Message]:
    return [each for each in world.slack.replies_of_bot(CHANNEL, _head(world).ts) if each.is_reply]


def _named(world: BulkWorld) -> set[str]:
    """Return the keys that stand anywhere in the digest."""
    return set(re.findall(r"OPS-[0-9]+", "\n".join(str(each.blocks) for each in [_head(world), *_pages(world)])))


def _suggested(world: BulkWorld) -> set[str]:
    """Return the keys of the issues for which something is suggested."""
    told = "\n".join(str(page.blocks) for page in _pages(world))
    return set(re.findall(r"'text': '<[^|]*[|](OPS-[0-9]+)> · ", told))


def _press(world: BulkWorld, job: Job, kind: str, items: str = "") -> None:
    page = _pages(world)[-1]
    press = Action(
        id=f"{time.time()}-{kind}", kind=kind, team_id=world.team_id, subject=f"bulk:{job.id}", user_id=ADA,
        channel_id=CHANNEL, thread_ts=page.thread_ts or "", message_ts=page.ts, values={"items": items},
    )  # fmt: skip
    run_act(press, world.worker.acts)


def _pass_minutes(world: BulkWorld) -> None:
    """Let be forgotten what is known for minutes of who sees what."""
    for what in ("shown", "sees"):
        for key in world.worker.redis.scan_iter(f"*:jira:{what}:*"):
            world.worker.redis.delete(key)


def _close_project(world: BulkWorld) -> None:
    world.bulk.channels.put(world.team_id, CHANNEL, ChannelSettings(projects=("WEB",)))


def _share(world: BulkWorld) -> None:
    world.slack.workspace.channels[CHANNEL].is_ext_shared = True


def test_an_issue_that_was_closed_to_the_channel_while_the_model_worked_is_not_shown(world: BulkWorld) -> None:
    key, hidden = world.file("VPN drops for everyone"), world.file("VPN of the board drops for everyone")
    job = world.start("triage", projects=["OPS"])
    world.run(job, "running")
    world.jira.restrict(hidden, world.jira.bot.account_id)

    world.run(job)

    assert _named(world) == {key}


def test_a_likely_duplicate_that_was_closed_meanwhile_is_not_named(world: BulkWorld) -> None:
    first = world.file("Printer on floor three prints blank pages", components=[{"name": "Workplace"}])
    second = world.file("Printer on floor three prints blank pages again")
    job = world.start("triage", projects=["OPS"])
    world.run(job, "running")
    world.jira.restrict(first, world.jira.bot.account_id)

    world.run(job)

    assert _named(world) == {second}


@pytest.mark.parametrize("close", [_close_project, _share])
def test_a_digest_of_what_is_no_longer_open_in_its_channel_says_so_alone(
    world: BulkWorld, close: Callable[[BulkWorld], None]
) -> None:
    world.file("VPN drops for everyone")
    job = world.start("triage", projects=["OPS"], user_id=ADA)
    world.run(job, "running")
    close(world)

    assert world.run(job).state == "done"

    assert _head(world).text == NOTHING_OPEN
    assert not _pages(world)


@pytest.fixture
def long(world: BulkWorld, monkeypatch: pytest.MonkeyPatch) -> Job:
    """A digest of which two pages, of one issue each, are shown, and two more are left."""
    monkeypatch.setattr(triage, "PAGE_ENTRIES", 1)
    monkeypatch.setattr(triage, "PAGES_AT_ONCE", 2)
    for number in range(4):
        world.file(f"VPN drops for everyone in office {number}")
    done = world.run(world.start("triage", projects=["OPS"]))
    assert len(_pages(world)) == 2
    return done


def test_show_more_shows_no_issue_that_was_closed_since(world: BulkWorld, long: Job) -> None:
    left = set(world.jira.issues) - _suggested(world)
    world.jira.restrict(min(left), world.jira.bot.account_id)
    _pass_minutes(world)

    _press(world, long, "bulk_more")

    assert set(world.jira.issues) - _suggested(world) == {min(left)}


@pytest.mark.parametrize("close", [_close_project, _share])
def test_show_more_shows_nothing_of_a_project_that_is_no_longer_open_in_the_channel(
    world: BulkWorld, long: Job, close: Callable[[BulkWorld], None]
) -> None:
    before = _suggested(world)
    close(world)

    _press(world, long, "bulk_more")

    assert _suggested(world) == before
    assert NOT_SHOWN in str(_pages(world)[-1].blocks)


def test_a_page_that_is_written_anew_loses_what_was_closed_since(world: BulkWorld) -> None:
    kept, hidden = world.file("VPN drops for everyone"), world.file("VPN of the board drops for everyone")
    job = world.run(world.start("triage", projects=["OPS"]))
    world.jira.restrict(hidden, world.jira.bot.account_id)
    _pass_minutes(world)

    # Newest first: the other one is number 1.
    _press(world, job, "bulk_apply", "1")

    assert _named(world) == {kept}
    assert "Applied by" in str(_pages(world)[0].blocks)


def test_a_summary_tells_no_issue_that_who_asked_may_not_see_any_more(world: BulkWorld) -> None:
    world.file("VPN drops for everyone")
    job = world.start("summary", user_id=ADA, channel_id=ADA, words="OPS", projects=["OPS"], keys=[], keywords=[])
    running = world.run(job, "running")
    closed = replace(world.jira.site.projects["OPS"], members=frozenset({world.jira.bot.account_id}))
    world.jira.site.projects["OPS"] = world.jira.site.issues["OPS-1"].project = closed
    _pass_minutes(world)

    assert world.run(job).state == "done"

    told = world.slack.messages(running.head_channel)
    assert "OPS-1" not in str([each.blocks for each in told])
