"""What is read of Jira ahead of the first form, whatever is the matter with one of its projects."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import redis

from tests.integration.bulk_world import BulkWorld, bulk_world
from workers.state.cache import Cache
from workers.state.jira_cache import JiraCache
from workers.tasks import warm

pytestmark = pytest.mark.integration


@pytest.fixture
def world(redis_url: str, redis_client: redis.Redis) -> Iterator[BulkWorld]:
    with bulk_world(redis_url, redis_client, with_seeds=False) as made:
        yield made


def test_a_project_that_jira_refuses_leaves_no_other_cold(world: BulkWorld, redis_client: redis.Redis) -> None:
    world.new_worker(jira_projects="NOPE,WEB")

    warm(world.worker)

    cache = JiraCache(Cache(redis_client))
    assert cache.projects() == ("NOPE", "WEB")
    assert "Story" in cache.types("WEB")
