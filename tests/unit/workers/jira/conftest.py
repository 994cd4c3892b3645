"""The real gateway to a strict Jira on loopback."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
import redis

from tests.unit.workers.conftest import MakeSettings
from workers.jira.gateway import JiraGateway
from workers.state.cache import Cache
from workers.state.metrics import Metrics

MakeGateway = Callable[..., JiraGateway]


@pytest.fixture
def metrics(redis_client: redis.Redis) -> Iterator[Metrics]:
    metrics = Metrics(redis_client)
    yield metrics
    # Else it would add what it counted a second later, to the figures of another test.
    metrics.flush()


@pytest.fixture
def make_gateway(make_settings: MakeSettings, redis_client: redis.Redis, metrics: Metrics) -> MakeGateway:
    def make(**changed: object) -> JiraGateway:
        return JiraGateway(make_settings(**changed), Cache(redis_client), metrics)

    return make


@pytest.fixture
def gateway(make_gateway: MakeGateway) -> JiraGateway:
    return make_gateway()
