"""A bulk job looks at each thing once and comes to an end, whatever happens beside it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
import redis

from sandbox.slack.messages import words_of
from tests.integration.bulk_world import ADA, CHANNEL, BulkWorld, bulk_world
from workers.acts.run import run_act
from workers.bulk import run
from workers.bulk.steps import step
from workers.bulk_jobs import JobKind, job_id
from workers.jira import many_issues
from workers.records import Action
from workers.views.bulk_words import GAVE_UP


@pytest.fixture
def world(redis_url: str, redis_client: redis.Redis) -> Iterator[BulkWorld]:
    with bulk_world(redis_url, redis_client, with_seeds=False) as made:
        yield made


def _ask(world: BulkWorld, number: int, name: str, words: str) -> str:
    """Send a command as Ada; return the id of the job that it may have begun."""
    action = Action(
        id=f"command-{number}", kind="bulk_begin", team_id=world.team_id, subject=f"command:{number}", user_id=ADA,
        channel_id=CHANNEL, values={"name": name, "words": words},
    )  # fmt: skip
    run_act(action, world.worker.acts)
    return job_id(world.team_id, action.id)


def _told(world: BulkWorld) -> str:
    """Return what a person was told alone, the last of it."""
    return world.slack.ephemerals[-1].text


@pytest.mark.parametrize("kind", ["triage", "summary"])
def test_an_issue_that_comes_again_on_the_next_page_is_looked_at_once(
    world: BulkWorld, monkeypatch: pytest.MonkeyPatch, kind: JobKind
) -> None:
    monkeypatch.setattr(many_issues, "PAGE_SIZE", 2)
    keys = [world.file(f"Export {number} fails for many users") for number in range(3)]
    asked: dict[str, Any] = {"words": "OPS", "keys": [], "keywords": []} if kind == "summary" else {}
    job = world.start(kind, user_id=ADA, channel_id=CHANNEL, projects=["OPS"], **asked)
    first, _ = step(job, run.KINDS[kind], world.bulk)
    assert (first.state, first.items) == ("collecting", 2)
    world.file("Export 3 fails for many users")  # It pushes the last one of the first page onto the second.

    done = world.run(job)

    held = Counter(item.id for _, item in world.bulk.jobs.items(done))
    assert held == Counter(keys)


def test_a_second_triage_of_the_same_in_a_channel_is_not_begun_before_the_first_is_over(world: BulkWorld) -> None:
    world.file("VPN drops for everyone")
    first = _ask(world, 1, "triage", "OPS")
    second = _ask(world, 2, "triage", "")
    assert world.bulk.jobs.get(world.team_id, second) is None
    assert "already" in _told(world)
    other = _ask(world, 3, "triage", "WEB")
    assert world.bulk.jobs.get(world.team_id, other) is not None

    for name in (first, other):
        job = world.bulk.jobs.get(world.team_id, name)
        assert job is not None
        world.run(job)

    again = _ask(world, 4, "triage", "OPS")
    assert world.bulk.jobs.get(world.team_id, again) is not None


def test_who_names_more_issues_than_are_read_is_told_so(world: BulkWorld) -> None:
    begun = _ask(world, 1, "summarise", " ".join(f"OPS-{number % 205 + 1}" for number in range(250)))
    job = world.bulk.jobs.get(world.team_id, begun)
    assert job is not None
    assert len(job.asked["keys"]) == 200
    assert "You named 205 issues; I read the first 200" in _told(world)


def test_a_job_that_meets_a_fault_of_ours_again_and_again_ends_with_a_word(world: BulkWorld) -> None:
    job = world.start("triage", user_id=ADA)  # Of which projects is missing: nothing foresees that.
    done = world.run(job)
    assert done.state == "failed"
    assert GAVE_UP in words_of(world.slack.messages(CHANNEL)[-1])
    assert not world.bulk.boxes.has_mail(job.box)


def test_a_job_of_which_worker_after_worker_dies_ends_with_a_word(world: BulkWorld) -> None:
    world.file("VPN drops for everyone")
    job = world.start("triage", user_id=ADA, projects=["OPS"])
    died: dict[Any, Any] = {"id": job.id, "attempts": run.MOST_ATTEMPTS}
    world.worker.redis.hset(f"sb:{{{job.box}}}:journal", mapping=died)
    assert world.turn(job).state == "failed"
    assert GAVE_UP in words_of(world.slack.messages(CHANNEL)[-1])
