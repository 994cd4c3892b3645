"""What people wrote while nobody listened is found in Slack's history and taken once."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from bot import catch_up
from sandbox.faults import Fault
from sandbox.redis_server import RedisServer
from sandbox.server import Running
from sandbox.slack import SlackStandIn
from sandbox.slack.api_door import Call
from tests.clients import connect
from tests.integration.listener_harness import SECRET, RunningListener, settings_for, wait_for
from workers.records import Conversation, TurnRequest
from workers.state.catch_up import DONE, CatchUps
from workers.state.mailbox import Mailboxes

pytestmark = pytest.mark.integration

TEAM = "T0SANDBOX"
HISTORY = "conversations.history"


@pytest.fixture
def slack() -> Iterator[SlackStandIn]:
    stand_in = SlackStandIn()
    # What is said while no listener runs is never brought again.
    stand_in.delivery.wait_for_app_seconds = 0.2
    stand_in.delivery.redelivery_seconds = ()
    server = Running(stand_in.make_app)
    stand_in.workspace.base_url = server.url
    yield stand_in
    server.stop()


class Web:
    """One listener at a time, as a supervisor starts and stops it."""

    def __init__(self, slack: SlackStandIn, own_redis: RedisServer) -> None:
        self._slack, self._redis = slack, own_redis
        self._running: RunningListener | None = None

    def start(self, mode: str = "socket") -> None:
        running = RunningListener(settings_for(self._slack.workspace.base_url, self._redis.url, mode=mode))
        self._running = running
        if mode == "http":
            self._slack.deliver_to(f"{running.url}/slack/events", SECRET)
        else:
            wait_for(lambda: self._slack.connections == 2)

    def stop(self) -> None:
        if self._running:
            self._running.stop()
        self._running = None


@pytest.fixture
def web(slack: SlackStandIn, own_redis: RedisServer) -> Iterator[Web]:
    web = Web(slack, own_redis)
    yield web
    web.stop()


def missed(slack: SlackStandIn, channel: str, text: str, thread_ts: str | None = None) -> str:
    """Say something that no event tells of."""
    ts = slack.say(channel, "ada", text, thread_ts)
    wait_for(lambda: slack.events_under_way == 0)
    return ts


def is_done(own_redis: RedisServer) -> bool:
    client = connect(own_redis.url)
    return bool(client.exists(f"sb:{{catchup:{TEAM}}}:heard")) and not client.exists(f"sb:{{catchup:{TEAM}}}:job")


def mail(boxes: Mailboxes, slack: SlackStandIn, channel: str, thread_ts: str) -> list[TurnRequest]:
    """Take everything out of a mailbox."""
    place = slack.workspace.channel(channel)
    box = Conversation(team_id=TEAM, channel_id=place.id, thread_ts=thread_ts).box
    found = []
    while claim := boxes.claim(box):
        found.append(TurnRequest.model_validate(claim.body))
        boxes.commit(claim)
    return found


@pytest.mark.parametrize("mode", ["socket", "http"])
def test_mentions_and_direct_messages_of_the_time_before_the_start_are_taken_once(
    web: Web, slack: SlackStandIn, own_redis: RedisServer, boxes: Mailboxes, mode: str
) -> None:
    said = {
        "general": missed(slack, "general", f"{slack.mention} in a channel"),
        "oncall": missed(slack, "oncall", f"{slack.mention} in a private channel"),
        "G0TRIAGE0": missed(slack, "G0TRIAGE0", f"{slack.mention} in a group message"),
        "D0ADA0001": missed(slack, "D0ADA0001", "in a direct message"),
    }
    missed(slack, "general", "among people")
    in_thread = missed(slack, "general", f"{slack.mention} under a root", missed(slack, "general", "the root"))
    web.start(mode)
    wait_for(lambda: is_done(own_redis))

    assert boxes.waiting() == 5
    for channel, ts in said.items():
        (request,) = mail(boxes, slack, channel, ts)
        assert request.kind == ("direct" if channel.startswith("D") else "mention")
    root = slack.message("C0GENERAL", in_thread).thread_ts
    assert [request.ts for request in mail(boxes, slack, "general", str(root))] == [in_thread]


def test_follow_ups_are_found_in_the_threads_in_which_the_bot_takes_part(
    web: Web, slack: SlackStandIn, own_redis: RedisServer, boxes: Mailboxes
) -> None:
    web.start()
    wait_for(lambda: is_done(own_redis))
    root = missed(slack, "general", f"{slack.mention} a question")
    assert len(mail(boxes, slack, "general", root)) == 1
    web.stop()
    first = missed(slack, "general", "and this?", root)
    second = missed(slack, "general", "and that?", root)
    forget_the_last_beat(own_redis)
    web.start()
    wait_for(lambda: boxes.waiting() == 2)
    wait_for(lambda: is_done(own_redis))
    taken = mail(boxes, slack, "general", root)
    assert [(request.kind, request.ts) for request in taken] == [("follow_up", first), ("follow_up", second)]


def test_what_was_heard_as_an_event_is_not_taken_again(
    web: Web, slack: SlackStandIn, own_redis: RedisServer, boxes: Mailboxes
) -> None:
    web.start()
    root = missed(slack, "general", f"{slack.mention} a question")
    assert len(mail(boxes, slack, "general", root)) == 1
    web.stop()
    forget_the_last_beat(own_redis)
    web.start()
    wait_for(lambda: is_done(own_redis))
    assert boxes.waiting() == 0


def test_a_short_silence_is_left_to_slack(web: Web, slack: SlackStandIn, own_redis: RedisServer) -> None:
    web.start()
    wait_for(lambda: is_done(own_redis))
    calls = len(reads(slack))
    web.stop()
    web.start()
    assert len(reads(slack)) == calls


def test_what_was_refused_is_looked_for_however_short_the_silence_was(
    web: Web, slack: SlackStandIn, own_redis: RedisServer, boxes: Mailboxes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(catch_up, "BEAT_SECONDS", 0.3)
    web.start()
    wait_for(lambda: is_done(own_redis))
    own_redis.kill()
    root = missed(slack, "general", f"{slack.mention} asked while Redis was away")
    own_redis.restart()

    wait_for(lambda: boxes.waiting() == 1, seconds=30)
    assert len(mail(boxes, slack, "general", root)) == 1


def test_an_edit_that_was_refused_is_looked_for_too(
    web: Web, slack: SlackStandIn, own_redis: RedisServer, boxes: Mailboxes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(catch_up, "BEAT_SECONDS", 0.3)
    web.start()
    wait_for(lambda: is_done(own_redis))
    root = missed(slack, "general", f"{slack.mention} old words")
    box = Conversation(team_id=TEAM, channel_id="C0GENERAL", thread_ts=root).box
    own_redis.kill()
    slack.edit("general", root, f"{slack.mention} new words")
    wait_for(lambda: slack.events_under_way == 0)
    own_redis.restart()

    wait_for(lambda: boxes.stored(box, root).body["text"] == "new words", seconds=30)  # type: ignore[union-attr]
    (request,) = mail(boxes, slack, "general", root)
    assert request.text == "new words"


def test_refused_events_are_looked_for_from_the_first_of_them(own_redis: RedisServer) -> None:
    catch_ups = CatchUps(connect(own_redis.url))
    silence = {"gap_seconds": 30, "margin_seconds": 5, "longest_seconds": 3_600}
    catch_ups.beat(TEAM, **silence)
    first = catch_ups.take(TEAM, "one")
    assert first is not None
    catch_ups.finish(TEAM, "one", first)
    refused_since = round(time.time()) - 20

    assert not catch_ups.beat(TEAM, **silence)
    assert catch_ups.beat(TEAM, refused_since=refused_since, **silence)
    job = catch_ups.take(TEAM, "one")
    assert job is not None
    assert job.since == refused_since - 5


def test_another_process_goes_on_where_one_died(
    web: Web, slack: SlackStandIn, own_redis: RedisServer, boxes: Mailboxes
) -> None:
    catch_ups = CatchUps(connect(own_redis.url))
    catch_ups.beat(TEAM, gap_seconds=30, margin_seconds=0, longest_seconds=3_600)
    job = catch_ups.take(TEAM, "one that died")
    assert job is not None
    assert catch_ups.note(TEAM, "one that died", job, "C0GENERAL", DONE)
    connect(own_redis.url).delete(f"sb:{{catchup:{TEAM}}}:lock")
    missed(slack, "general", f"{slack.mention} seen by the one that died")
    ts = missed(slack, "support", f"{slack.mention} not yet seen")
    web.start()
    wait_for(lambda: is_done(own_redis))
    assert boxes.waiting() == 1
    assert len(mail(boxes, slack, "support", ts)) == 1
    assert "C0GENERAL" not in [call.args.get("channel") for call in reads(slack)]


def test_what_slack_refuses_to_show_is_passed_over_and_what_it_delays_is_asked_again(
    web: Web, slack: SlackStandIn, own_redis: RedisServer, boxes: Mailboxes
) -> None:
    slack.faults.add(Fault(operation=HISTORY, kind="error", error="channel_not_found"))
    slack.faults.add(Fault(operation=HISTORY, kind="status", status=429, headers={"Retry-After": "1"}))
    slack.faults.add(Fault(operation="users.conversations", kind="status", status=429, headers={"Retry-After": "1"}))
    ts = missed(slack, "oncall", f"{slack.mention} hello?")
    web.start()
    wait_for(lambda: is_done(own_redis), seconds=30)
    assert len(mail(boxes, slack, "oncall", ts)) == 1


@pytest.mark.parametrize(("method", "error"), [("users.conversations", "invalid_auth"), (HISTORY, "token_revoked")])
def test_a_token_that_is_refused_for_a_while_puts_the_looking_off(
    web: Web,
    slack: SlackStandIn,
    own_redis: RedisServer,
    boxes: Mailboxes,
    monkeypatch: pytest.MonkeyPatch,
    method: str,
    error: str,
) -> None:
    monkeypatch.setattr(catch_up, "BEAT_SECONDS", 0.3)
    slack.faults.add(Fault(operation=method, kind="error", error=error, times=6))
    asked = {
        channel: missed(slack, channel, f"{slack.mention} hello?") for channel in ("D0ADA0001", "general", "oncall")
    }
    web.start()
    wait_for(lambda: is_done(own_redis), seconds=30)
    assert [len(mail(boxes, slack, channel, ts)) for channel, ts in asked.items()] == [1, 1, 1]


def test_without_the_scope_to_list_channels_it_listens_all_the_same(
    web: Web, slack: SlackStandIn, own_redis: RedisServer, boxes: Mailboxes
) -> None:
    slack.slack.scopes -= {"channels:read", "groups:read", "im:read", "mpim:read"}
    web.start()
    wait_for(lambda: is_done(own_redis) and slack.connections == 2)
    missed(slack, "general", f"{slack.mention} hello?")
    assert boxes.waiting() == 1


def reads(slack: SlackStandIn) -> list[Call]:
    return [call for call in slack.calls if call.method in (HISTORY, "conversations.replies")]


def forget_the_last_beat(own_redis: RedisServer) -> None:
    """Make it so long ago that somebody heard Slack that a silence is noticed."""
    client = connect(own_redis.url)
    key = f"sb:{{catchup:{TEAM}}}:heard"
    client.set(key, int(client.get(key) or b"0") - 60_000)
