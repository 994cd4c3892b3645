"""Weekly digests of threads, summaries of many issues, and when a digest is due."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import redis

from sandbox.faults import Fault
from sandbox.slack.messages import Message
from tests.e2e.drafting import words
from tests.integration.bulk_world import ADA, CHANNEL, BulkWorld, bulk_world
from workers.acts.run import run_act
from workers.bulk import run
from workers.bulk.schedule import begin_due, due
from workers.bulk.threads import shortened
from workers.policy import ChannelSettings
from workers.records import Action
from workers.views.bulk_words import GAVE_UP
from workers.views.mentions import ZERO_WIDTH

GRACE = "U0GRACE01"
REPLY = {"event_type": "supportbot_reply", "event_payload": {"turn": "1.1", "segment": 0}}
NIGHT = datetime(2026, 11, 25, 6, 5, tzinfo=UTC)  # A Wednesday.
WANTED = ChannelSettings(triage_projects=("OPS",), triage_at="06:00", weekly_day="wednesday", weekly_at="05:30")


@pytest.fixture
def world(redis_url: str, redis_client: redis.Redis) -> Iterator[BulkWorld]:
    with bulk_world(redis_url, redis_client, with_seeds=False) as made:
        yield made


def _heads(world: BulkWorld, channel: str = CHANNEL) -> list[Message]:
    found = world.slack.messages(channel)
    return [each for each in found if (each.metadata or {}).get("event_type") == "supportbot_digest"]


def _held(world: BulkWorld) -> list[Any]:
    """Return what is held in the budgets for calls that are out."""
    keys = [key for key in world.worker.redis.scan_iter("*:held") if not key.startswith(b"sb:limit")]
    return [member for key in keys for member in world.worker.redis.zrange(key, 0, -1)]


def test_a_weekly_digest_names_open_questions_and_repeated_problems_with_links(world: BulkWorld) -> None:
    first = world.slack.say(CHANNEL, ADA, "VPN drops every hour since Monday")
    world.slack.say(CHANNEL, GRACE, "VPN drops every hour for me, too")
    solved = world.slack.say(CHANNEL, ADA, "The printer is broken?")
    world.slack.say(CHANNEL, GRACE, "Switch it off and on. Works now", solved)
    done = world.run(world.start("threads"))
    assert done.state == "done", done.problem
    (head,) = _heads(world)
    said = str(head.blocks)
    assert "3 threads in the last seven days, 2 of them still open." in said
    assert "(2 times)" in said
    assert first.replace(".", "") in said
    assert "printer" not in said
    assert "half the usual price" in said


def test_a_weekly_digest_names_people_by_name_and_lists_no_question_that_was_answered(world: BulkWorld) -> None:
    workspace = world.slack.workspace
    asked = world.slack.say(CHANNEL, ADA, f"{world.slack.mention} the export hangs, what can I do?")
    api = world.worker.slack.of(world.team_id)
    api.call("chat.postMessage", channel=CHANNEL, thread_ts=asked, text="Known: OPS-1.", metadata=REPLY)
    world.slack.say(CHANNEL, ADA, f"{world.slack.mention} <@{GRACE}> is the VPN down?")
    told = world.slack.say(CHANNEL, ADA, "Where do I find the manual?\nNote: not the old one")
    world.slack.say(CHANNEL, GRACE, "In the wiki", told)

    world.run(world.start("threads"))

    said = words(_heads(world)[0])
    assert "3 threads in the last seven days, 1 of them still open." in said
    assert "@Support Bot @Grace Moreno is the VPN down?" in said.replace(ZERO_WIDTH, "")
    assert workspace.bot_user_id not in said
    assert "export" not in said
    assert "manual" not in said


def test_a_question_with_several_lines_is_no_answer_to_itself(world: BulkWorld) -> None:
    world.slack.say(CHANNEL, ADA, "The export hangs?\nSteps: press it")

    world.run(world.start("threads"))

    assert "1 of them still open" in words(_heads(world)[0])


def test_of_a_long_thread_its_end_is_read_too() -> None:
    told = "ada: The export hangs?\n" + "grace: hm\n" * 2_000 + "grace: Solved, the disk was full"

    read = shortened(told)

    assert read.startswith("ada: The export hangs?")
    assert read.endswith("Solved, the disk was full")
    assert len(read) < 6_010


def test_a_quiet_week_has_no_digest(world: BulkWorld) -> None:
    assert world.run(world.start("threads")).state == "done"
    assert not _heads(world)


@pytest.fixture
def quiet(world: BulkWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    """A channel whose quiet hours are on now."""
    monkeypatch.setattr(run, "QUIET_PAUSE_SECONDS", 0.01)
    begin, end = (f"{datetime.now(UTC) + timedelta(hours=hours):%H:%M}" for hours in (-2, 2))
    world.bulk.channels.put(world.team_id, CHANNEL, ChannelSettings(quiet_from=begin, quiet_until=end))


@pytest.mark.usefixtures("quiet")
def test_a_digest_is_told_when_the_quiet_hours_are_over(world: BulkWorld) -> None:
    world.slack.say(CHANNEL, ADA, "VPN drops every hour since Monday")
    job = world.start("threads")
    world.run(job, "showing")
    for _ in range(3):
        assert world.turn(job).state == "showing"
    assert not _heads(world)

    world.bulk.channels.put(world.team_id, CHANNEL, ChannelSettings())
    assert world.run(job).state == "done"
    assert len(_heads(world)) == 1


@pytest.mark.usefixtures("quiet")
def test_a_digest_that_came_to_nothing_is_not_told_in_quiet_hours_either(world: BulkWorld) -> None:
    world.slack.say(CHANNEL, ADA, "VPN drops every hour since Monday")
    world.claude.faults.add(Fault(operation="*", kind="status", status=401, times=-1))
    job = world.start("threads")
    for _ in range(5):
        assert not world.turn(job).is_over
    assert not _heads(world)

    world.bulk.channels.put(world.team_id, CHANNEL, ChannelSettings())
    assert world.run(job).state == "failed"
    assert len(_heads(world)) == 1


@pytest.mark.usefixtures("quiet")
def test_what_somebody_asked_for_is_told_in_quiet_hours_too(world: BulkWorld) -> None:
    world.slack.say(CHANNEL, ADA, "VPN drops every hour since Monday")
    assert world.run(world.start("threads", user_id=ADA)).state == "done"
    assert len(_heads(world)) == 1


def test_the_bots_own_digests_are_no_talk(world: BulkWorld) -> None:
    world.slack.say(CHANNEL, ADA, "VPN drops every hour since Monday")
    world.run(world.start("threads"))
    again = world.run(world.start("threads"))
    assert again.items == 1


def test_many_issues_are_summed_up_for_who_asked_alone(world: BulkWorld) -> None:
    keys = [world.file(f"VPN drops in office {number}", "It happens every hour.") for number in range(25)]
    hidden = world.file("VPN of the board drops")
    world.jira.restrict(hidden, world.jira.bot.account_id)
    job = world.start(
        "summary", user_id=ADA, channel_id=ADA, words="OPS vpn", projects=["OPS"], keys=[], keywords=["vpn"]
    )
    done = world.run(job)
    assert done.state == "done", done.problem
    assert done.items == 25
    (head,) = _heads(world, done.head_channel)
    assert done.head_channel.startswith("D")
    assert "*Network* (25)" in str(head.blocks)
    pages = world.slack.replies_of_bot(done.head_channel, head.ts)
    told = str([page.blocks for page in pages])
    assert all(f"|{key}>" in told for key in keys)
    assert hidden not in told + str(head.blocks)


def test_a_summary_says_how_far_it_is_in_the_same_message(world: BulkWorld) -> None:
    world.file("VPN drops")
    world.claude.batch_seconds = 600
    job = world.start("summary", user_id=ADA, channel_id=ADA, words="OPS", projects=["OPS"], keys=[], keywords=[])
    running = world.run(job, "running")
    (head,) = _heads(world, running.head_channel)
    assert "1 issue to read" in head.text
    assert head.action_ids == ["bulk_cancel"]
    world.claude.advance(601)
    world.run(job)
    (head,) = _heads(world, running.head_channel)
    assert head.text.startswith("1 issue for")


def test_a_cancelled_summary_ends_and_what_it_took_is_booked(world: BulkWorld) -> None:
    world.file("VPN drops")
    world.claude.batch_seconds = 600
    job = world.start("summary", user_id=ADA, channel_id=ADA, words="OPS", projects=["OPS"], keys=[], keywords=[])
    running = world.run(job, "running")
    (head,) = _heads(world, running.head_channel)
    press = Action(
        id="1.0-U0ADA0001", kind="bulk_cancel", team_id=world.team_id, subject=f"bulk:{job.id}", user_id=ADA,
        channel_id=running.head_channel, message_ts=head.ts,
    )  # fmt: skip
    assert _held(world)
    run_act(press, world.worker.acts)
    assert world.run(job).state == "cancelled"
    assert _heads(world, running.head_channel)[0].text.startswith("Cancelled.")
    (batch,) = world.claude.batches.values()
    assert batch.cancel_at
    assert not _held(world)


def test_a_channel_is_told_of_no_project_that_is_not_open_in_it(world: BulkWorld) -> None:
    world.file("VPN drops for everyone")
    world.bulk.channels.put(world.team_id, CHANNEL, ChannelSettings(projects=("WEB",)))
    done = world.run(world.start("triage", projects=["OPS"]))
    assert (done.state, done.items) == ("done", 0)
    assert not _heads(world)


def test_nothing_found_is_said_and_costs_nothing(world: BulkWorld) -> None:
    job = world.start(
        "summary", user_id=ADA, channel_id=ADA, words="zebra", projects=["OPS"], keys=[], keywords=["zebra"]
    )
    done = world.run(job)
    assert "nothing to summarise" in _heads(world, done.head_channel)[0].text
    assert not world.claude.batches


def test_a_digest_is_begun_once_at_its_time_and_only_where_it_is_wanted(world: BulkWorld) -> None:
    world.file("VPN drops for everyone")
    world.bulk.channels.put(world.team_id, CHANNEL, WANTED.model_copy(update={"weekly_day": ""}))
    for _ in range(3):
        begin_due(world.bulk, NIGHT)
    assert world.bulk.boxes.waiting() == 1
    world.bulk.channels.put(world.team_id, CHANNEL, ChannelSettings())
    assert world.bulk.channels.with_digests() == []


def test_each_day_has_one_digest_however_often_the_clock_looks_and_though_it_was_away(world: BulkWorld) -> None:
    world.bulk.channels.put(world.team_id, CHANNEL, WANTED)
    week = [NIGHT.replace(hour=0, minute=0) + timedelta(minutes=10 * number) for number in range(7 * 24 * 6)]
    begun: list[tuple[int, datetime]] = []
    for now in week:
        # On the second day nobody looks at the hour itself.
        if now.day == NIGHT.day + 1 and 5 <= now.hour < 9:
            continue
        for _ in range(2):
            begin_due(world.bulk, now)
        begun += [(world.bulk.boxes.waiting(), now)] if world.bulk.boxes.waiting() > len(begun) else []

    times = [f"{now:%a %H:%M}" for _, now in begun]
    assert times == [
        "Wed 05:30", "Wed 06:00", "Thu 09:00", "Fri 06:00", "Sat 06:00", "Sun 06:00", "Mon 06:00", "Tue 06:00",
    ]  # fmt: skip


def test_digests_are_due_at_their_time_in_the_channels_own_zone() -> None:
    assert [kind for kind, _ in due(WANTED, NIGHT)] == ["triage", "threads"]
    assert not list(due(WANTED, NIGHT.replace(hour=5, minute=10)))
    berlin = WANTED.model_copy(update={"time_zone": "Europe/Berlin"})
    assert [kind for kind, _ in due(berlin, NIGHT.replace(hour=5))] == ["triage", "threads"]
    assert [kind for kind, _ in due(WANTED, NIGHT.replace(day=26))] == ["triage"]


def test_what_was_missed_for_long_or_before_it_was_wanted_is_not_made_up_for() -> None:
    assert not list(due(WANTED, NIGHT.replace(hour=13)))
    late_wish = WANTED.model_copy(update={"digests_since": NIGHT.timestamp()})
    assert not list(due(late_wish, NIGHT))


def test_a_job_that_gets_through_nowhere_is_given_up_with_a_word(
    world: BulkWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run, "MOST_MISSES", 2)
    world.file("Export fails for everyone")
    world.claude.faults.add(Fault(operation="batches.create", kind="status", status=500, times=-1))

    done = world.run(world.start("triage", user_id=ADA, projects=["OPS"]))

    (head,) = _heads(world)
    assert (done.is_over, head.action_ids) == (True, [])
    assert GAVE_UP in words(head)
