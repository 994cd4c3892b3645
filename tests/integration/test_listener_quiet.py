"""HTTP mode after a quiet in which Slack may have been unable to reach us."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest
import redis

from bot import catch_up
from bot.quiet import QUIET_SECONDS, Quiet
from sandbox.slack import SlackStandIn
from tests.integration.listener_harness import RunningListener, settings_for, wait_for
from tests.integration.slack_requests import event_body, post
from workers.state.mailbox import Mailboxes

GAP_SECONDS = 1.0

pytestmark = pytest.mark.integration


@pytest.fixture
def web(slack: SlackStandIn, redis_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[RunningListener]:
    monkeypatch.setattr(catch_up, "BEAT_SECONDS", 0.1)
    monkeypatch.setitem(catch_up.SILENCE, "gap_seconds", GAP_SECONDS)
    running = RunningListener(settings_for(slack.workspace.base_url, redis_url, mode="http"))
    wait_for(running.is_ready)
    yield running
    running.stop()


def test_what_slack_could_not_bring_is_looked_for_as_soon_as_it_reaches_us_again(
    web: RunningListener, slack: SlackStandIn, redis_client: redis.Redis
) -> None:
    heard = f"sb:{{catchup:{slack.workspace.team_id}}}:heard"
    job = f"sb:{{catchup:{slack.workspace.team_id}}}:job"
    wait_for(lambda: redis_client.get(heard) and not redis_client.exists(job), seconds=30)
    now = 0.0
    web.listener.quiet = Quiet(clock=lambda: now)
    now = QUIET_SECONDS + 1
    wait_for(lambda: time.time() - int(redis_client.get(heard) or b"0") / 1000 > GAP_SECONDS)
    channel = slack.workspace.channel("general").id
    ts = slack.say("general", "ada", f"{slack.mention} is the VPN down?")

    assert post(web, event_body()).status_code == 200

    box = f"turn:{slack.workspace.team_id}:{channel}:{ts}"
    wait_for(lambda: Mailboxes(redis_client, ttl_seconds=60).turns_of(box, ts) == [ts], seconds=30)
    assert not web.listener.quiet.is_long
